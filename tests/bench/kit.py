"""Malformed and hostile inputs as records: what lies in a folder, and what must come of it."""

import gzip
import io
import struct
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from bench.datasets import describe, load
from bench.errors import DataError
from bench.folds import make_folds


@dataclass(frozen=True)
class Case:
    """One input.

    Parameters
    ----------
    name : str
        What it is.
    files : dict of str to bytes or callable
        By path; a callable makes what is no ordinary file.
    says : str or None
        Part of the refusal; None if the data are good.
    X, y, X_test : list or None
        What good data hold; None is not compared.
    """

    name: str
    files: dict[str, bytes | Callable[[Path], None]]
    source: str
    says: str | None = None
    X: list | None = None
    y: list | None = None
    X_test: list | None = None
    options: dict = field(default_factory=dict)

    def __str__(self):
        return self.name


def cases(*found):
    return pytest.mark.parametrize("case", found, ids=str)


def table(name, text, says=None, X=None, y=None, **options):
    """Return the case of a single csv."""
    content = text if isinstance(text, bytes) else text.encode()
    return Case(name, {"a.csv": content}, "a.csv", says, X, y, options=options)


def tables(name, train, test, says=None, X_test=None, submission=None, X=None, y=None):
    """Return the case of a competition's folder."""
    texts = {"c/train.csv": train, "c/test.csv": test, "c/sample_submission.csv": submission}
    files = {path: text.encode() for path, text in texts.items() if text is not None}
    return Case(name, files, "c", says, X, y, X_test)


def zipped(members, compression=zipfile.ZIP_DEFLATED):
    """Return the bytes of a zip of (name or ZipInfo, content)."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", compression) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return stream.getvalue()


def idx(array, magic=None, shape=None):
    """Return the bytes of an idx file, whose head may lie."""
    shape = array.shape if shape is None else shape
    head = bytes((0, 0, 8, array.ndim)) if magic is None else magic
    return head + struct.pack(f">{len(shape)}I", *shape) + array.astype(np.uint8).tobytes()


def npy(head, body=b"", version=b"\x01\x00"):
    """Return the bytes of a npy file with any text as its head."""
    text = head.encode() + b"\n"
    return b"\x93NUMPY" + version + struct.pack("<H", len(text)) + text + body


def gz(content):
    return gzip.compress(content, mtime=0)


def check(case, folder):
    """Load a case and hold what comes of it against what must."""
    for name, content in case.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        content(path) if callable(content) else path.write_bytes(content)
    options = {name: str(folder / value) if name == "test" else value for name, value in case.options.items()}
    if case.says is None:
        _check_good(case, load(str(folder / case.source), **options))
        return
    with pytest.raises(DataError) as caught:
        make_folds(load(str(folder / case.source), **options), 2, 1, 0)
    check_sentence(str(caught.value))
    assert case.says in str(caught.value)


def check_sentence(message):
    """A refusal is one line of where, what is found, and what to do, and no longer than can be read."""
    assert len(message.splitlines()) == 1
    assert message.isprintable()
    assert len(message) < 900
    assert "; " in message


def _check_good(case, data):
    for expected, found in ((case.X, data.X), (case.y, data.y), (case.X_test, data.X_test)):
        if expected is not None:
            assert found.tolist() == expected
    check_data(data)


def check_data(data):
    """Hold what every data set promises."""
    assert np.isfinite(data.X).all()
    assert data.X.dtype in (np.uint8, np.float32)
    assert data.X.flags.c_contiguous
    assert data.X.shape == (len(data.y), len(data.feature_names))
    assert len(set(data.feature_names)) == len(data.feature_names)
    assert data.y.dtype.kind in "iU"
    assert len(np.unique(data.y)) >= 2
    assert len(data.sha256) == 64
    if data.X_test is not None:
        assert data.X_test.dtype == data.X.dtype
        assert data.X_test.shape[1:] == data.X.shape[1:]
        assert np.isfinite(data.X_test).all()
        assert len(set(data.test_ids.tolist())) == len(data.X_test)
        assert data.y_test is None or set(data.y_test.tolist()) <= set(data.y.tolist())
    assert describe(data).n_rows == len(data.y)
