"""What a model that is refitted on all rows may be expected to reach on new ones."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from bench.evidence.intervals import Z, intervals
from bench.evidence.out_of_fold import OutOfFold
from bench.evidence.resampling import resampled, standard_errors
from bench.metrics import METRICS
from bench.records import Predictions


@dataclass(frozen=True)
class Steepness:
    """How fast a model's errors fall with the number of its training rows n: like n^-a.

    Viering and Loog (2023), "The shape of learning curves: a review", section 3, find such powers for most
    models.

    Parameters
    ----------
    mean, sd : float
        Of a, as far as it is known.
    """

    mean: float
    sd: float

    def gain(self, share: float) -> float:
        """Return by which part the errors of a model fall that had this share of the rows and gets all."""
        return 1 - share**self.mean

    def gain_sd(self, share: float) -> float:
        """Return the standard deviation of that part, to the first order."""
        return share**self.mean * abs(math.log(share)) * self.sd

    def joined(self, other: Steepness) -> Steepness:
        """Return what two independent pieces of knowledge say together, weighed by their precision."""
        own, its = self.sd**-2, other.sd**-2
        return Steepness((own * self.mean + its * other.mean) / (own + its), (own + its) ** -0.5)


# Points of the numerical integral over the standard deviation of training. It ends at FARTHEST times that of
# the rows of a fold, or that of the folds' values if it is larger.
GRID, FARTHEST = 1000, 10

# Anywhere between nothing and the rate of averages, .5.
ANY_STEEPNESS = Steepness(0.25, 0.5 / math.sqrt(12))


@dataclass(frozen=True)
class Growth:
    """What one model said about the same rows, trained on some rows and on all of them.

    Parameters
    ----------
    data : OutOfFold
        Two models: the one on a share of the training rows, and the one on all.
    share : float
        Of the training rows, below 1.
    """

    data: OutOfFold
    share: float

    @classmethod
    def of(cls, data: OutOfFold, part: Predictions, whole: Predictions, share: float) -> Growth:
        """Return what one model of `data`, trained on part of a fold's rows and on all, said."""
        both = replace(
            data,
            models=("part", "whole"),
            y_true=np.asarray(whole.y_true),
            scores=(part.scores, whole.scores),
            score_kinds=(part.score_kind, whole.score_kind),
            fold=np.zeros(len(whole.rows), dtype=np.int16),
        )
        return cls(both, share)


@dataclass(frozen=True)
class Expectation:
    """The interval in which a refitted model's metric of new rows is expected.

    Parameters
    ----------
    low, high : float
        Of 95 %, within the range of the metric.
    measured : bool
        Whether a `Growth` told how much the model gains by more rows.
    """

    low: float
    high: float
    measured: bool


def expected_of(
    data: OutOfFold, metric: str, fold_values: np.ndarray, n_new: int, growth: Growth | None = None
) -> Expectation | None:
    """Return what to expect of a refitted model; see `expected`.

    Parameters
    ----------
    data : OutOfFold
        Of that model alone.
    metric : str
        A name in `bench.metrics.METRICS`.
    fold_values : ndarray of shape (n_repeats * n_splits,)
    n_new : int
        Rows to come.
    growth : Growth or None
        Tells how much the model gains by more rows; without it anything usual is thought possible.

    Returns
    -------
    Expectation or None
        None if the rows do not tell how far the metric may move.
    """
    value, error = _known(data, metric)
    if math.isnan(error):
        return None
    n_splits = len(np.unique(data.fold))
    by_training = training_variance(fold_values, error**2 * n_splits)
    seen = None if growth is None else steepness_of(growth, metric, by_training)
    steepness = ANY_STEEPNESS if seen is None else ANY_STEEPNESS.joined(seen)
    low, high = expected(metric, value, error, by_training, (data.n_rows, n_new), n_splits, steepness)
    return Expectation(low, high, measured=seen is not None)


