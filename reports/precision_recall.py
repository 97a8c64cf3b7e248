"""Precision against recall of pooled out-of-fold scores."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from sklearn.metrics import average_precision_score, precision_recall_curve

from bench.records import Label, Predictions
from reports.curves import Axis, Curves
from reports.pooled import one_vs_rest

AXIS = Axis("recall", "precision", "average precision", "lower left")
N_POINTS = 201


def precision_recall(
    predictions: Predictions, classes: Sequence[Label], colour: str, positive: int | None = None
) -> Curves:
    """Return the precision-recall curves of one model, each class against the rest.

    Parameters
    ----------
    predictions : Predictions
        With `y_true`.
    classes : sequence
        The labels behind the columns of the scores.
    colour : str
    positive : int or None
        Index of the only class to draw; None draws all.
    """
    recalls = np.linspace(0, 1, N_POINTS)
    labels, by_recall, areas = [], [], []
    for k, member, scores in one_vs_rest(predictions, positive):
        curve = precision_recall_curve(member, scores)
        labels.append(classes[k])
        by_recall.append(_precision_at_recall(curve, recalls))
        areas.append(average_precision_score(member, scores))
    return Curves(AXIS, tuple(labels), recalls, np.array(by_recall), np.array(areas), colour)


def _precision_at_recall(curve: tuple[np.ndarray, ...], recalls: np.ndarray) -> np.ndarray:
    """Return the precision where the recall first reaches each wanted value."""
    precision, recall, _ = (values[::-1] for values in curve)
    return precision[np.searchsorted(recall, recalls)]
