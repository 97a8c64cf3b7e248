"""Tables of comma separated values: the fast reader, and the checks that it lacks."""

from __future__ import annotations

import csv
import io
import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from bench.datasets.columns import NUMBER, check_texts, unsigned_zeros
from bench.datasets.diagnosis import as_text, blank, check_quotes, explain, is_blank
from bench.datasets.files import File, one_line
from bench.errors import DataError

MAX_COLUMNS = 200_000

_N_WIDE, _BYTES_PER_COLUMN = 1_000, 500
_NUMBER = re.compile(NUMBER, re.ASCII)
_NAMELESS = re.compile(r"Unnamed: \d+", re.ASCII)
_BLANK_BEGINNING = re.compile(rb'(?:\xef\xbb\xbf)?(?:(?:[ \t]*+|"[ \t]*+")[\r\n])*+')
# pandas takes True and 1_0 for numbers; a single byte is sought first because that is ten times as fast.
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
        If it is empty, no UTF-8 text, not separated by commas, or too wide, or has no head, or unnamed or
        equal columns.
    """
    content = file.read()
    if b"\0" in content:
        raise DataError(f"{file.where}: holds NUL bytes, so it is no text; save it as a UTF-8 csv")
    _check_width(file.where, content)
    header = tuple(name.strip() for name in _first_row(file.where, content))
    if not header:
        raise DataError(f"{file.where}: is empty; give a csv with a head and rows")
    if len(header) == 1 and any(sign in header[0] for sign in ";\t|"):
        raise DataError(f"{file.where}: is not separated by commas; save it with commas")
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
    body = _line_end(table.content, 0)
    if any(all(table.content.find(part, body) >= 0 for part in parts) for parts in _SUSPICIOUS):
        explanation()
    try:
        if is_wide := _is_short_and_wide(table):
            explanation()
        read = _read_plainly if is_wide else _read_fast
        X, texts, ragged = read(table, numbers, dtype, text)
    except (ValueError, OverflowError, csv.Error) as error:
        explanation()
        problem = f"cannot be understood ({one_line(error)})"
        raise DataError(f"{table.where}: {problem}; save it as a plain UTF-8 csv") from error
    if ragged:
        explanation()
    for name, column in texts.items():
        check_texts(table.where, name, column)
    return X if dtype == "uint8" else unsigned_zeros(X), texts


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
            io.BytesIO(_for_pandas(table.content)),
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
    return X, texts, ragged


def _read_plainly(
    table: Table, numbers: Sequence[str], dtype: str, text: Sequence[str]
) -> tuple[np.ndarray, dict[str, np.ndarray], bool]:
    """Return the same of rows that have been explained."""
    _second_row(table)
    places = {name: place for place, name in enumerate(table.header)}
    numbered, named = [places[name] for name in numbers], {name: places[name] for name in text}
    X, texts = [], []
    for row in itertools.islice(_rows(table.content), 1, None):
        X.append(np.array([float(row[place]) for place in numbered], dtype=dtype))
        texts.append([row[place] for place in named.values()])
    columns = zip(named, zip(*texts, strict=True), strict=True)
    return np.stack(X), {name: np.array(cells, dtype=object) for name, cells in columns}, False


def _is_short_and_wide(table: Table) -> bool:
    """Return whether most of the time would be spent on the object that pandas makes of each column."""
    return len(table.header) > _N_WIDE and len(table.content) < _BYTES_PER_COLUMN * len(table.header)


def _for_pandas(content: bytes) -> bytes:
    """Return the same rows as pandas understands them.

    It takes blank quotes for a head, and loses a comma after a blank line that ends in a carriage return.
    """
    start = _BLANK_BEGINNING.match(content)
    content = content[start.end() if start else 0 :]
    if b"\r" not in content or content.count(b"\r") == content.count(b"\r\n"):
        return content
    if b'"' not in content:
        return content.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    text = io.StringIO(newline="")
    csv.writer(text).writerows(_rows(content))
    return text.getvalue().encode()


def _line_end(content: bytes, start: int) -> int:
    ends = (content.find(sign, start) for sign in (b"\r", b"\n"))
    return min((end for end in ends if end >= 0), default=len(content))


def _check_width(where: str, content: bytes) -> None:
    """Refuse a line of too many columns before a reader makes an object of each."""
    start = 0
    while start < len(content):
        end = max(content.rfind(sign, start, start + MAX_COLUMNS) for sign in (b"\r", b"\n"))
        if end < 0:
            end = _line_end(content, start)
            if (n_columns := content.count(b",", start, end) + 1) > MAX_COLUMNS:
                found = f"has a line of {n_columns:,} columns where {MAX_COLUMNS:,} can be read"
                raise DataError(f"{where}: {found}; give fewer, or an npz")
        start = end + 1


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
    return (row for row in filter(None, csv.reader(as_text(content))) if not is_blank(row))
