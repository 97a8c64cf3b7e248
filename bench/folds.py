"""The one split that every model shares."""

from __future__ import annotations

import numpy as np

from bench.errors import DataError, UsageError
from bench.records import Dataset, Folds

MAX_SPLITS = 10_000
MAX_SEED = 2**31
LEAST_OF_A_CLASS = 2
KIND = "stratified, exact duplicates together"


def make_folds(dataset: Dataset, n_splits: int, n_repeats: int, seed: int) -> Folds:
    """Assign every row to the fold that tests it, once for each repeat.

    Folds are stratified by class. Rows whose features are exactly equal go to the same fold, so that
    no model is tested on a row that it was trained on.

    Parameters
    ----------
    dataset : Dataset
    n_splits : int
        Number of folds, at least 2.
    n_repeats : int
        Number of independent assignments, at least 1.
    seed : int
        Seed of the shuffling; repeat r uses ``seed + r``.

    Raises
    ------
    UsageError
        If the numbers make no split.
    DataError
        If a class has fewer distinct rows than there are folds.
    """
    _check_numbers(n_splits, n_repeats, seed)
    first, group = _duplicate_groups(dataset.X)
    labels = dataset.y[first]
    _check_members(labels, n_splits)
    repeats = [_assign(labels, n_splits, seed + repeat)[group] for repeat in range(n_repeats)]
    for assignment in repeats:
        _check_training(dataset.y, assignment)
    return Folds(dataset.sha256, KIND, n_splits, n_repeats, seed, np.stack(repeats))


def nested_share(y: np.ndarray, rows: np.ndarray, share: float, seed: int) -> np.ndarray:
    """Return a stratified part of some rows; that of a smaller share lies within that of a larger one.

    Parameters
    ----------
    y : ndarray of shape (n,)
        Labels of all rows of the data.
    rows : ndarray of shape (m,), int64
        Ascending positions in the data.
    share : float
        Above 0; of each class, rounded, and at least `LEAST_OF_A_CLASS` rows where it has so many.
    seed : int
        Of the order in which the rows of a class are taken.

    Returns
    -------
    ndarray of int64
        Ascending.
    """
    order = np.random.default_rng(seed).permutation(rows)
    labels = y[order]
    parts = []
    for label in np.unique(labels):
        own = order[labels == label]
        parts.append(own[: max(LEAST_OF_A_CLASS, round(share * len(own)))])
    return np.sort(np.concatenate(parts))


def _check_numbers(n_splits: int, n_repeats: int, seed: int) -> None:
    if n_splits < 2 or n_repeats < 1:
        raise UsageError(f"--cv must be at least 2 and --repeats at least 1; got {n_splits} and {n_repeats}")
    if max(n_splits, n_repeats) > MAX_SPLITS:
        found = f"got {n_splits} and {n_repeats}"
        raise UsageError(f"--cv and --repeats must be at most {MAX_SPLITS}; {found}")
    if not 0 <= seed <= MAX_SEED:
        raise UsageError(f"--seed must be from 0 to {MAX_SEED}; got {seed}")


def _duplicate_groups(X: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the first row of every group of equal rows, and every row's group."""
    seen: dict[bytes, int] = {}
    group = np.fromiter((seen.setdefault(row.tobytes(), len(seen)) for row in X), np.int64, len(X))
    first = np.unique(group, return_index=True)[1]
    return first, group


def _check_members(labels: np.ndarray, n_splits: int) -> None:
    classes, counts = np.unique(labels, return_counts=True)
    rarest = counts.argmin()
    if counts[rarest] < n_splits:
        raise DataError(
            f"--cv {n_splits} needs {n_splits} distinct rows of every class; class {classes[rarest]!s} has "
            f"{counts[rarest]}; use a smaller --cv or more rows"
        )


def _check_training(y: np.ndarray, assignment: np.ndarray) -> None:
    """Refuse folds that hold a whole class, as copies of rows under several labels can bring about."""
    classes, codes = np.unique(y, return_inverse=True)
    pairs = np.unique(np.stack([codes, assignment]), axis=1)
    n_folds = np.bincount(pairs[0], minlength=len(classes))
    if n_folds.min() < 2:
        raise DataError(
            f"all rows of class {classes[n_folds.argmin()]!s} are copies of one image, so a fold would train "
            "without the class; correct the labels or add rows"
        )


def _assign(labels: np.ndarray, n_splits: int, seed: int) -> np.ndarray:
    from sklearn.model_selection import StratifiedKFold

    splitter = StratifiedKFold(n_splits, shuffle=True, random_state=seed)
    assignment = np.empty(len(labels), dtype=np.int16)
    for fold, (_, tests) in enumerate(splitter.split(labels, labels)):
        assignment[tests] = fold
    return assignment
