"""Tables of comma separated values: the fast reader, and the checks that it lacks."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from bench.datasets.columns import check_texts, unsigned_zeros
from bench.datasets.diagnosis import blank, check_quotes, explain, is_blank
from bench.datasets.files import File, one_line
from bench.errors import DataError

# pandas takes True and 1_0 for numbers; a single byte is sought first because that is ten times as fast.
MAX_COLUMNS = 200_000

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_NAMELESS = re.compile(r"Unnamed: \d+", re.ASCII)
_SUSPICIOUS = ((b"_", b"_"), (b"e", b"rue"), (b"E", b"RUE"), (b"e", b"alse"), (b"E", b"ALSE"))


@dataclass(frozen=True)
class Table:
    """The bytes of a csv whose head has been read.

    Parameters
    ----------
    where : str
        How messages call it.
    content : bytes
        The whole file.
    header : tuple of str
        Column names, each one once.
    """

    where: str
    content: bytes
    header: tuple[str, ...]


def open_table(file: File) -> Table:
    """Read the bytes and the head of a csv.

    Raises
    ------
    DataError
        If it is empty, no UTF-8 text, not separated by commas, or has no head, or unnamed or equal columns.
    """
    content = file.read()
    if b"\0" in content:
        raise DataError(f"{file.where}: holds NUL bytes, so it is no text; save it as a UTF-8 csv")
    header = tuple(name.strip() for name in _first_row(file.where, content))
    if not header:
        raise DataError(f"{file.where}: is empty; give a csv with a head and rows")
    if len(header) == 1 and any(sign in header[0] for sign in ";\t|"):
        raise DataError(f"{file.where}: is not separated by commas; save it with commas")
    if len(header) > MAX_COLUMNS:
        found = f"has {len(header):,} columns where {MAX_COLUMNS:,} can be read"
        raise DataError(f"{file.where}: {found}; give fewer, or an npz")
    _check_names(file.where, header)
    check_quotes(file.where, content)
    return Table(file.where, content, header)


def read_table(
    table: Table, numbers: Sequence[str], dtype: str, text: Sequence[str]
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Return the columns of numbers in the given order, and the columns of text by name.

    Parameters
    ----------
    table : Table
        What to read.
    numbers, text : sequence of str
        Columns to return; no other column is looked at.
    dtype : {"uint8", "float32"}
        Kind of the numbers.

    Returns
    -------
    X : ndarray of shape (n, len(numbers)), `dtype`, in C order
    texts : dict of str to ndarray of shape (n,), object
        Non-empty strings.

    Raises
    ------
    DataError
        If a row has too few or too many fields, or a cell is empty or not what its column asks for.
    """
    explanation = partial(explain, table.where, table.content, table.header, numbers, dtype, text)
    body = max(table.content.find(b"\n"), 0)
    if any(all(table.content.find(part, body) >= 0 for part in parts) for parts in _SUSPICIOUS):
        explanation()
    try:
        X, texts, ragged = _read_fast(table, numbers, dtype, text)
    except (ValueError, OverflowError, csv.Error) as error:
        explanation()
        problem = f"cannot be understood ({one_line(error)})"
        raise DataError(f"{table.where}: {problem}; save it as a plain UTF-8 csv") from error
    if ragged:
        explanation()
    for name, column in texts.items():
        check_texts(table.where, name, column)
    return X, texts


def _read_fast(
    table: Table, numbers: Sequence[str], dtype: str, text: Sequence[str]
) -> tuple[np.ndarray, dict[str, np.ndarray], bool]:
    """Return numbers, texts, and whether lines may be too short: pandas fills them up in silence."""
    import pandas as pd

    if (width := len(_second_row(table))) != len(table.header):
        raise ValueError(f"the first row has {width} fields")
    dtypes: dict[str, object] = dict.fromkeys(table.header, np.dtype(object)) | dict.fromkeys(
        numbers, np.dtype(dtype)
    )
    with np.errstate(over="ignore", invalid="ignore"):
        frame = pd.read_csv(
            io.BytesIO(table.content),
            names=list(table.header),
            header=0,
            index_col=False,
            dtype=dtypes,
            engine="c",
            keep_default_na=False,
            na_filter=False,
        )
    texts = {name: frame[name].to_numpy() for name in text}
    if any(blank(cell) for column in texts.values() for cell in column):
        raise ValueError("a cell is empty")
    last = table.header[-1]
    ragged = last not in numbers and last not in text and bool((frame[last] == "").any())
    X = np.array(frame[list(numbers)], dtype=dtype, order="C")
    if dtype == "float32" and not np.isfinite(X).all():
        raise ValueError("a number is not finite")
    return X if dtype == "uint8" else unsigned_zeros(X), texts, ragged


def _check_names(where: str, header: Sequence[str]) -> None:
    if all(_NUMBER.fullmatch(name) for name in header) and not _are_counted(header):
        raise DataError(f"{where}: its first line holds numbers and no names; add a head")
    seen: set[str] = set()
    for number, name in enumerate(header, start=1):
        if not name or _NAMELESS.fullmatch(name):
            raise DataError(f"{where}: column {number} has no name; name it, or save without the index")
        if not name.isprintable():
            found = f"the name of column {number}, {name[:100]!r}, holds invisible characters"
            raise DataError(f"{where}: {found}; save it as a plain UTF-8 csv with commas")
        if name in seen:
            raise DataError(f"{where}: two columns are called {name[:100]!r}; rename one of them")
        seen.add(name)


def _are_counted(header: Sequence[str]) -> bool:
    """Return whether numbers are the names of columns, as they are if they count from 0 or 1."""
    n_columns = len(header)
    return list(header) in ([str(i + first) for i in range(n_columns)] for first in (0, 1))


def _first_row(where: str, content: bytes) -> list[str]:
    try:
        return next(_rows(content), [])
    except UnicodeDecodeError as error:
        raise DataError(f"{where}: is no UTF-8 text ({one_line(error)}); save it as UTF-8") from error
    except csv.Error as error:
        raise DataError(f"{where}: its head cannot be read ({one_line(error)}); save it as a csv") from error


def _second_row(table: Table) -> list[str]:
    rows = _rows(table.content)
    next(rows)
    row = next(rows, None)
    if row is None:
        raise DataError(f"{table.where}: holds no rows beneath its head; add some")
    return row


def _rows(content: bytes) -> Iterator[list[str]]:
    reader = csv.reader(io.TextIOWrapper(io.BytesIO(content), encoding="utf-8-sig", newline=""))
    return (row for row in reader if not is_blank(row))
