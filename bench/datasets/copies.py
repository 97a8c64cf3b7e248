"""Rows that are there more than once, and rows that training and test have in common."""

from __future__ import annotations

import numpy as np

from bench.records import Dataset


def row_keys(X: np.ndarray) -> list[bytes]:
    """Return the bytes of every row, which are equal for equal rows: there are no NaN and no -0.0."""
    return [row.tobytes() for row in X]


def count_copies(dataset: Dataset) -> tuple[int, int, int]:
    """Count equal rows.

    Returns
    -------
    n_duplicates : int
        Rows of `X` that equal an earlier one in every feature, whatever its label.
    n_contradictory : int
        Rows of `X` that equal a row of another label.
    n_test_in_train : int
        Rows of `X_test` that are also in `X`.
    """
    keys = row_keys(dataset.X)
    labels: dict[bytes, set[int | str]] = {}
    for key, label in zip(keys, dataset.y.tolist(), strict=True):
        labels.setdefault(key, set()).add(label)
    n_contradictory = sum(len(labels[key]) > 1 for key in keys)
    tests = [] if dataset.X_test is None else row_keys(dataset.X_test)
    return len(keys) - len(labels), n_contradictory, sum(key in labels for key in tests)
