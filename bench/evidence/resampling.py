"""Metrics of all models on the same bootstrap resamples of the rows.

A resample draws as many rows as there are, with replacement (Efron & Tibshirani 1993). Models are not fitted
again: what varies is the choice of rows. All models are scored on the same resamples, so that differences
between them are paired.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from bench.evidence.components import average_precision_components, delong_components, one_vs_rest
from bench.evidence.out_of_fold import OutOfFold
from bench.metrics import normalised

Statistics = Callable[[np.ndarray], dict[str, np.ndarray]]
CELLS = 4_000_000
ROUNDING = 1e-12


@dataclass(frozen=True)
class Resampled:
    """A metric over the rows as they are, and over resamples of them.

    Parameters
    ----------
    value : ndarray of shape (n_models,), float64
    replicates : ndarray of shape (n_resamples, n_models), float64
        Both are NaN where the metric needs probabilities and a model has none.
    freedom : ndarray of shape (n_models,), float64
        Degrees of freedom of the standard error, see `degrees_of_freedom`; infinite for metrics that are no
        means over rows.
    """

    value: np.ndarray
    replicates: np.ndarray
    freedom: np.ndarray


def replicates(data: OutOfFold, metric: str, n_resamples: int = 1000, seed: int = 0) -> np.ndarray:
    """Return a metric of every model on the same resamples of the rows: `Resampled.replicates`."""
    return resampled(data, [metric], n_resamples, seed)[metric].replicates


def resampled(
    data: OutOfFold, metrics: Sequence[str], n_resamples: int = 1000, seed: int = 0
) -> dict[str, Resampled]:
    """Return metrics of every model, and what they are on the same resamples of the rows.

    Parameters
    ----------
    data : OutOfFold
    metrics : sequence of str
        Names in `bench.metrics.METRICS`. ROC AUC and average precision are means over folds, and on resamples
        expanded to the first order in the rows' weights; all others are over all rows at once, and exact.
    n_resamples : int
    seed : int

    Returns
    -------
    dict of str to Resampled
    """
    columns = {metric: _OF_ROWS[metric](data) for metric in metrics if metric in _OF_ROWS}
    of_rows = _means(columns)
    of_classes = _averages([metric for metric in metrics if metric in _OF_CLASSES], data)
    drawn = [of_rows(counts) | of_classes(counts) for counts in resamples(data.n_rows, n_resamples, seed)]
    as_they_are = np.ones((1, data.n_rows))
    value = of_rows(as_they_are) | of_classes(as_they_are)
    unknown = np.full(len(data.models), np.inf)
    return {
        metric: Resampled(
            value=value[metric][0],
            replicates=np.concatenate([part[metric] for part in drawn]),
            freedom=degrees_of_freedom(columns[metric]) if metric in columns else unknown,
        )
        for metric in metrics
    }


def degrees_of_freedom(columns: np.ndarray) -> np.ndarray:
    """Return to how many degrees of freedom the standard errors of means over rows are known.

    Few rows of great weight, such as the misranked ones of a nearly perfect model, make a standard error
    uncertain. By Satterthwaite (1946) it has twice its squared mean over its variance degrees of freedom:
    2 n / (kurtosis - 1).

    Parameters
    ----------
    columns : ndarray of shape (n_models, n_rows)

    Returns
    -------
    ndarray of shape (n_models,), float64
        At least 1; infinite where all rows are alike.
    """
    squares = (columns - columns.mean(axis=1, keepdims=True)) ** 2
    variance = squares.mean(axis=1)
    excess = (squares**2).mean(axis=1) - variance**2
    shares = np.divide(2 * variance**2, excess, out=np.full(len(columns), np.inf), where=excess > 0)
    return np.maximum(columns.shape[1] * shares, 1.0)


def standard_errors(replicates: np.ndarray) -> np.ndarray:
    """Return the bootstrap standard error of each column (n_resamples, n); NaN where all resamples agree."""
    errors = replicates.std(axis=0, ddof=min(1, len(replicates) - 1))
    return np.where(errors > ROUNDING, errors, np.nan)


def resamples(n_rows: int, n_resamples: int, seed: int) -> Iterator[np.ndarray]:
    """Yield how often resamples draw each row, a few of them at a time.

    Yields
    ------
    ndarray of shape (k, n_rows), float64
        All together `n_resamples` lines; each sums to `n_rows`.
    """
    rng = np.random.default_rng(seed)
    step = max(1, CELLS // n_rows)
    for start in range(0, n_resamples, step):
        counts = np.empty((min(step, n_resamples - start), n_rows))
        for line in counts:
            line[:] = np.bincount(rng.integers(0, n_rows, n_rows), minlength=n_rows)
        yield counts


def _means(columns: dict[str, np.ndarray]) -> Statistics:
    """Return the function from counts (k, n) to means over rows of each metric's columns (n_models, n)."""
    of_rows = {metric: np.ascontiguousarray(own.T) for metric, own in columns.items()}
    return lambda counts: {metric: counts @ own / len(own) for metric, own in of_rows.items()}


