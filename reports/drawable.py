"""One model's stored scores, read once for all figures that are made from them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from bench.evidence import OutOfFold
from bench.records import Predictions
from reports.confusion import Confusion, confusion
from reports.curves import Curves
from reports.importance import Importance
from reports.outcomes import Outcome
from reports.pooled import fold_predictions, mean_importance, out_of_fold
from reports.precision_recall import precision_recall
from reports.reliability import Reliability, RiskCoverage, reliability_of, risk_coverage_of
from reports.roc import roc
from reports.sources import Sources
from reports.thresholds import Thresholds, thresholds


@dataclass(frozen=True)
class Drawable:
    """What figures of one model are made from, read once.

    Parameters
    ----------
    sources : Sources
    outcome : Outcome
    """

    sources: Sources
    outcome: Outcome

    @property
    def colour(self) -> str:
        """Colour of the model."""
        return self.sources.colours[self._name]

    @cached_property
    def folds(self) -> list[Predictions]:
        """The predictions of each scored fold."""
        return fold_predictions(self.sources.store, self.outcome)

    @cached_property
    def roc(self) -> Curves | None:
        """ROC curves; None unless the row is complete."""
        return None if self._said is None else roc(self._said, *self._how)

    @cached_property
    def precision_recall(self) -> Curves | None:
        """Precision against recall."""
        return None if self._said is None else precision_recall(self._said, *self._how)

    @cached_property
    def thresholds(self) -> Thresholds | None:
        """Both against the decision threshold."""
        info = self.sources.run.info
        return None if self._said is None else thresholds(self._said, info.classes, info.positive_index)

    @property
    def confusion(self) -> Confusion | None:
        """Counts pooled over the folds."""
        classes = self.sources.run.info.classes
        return None if self._said is None else confusion(self._said, classes, self.colour)

    @property
    def reliability(self) -> Reliability | None:
        """Right answers against confidence; None unless the row is ranked."""
        return None if self._proven is None else reliability_of(self._proven, self._name, self.colour)

    @property
    def risk_coverage(self) -> RiskCoverage | None:
        """Wrong answers against the share answered; None unless the row is ranked."""
        return None if self._proven is None else risk_coverage_of(self._proven, self._name, self.colour)

    @property
    def importance(self) -> Importance | None:
        """Importance of the features, where the model tells it."""
        values, info = mean_importance(self.folds), self.sources.run.info
        if values is None:
            return None
        names = tuple(self.sources.stored.feature_names.tolist())
        return Importance(names, values, info.image_shape, self.colour)

    @property
    def _name(self) -> str:
        return self.outcome.row.name

    @property
    def _proven(self) -> OutOfFold | None:
        """The scores of all ranked rows; None if this one is not among them."""
        found = self.sources.found
        return found.data if found is not None and self._name in found.data.models else None

    @cached_property
    def _said(self) -> Predictions | None:
        if not self.outcome.complete:
            return None
        return out_of_fold(self.sources.store, self.sources.run, self.outcome.row)

    @property
    def _how(self) -> tuple[tuple[int | str, ...], str, int | None]:
        info = self.sources.run.info
        return info.classes, self.colour, info.positive_index
