"""First-order row components of metrics of ranks: what one row more or less does to them.

A metric is expanded in the weights of the rows: on a resample it is its value plus the mean of the components
of the rows that were drawn (infinitesimal jackknife, Efron & Tibshirani 1993, section 11.6). Components of
a metric have the mean zero.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from bench.evidence.out_of_fold import OutOfFold

Ranked = Callable[[np.ndarray, np.ndarray], tuple[float, np.ndarray]]


def roc_auc_components(positive: np.ndarray, scores: np.ndarray) -> tuple[float, np.ndarray]:
    """Return the area under the ROC curve and its row components.

    They are the placement values of DeLong, DeLong & Clarke-Pearson (1988): the share of the other class that
    a row is ranked rightly against, ties counting half.

    Parameters
    ----------
    positive : ndarray of shape (n,), bool
        Both values occur.
    scores : ndarray of shape (n,)
        Large for the positive class.

    Returns
    -------
    float
    ndarray of shape (n,), float64
    """
    place, positives, negatives = _tied_counts(positive, scores)
    n_positive, n_negative = positives.sum(), negatives.sum()
    negatives_below = np.cumsum(negatives) - negatives / 2
    positives_above = n_positive - np.cumsum(positives) + positives / 2
    area = float((positives * negatives_below).sum() / (n_positive * n_negative))
    of_positive = (negatives_below / n_negative - area) / n_positive
    of_negative = (positives_above / n_positive - area) / n_negative
    return area, len(scores) * _of_rows(place, positive, of_positive, of_negative)


def delong_components(positive: np.ndarray, scores: np.ndarray) -> tuple[float, np.ndarray]:
    """Return the same with components whose mean over resamples has DeLong's variance.

    Those of a class of m rows are drawn out by the root of m / (m - 1): with few rows the variance would
    otherwise be too small.
    """
    area, components = roc_auc_components(positive, scores)
    m = np.where(positive, positive.sum(), (~positive).sum())
    return area, components * np.sqrt(m / np.maximum(m - 1, 1))


def average_precision_components(positive: np.ndarray, scores: np.ndarray) -> tuple[float, np.ndarray]:
    """Return the average precision, as scikit-learn defines it, and its row components.

    The value is the mean over positive rows of a / (a + b), with a positive and b negative rows scored at
    least as high; the components are its derivatives with respect to the rows' weights.

    Parameters
    ----------
    positive : ndarray of shape (n,), bool
        At least one.
    scores : ndarray of shape (n,)
        Large for the positive class.

    Returns
    -------
    float
    ndarray of shape (n,), float64
    """
    place, positives, negatives = _tied_counts(positive, scores)
    above = _at_least(positives)
    said = above + _at_least(negatives)
    precision = above / said
    value = float((positives * precision).sum() / positives.sum())
    gain = np.cumsum(positives * (1 - precision) / said)
    loss = np.cumsum(positives * precision / said)
    derivative = _of_rows(place, positive, precision - value + gain, -loss)
    return value, len(scores) / positives.sum() * derivative


def one_vs_rest(data: OutOfFold, function: Ranked) -> np.ndarray:
    """Return value plus component of each row: mean over the classes of a fold, then over folds.

    Rows are ranked within their fold alone, since scores of two fits need no common scale.

    Parameters
    ----------
    data : OutOfFold
    function : callable
        `delong_components` or `average_precision_components`.

    Returns
    -------
    ndarray of shape (n_models, n_rows), float64
        Their means over all rows are the metric; NaN where no fold has two classes.
    """
    ranked = [(rows, classes) for rows in _rows_of_folds(data) if len(classes := _ranked_classes(data, rows))]
    found = np.full((len(data.models), data.n_rows), 0.0 if ranked else np.nan)
    for rows, classes in ranked:
        scale = data.n_rows / (len(rows) * len(ranked) * len(classes))
        for line, scores in zip(found, data.scores, strict=True):
            for k in classes:
                value, components = function(data.y_true[rows] == k, scores[rows, k])
                line += value / (len(ranked) * len(classes))
                line[rows] += components * scale
    return found


def _rows_of_folds(data: OutOfFold) -> list[np.ndarray]:
    return [np.flatnonzero(data.fold == fold) for fold in np.unique(data.fold)]


def _ranked_classes(data: OutOfFold, rows: np.ndarray) -> np.ndarray:
    """Return the classes that some rows can be ranked by; none if the rest is missing."""
    occurring = np.unique(data.y_true[rows])
    if len(occurring) < 2:
        return occurring[:0]
    return occurring if data.positive is None else occurring[occurring == data.positive]


def _tied_counts(positive: np.ndarray, scores: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return each row's place among the distinct scores, and positive and negative rows at each place."""
    distinct, place = np.unique(scores, return_inverse=True)
    positives = np.bincount(place[positive], minlength=len(distinct)).astype(float)
    return place, positives, np.bincount(place, minlength=len(distinct)) - positives


def _at_least(counts: np.ndarray) -> np.ndarray:
    return np.cumsum(counts[::-1])[::-1]


def _of_rows(place: np.ndarray, positive: np.ndarray, own: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Return for each row what its place holds: `own` for positive rows, `other` for the rest."""
    found = other[place]
    found[positive] = own[place[positive]]
    return found
