"""Metrics of a classifier, computed from stored scores.

Macro means average over the classes that occur in `y_true`, each counting alike.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from bench.records import Predictions


@dataclass(frozen=True)
class Metric:
    """One row of the table.

    Parameters
    ----------
    needs : {"labels", "scores", "probability"}
        What it is computed from; "probability" is not to be had from decision scores.
    function : callable
        ``f(y_true, y_pred or scores) -> float``, `y_true` being class indices.
    """

    name: str
    title: str
    needs: str
    greater_is_better: bool
    function: Callable[[np.ndarray, np.ndarray], float]


def score(predictions: Predictions) -> dict[str, float | None]:
    """Return every metric of predictions whose true labels are known.

    Parameters
    ----------
    predictions : Predictions
        With `y_true`.

    Returns
    -------
    dict of str to float or None
        None where the scores are no probabilities and the metric needs them.
    """
    return {name: _value(metric, predictions) for name, metric in METRICS.items()}


def normalised(scores: np.ndarray) -> np.ndarray:
    """Return probabilities in float64 whose rows sum to one.

    Parameters
    ----------
    scores : ndarray of shape (n, n_classes), float32
        Probabilities as stored.
    """
    wide = scores.astype(np.float64)
    return wide / wide.sum(axis=1, keepdims=True)


def _value(metric: Metric, predictions: Predictions) -> float | None:
    if metric.needs == "probability" and predictions.score_kind != "probability":
        return None
    given = predictions.y_pred if metric.needs == "labels" else predictions.scores
    if predictions.y_true is None:
        raise ValueError("predictions without true labels cannot be scored")
    return float(metric.function(predictions.y_true, given))


def _accuracy(y_true: np.ndarray, y_pred: np.ndarray) -> float:
    return np.mean(y_true == y_pred)


def _balanced_accuracy(y_true: np.ndarray, y_pred: np.ndarray) -> float:
    return _per_class(y_true, y_pred)[1].mean()


def _f1(average: str) -> Callable[[np.ndarray, np.ndarray], float]:
    def f1(y_true: np.ndarray, y_pred: np.ndarray) -> float:
        scores, support = _per_class(y_true, y_pred)[2:]
        return np.average(scores, weights=support if average == "weighted" else None)

    return f1


def _precision_macro(y_true: np.ndarray, y_pred: np.ndarray) -> float:
    return _per_class(y_true, y_pred)[0].mean()


def _recall_macro(y_true: np.ndarray, y_pred: np.ndarray) -> float:
    return _per_class(y_true, y_pred)[1].mean()


def _per_class(y_true: np.ndarray, y_pred: np.ndarray) -> tuple[np.ndarray, ...]:
    from sklearn.metrics import precision_recall_fscore_support

    return precision_recall_fscore_support(y_true, y_pred, labels=np.unique(y_true), zero_division=0)


def _log_loss(y_true: np.ndarray, scores: np.ndarray) -> float:
    from sklearn.metrics import log_loss

    return log_loss(y_true, normalised(scores), labels=np.arange(scores.shape[1]))


def _roc_auc(y_true: np.ndarray, scores: np.ndarray) -> float:
    from sklearn.metrics import roc_auc_score

    return _one_vs_rest(roc_auc_score, y_true, scores)


def _average_precision(y_true: np.ndarray, scores: np.ndarray) -> float:
    from sklearn.metrics import average_precision_score

    return _one_vs_rest(average_precision_score, y_true, scores)


def _one_vs_rest(
    function: Callable[[np.ndarray, np.ndarray], float], y_true: np.ndarray, scores: np.ndarray
) -> float:
    classes = np.unique(y_true)
    if len(classes) < 2:
        return float("nan")
    return float(np.mean([function(y_true == k, scores[:, k]) for k in classes]))


METRICS = {
    metric.name: metric
    for metric in (
        Metric("accuracy", "Accuracy", "labels", True, _accuracy),
        Metric("balanced_accuracy", "Balanced accuracy", "labels", True, _balanced_accuracy),
        Metric("f1_macro", "F1, macro", "labels", True, _f1("macro")),
        Metric("f1_weighted", "F1, weighted", "labels", True, _f1("weighted")),
        Metric("precision_macro", "Precision, macro", "labels", True, _precision_macro),
        Metric("recall_macro", "Recall, macro", "labels", True, _recall_macro),
        Metric("log_loss", "Log loss", "probability", False, _log_loss),
        Metric("roc_auc_ovr", "ROC AUC, one-vs-rest macro", "scores", True, _roc_auc),
        Metric("average_precision", "Average precision, macro", "scores", True, _average_precision),
    )
}
