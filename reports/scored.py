"""What a complete row said about every row of the data, and the figures that are made from it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from bench.records import DatasetInfo, Predictions
from reports.confusion import Confusion, confusion
from reports.curves import Curves
from reports.precision_recall import precision_recall
from reports.roc import roc
from reports.thresholds import Thresholds, thresholds


@dataclass(frozen=True)
class Scored:
    """Pooled out-of-fold predictions of one model; each figure is made when first asked for, and once.

    Parameters
    ----------
    predictions : Predictions
        One for each row of the data.
    info : DatasetInfo
    colour : str
        Of the model.
    """

    predictions: Predictions
    info: DatasetInfo
    colour: str

    @cached_property
    def roc(self) -> Curves:
        """ROC curves."""
        return roc(self.predictions, self.info.classes, self.colour, self.info.positive_index)

    @cached_property
    def by_recall(self) -> Curves:
        """Precision against recall."""
        return precision_recall(self.predictions, self.info.classes, self.colour, self.info.positive_index)

    @cached_property
    def thresholds(self) -> Thresholds:
        """Precision and recall against the decision threshold."""
        return thresholds(self.predictions, self.info.classes, self.info.positive_index)

    @cached_property
    def confusion(self) -> Confusion:
        """Rows by true and predicted class."""
        return confusion(self.predictions, self.info.classes, self.colour)

    @property
    def shares(self) -> Confusion:
        """The same as shares of each true class."""
        return replace(self.confusion, normalised=True)
