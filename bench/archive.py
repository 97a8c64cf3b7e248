"""File formats that check themselves: an npz of a JSON record and plain arrays, and plain JSON.

Both end with the sha256 of every byte before it, the npz in the zip's comment, the JSON as its last member.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
import zlib
from collections.abc import Callable
from typing import TypeVar

import msgspec
import numpy as np

from bench.errors import DamagedFile
from bench.records import from_json, to_json

R = TypeVar("R")

Arrays = dict[str, np.ndarray]

SEAL_BYTES = 64
JSON_SEAL = ',\n  "sha256": "', '"\n}\n'

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
    buffer = io.BytesIO()
    save: Callable[..., None] = np.savez_compressed if compress else np.savez
    save(buffer, record=np.frombuffer(record, dtype=np.uint8), **arrays)
    with zipfile.ZipFile(buffer, "a") as members:
        members.comment = bytes(SEAL_BYTES)
    body = buffer.getvalue()[:-SEAL_BYTES]
    return body + _seal(body)


def decode(content: bytes) -> tuple[bytes, Arrays]:
    """Return the record and the arrays of an archive.

    Raises
    ------
    DamagedFile
        If the contents are not those that were written.
    """
    check(content)
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as members:
            arrays = {name: members[name] for name in members.files}
        return arrays.pop("record").tobytes(), arrays
    except UNREADABLE as error:
        raise DamagedFile(f"unreadable ({error})") from error


def check(content: bytes) -> None:
    """Compare an archive with its checksum, without unpacking it.

    Raises
    ------
    DamagedFile
        If they differ.
    """
    if not content:
        raise DamagedFile("empty")
    if _seal(content[:-SEAL_BYTES]) != content[-SEAL_BYTES:]:
        raise DamagedFile("contents do not match their checksum")


def encode_json(record: object) -> bytes:
    """Return a record without arrays as indented JSON, its checksum as the last member."""
    body = msgspec.json.format(to_json(record), indent=2).removesuffix(b"\n}")
    head, tail = JSON_SEAL
    return body + head.encode() + _seal(body) + tail.encode()


def decode_json(content: bytes, kind: type[R]) -> R:
    """Return the record of class `kind` that sealed JSON holds.

    Raises
    ------
    DamagedFile
        If the contents are not those that were written, or are of another kind.
    """
    try:
        return from_json(unsealed(content), kind)
    except ValueError as error:
        raise DamagedFile(f"another kind of record ({error})") from error


def unsealed(content: bytes) -> bytes:
    """Return sealed JSON once it matches its checksum.

    Raises
    ------
    DamagedFile
        If it does not.
    """
    if not content:
        raise DamagedFile("empty")
    if not is_sealed(content):
        raise DamagedFile("contents do not match their checksum")
    return content


def is_sealed(content: bytes) -> bool:
    """Whether JSON ends with the checksum of what stands before."""
    head, tail = (part.encode() for part in JSON_SEAL)
    body = content[: -len(head) - SEAL_BYTES - len(tail)]
    return content == body + head + _seal(body) + tail


def _seal(body: bytes) -> bytes:
    return hashlib.sha256(body).hexdigest().encode()