def _right(data: OutOfFold) -> np.ndarray:
    return data.correct.astype(float)


def _losses(data: OutOfFold) -> np.ndarray:
    tiny = np.finfo(float).eps
    rows, losses = np.arange(data.n_rows), np.full((len(data.models), data.n_rows), np.nan)
    for line, scores, kind in zip(losses, data.scores, data.score_kinds, strict=True):
        if kind == "probability":
            line[:] = -np.log(np.clip(normalised(scores)[rows, data.y_true], tiny, 1 - tiny))
    return losses


def _roc_auc(data: OutOfFold) -> np.ndarray:
    return one_vs_rest(data, delong_components)


def _average_precision(data: OutOfFold) -> np.ndarray:
    return one_vs_rest(data, average_precision_components)


def _averages(metrics: Sequence[str], data: OutOfFold) -> Statistics:
    """Return the function from counts (k, n) to metrics of every model that are averages over classes."""
    if not metrics:
        return lambda counts: {}
    matrix, n_models, n_classes = _indicators(data), len(data.models), len(data.classes)

    def statistics(counts: np.ndarray) -> dict[str, np.ndarray]:
        sums = (matrix @ counts.T).T.reshape(len(counts), 1 + 2 * n_models, n_classes)
        there, missed, wrongly_said = np.split(sums, [1, 1 + n_models], axis=1)
        return {metric: _average(metric, there, missed, wrongly_said, data.positive) for metric in metrics}

    return statistics


def _indicators(data: OutOfFold) -> csr_array:
    """Return which rows add to which sum: for each class the rows of it, missed by a model, wrongly said."""
    n_models, n_classes = len(data.models), len(data.classes)
    model, row = np.nonzero(~data.correct)
    missed = (1 + model) * n_classes + data.y_true[row]
    wrongly_said = (1 + n_models + model) * n_classes + data.y_pred[model, row]
    sums = np.concatenate([data.y_true, missed, wrongly_said])
    rows = np.concatenate([np.arange(data.n_rows), row, row])
    shape = ((1 + 2 * n_models) * n_classes, data.n_rows)
    return csr_array((np.ones(len(sums)), (sums, rows)), shape=shape)


def _average(
    metric: str, there: np.ndarray, missed: np.ndarray, wrongly_said: np.ndarray, positive: int | None
) -> np.ndarray:
    """Return one metric from the rows of each class: as they are, missed by each model, wrongly said."""
    part, weighting = _OF_CLASSES[metric]
    found = there - missed
    said = found + wrongly_said
    fractions = {"recall": (found, there), "precision": (found, said), "f1": (2 * found, there + said)}
    above, below = fractions[part]
    weights = _weights(weighting, there, positive)
    return (above / np.maximum(below, 1) * weights).sum(axis=2) / weights.sum(axis=2)


def _weights(weighting: str, there: np.ndarray, positive: int | None) -> np.ndarray:
    """Return what each class counts in each resample; those that it lacks count nothing."""
    if weighting == "rows":
        return there
    if weighting == "each" or positive is None:
        return (there > 0).astype(float)
    return np.broadcast_to(np.arange(there.shape[2]) == positive, there.shape).astype(float)


_OF_ROWS = {
    "accuracy": _right,
    "log_loss": _losses,
    "roc_auc_ovr": _roc_auc,
    "average_precision": _average_precision,
}
_OF_CLASSES = {
    "balanced_accuracy": ("recall", "each"),
    "f1": ("f1", "counting"),
    "f1_macro": ("f1", "counting"),
    "f1_weighted": ("f1", "rows"),
    "precision": ("precision", "counting"),
    "precision_macro": ("precision", "counting"),
    "recall": ("recall", "counting"),
    "recall_macro": ("recall", "counting"),
}
