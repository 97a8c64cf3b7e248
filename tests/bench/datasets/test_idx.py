"""Folders of idx files."""

import gzip
from pathlib import Path

import numpy as np
import pytest

from bench.datasets import load
from bench.errors import DataError

TRAIN = {
    "train-images-idx3-ubyte": np.arange(24).reshape(4, 2, 3),
    "train-labels-idx1-ubyte": np.array([0, 1, 1, 0]),
}
TEST = {
    "t10k-images-idx3-ubyte": np.full((2, 2, 3), 255),
    "t10k-labels-idx1-ubyte": np.array([1, 1]),
}


def test_gz_or_not_and_either_spelling(write_idx):
    plain = load(write_idx(TRAIN | TEST))
    assert (plain.X.shape, plain.X.dtype, plain.image_shape) == ((4, 6), np.uint8, (2, 3))
    assert plain.X[1].tolist() == [6, 7, 8, 9, 10, 11]
    assert (plain.y.tolist(), plain.y_test.tolist(), plain.test_ids.tolist()) == (
        [0, 1, 1, 0],
        [1, 1],
        [1, 2],
    )
    dotted = {name.replace("-idx", ".idx"): array for name, array in (TRAIN | TEST).items()}
    assert load(write_idx(TRAIN | TEST, "packed", packed=True)).sha256 == plain.sha256
    assert load(write_idx(dotted, "dotted")).sha256 == plain.sha256


def test_training_files_alone(write_idx):
    assert load(write_idx(TRAIN)).X_test is None


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"train-labels-idx1-ubyte": None}, "lacks train-labels-idx1-ubyte; put it beside the others"),
        ({"t10k-images-idx3-ubyte": None}, "lacks t10k-images-idx3-ubyte; put it beside the others"),
        (
            {"train-labels-idx1-ubyte": np.array([0, 1])},
            "has 4 train images but 2 labels; replace one of them",
        ),
        ({"train-images-idx3-ubyte": np.zeros((4, 6))}, "begins with 00000802 where 00000803 belongs"),
        (
            {"t10k-images-idx3-ubyte": np.zeros((2, 3, 3))},
            "training images are (2, 3) and test images (3, 3)",
        ),
        ({"t10k-labels-idx1-ubyte": np.array([1, 7])}, "the test label 7 is on no training row"),
        ({"train-images-idx3-ubyte": np.zeros((0, 2, 3))}, "is empty; give one with rows"),
    ],
)
def test_refusals(changes, sentence, write_idx):
    arrays = {name: array for name, array in (TRAIN | TEST | changes).items() if array is not None}
    with pytest.raises(DataError) as caught:
        load(write_idx(arrays))
    assert sentence in str(caught.value)


@pytest.mark.parametrize("extra", [-1, 1])
def test_a_size_that_lies(extra, write_idx):
    folder = write_idx(TRAIN)
    path = Path(folder) / "train-images-idx3-ubyte"
    path.write_bytes((path.read_bytes() + b"\0")[: 16 + 24 + extra])
    with pytest.raises(DataError, match=f"promises 24 bytes but holds {24 + extra}; download it again"):
        load(folder)


def test_files_that_are_cut_short(write_idx):
    folder = Path(write_idx(TRAIN, packed=True))
    path = folder / "train-labels-idx1-ubyte.gz"
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(DataError, match=r"cannot be unpacked .*; download it again"):
        load(str(folder))
    path.write_bytes(gzip.compress(b""))
    with pytest.raises(DataError, match="begins with nothing where 00000801 belongs"):
        load(str(folder))
