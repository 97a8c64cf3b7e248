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

from bench.evidence.components import average_precision_components, roc_auc_components
from bench.evidence.out_of_fold import OutOfFold
from bench.metrics import normalised

Statistic = Callable[[np.ndarray], np.ndarray]
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
    """

    value: np.ndarray
    replicates: np.ndarray


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
        Names in `bench.metrics.METRICS`. On resamples, ROC AUC and average precision are expanded to the
        first order in the rows' weights; all others are exact.
    n_resamples : int
    seed : int

    Returns
    -------
    dict of str to Resampled
    """
    statistics = {metric: _statistic(data, metric) for metric in metrics}
    found: dict[str, list[np.ndarray]] = {metric: [] for metric in metrics}
    for counts in resamples(data.n_rows, n_resamples, seed):
        for metric, statistic in statistics.items():
            found[metric].append(statistic(counts))
    as_they_are = np.ones((1, data.n_rows))
    return {
        metric: Resampled(statistic(as_they_are)[0], np.concatenate(found[metric]))
        for metric, statistic in statistics.items()
    }


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


def _statistic(data: OutOfFold, metric: str) -> Statistic:
    """Return the function from counts (k, n) to a metric of every model (k, n_models)."""
    if metric in _OF_ROWS:
        return _mean(_OF_ROWS[metric](data))
    part, weighted = _OF_CLASSES[metric]
    return _over_classes(data, part, weighted)


def _mean(row_values: np.ndarray) -> Statistic:
    columns = np.ascontiguousarray(row_values.T)
    return lambda counts: counts @ columns / len(columns)


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
    return _one_vs_rest(data, roc_auc_components)


def _average_precision(data: OutOfFold) -> np.ndarray:
    return _one_vs_rest(data, average_precision_components)


def _one_vs_rest(
    data: OutOfFold, function: Callable[[np.ndarray, np.ndarray], tuple[float, np.ndarray]]
) -> np.ndarray:
    """Return value plus component of each row, averaged over the classes that count."""
    found = np.zeros((len(data.models), data.n_rows))
    occurring = np.unique(data.y_true)
    if len(occurring) < 2:
        return found + np.nan
    classes = occurring if data.positive is None else [data.positive]
    for line, scores in zip(found, data.scores, strict=True):
        for k in classes:
            value, components = function(data.y_true == k, scores[:, k])
            line += (value + components) / len(classes)
    return found


def _over_classes(data: OutOfFold, part: str, weighted: bool) -> Statistic:
    """Return the function from counts to an average over classes of recall, precision or F1."""
    matrix, n_models, n_classes = _indicators(data), len(data.models), len(data.classes)

    def statistic(counts: np.ndarray) -> np.ndarray:
        sums = (matrix @ counts.T).T.reshape(len(counts), 1 + 2 * n_models, n_classes)
        there, missed, wrongly_said = np.split(sums, [1, 1 + n_models], axis=1)
        weights = there if weighted else _counting(there, None if part == "balanced" else data.positive)
        return (_of_class(part, there, missed, wrongly_said) * weights).sum(axis=2) / weights.sum(axis=2)

    return statistic


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


def _counting(there: np.ndarray, positive: int | None) -> np.ndarray:
    """Return 1 for classes that count, else 0: those that a resample holds, or the positive one."""
    if positive is None:
        return (there > 0).astype(float)
    return np.broadcast_to(np.arange(there.shape[2]) == positive, there.shape).astype(float)


def _of_class(part: str, there: np.ndarray, missed: np.ndarray, wrongly_said: np.ndarray) -> np.ndarray:
    found = there - missed
    said = found + wrongly_said
    above, below = {
        "balanced": (found, there),
        "recall": (found, there),
        "precision": (found, said),
        "f1": (2 * found, there + said),
    }[part]
    return above / np.maximum(below, 1)


_OF_ROWS = {
    "accuracy": _right,
    "log_loss": _losses,
    "roc_auc_ovr": _roc_auc,
    "average_precision": _average_precision,
}
_OF_CLASSES = {
    "balanced_accuracy": ("balanced", False),
    "f1": ("f1", False),
    "f1_macro": ("f1", False),
    "f1_weighted": ("f1", True),
    "precision": ("precision", False),
    "precision_macro": ("precision", False),
    "recall": ("recall", False),
    "recall_macro": ("recall", False),
}
