"""Precision and recall of pooled out-of-fold scores: against each other, and against the threshold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from sklearn.metrics import average_precision_score, precision_recall_curve

from bench.records import Label, Predictions
from reports.curves import MACRO, Axis, Curves
from reports.pooled import one_vs_rest
from reports.theme import MUTED

if TYPE_CHECKING:
    from matplotlib.axes import Axes

AXIS = Axis("recall", "precision", "average precision", "lower left")
N_POINTS = 201


@dataclass(frozen=True)
class Thresholds:
    """Precision and recall of "is class k" when a score of at least the threshold says yes.

    Parameters
    ----------
    classes : tuple
        The labels that occur.
    thresholds : ndarray of shape (t,)
        Probabilities from 0 to 1, or decision values over the range that occurs.
    precision, recall : ndarray of shape (n_classes, t)
    score_kind : {"probability", "decision"}
    colour : str
        Of the model.
    wish : tuple of float or None
        Wished precision and the lowest threshold that has it, to be marked; only for one class.
    """

    classes: tuple[Label, ...]
    thresholds: np.ndarray
    precision: np.ndarray
    recall: np.ndarray
    score_kind: str
    colour: str
    wish: tuple[float, float] | None = None

    def frame(self) -> pd.DataFrame:
        """Return columns kind ("class" or "macro"), class, threshold, precision, recall."""
        parts = [
            self._part("class", *curves)
            for curves in zip(self.classes, self.precision, self.recall, strict=True)
        ]
        macro = self._part("macro", MACRO, self.precision.mean(axis=0), self.recall.mean(axis=0))
        return pd.concat([*parts, macro], ignore_index=True)

    def plot(self, ax: Axes) -> None:
        """Draw the macro averages, and the range over the classes as a band; or the curves of one class."""
        for values, dashes, name in (
            (self.precision, "solid", "precision"),
            (self.recall, "dashed", "recall"),
        ):
            ax.plot(self.thresholds, values.mean(axis=0), color=self.colour, linestyle=dashes, label=name)
            band = (values.min(axis=0), values.max(axis=0))
            ax.fill_between(self.thresholds, *band, color=self.colour, alpha=0.1, linewidth=0)
        ax.set_ylim(-0.01, 1.02)
        ax.margins(x=0.01)
        ax.set_xlabel("decision value" if self.score_kind == "decision" else "probability threshold")
        if len(self.classes) > 1:
            ax.set_ylabel(MACRO, color=MUTED)
        if self.wish is not None:
            label = f"precision {self.wish[0]:g} at {self.wish[1]:.3g}"
            ax.axvline(self.wish[1], color=MUTED, linewidth=0.9, linestyle="dotted", label=label)
        ax.legend(loc="lower left")

    def _part(self, kind: str, label: Label, precision: np.ndarray, recall: np.ndarray) -> pd.DataFrame:
        columns = {"threshold": self.thresholds, "precision": precision, "recall": recall}
        return pd.DataFrame({"kind": kind, "class": str(label), **columns})


def precision_recall(
    predictions: Predictions, classes: Sequence[Label], colour: str, positive: int | None = None
) -> tuple[Curves, Thresholds]:
    """Return precision against recall, and both against the threshold, from one pass over the scores.

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
    recalls, thresholds = np.linspace(0, 1, N_POINTS), _thresholds(predictions, positive)
    labels, by_recall, by_threshold, areas = [], [], [], []
    for k, member, scores in one_vs_rest(predictions, positive):
        curve = precision_recall_curve(member, scores)
        labels.append(classes[k])
        by_recall.append(_precision_at_recall(curve, recalls))
        by_threshold.append(_at_threshold(curve, thresholds))
        areas.append(average_precision_score(member, scores))
    curves = Curves(AXIS, tuple(labels), recalls, np.array(by_recall), np.array(areas), colour)
    precision, recall = np.moveaxis(np.array(by_threshold), 1, 0)
    kind = predictions.score_kind
    return curves, Thresholds(tuple(labels), thresholds, precision, recall, kind, colour)


def _thresholds(predictions: Predictions, positive: int | None) -> np.ndarray:
    if predictions.score_kind == "probability":
        return np.linspace(0, 1, N_POINTS)
    scores = predictions.scores if positive is None else predictions.scores[:, positive]
    return np.linspace(scores.min(), scores.max(), N_POINTS)


def _precision_at_recall(curve: tuple[np.ndarray, ...], recalls: np.ndarray) -> np.ndarray:
    """Return the precision where the recall first reaches each wanted value."""
    precision, recall, _ = (values[::-1] for values in curve)
    return precision[np.searchsorted(recall, recalls)]


def _at_threshold(curve: tuple[np.ndarray, ...], thresholds: np.ndarray) -> np.ndarray:
    precision, recall, known = curve
    first = np.searchsorted(known, thresholds)
    return np.array([precision[first], recall[first]])
