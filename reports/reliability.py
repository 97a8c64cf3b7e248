"""Whether a model's confidence can be believed, and what it is worth where the model is most sure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bench.evidence import OutOfFold
from bench.evidence.calibration import reliability
from bench.evidence.selective import risk_coverage
from reports.theme import FAINT

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True)
class Reliability:
    """How often a model is right where it claims to be so sure.

    Parameters
    ----------
    bins : DataFrame
        See `bench.evidence.calibration.reliability`.
    colour : str
        Of the model.
    """

    bins: pd.DataFrame
    colour: str

    @property
    def error(self) -> float:
        """Expected calibration error: the mean gap over the bins, weighted by rows."""
        gap = (self.bins["accuracy"] - self.bins["confidence"]).abs()
        return float(np.average(gap, weights=self.bins["n"]))

    def frame(self) -> pd.DataFrame:
        """Return columns scores (in words), confidence, accuracy, accuracy_low, accuracy_high, n."""
        return self.bins[["scores", "confidence", "accuracy", "accuracy_low", "accuracy_high", "n"]]

    def plot(self, ax: Axes) -> None:
        """Draw a dot with its interval for each bin, and the diagonal of perfect calibration."""
        table = self.frame()
        lowest = min(table["confidence"].min(), table["accuracy_low"].min())
        ax.plot([lowest, 1], [lowest, 1], color=FAINT, linestyle="dashed")
        ax.vlines(table["confidence"], table["accuracy_low"], table["accuracy_high"], color=self.colour)
        ax.plot(table["confidence"], table["accuracy"], "o", color=self.colour, markersize=4)
        ax.set_xlabel("mean confidence")
        ax.set_ylabel("share right")


@dataclass(frozen=True)
class RiskCoverage:
    """How often a model is wrong if it is silent where it is least sure.

    Parameters
    ----------
    answered : DataFrame
        See `bench.evidence.selective.risk_coverage`.
    colour : str
        Of the model.
    """

    answered: pd.DataFrame
    colour: str

    def frame(self) -> pd.DataFrame:
        """Return columns scores (in words), coverage, risk, threshold; coverage ascending."""
        return self.answered[["scores", "coverage", "risk", "threshold"]]

    def plot(self, ax: Axes) -> None:
        """Draw the share wrong, in per cent, against the share answered."""
        table = self.frame()
        ax.plot(table["coverage"], 100 * table["risk"], color=self.colour)
        ax.set_xlim(0, 1.01)
        ax.set_ylim(bottom=0)
        ax.set_xlabel("share answered, surest first")
        ax.set_ylabel("share wrong, %")


def reliability_of(data: OutOfFold, model: str, colour: str) -> Reliability:
    """Return the reliability of one model."""
    return Reliability(reliability(data, model), colour)


def risk_coverage_of(data: OutOfFold, model: str, colour: str) -> RiskCoverage:
    """Return the risk of one model at every coverage."""
    return RiskCoverage(risk_coverage(data, model), colour)
