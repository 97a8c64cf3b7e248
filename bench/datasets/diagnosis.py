"""The slow reader of a csv, which knows the line and the column of what is wrong."""

from __future__ import annotations

import csv
import io
import math
import re
from collections import deque
from collections.abc import Callable, Iterator, Sequence

from bench.datasets.columns import ALLOWED, NUMBER
from bench.datasets.files import one_line
from bench.errors import DataError

_NUMBER = re.compile(rf"\s*{NUMBER}\s*", re.ASCII)
_LARGEST_FLOAT32 = 3.4028235e38


def explain(
    where: str, content: bytes, header: Sequence[str], numbers: Sequence[str], dtype: str, text: Sequence[str]
) -> None:
    """Refuse the first row that does not fit; return if every row does.

    Parameters
    ----------
    where : str
        How messages call the file.
    content : bytes
        The whole file, its head included.
    header : sequence of str
        All column names.
    numbers, text : sequence of str
        Columns that must hold numbers, and columns that must not be empty.
    dtype : {"uint8", "float32"}
        Which numbers are allowed.

    Raises
    ------
    DataError
        Naming the file's line and the column.
    """
    fits = _is_pixel if dtype == "uint8" else _is_finite
    checks: dict[str, tuple[Callable[[str], bool], str]] = dict.fromkeys(numbers, (fits, ALLOWED[dtype]))
    checks |= dict.fromkeys(text, (_is_filled, "some text"))
    wanted = [(position, name, *checks[name]) for position, name in enumerate(header) if name in checks]
    for line, row in _numbered_rows(where, content):
        if len(row) != len(header):
            found = f"line {line} has {len(row)} fields where the head has {len(header)}"
            raise DataError(f"{where}: {found}; correct that line")
        for position, name, check, allowed in wanted:
            if not check(row[position]):
                raise DataError(
                    f"{where}: line {line}, column {name!r} {_holds(row[position])}; make it {allowed}"
                )


def check_quotes(where: str, content: bytes) -> None:
    """Refuse what only lenient readers understand: a quoted cell that goes on, or one that never ends."""
    if b'"' not in content:
        return
    try:
        deque(csv.reader(as_text(content), strict=True), maxlen=0)
    except (UnicodeDecodeError, csv.Error):
        deque(_numbered_rows(where, content), maxlen=0)


def as_text(content: bytes) -> io.TextIOWrapper:
    """Return the lines of a csv, their ends as they are, without the mark that tells the order of bytes."""
    return io.TextIOWrapper(io.BytesIO(content), encoding="utf-8-sig", newline="")


def blank(cell: str) -> bool:
    """Return whether a cell holds nothing, or white space only."""
    return not cell or cell.isspace()


def is_blank(row: Sequence[str]) -> bool:
    """Return whether a row of fields stands for an empty line."""
    return not row or (len(row) == 1 and not row[0].strip(" \t"))


def _numbered_rows(where: str, content: bytes) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(as_text(content), strict=True)
    head_is_past = False
    line = 1
    try:
        for row in reader:
            if not is_blank(row):
                if head_is_past:
                    yield line, row
                head_is_past = True
            line = reader.line_num + 1
    except UnicodeDecodeError as error:
        raise DataError(f"{where}: is no UTF-8 text ({one_line(error)}); save it as UTF-8") from error
    except csv.Error as error:
        raise DataError(f"{where}: line {line} cannot be read ({one_line(error)}); correct it") from error


def _is_pixel(cell: str) -> bool:
    if len(cell) < 4 and cell.isascii() and cell.isdigit():
        return int(cell) < 256
    return bool(_NUMBER.fullmatch(cell)) and 0 <= float(cell) <= 255 and float(cell).is_integer()


def _is_finite(cell: str) -> bool:
    return bool(_NUMBER.fullmatch(cell)) and math.fabs(float(cell)) <= _LARGEST_FLOAT32


def _is_filled(cell: str) -> bool:
    return not blank(cell)


def _holds(cell: str) -> str:
    if blank(cell):
        return "is empty"
    return f"holds {cell!r}" if len(cell) <= 40 else f"holds {cell[:37] + '...'!r}"