def expected(
    metric: str,
    value: float,
    standard_error: float,
    by_training: float,
    n_rows: tuple[int, int],
    n_splits: int,
    steepness: Steepness = ANY_STEEPNESS,
) -> tuple[float, float]:
    """Return the interval in which the metric of new rows is expected.

    Its variance is that of the out-of-fold rows, of the new rows, of the training sets, and of what the
    refitted model gains as it is trained on more rows than those that were scored.

    Parameters
    ----------
    metric : str
        A name in `bench.metrics.METRICS`.
    value : float
        Over all out-of-fold rows.
    standard_error : float
        Of `value`, over the choice of the rows.
    by_training : float
        Variance of the metric over training sets.
    n_rows : tuple of int
        Rows that `value` is over, and rows to come.
    n_splits : int
    steepness : Steepness

    Returns
    -------
    low, high : float
        Of 95 %, within the range of the metric.
    """
    n_seen, n_new = n_rows
    best, direction = (1.0, 1) if METRICS[metric].greater_is_better else (0.0, -1)
    errors, share = abs(best - value), 1 - 1 / n_splits
    by_rows = standard_error**2 * (1 + n_seen / n_new)
    by_gain = (errors * steepness.gain_sd(share)) ** 2
    reach = Z * math.sqrt(by_rows + by_training * (1 + 1 / n_splits) + by_gain)
    middle = value + direction * errors * steepness.gain(share)
    low, high = max(0.0, middle - reach), middle + reach
    return low, min(1.0, high) if METRICS[metric].greater_is_better else high


def steepness_of(growth: Growth, metric: str, by_training: float = 0.0) -> Steepness | None:
    """Return how fast errors fall, from a model trained on a share of the rows and on all of them.

    Parameters
    ----------
    growth : Growth
    metric : str
        A name in `bench.metrics.METRICS`.
    by_training : float
        Variance of the metric over training sets, taken to be the same for both, though fewer rows may vary
        more.

    Returns
    -------
    Steepness or None
        Its standard deviation is that of the paired bootstrap over the rows and of the training sets, to the
        first order in both. None where one of the two makes no errors, or the metric is undefined.
    """
    best = 1.0 if METRICS[metric].greater_is_better else 0.0
    drawn = resampled(growth.data, [metric])[metric]
    errors = np.abs(best - drawn.value)
    if not (errors > 0).all():
        return None
    scale = math.log(1 / growth.share)
    by_rows = float(np.var((drawn.replicates / errors) @ [1, -1], ddof=1))
    spread = math.sqrt(by_rows + by_training * float((errors**-2.0).sum()))
    return Steepness(math.log(errors[0] / errors[1]) / scale, spread / scale) if spread > 0 else None


def training_variance(fold_values: np.ndarray, by_rows: float) -> float:
    """Return a metric's variance over training sets: how much more it varies over folds than rows explain.

    It is the posterior mean. A few folds tell little, and an estimate that is 0 whenever they happen to
    agree promises too much; so the standard deviation is thought, before, to be about as large as that of a
    fold's rows: half of Student's t with 3 degrees of freedom and that scale. Gelman (2006), "Prior
    distributions for variance parameters in hierarchical models", Bayesian Analysis 1, section 3.2, proposes
    this family for few groups. How often an interval with it holds the next training's value:
    `tests/benchmarks/evidence_truth.py training`.

    Parameters
    ----------
    fold_values : ndarray of shape (n_repeats * n_splits,)
    by_rows : float
        Variance of one fold's value over the choice of its rows, above 0.

    Returns
    -------
    float
    """
    seen, freedom = float(np.var(fold_values, ddof=1)), len(fold_values) - 1
    variances = by_rows * ((np.arange(GRID) + 0.5) / GRID * FARTHEST * max(1, math.sqrt(seen / by_rows))) ** 2
    total = by_rows + variances
    logs = -freedom / 2 * (np.log(total) + seen / total) - 2 * np.log1p(variances / (3 * by_rows))
    weights = np.exp(logs - logs.max())
    return float(weights @ variances / weights.sum())


def _known(data: OutOfFold, metric: str) -> tuple[float, float]:
    """Return the metric over the out-of-fold rows and its standard error; Wilson's for accuracy."""
    if metric == "accuracy":
        line = intervals(data, [metric]).iloc[0]
        return line["value"], (line["high"] - line["low"]) / (2 * Z)
    drawn = resampled(data, [metric])[metric]
    return float(drawn.value[0]), float(standard_errors(drawn.replicates)[0])
