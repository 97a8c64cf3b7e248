"""What the script of the models' sections reads: thresholds and calibration of each model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from bench.evidence import OutOfFold
from bench.evidence.calibration import reliability
from bench.evidence.selective import risk_coverage
from reports.sections import ModelSection
from reports.sources import Sources

N_COVERAGES = 60


def models_data(sources: Sources, sections: Sequence[ModelSection]) -> dict[str, Any]:
    """Return for each complete model, by the id of its section, `model_data`."""
    data = None if sources.found is None else sources.found.data
    return {section.anchor: model_data(section, data) for section in sections if section.scored}


def model_data(section: ModelSection, data: OutOfFold | None) -> dict[str, Any]:
    """Return thresholds (see `Thresholds.data`) and, for a ranked model, calibration."""
    name = section.outcome.row.name
    found = {} if section.scored is None else {"thresholds": section.scored.thresholds.data()}
    if data is not None and name in data.models:
        found["calibration"] = calibration_data(data, name)
    return found


def calibration_data(data: OutOfFold, model: str) -> dict[str, Any]:
    """Return whether a model's confidence can be believed, and what it is worth where it is most sure.

    Returns
    -------
    dict
        scores (what they are, in words), ece (expected calibration error, from these bins), bins (confidence,
        accuracy, low and high of its 95 % interval, number of rows), answered (coverage, risk, threshold).
    """
    bins, answered = reliability(data, model), risk_coverage(data, model)
    gap = (bins["accuracy"] - bins["confidence"]).abs()
    columns = ["confidence", "accuracy", "accuracy_low", "accuracy_high", "n"]
    steps = np.unique(np.linspace(0, len(answered) - 1, N_COVERAGES).round().astype(int))
    return {
        "scores": bins["scores"].iloc[0],
        "ece": round(float(np.average(gap, weights=bins["n"])), 4),
        "bins": bins[columns].round(4).to_numpy().tolist(),
        "answered": answered[["coverage", "risk", "threshold"]].iloc[steps].round(4).to_numpy().tolist(),
    }
