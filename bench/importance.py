"""Which features a fitted estimator goes by."""

from __future__ import annotations

from typing import Any

import numpy as np

# Images of which parts are covered, to tell where a network looks.
N_COVERED = 128


def importance(estimator: Any, X: np.ndarray, y: np.ndarray | None) -> np.ndarray | None:
    """Return a finite weight of every feature, if there is one.

    It is the model's own, a mean absolute coefficient, or what covering parts of some images tells.

    Parameters
    ----------
    estimator : classifier
        Fitted.
    X : ndarray of shape (n, n_features)
        Rows that it was not fitted on.
    y : ndarray of shape (n,), or None
        Their labels, if they are known.

    Returns
    -------
    ndarray of shape (n_features,), float32, or None
    """
    found = getattr(estimator, "feature_importances_", None)
    if found is None and hasattr(estimator, "coef_"):
        found = np.abs(estimator.coef_).mean(axis=0)
    if found is None and hasattr(estimator, "occlusion"):
        found = _occlusion(estimator, X, y)
    try:
        weights = np.asarray(found, dtype=np.float32)
    except (TypeError, ValueError):
        return None
    return weights if weights.shape == X.shape[1:] and np.isfinite(weights).all() else None


def _occlusion(estimator: Any, X: np.ndarray, y: np.ndarray | None) -> np.ndarray | None:
    if y is None or not len(X):
        return None
    few = np.linspace(0, len(X) - 1, min(len(X), N_COVERED)).astype(int)
    few = few[np.isin(y[few], estimator.classes_)]
    return estimator.occlusion(X[few], y[few]) if len(few) else None
