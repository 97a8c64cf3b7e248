"""The rows of a data set that reports may show: all of them, of large data some."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from bench.records import Dataset

DATA_LIMIT_BYTES = 500_000_000
N_SHOWN_ROWS = 5_000


@dataclass(frozen=True)
class StoredRows:
    """The pixels and labels that a report may show.

    Parameters
    ----------
    positions : ndarray of shape (m,), int64
        Position in the data set of each stored row, ascending; all of them unless the data are large.
    X : ndarray of shape (m, n_features)
    y : ndarray of shape (n,), int32
        Index of the class of every row of the data set, stored or not.
    row_ids : ndarray of shape (n,), int64
    X_test : ndarray of shape (n_test, n_features) or None
    test_ids : ndarray of shape (n_test,) or None
    feature_names : ndarray of shape (n_features,)
    """

    positions: np.ndarray
    X: np.ndarray
    y: np.ndarray
    row_ids: np.ndarray
    X_test: np.ndarray | None
    test_ids: np.ndarray | None
    feature_names: np.ndarray

    @classmethod
    def of(cls, arrays: dict[str, np.ndarray]) -> Self:
        """Return the rows that arrays as `shown_arrays` gives them stand for."""
        required = {name: arrays[name] for name in ("positions", "X", "y", "row_ids", "feature_names")}
        return cls(**required, X_test=arrays.get("X_test"), test_ids=arrays.get("test_ids"))


def shown_arrays(dataset: Dataset, classes: Iterable[Any]) -> dict[str, np.ndarray]:
    """Return the arrays to keep: all rows below `DATA_LIMIT_BYTES`, else rows evenly spread."""
    X_test = dataset.X_test
    size = dataset.X.nbytes + (0 if X_test is None else X_test.nbytes)
    most = N_SHOWN_ROWS if size > DATA_LIMIT_BYTES else sys.maxsize
    shown = _evenly(len(dataset.X), most)
    arrays = {
        "positions": shown,
        "X": dataset.X[shown],
        "y": np.searchsorted(np.asarray(list(classes)), dataset.y).astype(np.int32),
        "row_ids": dataset.row_ids,
        "feature_names": np.asarray(dataset.feature_names, dtype=np.str_),
    }
    if X_test is not None and dataset.test_ids is not None:
        arrays |= {"X_test": X_test[_evenly(len(X_test), most)], "test_ids": dataset.test_ids}
    return arrays


def _evenly(n_rows: int, most: int) -> np.ndarray:
    """Return at most `most` positions among `n_rows`, ascending and evenly spread."""
    return np.linspace(0, n_rows - 1, min(n_rows, most)).round().astype(np.int64)
