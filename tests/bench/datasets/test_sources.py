"""The table of sources, the digits, names and shapes."""

import subprocess
import sys

import numpy as np
import pytest

from bench.datasets import DATASETS, default_name, describe, load
from bench.errors import DataError, UsageError


def test_importing_costs_no_numeric_library():
    check = "import sys, bench.datasets; print({'numpy', 'pandas', 'sklearn'} & set(sys.modules))"
    ended = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert ended.stdout.strip() == "set()"


def test_the_table_says_what_each_source_needs():
    assert [row.name for row in DATASETS] == [
        "digits",
        "mnist",
        "fashion-mnist",
        "openml:NAME",
        "folder or zip",
        "idx folder",
        "csv",
        "npz",
    ]
    assert all(row.title and row.needs for row in DATASETS)


def test_digits_are_small_images():
    digits = load("digits")
    assert (digits.X.shape, digits.X.dtype, digits.image_shape) == ((1797, 64), np.uint8, (8, 8))
    assert digits.X.flags.c_contiguous
    assert digits.feature_names[:2] == ("pixel0", "pixel1")
    assert digits.X_test is digits.y_test is digits.test_ids is None
    assert digits.row_ids.tolist() == list(range(1797))
    assert digits.sha256 == load("digits").sha256


def test_describe_counts_what_there_is(write_csv):
    rows = [["a", 1, 2.5], ["b", 1, 2.5], ["b", -3, 0], ["b", 1, 2.5]]
    info = describe(load(write_csv(["label", "x", "y"], rows)))
    assert (info.n_rows, info.n_features, info.dtype) == (4, 2, "float32")
    assert (info.classes, info.class_counts) == (("a", "b"), (1, 3))
    assert (info.value_min, info.value_max) == (-3.0, 2.5)
    assert (info.n_duplicates, info.n_missing, info.n_test, info.test_labelled) == (2, 0, 0, False)


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("digits", "digits"),
        ("openml:Fashion-MNIST", "openml-fashion-mnist"),
        ("openml:iris:2", "openml-iris-2"),
        ("down/loads/digit-recognizer.zip", "digit-recognizer"),
        ("my data/", "my-data"),
        ("v1.2", "v1.2"),
        ("../a b&c.CSV", "a-b-c"),
        ("???", "data"),
    ],
)
def test_default_name_is_short_and_safe(source, name):
    assert default_name(source) == name


def test_default_name_of_the_current_folder(tmp_path, monkeypatch):
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    assert default_name(".") == "here"


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("digts", "unknown data set 'digts'; did you mean 'digits'?"),
        ("zzz", "unknown data set 'zzz'; give one of digits, mnist, fashion-mnist, openml:NAME or a path"),
        ("", "unknown data set ''"),
    ],
)
def test_unknown_names(source, sentence, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DataError) as caught:
        load(source)
    assert str(caught.value).startswith(sentence)


def test_options_without_meaning_are_refused():
    with pytest.raises(DataError, match="digits: --label 'y' has no meaning for this source; leave it out"):
        load("digits", label="y")


def test_image_shape_may_overrule():
    assert load("digits", image_shape="4x16").image_shape == (4, 16)
    assert load("digits", image_shape=(4, 4, 4)).image_shape == (4, 4, 4)
    assert load("digits", image_shape="8x8x1").sha256 == load("digits").sha256
    with pytest.raises(
        DataError, match=r"4x4 makes 16 pixels, but there are 64 features; correct --image-shape"
    ):
        load("digits", image_shape="4x4")


@pytest.mark.parametrize("shape", ["8", "8x", "axb", "0x8", "2x2x2x2", "-8x8", "8 x 8", ""])
def test_senseless_shapes(shape):
    with pytest.raises(UsageError, match="write it like 28x28 or 32x32x3"):
        load("digits", image_shape=shape)
