"""Canonical JSON of records, and fingerprints of plain values."""

from __future__ import annotations

import hashlib
from typing import Any, TypeVar

import msgspec

SCHEMA_VERSION = 2

Scalar = None | bool | int | float | str
Params = dict[str, Scalar]
Label = int | str

R = TypeVar("R")


def to_json(record: Any) -> bytes:
    """Return the canonical JSON of a record: keys sorted, no white space."""
    return msgspec.json.encode(record, order="sorted")


def from_json(text: bytes | str, kind: type[R]) -> R:
    """Return the record of class `kind` that `text` holds.

    Raises
    ------
    ValueError
        If the text is no JSON or does not fit the record's fields.
    """
    return msgspec.json.decode(text, type=kind)


def digest(value: Any) -> str:
    """Return the sha256 of the canonical JSON of plain values."""
    return hashlib.sha256(to_json(value)).hexdigest()
