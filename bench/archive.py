"""File format of whatever has arrays: an npz of a JSON record, plain arrays, a sha256 over both."""

from __future__ import annotations

import hashlib
import io
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np

from bench.errors import FolderError

Arrays = dict[str, np.ndarray]

# All that numpy and zipfile raise on a damaged file; RuntimeError stands for an encrypted member.
UNREADABLE = (OSError, ValueError, KeyError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error)


def encode(record: bytes, arrays: Arrays, *, compress: bool = False) -> bytes:
    """Return the bytes of an archive.

    Parameters
    ----------
    record : bytes
        JSON.
    arrays : dict of str to ndarray
        Of plain dtypes: nothing is ever pickled.
    compress : bool
        Whether to trade time for size.
    """
    head = {
        "record": np.frombuffer(record, dtype=np.uint8),
        "sha256": np.frombuffer(_checksum(record, arrays), dtype=np.uint8),
    }
    buffer = io.BytesIO()
    save: Callable[..., None] = np.savez_compressed if compress else np.savez
    save(buffer, **head, **arrays)
    return buffer.getvalue()


def read(path: Path) -> tuple[bytes, Arrays]:
    """Return the record and the arrays of an archive.

    Raises
    ------
    FolderError
        If the file is unreadable, or if its contents are not those that were written.
    """
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as members:
            arrays = {name: members[name] for name in members.files}
        record = arrays.pop("record").tobytes()
        expected = arrays.pop("sha256").tobytes()
    except UNREADABLE as error:
        raise FolderError(f"{path}: unreadable ({error}); delete it and run again") from error
    if _checksum(record, arrays) != expected:
        raise FolderError(f"{path}: contents do not match their checksum; delete it and run again")
    return record, arrays


def _checksum(record: bytes, arrays: Arrays) -> bytes:
    total = hashlib.sha256(record)
    for name in sorted(arrays):
        array = np.ascontiguousarray(arrays[name])
        total.update(f"{name}{array.dtype.str}{array.shape}".encode())
        total.update(array.tobytes())
    return total.digest()
