"""How much may be read: sizes as text, and streams that end in time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedIOBase
from typing import IO

from bench.errors import DataError, EnvironmentProblem, UsageError

Stream = BufferedIOBase | IO[bytes]

MAX_FEATURES = 1_000_000
MAX_TEXT = 256
MAX_PADDING = 2**26

_CHUNK_BYTES = 1 << 20
_UNITS = {"": 1, "K": 2**10, "M": 2**20, "G": 2**30, "T": 2**40}
_SIZE = re.compile(r"(\d{1,15}(?:\.\d{1,3})?)([KMGT]?)(?:i?B)?", re.ASCII | re.IGNORECASE)


def parse_max_input(text: str | int) -> int:
    """Return a size such as "2G", "800M" or 1000 in bytes; a K is 1,024.

    Raises
    ------
    UsageError
        If it is no size, or none that anything fits into.
    """
    found = _SIZE.fullmatch(str(text).strip())
    size = int(float(found[1]) * _UNITS[found[2].upper()]) if found else 0
    if size < 1:
        raise UsageError(f"--max-input: {str(text)!r} is no size; write it like 2G or 800M")
    return size


@contextmanager
def in_memory(source: str) -> Iterator[None]:
    """Turn a lack of memory into an error of ours."""
    try:
        yield
    except MemoryError as error:
        found = "does not fit into the memory of this machine"
        raise EnvironmentProblem(f"{source[:300]}: {found}; give fewer rows, or use a larger one") from error


def shown_size(n_bytes: int) -> str:
    """Return a number of bytes in the unit that suits it, such as "1.5G"."""
    unit = max((unit for unit in _UNITS if n_bytes >= _UNITS[unit]), key=_UNITS.__getitem__, default="")
    return f"{n_bytes} bytes" if not unit else f"{n_bytes / _UNITS[unit]:.3g}{unit}"


def check_size(where: str, n_bytes: int, max_bytes: int) -> None:
    """Refuse what is larger than ``--max-input``."""
    if n_bytes > max_bytes:
        found = f"holds {shown_size(n_bytes)} where --max-input allows {shown_size(max_bytes)}"
        raise DataError(f"{where}: {found}; raise --max-input if you trust it")


def read_at_most(stream: Stream, where: str, max_bytes: int) -> bytes:
    """Return what is left of a stream.

    Raises
    ------
    DataError
        If there is more.
    """
    content = read_some(stream, max_bytes + 1)
    if len(content) > max_bytes:
        found = f"holds more than the {shown_size(max_bytes)} that --max-input allows"
        raise DataError(f"{where}: {found}; raise --max-input if you trust it")
    return content


def read_some(stream: Stream, n_bytes: int) -> bytes:
    """Return at most the next `n_bytes` of a stream, asking for room only as they come."""
    chunks, left = [], n_bytes
    while left and (chunk := stream.read(min(_CHUNK_BYTES, left))):
        chunks.append(chunk)
        left -= len(chunk)
    return b"".join(chunks)


def check_features(where: str, n_features: int) -> None:
    """Refuse more features than any model could be fitted to."""
    if n_features > MAX_FEATURES:
        found = f"has {n_features:,} features where {MAX_FEATURES:,} can be read"
        raise DataError(f"{where}: {found}; give smaller rows")
