"""What a model is worth that may stay silent where it is least sure."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from bench.evidence.out_of_fold import OutOfFold
from bench.evidence.temperature import probabilities

if TYPE_CHECKING:
    import pandas as pd

N_POINTS = 200


def risk_coverage(data: OutOfFold, model: str) -> pd.DataFrame:
    """Return the share wrong among the most confident rows, for every share of rows that is answered.

    El-Yaniv and Wiener (2010), "On the foundations of noise-free selective classification"; confidence is the
    largest probability of a row, as in Geifman and El-Yaniv (2017), "Selective classification for deep neural
    networks". Decision scores are made probabilities by temperature scaling, cross-fitted.

    Returns
    -------
    DataFrame
        At most 200 lines, coverage ascending to 1: model, scores (what they are, in words), coverage,
        threshold (the confidence from which rows are answered), risk, accuracy.
    """
    import pandas as pd

    shares, title = probabilities(data, model, scale=False)
    confidence = shares.max(axis=1)
    risks = _risks(confidence, ~data.correct[data.models.index(model)])
    answered = np.unique(np.linspace(1, len(risks), min(N_POINTS, len(risks))).round().astype(int))
    return pd.DataFrame(
        {
            "model": model,
            "scores": title,
            "coverage": answered / len(risks),
            "threshold": np.sort(confidence)[::-1][answered - 1],
            "risk": risks[answered - 1],
            "accuracy": 1 - risks[answered - 1],
        }
    )


def risk_coverage_area(confidence: np.ndarray, wrong: np.ndarray) -> float:
    """Return the mean risk over all coverages 1/n, 2/n ... 1: the area under the risk-coverage curve.

    Geifman, Uziel and El-Yaniv (2019), "Bias-reduced uncertainty estimation for deep neural classifiers".

    Parameters
    ----------
    confidence : ndarray of shape (n,), float64
    wrong : ndarray of shape (n,), bool
    """
    return float(_risks(confidence, wrong).mean())


def accuracy_at(confidence: np.ndarray, wrong: np.ndarray, coverage: float) -> float:
    """Return the share right among the most confident rows: `coverage` of all, rounded up to a whole row."""
    answered = math.ceil(round(coverage * len(wrong), 6))
    return float(1 - _risks(confidence, wrong)[answered - 1])


def _risks(confidence: np.ndarray, wrong: np.ndarray) -> np.ndarray:
    """Return the share wrong among the 1, 2 ... n most confident rows.

    Rows of equal confidence count as if they came in random order: each brings the mean error of its likes.
    """
    order = np.argsort(-confidence, kind="stable")
    first = np.concatenate([[True], np.diff(confidence[order]) != 0])
    alike = np.cumsum(first) - 1
    mean_wrong = np.bincount(alike, wrong[order]) / np.bincount(alike)
    return np.cumsum(mean_wrong[alike]) / np.arange(1, len(wrong) + 1)
