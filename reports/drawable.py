"""One model's stored scores, read once for all figures that are made from them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from bench.evidence import OutOfFold
from bench.records import Predictions
from reports.importance import Importance
from reports.outcomes import Outcome
from reports.pooled import fold_predictions, mean_importance, out_of_fold
from reports.reliability import Reliability, RiskCoverage, reliability_of, risk_coverage_of
from reports.scored import Scored
from reports.sources import Sources


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
    def name(self) -> str:
        """Name of the row."""
        return self.outcome.row.name

    @property
    def colour(self) -> str:
        """Colour of the model."""
        return self.sources.colours[self.name]

    @cached_property
    def folds(self) -> list[Predictions]:
        """The predictions of each scored fold."""
        return fold_predictions(self.sources.store, self.outcome)

    @cached_property
    def scored(self) -> Scored | None:
        """What is made from a prediction of every row; None unless the row is complete."""
        if not self.outcome.complete:
            return None
        predictions = out_of_fold(self.sources.store, self.sources.run, self.outcome.row)
        return Scored(predictions, self.sources.run.info, self.colour)

    @property
    def reliability(self) -> Reliability | None:
        """Right answers against confidence; None unless the row is ranked."""
        return None if self._proven is None else reliability_of(self._proven, self.name, self.colour)

    @property
    def risk_coverage(self) -> RiskCoverage | None:
        """Wrong answers against the share answered; None unless the row is ranked."""
        return None if self._proven is None else risk_coverage_of(self._proven, self.name, self.colour)

    @cached_property
    def importance(self) -> Importance | None:
        """Importance of the features, where the model tells it."""
        values, info = mean_importance(self.folds), self.sources.run.info
        if values is None:
            return None
        names = tuple(self.sources.stored.feature_names.tolist())
        return Importance(names, values, info.image_shape, self.colour)

    @property
    def _proven(self) -> OutOfFold | None:
        """The scores of all ranked rows; None if this one is not among them."""
        found = self.sources.found
        return found.data if found is not None and self.name in found.data.models else None
