"""What is odd about data is counted, said once, and kept."""

import numpy as np
import pytest

from bench.datasets import describe, load
from bench.datasets.sizes import in_memory, parse_max_input, shown_size
from bench.errors import DataError, EnvironmentProblem, UsageError


def described(write_csv, rows, tests=None):
    header = ["label", *(f"pixel{number}" for number in range(len(rows[0]) - 1))]
    test = None if tests is None else write_csv(header[1:], tests, "test.csv")
    return describe(load(write_csv(header, rows), test=test))


def test_nothing_odd_is_nothing_said(write_csv):
    assert described(write_csv, [["a", 1], ["b", 2]], [[3]]).warnings == ()


def test_copies_are_counted(write_csv):
    info = described(write_csv, [["a", 1], ["a", 1], ["a", 1], ["b", 2]])
    assert (info.n_duplicates, info.n_contradictory) == (2, 0)
    assert info.warnings == ("2 rows are copies of an earlier row; copies are kept in one fold",)


def test_copies_under_another_label_are_counted_apart(write_csv):
    info = described(write_csv, [["a", 1], ["b", 1], ["a", 1], ["b", 2], ["b", 2]])
    assert (info.n_duplicates, info.n_contradictory) == (3, 3)
    assert info.warnings[1].startswith("3 rows have a copy with another label; ")


def test_test_rows_that_were_trained_on_are_counted(write_csv):
    info = described(write_csv, [["a", 1], ["b", 2]], [[2], [2], [3]])
    assert info.n_test_in_train == 2
    assert info.warnings == ("2 test rows are also in the training data; scores on them prove little",)


def test_values_of_another_scale(write_csv):
    (warning,) = described(write_csv, [["a", 0], ["b", 1]], [[255]]).warnings
    assert warning == "training values reach 1 and test values 255; scale both alike"


@pytest.mark.parametrize(
    ("labels", "shown"),
    [
        (["a", "a "], "'a' and 'a '"),
        (["yes", "Yes", "no"], "'Yes' and 'yes'"),
        (["7", "007", "8"], "'007' and '7'"),
        (["1", "1.0"], "'1' and '1.0'"),
        (["\uff21", "A"], "'A' and '\uff21'"),
    ],
)
def test_labels_that_look_alike(labels, shown, write_csv):
    (warning,) = described(write_csv, [[label, number] for number, label in enumerate(labels)]).warnings
    assert warning == f"the classes {shown} look alike; make them one if they are"


@pytest.mark.parametrize(
    ("text", "n_bytes"), [("2G", 2**31), ("800M", 800 * 2**20), ("1.5k", 1536), (17, 17), ("2GiB", 2**31)]
)
def test_sizes(text, n_bytes):
    assert parse_max_input(text) == n_bytes


@pytest.mark.parametrize("text", ["", "0", "-1", "2 G", "G", "1e9", "nan", "2X", "9" * 99, "0.1"])
def test_senseless_sizes(text, write_csv):
    path = write_csv(["label", "x"], [["a", 1], ["b", 2]])
    with pytest.raises(UsageError, match="is no size; write it like 2G or 800M"):
        load(path, max_input=text)


def test_shown_sizes():
    assert [shown_size(n_bytes) for n_bytes in (0, 1023, 1024, 2**31)] == [
        "0 bytes",
        "1023 bytes",
        "1K",
        "2G",
    ]


def test_a_lack_of_memory_is_said():
    wanted = pytest.raises(EnvironmentProblem, match="does not fit into the memory of this machine; give")
    with wanted, in_memory("a.csv"):
        np.empty(2**62, np.uint8)


def test_pixels_with_gaps_are_no_image(write_csv):
    names = [f"pixel{number}" for number in (0, 1, 2, 9)]
    gaps = load(write_csv(["label", *names], [["a", 1, 2, 3, 4], ["b", 5, 6, 7, 8]]))
    assert (gaps.image_shape, gaps.X.dtype) == (None, np.uint8)


def test_many_columns_are_read_in_time(write_csv):
    names = [f"pixel{number}" for number in range(5_000)]
    data = load(write_csv(["label", *names], [["a", *[1] * 5_000], ["b", *[2] * 5_000]]))
    assert data.X.shape == (2, 5_000)


def test_too_many_columns_are_refused(write_csv):
    path = write_csv(["label", *range(200_000)], [])
    with pytest.raises(
        DataError, match="has a line of 200,001 columns where 200,000 can be read; give fewer"
    ):
        load(path)


def test_too_many_features_are_refused(tmp_path):
    np.savez(tmp_path / "a.npz", X=np.zeros((2, 1_000_001), np.uint8), y=[0, 1])
    with pytest.raises(DataError, match="has 1,000,001 features where 1,000,000 can be read"):
        load(str(tmp_path / "a.npz"))
