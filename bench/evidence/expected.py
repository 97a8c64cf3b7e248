"""What a model that is refitted on all rows may be expected to reach on new ones."""

from __future__ import annotations

import math

import numpy as np

from bench.evidence.intervals import Z, intervals
from bench.evidence.out_of_fold import OutOfFold
from bench.evidence.resampling import resampled, standard_errors
from bench.metrics import METRICS

# Errors of classifiers fall with the number of training rows n like n^-a (Viering and Loog 2023, "The shape
# of learning curves: a review", section 3), with a between nothing and the rate of averages.
STEEPNESS = 0.5


def expected_of(
    data: OutOfFold, metric: str, fold_values: np.ndarray, n_new: int
) -> tuple[float, float] | None:
    """Return the interval in which a refitted model's metric of new rows is expected; see `expected`.

    Parameters
    ----------
    data : OutOfFold
        Of that model alone.
    metric : str
        A name in `bench.metrics.METRICS`.
    fold_values : ndarray of shape (n_repeats * n_splits,)
    n_new : int
        Rows to come.

    Returns
    -------
    tuple of float or None
        None if the rows do not tell how far the metric may move.
    """
    value, error = _known(data, metric)
    if math.isnan(error):
        return None
    n_splits = len(np.unique(data.fold))
    return expected(metric, value, error, fold_values, data.n_rows, n_new, n_splits)


def _known(data: OutOfFold, metric: str) -> tuple[float, float]:
    """Return the metric over the out-of-fold rows and its standard error; Wilson's for accuracy."""
    if metric == "accuracy":
        line = intervals(data, [metric]).iloc[0]
        return line["value"], (line["high"] - line["low"]) / (2 * Z)
    drawn = resampled(data, [metric])[metric]
    return float(drawn.value[0]), float(standard_errors(drawn.replicates)[0])


def expected(
    metric: str,
    value: float,
    standard_error: float,
    fold_values: np.ndarray,
    n_rows: int,
    n_new: int,
    n_splits: int,
) -> tuple[float, float]:
    """Return the interval in which the metric of new rows is expected.

    Its variance is that of the out-of-fold rows, of the new rows, and of the training sets: by how much the
    metric varies more over folds than their rows explain. The refitted model is trained on more rows than
    those that were scored; what that gains lies anywhere between nothing and what `STEEPNESS` gives, and
    moves the middle by its mean.

    Parameters
    ----------
    metric : str
        A name in `bench.metrics.METRICS`.
    value : float
        Over all out-of-fold rows.
    standard_error : float
        Of `value`, over the choice of the rows.
    fold_values : ndarray of shape (n_repeats * n_splits,)
    n_rows : int
        Rows that `value` is over.
    n_new : int
        Rows to come.
    n_splits : int

    Returns
    -------
    low, high : float
        Of 95 %, within the range of the metric.
    """
    by_rows = standard_error**2
    by_training = max(0.0, float(np.var(fold_values, ddof=1)) - by_rows * n_splits)
    best, direction = (1.0, 1) if METRICS[metric].greater_is_better else (0.0, -1)
    most = abs(best - value) * (1 - (1 - 1 / n_splits) ** STEEPNESS)
    variance = by_rows * (1 + n_rows / n_new) + by_training * (1 + 1 / n_splits) + most**2 / 12
    middle, reach = value + direction * most / 2, Z * math.sqrt(variance)
    low, high = max(0.0, middle - reach), middle + reach
    return low, min(1.0, high) if METRICS[metric].greater_is_better else high
