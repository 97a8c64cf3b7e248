"""What the script of the models' sections reads: thresholds and calibration of each model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from reports.drawable import Drawable
from reports.reliability import Reliability, RiskCoverage
from reports.sections import ModelSection
from reports.sources import Sources

N_COVERAGES = 60


def models_data(sources: Sources, sections: Sequence[ModelSection]) -> dict[str, Any]:
    """Return for each complete model, by the id of its section, `model_data`."""
    return {section.anchor: model_data(sources, section) for section in sections if section.scored}


def model_data(sources: Sources, section: ModelSection) -> dict[str, Any]:
    """Return thresholds (see `Thresholds.data`) and, for a ranked model, calibration."""
    found = {} if section.scored is None else {"thresholds": section.scored.thresholds.data()}
    model = Drawable(sources, section.outcome)
    believed, answered = model.reliability, model.risk_coverage
    if believed is not None and answered is not None:
        found["calibration"] = calibration_data(believed, answered)
    return found


def calibration_data(believed: Reliability, answered: RiskCoverage) -> dict[str, Any]:
    """Return whether a model's confidence can be believed, and what it is worth where it is most sure.

    Returns
    -------
    dict
        scores (what they are, in words), ece (expected calibration error, from these bins), bins (confidence,
        accuracy, low and high of its 95 % interval, number of rows), answered (coverage, risk, threshold).
    """
    bins, risks = believed.frame(), answered.frame()
    columns = ["confidence", "accuracy", "accuracy_low", "accuracy_high", "n"]
    steps = np.unique(np.linspace(0, len(risks) - 1, N_COVERAGES).round().astype(int))
    return {
        "scores": bins["scores"].iloc[0],
        "ece": round(believed.error, 4),
        "bins": bins[columns].round(4).to_numpy().tolist(),
        "answered": risks[["coverage", "risk", "threshold"]].iloc[steps].round(4).to_numpy().tolist(),
    }
