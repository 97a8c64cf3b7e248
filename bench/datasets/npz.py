"""Arrays saved by numpy: X and y, and perhaps X_test and y_test."""

from __future__ import annotations

import io
import math
import warnings
from collections.abc import Mapping

import numpy as np

from bench.datasets import zips
from bench.datasets.assemble import Raw
from bench.datasets.columns import as_pixels, check_texts, convert, positional_names, square_shape
from bench.datasets.files import File, one_line
from bench.datasets.sizes import check_features, check_size
from bench.errors import DataError

_HEADS = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
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
    content = file.read()
    if content.startswith(b"\x93NUMPY"):
        raise DataError(f"{file.where}: holds a single array; save X and y with numpy.savez")
    if not content.startswith(b"PK"):
        raise DataError(f"{file.where}: is no npz; save numbers and text with numpy.savez")
    with zips.opened(io.BytesIO(content), file.where) as archive:
        infos = zips.inner_names(archive, file.where)
        wanted = {name: infos[f"{name}.npy"] for name in _NAMES if f"{name}.npy" in infos}
        _check_names(file.where, list(wanted))
        check_size(file.where, sum(info.file_size for info in wanted.values()), file.max_bytes)
        arrays = {}
        for name, info in wanted.items():
            where = f"{file.where}/{name}"
            arrays[_NAMES[name]] = _array(where, zips.read_member(archive, info, where, file.max_bytes))
        return arrays


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
        raise DataError(f"{where}: X holds {str(X.dtype)[:60]} and not numbers; save it as numbers")
    if not 2 <= X.ndim <= 4 or X.size == 0:
        found = f"X has the shape {X.shape}"
        raise DataError(
            f"{where}: {found}; make it (n, features), (n, height, width) or (n, height, width, channels)"
        )
    check_features(where, math.prod(X.shape[1:]))


def _check_names(where: str, names: list[str]) -> None:
    for name in names:
        if name != _NAMES[name] and _NAMES[name] in names:
            raise DataError(f"{where}: holds both {name} and {_NAMES[name]}; keep one of them")


def _array(where: str, content: bytes) -> np.ndarray:
    """Return the array of a npy file as a copy, once its head says as many bytes as there are."""
    stream = io.BytesIO(content)
    shape, by_column, dtype = _head(where, stream)
    body = content[stream.tell() :]
    if dtype.hasobject:
        raise DataError(f"{where}: holds Python objects; save numbers and text with numpy.savez")
    if dtype.subdtype is not None:
        raise DataError(f"{where}: holds arrays within an array; save numbers and text with numpy.savez")
    if not dtype.itemsize or min(shape, default=0) < 0 or math.prod(shape) * dtype.itemsize != len(body):
        found = f"promises {str(dtype)[:60]} of shape {str(shape)[:60]} but holds {len(body)} bytes"
        raise DataError(f"{where}: {found}; save it again")
    array = np.ndarray(shape, dtype, body, order="F" if by_column else "C")
    return array.astype(dtype.newbyteorder("="))


def _head(where: str, stream: io.BytesIO) -> tuple[tuple[int, ...], bool, np.dtype]:
    try:
        version = np.lib.format.read_magic(stream)
        if version not in _HEADS:
            raise ValueError(f"version {version[0]}.{version[1]} of npy")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _HEADS[version](stream)
    except Exception as error:  # numpy evaluates the text of the head, and names no errors that this raises
        found = f"cannot be read as plain arrays ({one_line(error)})"
        raise DataError(f"{where}: {found}; save numbers and text with numpy.savez") from error


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
        return _texts(where, y)
    with np.errstate(invalid="ignore"):
        whole = y.astype(np.int64) if y.dtype.kind in "biuf" else None
    if whole is None or not (whole == y).all():
        raise DataError(
            f"{where}: y holds {str(y.dtype)[:60]} that are no classes; make them whole numbers or text"
        )
    return whole


def _texts(where: str, y: np.ndarray) -> np.ndarray:
    points = np.ascontiguousarray(y).view(np.uint32)
    if (points > 0x10FFFF).any() or ((points >= 0xD800) & (points < 0xE000)).any():
        raise DataError(f"{where}: y holds text that is no Unicode; save it again")
    check_texts(where, "y", y.ravel().tolist())
    return y


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
