"""Training rows as the wrapped libraries want them: checked, encoded, split without losing a class."""

from collections.abc import Sequence
from numbers import Integral
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import BaseEstimator
from sklearn.model_selection import train_test_split
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import _check_sample_weight, validate_data


class Rows(NamedTuple):
    """Rows that a library can be fitted on."""

    X: np.ndarray
    """Features, shape (n, n_features)."""
    codes: np.ndarray
    """Index of each row's class, shape (n,), int."""
    weight: np.ndarray | None
    """Weight of each row, shape (n,), above 0; None for equal weights."""

    def take(self, chosen: np.ndarray) -> "Rows":
        """Return the rows at the positions `chosen`."""
        return Rows(self.X[chosen], self.codes[chosen], None if self.weight is None else self.weight[chosen])


def training_rows(
    estimator: BaseEstimator, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None, **checks: Any
) -> tuple[Rows, np.ndarray]:
    """Check training data on behalf of `estimator` and encode the labels.

    Rows of weight 0 are left out, as if they had never been passed.

    Parameters
    ----------
    estimator : BaseEstimator
        Receives `n_features_in_` and `feature_names_in_`.
    X : array-like of shape (n, n_features)
        Features.
    y : array-like of shape (n,)
        Labels of any kind.
    sample_weight : array-like of shape (n,) or None
        Weights, not negative.
    **checks
        Passed on to :func:`sklearn.utils.validation.validate_data`.

    Returns
    -------
    rows : Rows
        What is left to train on.
    classes : ndarray of shape (n_classes,)
        Sorted labels; `classes[rows.codes]` gives the labels back.

    Raises
    ------
    ValueError
        If features, labels or weights are unusable.
    """
    features, labels = validate_data(estimator, X, y, **checks)
    check_classification_targets(labels)
    weight = None
    if sample_weight is not None:
        weight = _check_sample_weight(sample_weight, features, dtype=np.float64, ensure_non_negative=True)
        used = weight > 0
        features, labels, weight = features[used], labels[used], weight[used]
    classes, codes = np.unique(labels, return_inverse=True)
    return Rows(features, codes, weight), classes


def inner_split(codes: np.ndarray, fraction: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Set validation rows aside from training rows.

    One row of each class always stays in training; the others are split with equal class shares where there
    are enough of them.

    Parameters
    ----------
    codes : ndarray of shape (n,), int
        Index of each row's class.
    fraction : float
        Share of the rows to set aside, above 0 and below 1.
    seed : int
        Decides the split.

    Returns
    -------
    train, validation : ndarray of int
        Positions of the rows in either part.

    Raises
    ------
    ValueError
        If there are too few rows to set any aside.
    """
    order = np.random.RandomState(seed).permutation(len(codes))
    pinned = order[np.unique(codes[order], return_index=True)[1]]
    free = np.setdiff1d(order, pinned)
    n_validation = round(fraction * len(codes))
    if n_validation == 0:
        raise ValueError(
            f"Validation needs rows of its own; validation_fraction={fraction} of n_samples = {len(codes)} "
            "is none; raise it or do without validation."
        )
    if n_validation >= len(free):
        raise ValueError(
            f"Validation needs rows of its own; validation_fraction={fraction} of n_samples = {len(codes)} "
            f"in {len(pinned)} class(es) leaves too few to train on; pass more rows or do without validation."
        )
    counts = np.unique(codes[free], return_counts=True)[1]
    stratified = counts.min() > 1 and len(counts) <= min(n_validation, len(free) - n_validation)
    train, validation = train_test_split(
        free, test_size=n_validation, stratify=codes[free] if stratified else None, random_state=seed
    )
    return np.concatenate([pinned, train]), validation


def check_classes(estimator: BaseEstimator, classes: np.ndarray) -> None:
    """Raise ValueError unless the training rows hold two classes or more."""
    if len(classes) < 2:
        raise ValueError(
            f"{type(estimator).__name__} needs at least 2 classes; the training rows hold 1 class, "
            f"{classes.tolist()}; pass rows of another class too."
        )


def check_counts(owner: object, *names: str, optional: Sequence[str] = ()) -> None:
    """Raise ValueError unless each attribute is a whole number, 1 or more; `optional` ones may be None."""
    for name in (*names, *optional):
        count = getattr(owner, name)
        if count is None and name in optional:
            continue
        if not (isinstance(count, Integral) and int(count) > 0):
            raise ValueError(f"{name} must be a whole number, 1 or more; got {count}.")


def check_fraction(fraction: float) -> None:
    """Raise ValueError unless `fraction` is a share below one."""
    if not 0 <= fraction < 1:
        raise ValueError(f"validation_fraction must be at least 0 and below 1; got {fraction}; 0.1 is usual.")
