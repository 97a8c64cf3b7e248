"""How often and how rightly a model says "is class k", for every decision threshold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from bench.records import Label, Predictions
from reports.pooled import one_vs_rest
from reports.theme import INK

if TYPE_CHECKING:
    from matplotlib.axes import Axes

N_THRESHOLDS = 101
# Decision scores have outliers, beyond which thresholds tell nothing.
DECISION_RANGE = (0.001, 0.999)


@dataclass(frozen=True)
class Thresholds:
    """Rows called class k because their score is at least the threshold.

    Parameters
    ----------
    classes : tuple
        The labels that occur, in the order of the data's classes; or the positive one alone.
    thresholds : ndarray of shape (t,), float64
        Evenly spaced: probabilities from 0 to 1, or decision values between two quantiles of all scores.
    said, found : ndarray of shape (n_classes, t), int64
        Rows that are called the class, and those among them that belong to it.
    there : ndarray of shape (n_classes,), int64
        Rows that belong to the class.
    score_kind : {"probability", "decision"}
    """

    classes: tuple[Label, ...]
    thresholds: np.ndarray
    said: np.ndarray
    found: np.ndarray
    there: np.ndarray
    score_kind: str

    @property
    def precision(self) -> np.ndarray:
        """Share of the called rows that belong to the class; NaN where none is called."""
        return np.where(self.said == 0, np.nan, self.found / np.maximum(self.said, 1))

    @property
    def recall(self) -> np.ndarray:
        """Share of the class's rows that are called it."""
        return self.found / self.there[:, None]

    @property
    def f1(self) -> np.ndarray:
        """Harmonic mean of both; 0 where no row is found."""
        return 2 * self.found / (self.said + self.there[:, None])

    def frame(self) -> pd.DataFrame:
        """Return columns class (text), threshold, precision (NaN where none is called), recall, f1, said."""
        columns = ("precision", "recall", "f1", "said")
        parts = [
            pd.DataFrame(
                {"class": str(label), "threshold": self.thresholds}
                | {name: getattr(self, name)[i] for name in columns}
            )
            for i, label in enumerate(self.classes)
        ]
        return pd.concat(parts, ignore_index=True)

    def plot(self, ax: Axes) -> None:
        """Draw precision and recall against the threshold, as means over the classes that have them."""
        several = " (mean of classes)" if len(self.classes) > 1 else ""
        for name, values, dashes in (
            ("precision", self.precision, "solid"),
            ("recall", self.recall, "dashed"),
        ):
            means = np.ma.masked_invalid(values).mean(axis=0).filled(np.nan)
            ax.plot(self.thresholds, means, color=INK, linestyle=dashes, label=f"{name}{several}")
        ax.set_xlabel("decision threshold")
        ax.set_ylim(-0.01, 1.02)
        ax.legend(loc="lower left")

    def data(self) -> dict[str, Any]:
        """Return low, high and n of the thresholds, kind, and said, found and there by class."""
        return {
            "low": self.thresholds[0],
            "high": self.thresholds[-1],
            "n": len(self.thresholds),
            "kind": self.score_kind,
            "said": self.said,
            "found": self.found,
            "there": self.there,
        }


def thresholds(predictions: Predictions, classes: Sequence[Label], positive: int | None = None) -> Thresholds:
    """Return what every threshold does to pooled out-of-fold scores.

    Parameters
    ----------
    predictions : Predictions
        With `y_true`.
    classes : sequence
        The labels behind the columns of the scores.
    positive : int or None
        Index of the only class to look at; None looks at all.
    """
    steps = _steps(predictions, positive)
    parts = [(k, member, scores) for k, member, scores in one_vs_rest(predictions, positive)]
    return Thresholds(
        classes=tuple(classes[k] for k, _, _ in parts),
        thresholds=steps,
        said=np.array([_at_least(scores, steps) for _, _, scores in parts]),
        found=np.array([_at_least(scores[member], steps) for _, member, scores in parts]),
        there=np.array([member.sum() for _, member, _ in parts]),
        score_kind=predictions.score_kind,
    )


def _steps(predictions: Predictions, positive: int | None) -> np.ndarray:
    if predictions.score_kind == "probability":
        return np.linspace(0, 1, N_THRESHOLDS)
    scores = predictions.scores if positive is None else predictions.scores[:, positive]
    low, high = np.quantile(scores, DECISION_RANGE)
    return np.linspace(low, high, N_THRESHOLDS)


def _at_least(scores: np.ndarray, steps: np.ndarray) -> np.ndarray:
    """Return how many scores reach each step."""
    return len(scores) - np.searchsorted(np.sort(scores), steps, side="left")
