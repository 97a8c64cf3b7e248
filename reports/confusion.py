"""Which classes are taken for which, and how well each class is found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.colors import PowerNorm
from sklearn.metrics import classification_report, confusion_matrix

from bench.records import Label, Predictions
from reports.theme import INK
from reports.wording import shortened

if TYPE_CHECKING:
    from matplotlib.axes import Axes

N_ANNOTATED = 12


@dataclass(frozen=True)
class Confusion:
    """How often each true class was taken for each class.

    Parameters
    ----------
    counts : ndarray of shape (n_classes, n_classes), int64
        True classes by predicted classes.
    classes : tuple
    colour : str
        Of the model.
    normalised : bool
        Whether to draw shares of each true class instead of counts.
    """

    counts: np.ndarray
    classes: tuple[Label, ...]
    colour: str
    normalised: bool = False

    @property
    def shares(self) -> np.ndarray:
        """The counts of each true class divided by their sum; zeros for a class without rows."""
        return self.counts / np.maximum(self.counts.sum(axis=1, keepdims=True), 1)

    @property
    def n_wrong(self) -> int:
        """Rows of another class than predicted."""
        return int(self.counts.sum() - np.trace(self.counts))

    def around(self, k: int) -> tuple[int, int, int, int]:
        """Return true positives, false negatives, false positives and true negatives of class k."""
        found, there, said = self.counts[k, k], self.counts[k].sum(), self.counts[:, k].sum()
        return (
            int(found),
            int(there - found),
            int(said - found),
            int(self.counts.sum() - there - said + found),
        )

    def frame(self) -> pd.DataFrame:
        """Return the confused pairs, most frequent first: true, predicted, count, share of the true class."""
        true, predicted = np.nonzero(self.counts * (1 - np.eye(len(self.classes), dtype=int)))
        labels = np.asarray(self.classes)
        pairs = pd.DataFrame(
            {
                "true": labels[true],
                "predicted": labels[predicted],
                "count": self.counts[true, predicted],
                "share": self.shares[true, predicted],
            }
        )
        return pairs.sort_values("count", ascending=False, kind="stable", ignore_index=True)

    def plot(self, ax: Axes) -> None:
        """Draw the matrix as a heat map whose colours are stretched so that rare errors show."""
        few = len(self.classes) <= N_ANNOTATED
        names = [shortened(label, 12) for label in self.classes]
        sns.heatmap(
            self.shares if self.normalised else self.counts,
            ax=ax,
            annot=self._texts() if few else False,
            fmt="",
            annot_kws={"fontsize": 6 if len(names) > 5 else 9},
            norm=PowerNorm(0.35, 0, 1 if self.normalised else max(self.counts.max(), 1)),
            cmap=sns.light_palette(self.colour, as_cmap=True),
            cbar=False,
            square=True,
            linewidths=0.6 if few else 0,
            linecolor="white",
            rasterized=not few,
            xticklabels=names,
            yticklabels=names,
        )
        for text in ax.texts:
            text.set_in_layout(False)
        _finish(ax, few)

    def _texts(self) -> np.ndarray:
        texts = np.char.mod("%.1f", 100 * self.shares) if self.normalised else self.counts.astype(str)
        # Many zeros would hide the errors; among four cells a zero is news.
        return np.where((self.counts > 0) | (len(self.classes) == 2), texts, "")


def confusion(predictions: Predictions, classes: Sequence[Label], colour: str) -> Confusion:
    """Return the confusion of a model; `predictions` with `y_true`."""
    labels = np.arange(len(classes))
    counts = confusion_matrix(predictions.y_true, predictions.y_pred, labels=labels)
    return Confusion(counts, tuple(classes), colour)


def class_report(predictions: Predictions, classes: Sequence[Label]) -> pd.DataFrame:
    """Return precision, recall, F1 and support of every class, then their averages.

    Returns
    -------
    DataFrame
        Columns class (text), precision, recall, f1, support (int64). The last two lines are the
        macro average and the average weighted by support.
    """
    labels = np.arange(len(classes))
    report = classification_report(
        predictions.y_true, predictions.y_pred, labels=labels, output_dict=True, zero_division=0
    )
    lines = {str(label): report[str(k)] for k, label in enumerate(classes)}
    lines |= {f"({name})": report[name] for name in ("macro avg", "weighted avg")}
    table = pd.DataFrame.from_dict(lines, orient="index").rename_axis("class").reset_index()
    return table.rename(columns={"f1-score": "f1"}).astype({"support": "int64"})


def _finish(ax: Axes, few: bool) -> None:
    ax.set_xlabel("predicted")
    ax.set_ylabel("true")
    ax.grid(False)
    size = 7 if few else 5
    ax.tick_params(length=0, labelsize=size, labelcolor=INK, pad=2)
    ax.tick_params(axis="x", rotation=90 if _long(ax) else 0)
    ax.tick_params(axis="y", rotation=0)


def _long(ax: Axes) -> bool:
    names = [text.get_text() for text in ax.get_xticklabels()]
    return max(map(len, names)) * len(names) > 45
