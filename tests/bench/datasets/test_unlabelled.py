"""New rows for a fitted model."""

import numpy as np
import pytest

from bench.datasets import load, load_unlabelled
from bench.errors import DataError

PIXELS = tuple(f"pixel{number}" for number in range(4))


def test_columns_are_matched_by_name(write_csv):
    path = write_csv(["b", "Label", "ImageId", "a"], [[1, "x", "n7", 2], [3, "", "n8", 4]])
    X, ids = load_unlabelled(path, feature_names=("a", "b"), dtype="float32")
    assert (X.tolist(), X.dtype, ids.tolist()) == ([[2, 1], [4, 3]], np.float32, ["n7", "n8"])


def test_rows_without_ids_are_numbered(write_csv):
    path = write_csv(["kind", *PIXELS], [["x", 1, 2, 3, 4]])
    X, ids = load_unlabelled(path, feature_names=PIXELS, dtype="uint8", label_name="kind")
    assert (X.tolist(), X.dtype, ids.tolist()) == ([[1, 2, 3, 4]], np.uint8, [1])
    assert X.flags.c_contiguous


@pytest.mark.parametrize("name", ["c", "c.zip"])
def test_the_test_rows_of_a_competition(name, competition, write_competition):
    path = write_competition(competition, name)
    data = load(path)
    X, ids = load_unlabelled(path, feature_names=data.feature_names, dtype=data.X.dtype.name)
    np.testing.assert_array_equal(X, data.X_test)
    np.testing.assert_array_equal(ids, data.test_ids)


def test_a_zip_of_one_csv(competition, write_competition):
    path = write_competition({"rows.csv": competition["test.csv"]}, "rows.csv.zip")
    assert load_unlabelled(path, feature_names=PIXELS, dtype="uint8")[0].shape == (4, 4)


def test_arrays(tmp_path):
    path = tmp_path / "new.npz"
    np.savez(path, X=np.arange(8).reshape(2, 2, 2))
    X, ids = load_unlabelled(str(path), feature_names=PIXELS, dtype="uint8")
    assert (X.tolist(), ids.tolist()) == ([[0, 1, 2, 3], [4, 5, 6, 7]], [1, 2])
    with pytest.raises(DataError, match="has no column names, which the training data has; give a csv"):
        load_unlabelled(str(path), feature_names=("width", "height", "u", "v"), dtype="float32")
    with pytest.raises(DataError, match="has no column names, which the training data has; give a csv"):
        load_unlabelled(str(path), feature_names=("f1", "f10", "f2", "f3"), dtype="float32")
    with pytest.raises(DataError, match="has 4 features where the training data has 3"):
        load_unlabelled(str(path), feature_names=PIXELS[:3], dtype="uint8")
    np.savez(path, X=np.full((2, 4), 256))
    with pytest.raises(
        DataError, match="row 1, column 'pixel0' holds 256; make it a whole number from 0 to 255"
    ):
        load_unlabelled(str(path), feature_names=PIXELS, dtype="uint8")
    np.savez(path, Z=np.zeros(2))
    with pytest.raises(DataError, match="holds no array X"):
        load_unlabelled(str(path), feature_names=PIXELS, dtype="uint8")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("pixel0,pixel1\n1,2\n", "lacks the column 'pixel2' and 1 more of the training data"),
        ("pixel0,pixel1,pixel2,pixel3,z\n1,2,3,4,5\n", "has the column 'z', unknown to the training data"),
        ("pixel0,pixel1,pixel2,pixel3\n1,2,3,4.5\n", "line 2, column 'pixel3' holds '4.5'"),
        ("", "is empty"),
    ],
)
def test_refusals(text, sentence, write_text):
    with pytest.raises(DataError, match=sentence):
        load_unlabelled(write_text(text), feature_names=PIXELS, dtype="uint8")


def test_sources_without_rows(write_competition, tmp_path):
    with pytest.raises(DataError, match=r"holds no test\.csv; name the csv with the rows to be predicted"):
        load_unlabelled(write_competition({"a.txt": ""}), feature_names=PIXELS, dtype="uint8")
    with pytest.raises(DataError, match="there is no such file"):
        load_unlabelled(str(tmp_path / "x.csv"), feature_names=PIXELS, dtype="uint8")
