"""Competitions as downloaded: folders, zips, heads and identifiers of the submission."""

import zipfile
from pathlib import Path

import numpy as np
import pytest

from bench.datasets import default_name, describe, load
from bench.errors import DataError


@pytest.mark.parametrize(("name", "prefix"), [("c.zip", ""), ("c.zip", "digit/x/"), ("c", "")])
def test_every_packing_is_the_same_data(name, prefix, competition, write_competition):
    data = load(write_competition(competition, name, prefix))
    assert (data.X.shape, data.X.dtype, data.image_shape) == ((9, 4), np.uint8, (2, 2))
    assert data.X[1].tolist() == [1, 254, 0, 7]
    assert data.y.tolist() == [0, 1, 2] * 3
    assert data.X_test.tolist() == [[row] * 4 for row in range(4)]
    assert (data.y_test, data.test_ids.tolist()) == (None, [1, 2, 3, 4])
    assert (data.id_name, data.label_name, data.name) == ("ImageId", "Label", "c")
    assert data.sha256 == load(write_competition(competition, "plain")).sha256


def test_a_macintosh_zip(competition, write_competition):
    extras = {"__MACOSX/._train.csv": "x", "d/.DS_Store": "x", "d/notes.txt": "x"}
    texts = {f"d/{name}": text for name, text in competition.items()} | extras
    plain = load(write_competition(competition))
    assert load(write_competition(texts, "c.zip")).sha256 == plain.sha256


def test_without_sample_submission(competition, write_competition):
    del competition["sample_submission.csv"]
    data = load(write_competition(competition))
    assert (data.id_name, data.label_name, data.test_ids.tolist()) == ("ImageId", "Label", [1, 2, 3, 4])


@pytest.mark.parametrize("name", ["contest", "contest.zip"])
def test_test_rows_with_a_sample_submission_are_a_competitions(name, competition, write_competition):
    assert describe(load(write_competition(competition, name))).competition


@pytest.mark.parametrize("lacking", ["test.csv", "sample_submission.csv"])
def test_without_both_it_is_no_competition(lacking, competition, write_competition):
    del competition[lacking]
    assert not describe(load(write_competition(competition))).competition


@pytest.mark.parametrize("source", ["", "train.csv"])
def test_other_test_rows_are_no_competitions(source, competition, write_competition):
    folder = Path(write_competition(competition))
    data = load(str(folder / source), test=str(folder / "test.csv"))
    assert data.X_test is not None
    assert not describe(data).competition


def test_without_test_rows(competition, write_competition):
    data = load(write_competition({"train.csv": competition["train.csv"]}))
    assert data.X_test is data.test_ids is None


def test_the_label_is_the_column_that_the_test_lacks(write_competition):
    texts = {
        "train.csv": "row,kind,x\nr1,a,1\nr2,b,2\n",
        "test.csv": "row,x\nr3,5\nr4,6\n",
        "sample_submission.csv": "row,kind\nr3,a\nr4,a\n",
    }
    data = load(write_competition(texts))
    assert (data.feature_names, data.y.tolist()) == (("x",), ["a", "b"])
    assert (data.test_ids.tolist(), data.id_name, data.label_name) == (["r3", "r4"], "row", "kind")


def test_another_test_file(competition, write_competition, write_csv):
    test = write_csv(["pixel3", "pixel2", "pixel1", "pixel0", "label"], [[4, 3, 2, 1, 0]], "mine.csv")
    data = load(write_competition(competition), test=test)
    assert (data.X_test.tolist(), data.y_test.tolist()) == ([[1, 2, 3, 4]], [0])


def break_(texts, **changes):
    return {name: changes.get(name.split(".")[0], text) for name, text in texts.items()}


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"sample_submission": "ImageId,Label\n1,0\n"}, "has 4 rows, but sample_submission.csv has 1"),
        ({"sample_submission": "ImageId\n1\n"}, "has 1 columns; a submission has two, identifier and label"),
        ({"sample_submission": "ImageId,Label\n1,0\n1,0\n2,0\n3,0\n"}, "the test id 1 is given 2 times"),
        ({"test": "pixel0,pixel1,pixel2\n1,2,3\n"}, "lacks the column 'pixel3' of "),
        (
            {"test": "pixel0,pixel1,pixel2,pixel3\n1,2,3,999\n"},
            "test.csv: line 2, column 'pixel3' holds '999'",
        ),
        ({"test": "ImageId,pixel0,pixel1,pixel2,pixel3\n" + "9,1,2,3,4\n" * 4}, "its ids are not those of"),
    ],
)
def test_tables_that_do_not_fit(changes, sentence, competition, write_competition):
    for name in ("c", "c.zip"):
        with pytest.raises(DataError) as caught:
            load(write_competition(break_(competition, **changes), name))
        assert sentence in str(caught.value)


def test_unclear_labels(write_competition):
    texts = {"train.csv": "kind,sort,x\na,b,1\nb,a,2\n", "test.csv": "x\n5\n"}
    with pytest.raises(DataError, match=r"train\.csv: which column is the label is not clear"):
        load(write_competition(texts))


def test_folders_and_zips_of_other_things(write_competition):
    for name in ("c", "c.zip"):
        with pytest.raises(DataError, match=r"holds neither train\.csv nor train-images-idx3-ubyte; give a"):
            load(write_competition({"readme.txt": "x"}, name))


def test_an_empty_zip(tmp_path):
    with zipfile.ZipFile(tmp_path / "c.zip", "w"):
        pass
    with pytest.raises(DataError, match=r"holds neither train\.csv"):
        load(str(tmp_path / "c.zip"))


def test_broken_zips(competition, write_competition, write_text):
    with pytest.raises(DataError, match=r"cannot be unpacked .*; download it again"):
        load(write_text("no zip", "x.zip"))
    path = Path(write_competition(competition, "c.zip"))
    content = bytearray(path.read_bytes())
    content[40:60] = bytes(20)
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"cannot be unpacked .*; download it again"):
        load(str(path))


def test_a_zip_that_asks_for_a_password(competition, write_competition):
    path = Path(write_competition(competition, "c.zip"))
    content = bytearray(path.read_bytes())
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = content.find(signature)
        while start >= 0:
            content[start + offset] |= 1
            start = content.find(signature, start + 1)
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"cannot be unpacked .*encrypted"):
        load(str(path))


def test_the_real_competition(real_data, tmp_path):
    zipped = load(str(real_data / "digit-recognizer.zip"))
    assert (zipped.X.shape, zipped.X_test.shape) == ((42_000, 784), (28_000, 784))
    assert (zipped.X.dtype, zipped.image_shape) == (np.uint8, (28, 28))
    assert zipped.X.flags.c_contiguous
    assert zipped.X_test.flags.c_contiguous
    assert np.unique(zipped.y).tolist() == list(range(10))
    assert default_name(zipped.source) == zipped.name == "digit-recognizer"
    with zipfile.ZipFile(real_data / "digit-recognizer.zip") as archive:
        archive.extractall(tmp_path)
    assert load(str(tmp_path)).sha256 == zipped.sha256


def test_the_real_idx_files(real_data):
    data = load(str(real_data))
    assert (data.X.shape, data.X_test.shape, data.image_shape) == ((60_000, 784), (10_000, 784), (28, 28))
    assert np.bincount(data.y_test).tolist() == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
