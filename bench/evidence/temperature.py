"""Temperature scaling: one number that turns scores into probabilities, or corrects those that there are.

Guo et al. (2017), *On Calibration of Modern Neural Networks*, ICML.
"""

from __future__ import annotations

import numpy as np

SMALLEST = 1e-7
# Natural logarithms of the lowest and the highest temperature, relative to the scores' own spread.
REACH = 7.0


def fit_temperature(scores: np.ndarray, y: np.ndarray) -> float:
    """Return the temperature under which the true classes are most likely.

    Parameters
    ----------
    scores : ndarray of shape (n, n_classes), float32
        Decision scores, or logarithms of probabilities.
    y : ndarray of shape (n,), int32
        Index of the true class.
    """
    from scipy.optimize import minimize_scalar

    wide = scores.astype(np.float64)
    wide -= wide.max(axis=1, keepdims=True)
    scale = float(-wide.mean()) or 1.0
    true = wide[np.arange(len(y)), y]

    def loss(log_temperature: float) -> float:
        temperature = scale * np.exp(log_temperature)
        return float(np.log(np.exp(wide / temperature).sum(axis=1)).mean() - true.mean() / temperature)

    return float(scale * np.exp(minimize_scalar(loss, bounds=(-REACH, REACH), method="bounded").x))


def tempered(scores: np.ndarray, temperature: float) -> np.ndarray:
    """Return softmax(scores / temperature), of shape (n, n_classes), float32."""
    wide = scores.astype(np.float64) / temperature
    powers = np.exp(wide - wide.max(axis=1, keepdims=True))
    return (powers / powers.sum(axis=1, keepdims=True)).astype(np.float32)


def logs(probabilities: np.ndarray) -> np.ndarray:
    """Return logarithms of probabilities, zeros being taken for a very small one."""
    return np.log(np.maximum(probabilities, SMALLEST))
