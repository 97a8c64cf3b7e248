"""Mutated inputs of every reader: a refusal of one sentence, or data that keep every promise."""

import csv
import io
import os
import random
import shutil
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from kit import check_data, check_sentence, gz, idx, zipped

from bench.datasets import load, load_unlabelled
from bench.datasets.columns import ID_NAMES
from bench.errors import DataError
from bench.folds import make_folds

N_QUICK, N_SLOW = 300, 10_000
RELAXED = {"deadline": None, "database": None, "suppress_health_check": list(HealthCheck)}

TRAIN = b'label,pixel0,pixel1,pixel2,pixel3\n0,1,2,3,4\n1,5,6,7,8\n0,9,10,"11",12\n1,13,14,15,255\n'
TEST = b"pixel0,pixel1,pixel2,pixel3\n1,2,3,4\n5,6,7,8\n"
PIXELS = ("pixel0", "pixel1", "pixel2", "pixel3")
SUBMISSION = b"ImageId,Label\n1,0\n2,0\n"
TABLE = b"id,x,kind,y\n1,0.5,a,-1e3\n2,1.5,NA,2\n3,2.5,a,3\n4,-0.0,NA,4\n"
IMAGES, LABELS = np.arange(16).reshape(4, 2, 2), np.array([0, 1, 0, 1])
WORDS = (
    *(b"", b"\0", b"\n", b"\r", b"\r\n", b"\t", b" ", b"\x80", b"\xe2\x80\xae", b"\xef\xbb\xbf", b"\xff\xfe"),
    *b', " "" ; # - ../ / nan inf 1e309 -1 256 1_0 True 0x1 =1+1 1.5 label pixel0 id (2,8) |O <U9'.split(),
    *(b"PK\3\4", b"PK\1\2", b"PK\5\6", b"\x1f\x8b\x08", b"\x93NUMPY", b"\xff" * 4, bytes(4), b"9" * 400),
)


def npz(**arrays):
    stream = io.BytesIO()
    np.savez(stream, **arrays)
    return stream.getvalue()


SEEDS = {
    "csv": ({"a.csv": TABLE}, "a.csv", {"label": "kind"}),
    "folder": ({"c/train.csv": TRAIN, "c/test.csv": TEST, "c/sample_submission.csv": SUBMISSION}, "c", {}),
    "zip": ({"c.zip": zipped([("train.csv", TRAIN), ("test.csv", TEST)])}, "c.zip", {}),
    "stored": ({"c.zip": zipped([("d/train.csv", TRAIN)], zipfile.ZIP_STORED)}, "c.zip", {}),
    "idx": ({"c/train-images-idx3-ubyte": idx(IMAGES), "c/train-labels-idx1-ubyte": idx(LABELS)}, "c", {}),
    "gz": (
        {"c/train-images-idx3-ubyte.gz": gz(idx(IMAGES)), "c/train-labels-idx1-ubyte": gz(idx(LABELS))},
        "c",
        {},
    ),
    "npz": ({"a.npz": npz(X=IMAGES / 16, y=LABELS, X_test=IMAGES / 16)}, "a.npz", {}),
    "text npz": ({"a.npz": npz(X=IMAGES.astype("u1"), y=np.array(["a", "\u00e9"] * 2))}, "a.npz", {}),
}


def mutated(content, chance):
    """Return bytes after one to four random damages."""
    content = bytearray(content)
    for _ in range(chance.choice((1, 1, 2, 4))):
        start = chance.randrange(len(content) + 1)
        end = min(start + chance.choice((0, 1, 1, 2, 4, 16, 64)), len(content))
        match chance.randrange(6):
            case 0:
                content[start:end] = chance.choice(WORDS)
            case 1:
                content[start:start] = chance.choice(WORDS)
            case 2:
                content[start:end] = chance.randbytes(end - start)
            case 3:
                content[start:start] = content[end : end + 30]
            case 4:
                del content[start : end if chance.random() < 0.8 else None]
            case 5 if start < len(content):
                content[start] ^= 1 << chance.randrange(8)
    return bytes(content)


def attack(kind, seed, folder):
    """Load a damaged input and return whether it was good."""
    chance = random.Random(f"{kind} {seed}")
    files, source, options = SEEDS[kind]
    shutil.rmtree(folder, ignore_errors=True)
    victim = chance.choice(sorted(files))
    for name, content in files.items():
        path = Path(folder, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(mutated(content, chance) if name == victim else content)
    source = os.path.join(folder, source)
    attack_new_rows(source)
    try:
        data = load(source, max_input="1M", **options)
        check_data(data)
        if kind in ("csv", "folder"):
            check_cells(data, Path(folder, sorted(files)[-1]), options.get("label"))
        make_folds(data, 2, 1, 0)
    except DataError as error:
        check_sentence(str(error))
        return False
    return True


def attack_new_rows(source):
    """Read the same input as rows to be predicted."""
    try:
        X, ids = load_unlabelled(source, feature_names=PIXELS, dtype="uint8", max_input="1M")
        assert X.shape == (len(ids), len(PIXELS))
        assert X.dtype == np.uint8
    except DataError as error:
        check_sentence(str(error))


def check_cells(data, path, label):
    """Hold the data against a reader of csv that shares nothing with ours but the standard library."""
    lines = csv.reader(io.StringIO(path.read_text("utf-8-sig"), newline=""), strict=True)
    head, *rows = (line for line in lines if any(map(str.strip, line)) or len(line) > 1)
    names = [name.strip() for name in head]
    assert {len(row) for row in rows} == {len(names)}
    columns = dict(zip(names, zip(*rows, strict=True), strict=True))
    X = [[float(cell) for cell in columns[name]] for name in data.feature_names]
    np.testing.assert_array_equal(data.X, np.array(X).T.astype(np.float32))
    label = label or (set(names) - {*data.feature_names, *ID_NAMES}).pop()
    assert [str(y).strip() for y in data.y] == [cell.strip() for cell in columns[label]]


@settings(max_examples=N_QUICK, **RELAXED)
@given(kind=st.sampled_from(sorted(SEEDS)), seed=st.integers(0, 2**32))
def test_mutated_inputs_are_refused_or_correct(kind, seed, tmp_path):
    attack(kind, seed, str(tmp_path / "data"))


@pytest.mark.slow
@pytest.mark.parametrize("kind", sorted(SEEDS))
def test_ten_thousand_mutated_inputs(kind, tmp_path):
    n_cases = N_SLOW // len(SEEDS)
    good = sum(attack(kind, seed, str(tmp_path / "data")) for seed in range(n_cases))
    assert 0 < good < n_cases
