"""Data sets of openml.org, from a cache as scikit-learn lays it out, and without a network."""

import time

import numpy as np
import pytest

from bench.datasets import load
from bench.errors import DataError, EnvironmentProblem

PIXELS = {f"pixel{number}": "numeric" for number in range(1, 5)}
ROWS = [[0, 1, 2, 255, "5"], [9, 8, 7, 6, "0"], [1, 1, 1, 1, "5"]]


def test_mnist_from_the_cache(openml_cache):
    openml_cache("mnist_784", PIXELS | {"class": "{0,5}"}, ROWS)
    data = load("mnist")
    assert (data.X.tolist(), data.X.dtype) == ([row[:4] for row in ROWS], np.uint8)
    assert (data.y.tolist(), data.image_shape, data.name) == ([5, 0, 5], (2, 2), "mnist")
    assert data.X.flags.c_contiguous
    assert data.sha256 == load("openml:mnist_784:1").sha256 == load("openml:MNIST_784").sha256


def test_plain_features_with_text_labels(openml_cache):
    kinds = {"b": "numeric", "a": "numeric", "class": "{x y,z}"}
    openml_cache("Fashion-MNIST", kinds, [[1.5, 2, "'x y'"], [3, 4, "z"]])
    data = load("fashion-mnist")
    assert (data.feature_names, data.X.tolist()) == (("a", "b"), [[2.0, 1.5], [4.0, 3.0]])
    assert data.y.tolist() == ["x y", "z"]


def test_truth_values_are_text(openml_cache):
    openml_cache("t", {"a": "numeric", "class": "{True,False}"}, [[1, "True"], [2, "False"]])
    assert load("openml:t").y.tolist() == ["True", "False"]


def test_another_label_column(openml_cache):
    openml_cache(
        "t", {"a": "numeric", "b": "numeric", "c": "numeric"}, [[1, 2, 3.5], [2, 3, 4.5]], target="c"
    )
    assert load("openml:t", label="a").y.tolist() == [1, 2]
    with pytest.raises(DataError, match="the label 'c' is a measure and not a class; name one with --label"):
        load("openml:t")
    with pytest.raises(DataError, match=r"cannot be used .*zzz.*; check the name or give a file"):
        load("openml:t", label="zzz")


@pytest.mark.parametrize(
    ("kind", "value", "sentence"),
    [
        ("{p,q}", "p", "the column 'b' holds text; only columns of numbers can be used"),
        ("numeric", "?", "row 2, column 'b' holds nan; make it a finite number"),
    ],
)
def test_columns_that_are_no_numbers(kind, value, sentence, openml_cache):
    first = "q" if kind != "numeric" else 1
    openml_cache("t", {"b": kind, "class": "{x,y}"}, [[first, "x"], [value, "y"]])
    with pytest.raises(DataError, match=sentence):
        load("openml:t")


def test_pixels_out_of_range(openml_cache):
    openml_cache("t", {"pixel1": "numeric", "class": "{x,y}"}, [[0, "x"], [256, "y"]])
    with pytest.raises(
        DataError, match="row 2, column 'pixel1' holds 256; make it a whole number from 0 to 255"
    ):
        load("openml:t")


@pytest.mark.parametrize("source", ["mnist", "openml:nothing", "openml:nothing:3"])
def test_neither_cache_nor_network(source, openml_cache):
    start = time.monotonic()
    with pytest.raises(EnvironmentProblem) as caught:
        load(source)
    assert "is not in scikit-learn's cache and openml.org cannot be reached; connect to" in str(caught.value)
    assert caught.value.exit_code == 4
    assert time.monotonic() - start < 15


@pytest.mark.parametrize("source", ["openml:", "openml:a:b", "openml:a:0"])
def test_names_without_sense(source):
    with pytest.raises(DataError, match="write openml:NAME or openml:NAME:VERSION"):
        load(source)


def test_a_test_file_has_no_meaning():
    with pytest.raises(DataError, match=r"mnist: --test 'x\.csv' has no meaning for this source"):
        load("mnist", test="x.csv")


def test_a_cache_that_cannot_be_written(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("SCIKIT_LEARN_DATA", str(tmp_path / "file" / "home"))
    with pytest.raises(EnvironmentProblem, match=r"scikit-learn's cache fails .*set SCIKIT_LEARN_DATA"):
        load("mnist")
