"""Arrays saved by numpy: X and y, and perhaps X_test and y_test."""

from __future__ import annotations

import io
import math
from collections.abc import Mapping

import numpy as np

from bench.datasets.assemble import Raw
from bench.datasets.columns import as_pixels, convert, positional_names, square_shape
from bench.datasets.files import BROKEN_ZIP, File, one_line
from bench.errors import DataError

_KERAS_NAMES = {"x_train": "X", "y_train": "y", "x_test": "X_test", "y_test": "y_test"}
_NAMES = {name: name for name in ("X", "y", "X_test", "y_test")} | _KERAS_NAMES


def read_npz(file: File, test: File | None, *, images: bool) -> Raw:
    """Read labelled rows and perhaps test rows; also the names x_train, y_train and so on are known.

    X of shape (n, height, width) or (n, height, width, channels) is images, and so is uint8 X of shape
    (n, n_features); other tables are features in the order of their columns. Whole numbers from 0 to 255
    of images become uint8, everything else float32.

    Parameters
    ----------
    file : File
        The npz with X and y.
    test : File or None
        An npz whose X and y are test rows; y may be absent.
    images : bool
        Whether a table of features is images as well.

    Raises
    ------
    DataError
        If an array is missing, does not fit the others, or holds what are no finite numbers.
    """
    arrays = read_arrays(file)
    X, y = _member(file.where, arrays, "X"), _labels(file.where, _member(file.where, arrays, "y"))
    X_test, y_test, where = arrays.get("X_test"), arrays.get("y_test"), file.where
    if test is not None:
        tests, where = read_arrays(test), test.where
        X_test, y_test = _member(where, tests, "X"), tests.get("y")
    y_test = None if y_test is None else _labels(where, y_test)
    _check_lengths(file.where, X, y)
    if X_test is not None:
        _check_test(where, X, X_test, y_test)
    return _raw(file.where, X, y, X_test, y_test, images=images)


def read_arrays(file: File) -> dict[str, np.ndarray]:
    """Return the arrays X, y, X_test and y_test that an npz holds.

    Raises
    ------
    DataError
        If it is no npz, or an array holds Python objects.
    """
    try:
        archive = np.load(io.BytesIO(file.read()), allow_pickle=False)
        if not isinstance(archive, np.lib.npyio.NpzFile):
            raise DataError(f"{file.where}: holds a single array; save X and y with numpy.savez")
        return {_NAMES[name]: archive[name] for name in archive.files if name in _NAMES}
    except (*BROKEN_ZIP, KeyError, TypeError, MemoryError) as error:
        found = f"cannot be read as plain arrays ({one_line(error)})"
        raise DataError(f"{file.where}: {found}; save numbers and text with numpy.savez") from error


def flat_numbers(where: str, X: np.ndarray, dtype: str, names: tuple[str, ...] | None = None) -> np.ndarray:
    """Return `X` as a table of shape (n, n_features) of `dtype` in C order.

    Raises
    ------
    DataError
        If a value does not fit.
    """
    table = X.reshape(len(X), -1)
    return convert(where, names or positional_names(table.shape[1], pixels=dtype == "uint8"), table, dtype)


def check_array(where: str, X: np.ndarray) -> None:
    """Refuse an array that is no table of numbers and no images."""
    if X.dtype.kind not in "biuf":
        raise DataError(f"{where}: X holds {X.dtype} and not numbers; save it as numbers")
    if not 2 <= X.ndim <= 4 or X.size == 0:
        found = f"X has the shape {X.shape}"
        raise DataError(
            f"{where}: {found}; make it (n, features), (n, height, width) or (n, height, width, channels)"
        )


def _raw(
    where: str,
    X: np.ndarray,
    y: np.ndarray,
    X_test: np.ndarray | None,
    y_test: np.ndarray | None,
    *,
    images: bool,
) -> Raw:
    shape = _image_shape(X)
    dtype = "uint8" if X.dtype == np.uint8 else "float32"
    table = flat_numbers(where, X, dtype)
    test_table = None if X_test is None else flat_numbers(where, X_test, dtype)
    if dtype == "float32" and (images or (X.ndim > 2 and X.dtype.kind in "biu")):
        table, test_table = as_pixels(table, test_table)
    n_features = math.prod(X.shape[1:])
    return Raw(
        where=where,
        X=table,
        y=y,
        feature_names=positional_names(n_features, pixels=images or X.ndim > 2 or dtype == "uint8"),
        image_shape=shape,
        X_test=test_table,
        y_test=y_test,
    )


def _image_shape(X: np.ndarray) -> tuple[int, ...] | None:
    if X.ndim > 2:
        return X.shape[1:3] if X.shape[3:] == (1,) else X.shape[1:]
    return square_shape(X.shape[1]) if X.dtype == np.uint8 else None


def _member(where: str, arrays: Mapping[str, np.ndarray], name: str) -> np.ndarray:
    if name not in arrays:
        raise DataError(f"{where}: holds no array {name}; save it with numpy.savez(path, X=..., y=...)")
    return arrays[name]


def _labels(where: str, y: np.ndarray) -> np.ndarray:
    if y.dtype.kind == "U":
        return y
    with np.errstate(invalid="ignore"):
        whole = y.astype(np.int64) if y.dtype.kind in "biuf" else None
    if whole is None or not (whole == y).all():
        raise DataError(f"{where}: y holds {y.dtype} that are no classes; make them whole numbers or text")
    return whole


def _check_lengths(where: str, X: np.ndarray, y: np.ndarray) -> None:
    check_array(where, X)
    if y.shape != X.shape[:1]:
        raise DataError(f"{where}: X has {len(X)} rows but y the shape {y.shape}; give one label per row")


def _check_test(where: str, X: np.ndarray, X_test: np.ndarray, y_test: np.ndarray | None) -> None:
    check_array(where, X_test)
    if X_test.shape[1:] != X.shape[1:]:
        raise DataError(
            f"{where}: test rows are {X_test.shape[1:]} but training rows {X.shape[1:]}; make them equal"
        )
    if y_test is not None:
        _check_lengths(where, X_test, y_test)
