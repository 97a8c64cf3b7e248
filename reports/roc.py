"""ROC curves of pooled out-of-fold scores."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from sklearn.metrics import auc, roc_curve

from bench.records import Label, Predictions
from reports.curves import Axis, Curves
from reports.pooled import one_vs_rest

AXIS = Axis("false_positive_rate", "true_positive_rate", "AUC", "lower right", chance=True)
_GRID = np.unique(np.concatenate([[0.0], np.geomspace(1e-4, 1, 110), np.linspace(0, 1, 81)]))
# The first point is the origin; the second, at the same rate, is where the curve leaves the axis.
GRID = np.concatenate([[0.0], _GRID])


def roc(
    predictions: Predictions, classes: Sequence[Label], colour: str, positive: int | None = None
) -> Curves:
    """Return the ROC curves of one model, each class against the rest.

    Parameters
    ----------
    predictions : Predictions
        With `y_true`; probabilities or decision scores.
    classes : sequence
        The labels behind the columns of the scores.
    colour : str
    positive : int or None
        Index of the only class to draw; None draws all.

    Returns
    -------
    Curves
        On `GRID`, which is denser near a rate of zero.
    """
    found = {k: _curve(member, scores) for k, member, scores in one_vs_rest(predictions, positive)}
    return Curves(
        axis=AXIS,
        classes=tuple(classes[k] for k in found),
        grid=GRID,
        values=np.array([values for values, _ in found.values()]),
        areas=np.array([area for _, area in found.values()]),
        colour=colour,
    )


def _curve(member: np.ndarray, scores: np.ndarray) -> tuple[np.ndarray, float]:
    false, true, _ = roc_curve(member, scores)
    values = np.interp(GRID, false, true)
    values[0] = 0.0
    return values, auc(false, true)
