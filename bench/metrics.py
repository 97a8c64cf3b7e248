"""Metrics of a classifier, computed from stored scores.

Macro means average over the classes that occur in `y_true`, each counting alike. One-vs-rest metrics are
macro averages too; where one class stands against the rest, they are that class's own.
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
        ``f(y_true, y_pred or scores, classes) -> float``, `y_true` being class indices and `classes` those
        that count: all that occur, or the one that stands against the rest.
    runs : {"every", "all classes", "--binary"}
        Which runs have it.
    """

    name: str
    title: str
    needs: str
    greater_is_better: bool
    function: Callable[[np.ndarray, np.ndarray, np.ndarray], float]
    runs: str = "every"


def metrics_of(*, binary: bool) -> dict[str, Metric]:
    """Return the metrics of a run with one class against the rest, or of one with all classes."""
    own = "--binary" if binary else "all classes"
    return {name: metric for name, metric in METRICS.items() if metric.runs in ("every", own)}


def score(predictions: Predictions, positive: int | None = None) -> dict[str, float | None]:
    """Return every metric of predictions whose true labels are known.

    Parameters
    ----------
    predictions : Predictions
        With `y_true`.
    positive : int or None
        Index of the class that stands against the rest; None if all classes count.

    Returns
    -------
    dict of str to float or None
        None where the scores are no probabilities and the metric needs them.
    """
    if predictions.y_true is None:
        raise ValueError("predictions without true labels cannot be scored")
    classes = np.unique(predictions.y_true) if positive is None else np.array([positive])
    table = metrics_of(binary=positive is not None)
    return {name: _value(metric, predictions, classes) for name, metric in table.items()}


def normalised(scores: np.ndarray) -> np.ndarray:
    """Return probabilities in float64 whose rows sum to one.

    Parameters
    ----------
    scores : ndarray of shape (n, n_classes), float32
        Probabilities as stored.
    """
    wide = scores.astype(np.float64)
    return wide / wide.sum(axis=1, keepdims=True)


def _value(metric: Metric, predictions: Predictions, classes: np.ndarray) -> float | None:
    if metric.needs == "probability" and predictions.score_kind != "probability":
        return None
    given = predictions.y_pred if metric.needs == "labels" else predictions.scores
    return float(metric.function(np.asarray(predictions.y_true), given, classes))


def _accuracy(y_true: np.ndarray, y_pred: np.ndarray, classes: np.ndarray) -> float:
    return np.mean(y_true == y_pred)


def _balanced_accuracy(y_true: np.ndarray, y_pred: np.ndarray, classes: np.ndarray) -> float:
    return _recall(y_true, y_pred, np.unique(y_true))


def _precision(y_true: np.ndarray, y_pred: np.ndarray, classes: np.ndarray) -> float:
    return _per_class(y_true, y_pred, classes)[0].mean()


def _recall(y_true: np.ndarray, y_pred: np.ndarray, classes: np.ndarray) -> float:
    return _per_class(y_true, y_pred, classes)[1].mean()


def _f1(y_true: np.ndarray, y_pred: np.ndarray, classes: np.ndarray) -> float:
    return _per_class(y_true, y_pred, classes)[2].mean()


def _f1_weighted(y_true: np.ndarray, y_pred: np.ndarray, classes: np.ndarray) -> float:
    scores, support = _per_class(y_true, y_pred, classes)[2:]
    return np.average(scores, weights=support)


def _per_class(y_true: np.ndarray, y_pred: np.ndarray, classes: np.ndarray) -> tuple[np.ndarray, ...]:
    from sklearn.metrics import precision_recall_fscore_support

    return precision_recall_fscore_support(y_true, y_pred, labels=classes, zero_division=0)


def _log_loss(y_true: np.ndarray, scores: np.ndarray, classes: np.ndarray) -> float:
    from sklearn.metrics import log_loss

    return log_loss(y_true, normalised(scores), labels=np.arange(scores.shape[1]))


def _roc_auc(y_true: np.ndarray, scores: np.ndarray, classes: np.ndarray) -> float:
    from sklearn.metrics import roc_auc_score

    return _one_vs_rest(roc_auc_score, y_true, scores, classes)


def _average_precision(y_true: np.ndarray, scores: np.ndarray, classes: np.ndarray) -> float:
    from sklearn.metrics import average_precision_score

    return _one_vs_rest(average_precision_score, y_true, scores, classes)


def _one_vs_rest(
    function: Callable[[np.ndarray, np.ndarray], float],
    y_true: np.ndarray,
    scores: np.ndarray,
    classes: np.ndarray,
) -> float:
    if len(np.unique(y_true)) < 2:
        return float("nan")
    return float(np.mean([function(y_true == k, scores[:, k]) for k in classes]))


METRICS = {
    metric.name: metric
    for metric in (
        Metric("accuracy", "Accuracy", "labels", True, _accuracy),
        Metric("balanced_accuracy", "Balanced accuracy", "labels", True, _balanced_accuracy),
        Metric("f1", "F1", "labels", True, _f1, "--binary"),
        Metric("f1_macro", "F1, macro", "labels", True, _f1, "all classes"),
        Metric("f1_weighted", "F1, weighted", "labels", True, _f1_weighted, "all classes"),
        Metric("precision", "Precision", "labels", True, _precision, "--binary"),
        Metric("precision_macro", "Precision, macro", "labels", True, _precision, "all classes"),
        Metric("recall", "Recall", "labels", True, _recall, "--binary"),
        Metric("recall_macro", "Recall, macro", "labels", True, _recall, "all classes"),
        Metric("log_loss", "Log loss", "probability", False, _log_loss),
        Metric("roc_auc_ovr", "ROC AUC, one-vs-rest", "scores", True, _roc_auc),
        Metric("average_precision", "Average precision, one-vs-rest", "scores", True, _average_precision),
    )
}
