"""Whether models are right as often as their probabilities say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bench.evidence.intervals import LEVEL
from bench.evidence.out_of_fold import OutOfFold
from bench.evidence.selective import accuracy_at, risk_coverage_area
from bench.evidence.temperature import probabilities, scaled, temperatures
from bench.metrics import normalised

if TYPE_CHECKING:
    import pandas as pd

N_BINS = 15
COVERAGES = (99, 95, 90)


def calibration(data: OutOfFold) -> pd.DataFrame:
    """Return how far each model's probabilities can be believed, before and after temperature scaling.

    Figures after scaling are cross-fitted: the temperature of each fold comes from the other folds.

    Returns
    -------
    DataFrame
        A line for each model: model, score_kind, ece, brier, log_loss (float64, NaN for decision scores),
        temperature (mean over folds), ece_scaled, brier_scaled, log_loss_scaled, risk_coverage_area,
        accuracy_at_99, accuracy_at_95, accuracy_at_90 (share right among the most confident 99 % of rows...;
        decision scores are ordered by their scaled confidence).
    """
    import pandas as pd

    return pd.DataFrame([_line(data, i) for i in range(len(data.models))])


def reliability(data: OutOfFold, model: str, n_bins: int = N_BINS, *, scale: bool = False) -> pd.DataFrame:
    """Return how often a model is right where it claims to be so sure.

    Confidence is the largest probability of a row. Bins hold equally many rows (Nguyen and O'Connor 2015,
    "Posterior calibration and exploratory analysis for natural language processing models"), save that equal
    confidences are never parted, so that there may be fewer bins.

    Parameters
    ----------
    data : OutOfFold
    model : str
    n_bins : int
    scale : bool
        Whether to scale stored probabilities by temperature, cross-fitted; decision scores always are.

    Returns
    -------
    DataFrame
        A line for each bin, confidence ascending: model, scores (what they are, in words), low and high
        (smallest and largest confidence), n, confidence (mean), accuracy, accuracy_low and accuracy_high
        (95 % Wilson interval).
    """
    import pandas as pd

    shares, title = probabilities(data, model, scale=scale)
    right = data.correct[data.models.index(model)]
    bins = _bins(shares.max(axis=1), right, n_bins)
    low, high = zip(*map(_wilson, bins["accuracy"], bins["n"]), strict=True)
    head = {"model": model, "scores": title}
    return pd.DataFrame({**head, **bins, "accuracy_low": low, "accuracy_high": high})


def expected_calibration_error(shares: np.ndarray, y_true: np.ndarray, n_bins: int = N_BINS) -> float:
    """Return the mean gap between confidence and accuracy over the bins of `reliability`, weighted by rows.

    Guo et al. (2017), equation 3, on the confidence of the predicted class; over bins of equally many rows
    in place of equally wide ones. Chance alone keeps it above 0.

    Parameters
    ----------
    shares : ndarray of shape (n, n_classes), float64
        Probabilities.
    y_true : ndarray of shape (n,), int32
        Index of the true class.
    n_bins : int
    """
    bins = _bins(shares.max(axis=1), shares.argmax(axis=1) == y_true, n_bins)
    return float(np.average(np.abs(bins["accuracy"] - bins["confidence"]), weights=bins["n"]))


def brier_score(shares: np.ndarray, y_true: np.ndarray) -> float:
    """Return the mean over rows of the squared error summed over all classes (Brier 1950), from 0 to 2.

    For two classes it is twice the one that is also called by this name.
    """
    true = shares[np.arange(len(y_true)), y_true]
    return float((np.einsum("ij,ij->i", shares, shares) - 2 * true + 1).mean())


def log_loss(shares: np.ndarray, y_true: np.ndarray) -> float:
    """Return the mean negative logarithm of the true class's probability, as `bench.metrics` has it."""
    true = shares[np.arange(len(y_true)), y_true]
    return float(-np.log(np.maximum(true, np.finfo(shares.dtype).eps)).mean())


def _line(data: OutOfFold, i: int) -> dict[str, object]:
    model, kind = data.models[i], data.score_kinds[i]
    by_fold = temperatures(data, model)
    after = scaled(data, model, by_fold)
    stored = normalised(data.scores[i]) if kind == "probability" else None
    confidence = (after if stored is None else stored).max(axis=1)
    wrong = ~data.correct[i]
    return {
        "model": model,
        "score_kind": kind,
        **_errors(stored, data.y_true),
        "temperature": float(np.mean(list(by_fold.values()))),
        **{f"{name}_scaled": value for name, value in _errors(after, data.y_true).items()},
        "risk_coverage_area": risk_coverage_area(confidence, wrong),
        **{f"accuracy_at_{share}": accuracy_at(confidence, wrong, share / 100) for share in COVERAGES},
    }


def _errors(shares: np.ndarray | None, y_true: np.ndarray) -> dict[str, float]:
    measures = {"ece": expected_calibration_error, "brier": brier_score, "log_loss": log_loss}
    if shares is None:
        return dict.fromkeys(measures, float("nan"))
    return {name: measure(shares, y_true) for name, measure in measures.items()}


def _bins(confidence: np.ndarray, right: np.ndarray, n_bins: int) -> dict[str, np.ndarray]:
    inner = np.quantile(confidence, np.arange(1, n_bins) / n_bins, method="higher")
    bins = np.unique(np.searchsorted(np.unique(inner), confidence, side="right"), return_inverse=True)[1]
    counts = np.bincount(bins)
    low, high = np.full(len(counts), np.inf), np.full(len(counts), -np.inf)
    np.minimum.at(low, bins, confidence)
    np.maximum.at(high, bins, confidence)
    return {
        "low": low,
        "high": high,
        "n": counts,
        "confidence": np.bincount(bins, confidence) / counts,
        "accuracy": np.bincount(bins, right) / counts,
    }


def _wilson(share: float, count: int) -> tuple[float, float]:
    from scipy.stats import binomtest

    return binomtest(round(share * count), int(count)).proportion_ci(LEVEL, method="wilson")
