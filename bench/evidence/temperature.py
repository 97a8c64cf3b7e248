"""Temperature scaling: scores as probabilities that are neither too sure nor too shy."""

from __future__ import annotations

import math

import numpy as np

from bench.evidence.out_of_fold import OutOfFold
from bench.metrics import normalised

TITLES = {
    "stored": "probabilities as stored",
    "probability": "temperature-scaled probabilities",
    "decision": "temperature-scaled decision scores",
}
SMALLEST = float(np.finfo(np.float32).eps)
RANGE = 1e4
TOLERANCE = 1e-4
N_STEPS = 60


def temperature(scores: np.ndarray, y_true: np.ndarray, kind: str, start: float | None = None) -> float:
    """Return the temperature that makes scores fit the labels best.

    Guo, Pleiss, Sun and Weinberger (2017), "On calibration of modern neural networks", section 4.2: the T
    whose probabilities softmax(z / T) have the smallest log loss. That loss is convex in 1 / T; Newton's
    method, kept in a bracket, finds the minimum.

    Parameters
    ----------
    scores : ndarray of shape (n, n_classes), float32
    y_true : ndarray of shape (n,), int32
        Index of the true class.
    kind : {"probability", "decision"}
        z is the logarithm of probabilities (those below float32's epsilon count as that), or the decision
        score itself.
    start : float or None
        Where to begin; changes the time, not the result.

    Returns
    -------
    float
        Above 1 if the scores were too sure. The end of the range searched if each row is right or none is of
        use, and 1 if the scores say nothing.
    """
    logits = _logits(scores, kind)
    return _fitted(logits, _of_true(logits, y_true), start)


def temperatures(data: OutOfFold, model: str) -> dict[int, float]:
    """Return the temperature of each fold, fitted on the rows of all other folds."""
    i = data.models.index(model)
    logits = _logits(data.scores[i], data.score_kinds[i])
    true = _of_true(logits, data.y_true)
    start = _fitted(logits, true, None)
    others = {int(fold): data.fold != fold for fold in np.unique(data.fold)}
    return {fold: _fitted(logits[rows], true[rows], start) for fold, rows in others.items()}


def scaled(data: OutOfFold, model: str, by_fold: dict[int, float] | None = None) -> np.ndarray:
    """Return probabilities after temperature scaling, each row by a temperature that never saw it.

    Parameters
    ----------
    data : OutOfFold
    model : str
    by_fold : dict of int to float, or None
        The `temperatures`, if they are known.

    Returns
    -------
    ndarray of shape (n, n_classes), float64
    """
    from scipy.special import softmax

    i = data.models.index(model)
    by_fold = by_fold or temperatures(data, model)
    divisors = np.array([by_fold[fold] for fold in data.fold.tolist()])
    return softmax(_logits(data.scores[i], data.score_kinds[i]) / divisors[:, None], axis=1)


def probabilities(data: OutOfFold, model: str, *, scale: bool) -> tuple[np.ndarray, str]:
    """Return probabilities of a model, and in words what they are.

    Parameters
    ----------
    data : OutOfFold
    model : str
    scale : bool
        Whether to scale stored probabilities; decision scores always are.

    Returns
    -------
    ndarray of shape (n, n_classes), float64
    str
        One of `TITLES`.
    """
    i = data.models.index(model)
    if data.score_kinds[i] == "probability" and not scale:
        return normalised(data.scores[i]), TITLES["stored"]
    return scaled(data, model), TITLES[data.score_kinds[i]]


def tempered(scores: np.ndarray, divisor: float) -> np.ndarray:
    """Return softmax(scores / divisor), of shape (n, n_classes), float32."""
    from scipy.special import softmax

    return softmax(scores.astype(np.float64) / divisor, axis=1).astype(np.float32)


def _logits(scores: np.ndarray, kind: str) -> np.ndarray:
    """Return what is divided by the temperature; the largest of each row is 0."""
    if kind == "decision":
        logits = scores.astype(np.float64)
    else:
        logits = np.log(np.maximum(normalised(scores), SMALLEST))
    return logits - logits.max(axis=1, keepdims=True)


def _of_true(logits: np.ndarray, y_true: np.ndarray) -> np.ndarray:
    return logits[np.arange(len(y_true)), y_true]


def _fitted(logits: np.ndarray, true: np.ndarray, start: float | None) -> float:
    unit = -float(logits.mean())
    if unit == 0:
        return 1.0
    narrow, true = (logits / unit).astype(np.float32), true / unit
    low, high = 1 / RANGE, RANGE
    inverse = min(max(unit / start, low), high) if start else 1.0
    for _ in range(N_STEPS):
        slope, curvature = _derivatives(narrow, true, inverse)
        low, high = (low, inverse) if slope > 0 else (inverse, high)
        newton = inverse - slope / curvature if curvature > 0 else math.inf
        before, inverse = inverse, newton if low < newton < high else math.sqrt(low * high)
        if abs(inverse - before) <= TOLERANCE * before:
            break
    return unit / inverse


def _derivatives(logits: np.ndarray, true: np.ndarray, inverse: float) -> tuple[float, float]:
    """Return the first and second derivative of the mean log loss by the inverse temperature."""
    weights = np.exp(logits * np.float32(inverse))
    total = weights.sum(axis=1)
    first = np.einsum("ij,ij->i", weights, logits) / total
    second = np.einsum("ij,ij,ij->i", weights, logits, logits) / total
    return float((first - true).mean()), float((second - first**2).mean(dtype=np.float64))
