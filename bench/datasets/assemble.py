"""From arrays as read to a `Dataset`: the checks that all sources share, and the fingerprint."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass, replace

import numpy as np

from bench.datasets.columns import plain_values
from bench.errors import DataError
from bench.records import Dataset, digest


@dataclass(frozen=True)
class Raw:
    """What a reader found, its numbers already checked and its columns already in order.

    Parameters
    ----------
    where : str
        How messages call the source.
    X, X_test : ndarray of shape (n, n_features), uint8 or float32
        Equal in kind, in C order.
    y, y_test : ndarray of shape (n,)
        Labels: integers, or text that may turn out to be integers.
    test_ids : ndarray of shape (n_test,) or None
        None numbers the test rows from 1.
    competition : bool
        See `Dataset`.
    """

    where: str
    X: np.ndarray
    y: np.ndarray
    feature_names: tuple[str, ...]
    image_shape: tuple[int, ...] | None
    X_test: np.ndarray | None = None
    y_test: np.ndarray | None = None
    test_ids: np.ndarray | None = None
    id_name: str = "ImageId"
    label_name: str = "Label"
    competition: bool = False


def assemble(raw: Raw, *, name: str, source: str, image_shape: tuple[int, ...] | None) -> Dataset:
    """Return the data set, or refuse one that cannot be benchmarked.

    Parameters
    ----------
    raw : Raw
        What was read.
    name, source : str
        See `Dataset`.
    image_shape : tuple of int or None
        Overrules the shape that the reader found.

    Raises
    ------
    DataError
        If there are fewer than two rows or classes, a test label is unknown, two ids are equal, or the
        shape does not have as many pixels as there are features.
    """
    _check_sizes(raw, image_shape)
    _check_scale(raw, images=(image_shape or raw.image_shape) is not None)
    y, y_test = _labels(raw)
    test_ids = raw.test_ids
    if raw.X_test is not None:
        test_ids = np.arange(1, len(raw.X_test) + 1) if test_ids is None else test_ids
        _check_ids(raw.where, test_ids)
    dataset = Dataset(
        name=name,
        source=source,
        X=raw.X,
        y=y,
        row_ids=np.arange(len(y), dtype=np.int64),
        feature_names=raw.feature_names,
        image_shape=image_shape or raw.image_shape,
        X_test=raw.X_test,
        y_test=y_test,
        test_ids=test_ids,
        id_name=raw.id_name,
        label_name=raw.label_name,
        sha256="",
        competition=raw.competition,
    )
    return replace(dataset, sha256=fingerprint(dataset))


def fingerprint(dataset: Dataset) -> str:
    """Return the sha256 of names, kinds, shapes, classes and arrays; of no path and no file byte."""
    classes, codes = np.unique(dataset.y, return_inverse=True)
    arrays = {
        "X": dataset.X,
        "y": codes.astype(np.int32),
        "row_ids": dataset.row_ids,
        "X_test": dataset.X_test,
        "y_test": None
        if dataset.y_test is None
        else np.searchsorted(classes, dataset.y_test).astype(np.int32),
    }
    present = {name: np.ascontiguousarray(array) for name, array in arrays.items() if array is not None}
    description = {
        "arrays": {name: [array.dtype.name, list(array.shape)] for name, array in present.items()},
        "classes": classes.tolist(),
        "features": list(dataset.feature_names),
        "image_shape": dataset.image_shape,
        "test_ids": None if dataset.test_ids is None else dataset.test_ids.tolist(),
        "heads": [dataset.id_name, dataset.label_name],
    }
    sha256 = hashlib.sha256(digest(description).encode())
    for array in present.values():
        sha256.update(array.data)
    return sha256.hexdigest()


def _check_sizes(raw: Raw, image_shape: tuple[int, ...] | None) -> None:
    n_rows, n_features = raw.X.shape
    if n_rows < 2:
        raise DataError(f"{raw.where}: has {n_rows} row; a benchmark needs at least 2")
    if image_shape is not None and math.prod(image_shape) != n_features:
        shape = "x".join(map(str, image_shape))
        found = f"{shape} makes {math.prod(image_shape)} pixels, but there are {n_features} features"
        raise DataError(f"{raw.where}: {found}; correct --image-shape")


def _check_scale(raw: Raw, *, images: bool) -> None:
    """Refuse images of which one part is scaled to 0..1 and the other is not."""
    if raw.X_test is None or not images or raw.X.dtype == np.uint8:
        return
    scaled = {name: _is_scaled(values) for name, values in (("training", raw.X), ("test", raw.X_test))}
    if set(scaled.values()) == {True, False}:
        low, high = sorted(scaled, key=lambda name: not scaled[name])
        found = f"{low} images are fractions up to 1 and {high} images whole numbers above it"
        raise DataError(f"{raw.where}: {found}; scale both alike")


def _is_scaled(values: np.ndarray) -> bool | None:
    """Return whether values are fractions from 0 to 1; None if they are neither these nor whole numbers."""
    whole = bool((values == np.floor(values)).all())
    if values.min() < 0 or whole == (values.max() <= 1):
        return None
    return not whole


def _labels(raw: Raw) -> tuple[np.ndarray, np.ndarray | None]:
    y, y_test = raw.y, raw.y_test
    if y.dtype.kind not in "iu" or (y_test is not None and y_test.dtype.kind not in "iu"):
        if (empty := np.flatnonzero([not str(label).strip() for label in y])).size:
            raise DataError(
                f"{raw.where}: row {empty[0] + 1} has an empty label; name its class or remove it"
            )
        both = plain_values([str(label) for label in (*y, *(() if y_test is None else y_test))])
        y, y_test = both[: len(y)], None if y_test is None else both[len(y) :]
    classes = np.unique(y)
    if len(classes) < 2:
        raise DataError(
            f"{raw.where}: every row has the label {classes[0]!s}; give rows of at least 2 classes"
        )
    if y_test is not None and (unknown := np.setdiff1d(y_test, classes)).size:
        shown = repr(unknown[0].item())
        raise DataError(
            f"{raw.where}: the test label {shown} is on no training row; correct or remove its rows"
        )
    return y, y_test


def _check_ids(where: str, ids: np.ndarray) -> None:
    values, counts = np.unique(ids, return_counts=True)
    if counts.max(initial=1) > 1:
        twice = repr(values[counts.argmax()].item())
        raise DataError(f"{where}: the test id {twice} is given {counts.max()} times; make every id unique")
