"""Scores of models that do not exist, on rows that do not exist: what evidence is measured on."""

from __future__ import annotations

import numpy as np

from bench.evidence import OutOfFold

EASE = 4.5
SPREAD_OF_EASE = 1.5
ERROR_RATE = 0.03
CORRELATION = 0.6


def out_of_fold(
    n_rows: int,
    n_models: int = 3,
    n_classes: int = 10,
    *,
    seed: int = 0,
    step: float = 0.1,
    positive: int | None = None,
    n_splits: int = 5,
) -> OutOfFold:
    """Return probabilities of models that find the same rows hard, each better by `step` than the one before.

    Rows are independent draws. With 10 classes the first model is right about 94 % of them.
    """
    rng = np.random.default_rng(seed)
    y = rng.integers(0, n_classes, n_rows).astype(np.int32)
    ease = EASE + SPREAD_OF_EASE * rng.normal(size=n_rows)
    scores = tuple(_probabilities(rng, y, ease + step * i, n_classes) for i in range(n_models))
    return OutOfFold(
        models=tuple(f"model {i}" for i in range(n_models)),
        classes=tuple(range(n_classes)),
        y_true=y,
        scores=scores,
        score_kinds=("probability",) * n_models,
        fold=rng.permutation(np.arange(n_rows) % n_splits).astype(np.int16),
        positive=positive,
        folds_sha256="",
    )


def equally_right(n_models: int, n_rows: int, rng: np.random.Generator) -> np.ndarray:
    """Return whether models that are equally good are right, of shape (n_models, n_rows), bool.

    Each row has its own share of models that miss it, drawn from a beta distribution: errors have the rate
    `ERROR_RATE` and, between any two models, the correlation `CORRELATION`. (Between good models on the
    embedded digits it is 0.5 to 0.8.)
    """
    size = 1 / CORRELATION - 1
    missed = rng.beta(ERROR_RATE * size, (1 - ERROR_RATE) * size, n_rows)
    return rng.random((n_models, n_rows)) >= missed


def _probabilities(rng: np.random.Generator, y: np.ndarray, ease: np.ndarray, n_classes: int) -> np.ndarray:
    logits = rng.normal(size=(len(y), n_classes))
    logits[np.arange(len(y)), y] += ease
    odds = np.exp(logits - logits.max(axis=1, keepdims=True))
    return (odds / odds.sum(axis=1, keepdims=True)).astype(np.float32)
