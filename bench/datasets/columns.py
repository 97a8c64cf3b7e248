"""What columns mean: pixels and their order, image shapes, and which values each kind may hold."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable, Sequence

import numpy as np

from bench.datasets.sizes import MAX_PADDING, MAX_TEXT
from bench.errors import DataError, UsageError

ID_NAMES = ("ImageId", "id", "Id", "ID")
NUMBER = r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?"
ALLOWED = {"uint8": "a whole number from 0 to 255", "float32": "a finite number"}

_PIXEL = re.compile(r"pixel(\d{1,9})", re.ASCII)
_PLAIN_INTEGER = re.compile(r"0|-?[1-9]\d{0,17}", re.ASCII)


def are_pixels(names: Iterable[str]) -> bool:
    """Return whether every column is called ``pixelN``."""
    return all(_PIXEL.fullmatch(name) for name in names)


def dtype_of(names: Iterable[str]) -> str:
    """Return "uint8" for columns that are all pixels, otherwise "float32"."""
    return "uint8" if are_pixels(names) else "float32"


def ordered(names: Sequence[str], *, images: bool = False) -> tuple[str, ...]:
    """Return feature names in the one order that does not depend on the file.

    Pixels are sorted by number and other features by name. Features that are said to be images are
    sorted by the numbers in their names if they differ in nothing else; otherwise they stay as they are.
    """
    if are_pixels(names) or (images and are_numbered(names)):
        return tuple(sorted(names, key=lambda name: (_numbers(name), name)))
    return tuple(names) if images else tuple(sorted(names))


def are_counted(names: Sequence[str]) -> bool:
    """Return whether the names stand in the order of their numbers and differ in nothing else."""
    return are_numbered(names) and tuple(names) == ordered(names, images=True)


def are_numbered(names: Iterable[str]) -> bool:
    """Return whether the names differ in numbers only, such as x0, x1 or 1x1, 1x2."""
    skeletons = {re.sub(r"\d+", "#", name) for name in names}
    return len(skeletons) == 1 and "#" in skeletons.pop()


def positional_names(n_features: int, *, pixels: bool) -> tuple[str, ...]:
    """Return names for columns that have none, such that their order is the columns' order."""
    if pixels:
        return tuple(f"pixel{number}" for number in range(n_features))
    width = len(str(n_features - 1))
    return tuple(f"x{number:0{width}d}" for number in range(n_features))


def parse_shape(shape: str | tuple[int, ...] | None) -> tuple[int, ...] | None:
    """Return (height, width) or (height, width, channels); one channel is left out.

    Raises
    ------
    UsageError
        If `shape` is not two or three positive numbers.
    """
    if shape is None:
        return None
    text = shape if isinstance(shape, str) else "x".join(map(str, shape))
    if not re.fullmatch(r"[1-9]\d{0,5}(x[1-9]\d{0,5}){1,2}", text, re.ASCII):
        raise UsageError(f"--image-shape: {text!r} is no shape; write it like 28x28 or 32x32x3")
    sizes = tuple(int(size) for size in text.split("x"))
    return sizes[:2] if sizes[2:] == (1,) else sizes


def pixels_shape(names: Sequence[str]) -> tuple[int, ...] | None:
    """Return the square shape of ordered features that are all the pixels of an image, else None."""
    if not are_pixels(names):
        return None
    numbers = [int(_numbers(name)[0][1] or 0) for name in names]
    gapless = numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    return square_shape(len(names)) if gapless and numbers[0] in (0, 1) else None


def square_shape(n_pixels: int) -> tuple[int, ...] | None:
    """Return the shape of a square image of one or three channels, or None if it is none."""
    for channels in ((), (3,)):
        side = math.isqrt(n_pixels // math.prod(channels))
        if side * side * math.prod(channels) == n_pixels:
            return (side, side, *channels)
    return None


def plain_values(texts: Iterable[str]) -> np.ndarray:
    """Return labels or identifiers as int64 if all are plain integers, otherwise as they are written.

    "007", "1.0" and "NA" are text, and one of them keeps the whole column text.

    Returns
    -------
    ndarray of shape (n,), int64 or str
    """
    texts = list(texts)
    numbers = {text: text.strip() for text in set(texts)}
    if all(_PLAIN_INTEGER.fullmatch(number) for number in numbers.values()):
        return np.array([int(numbers[text]) for text in texts], dtype=np.int64)
    return np.array(texts, dtype=np.str_)


def check_texts(where: str, column: str, texts: Collection[str]) -> None:
    """Refuse labels and identifiers that are too long to be either: arrays give each the longest's room."""
    longest = max(map(len, texts), default=0)
    if longest > MAX_TEXT:
        found = f"the column {column!r} holds a text of {longest:,} characters"
        raise DataError(f"{where}: {found}; shorten it to {MAX_TEXT}")
    room = longest * len(texts)
    if room > MAX_PADDING and room - sum(map(len, texts)) > MAX_PADDING:
        found = f"the column {column!r} holds {len(texts):,} texts, of which one has {longest} characters"
        raise DataError(f"{where}: {found}, too much to be kept; shorten it")


def convert(where: str, names: Sequence[str], values: np.ndarray, dtype: str) -> np.ndarray:
    """Return `values` in C order as `dtype`, or refuse the first one that does not fit.

    Parameters
    ----------
    where : str
        How messages call the source.
    names : sequence of str
        Names of the columns.
    values : ndarray of shape (n, n_columns)
        Numbers of any kind.
    dtype : {"uint8", "float32"}

    Raises
    ------
    DataError
        If a value is missing, infinite, or no pixel where pixels are wanted.
    """
    if values.dtype == dtype == "uint8":
        return np.ascontiguousarray(values)
    with np.errstate(over="ignore", invalid="ignore"):
        converted = np.ascontiguousarray(values.astype(dtype))
    fits = converted == values if dtype == "uint8" else np.isfinite(converted)
    if not fits.all():
        row, column = np.argwhere(~fits)[0]
        found = f"row {row + 1}, column {names[column]!r} holds {values[row, column]}"
        raise DataError(f"{where}: {found}; make it {ALLOWED[dtype]}")
    return converted if dtype == "uint8" else unsigned_zeros(converted)


def unsigned_zeros(values: np.ndarray) -> np.ndarray:
    """Replace -0.0 by 0.0 in place, so that equal numbers have equal bytes."""
    values += 0.0
    return values


def as_pixels(X: np.ndarray, X_test: np.ndarray | None) -> tuple[np.ndarray, np.ndarray | None]:
    """Return both as uint8 if all values are whole numbers from 0 to 255, otherwise unchanged."""
    if not _fit_pixels(X) or (X_test is not None and not _fit_pixels(X_test)):
        return X, X_test
    return X.astype(np.uint8), None if X_test is None else X_test.astype(np.uint8)


def _fit_pixels(array: np.ndarray) -> bool:
    with np.errstate(invalid="ignore"):
        return bool((array.astype(np.uint8) == array).all())


def _numbers(name: str) -> tuple[tuple[int, str], ...]:
    """Return the numbers in a name such that they sort by value, however long they are."""
    digits = (number.lstrip("0") for number in re.findall(r"\d+", name, re.ASCII))
    return tuple((len(number), number) for number in digits)
