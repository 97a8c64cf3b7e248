"""What a fitted estimator says of rows, checked: the one way in which models are asked."""

from __future__ import annotations

from typing import Any

import numpy as np


def score_rows(estimator: Any, X: np.ndarray, classes: np.ndarray) -> tuple[np.ndarray, str]:
    """Return the scores of a fitted estimator in the order of `classes`, and their kind.

    Parameters
    ----------
    estimator : classifier
        With ``predict_proba``, or else with ``decision_function``.
    X : ndarray of shape (n, n_features)
    classes : ndarray of shape (n_classes,)
        All classes, also those that the estimator has never seen.

    Returns
    -------
    scores : ndarray of shape (n, n_classes), float32
    kind : {"probability", "decision"}

    Raises
    ------
    ValueError
        If the scores have another shape, are not finite or no probabilities, or are of unknown classes.
    """
    kind = "probability" if hasattr(estimator, "predict_proba") else "decision"
    answer = estimator.predict_proba(X) if kind == "probability" else estimator.decision_function(X)
    raw = np.asarray(answer, dtype=np.float64)
    if raw.ndim == 1:
        raw = np.column_stack([-raw, raw])
    own = _known(estimator.classes_, classes)
    _check_scores(raw, (len(X), len(own)), kind)
    scores = np.full((len(X), len(classes)), 0.0 if kind == "probability" else raw.min(initial=0) - 1)
    scores[:, np.searchsorted(classes, own)] = raw
    return scores.astype(np.float32), kind


def _known(labels: Any, classes: np.ndarray) -> np.ndarray:
    """Return the classes that a model says it knows, each one of ours and named once."""
    own = np.asarray(labels)
    if own.ndim != 1 or not np.isin(own, classes).all() or len(np.unique(own)) < len(own):
        raise ValueError(f"the model's classes_ are {own.tolist()}, those of the data {classes.tolist()}")
    return own


def _check_scores(raw: np.ndarray, shape: tuple[int, int], kind: str) -> None:
    if raw.shape != shape:
        raise ValueError(f"scores of shape {shape} were expected, the model gave {raw.shape}")
    if not np.isfinite(raw).all():
        raise ValueError("the model's scores are not all finite")
    if kind == "probability" and (raw.min() < 0 or np.abs(raw.sum(axis=1) - 1).max() > 1e-3):
        raise ValueError("the model's probabilities are negative, or do not sum to one")
