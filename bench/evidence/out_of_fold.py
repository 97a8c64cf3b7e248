"""The noun of all evidence: what several models said about the same rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from bench.records import Label, Predictions


@dataclass(frozen=True)
class OutOfFold:
    """What models said about rows of the data while they were not trained on them.

    Each row counts once: with repeats, scores are those of the first one.

    Parameters
    ----------
    models : tuple of str
        Names of rows of the leaderboard.
    classes : tuple of (int or str)
        Labels; class indices below are positions in it.
    y_true : ndarray of shape (n,), int32
        Index of the true class.
    scores : tuple of ndarray of shape (n, n_classes), float32
        One for each model; the predicted class is the column of the largest score.
    score_kinds : tuple of {"probability", "decision"}
        One for each model.
    fold : ndarray of shape (n,), int16
        The fold that tested each row.
    positive : int or None
        Index of the class that stands against the rest, if there is one.
    folds_sha256 : str
        Fingerprint of the data and of the folds.
    """

    models: tuple[str, ...]
    classes: tuple[Label, ...]
    y_true: np.ndarray
    scores: tuple[np.ndarray, ...]
    score_kinds: tuple[str, ...]
    fold: np.ndarray
    positive: int | None
    folds_sha256: str

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return len(self.y_true)

    @cached_property
    def y_pred(self) -> np.ndarray:
        """Index of the predicted class, of shape (n_models, n), int32."""
        return np.stack([scores.argmax(axis=1) for scores in self.scores]).astype(np.int32)

    @cached_property
    def correct(self) -> np.ndarray:
        """Whether each model is right about each row, of shape (n_models, n), bool."""
        return self.y_pred == self.y_true

    def predictions(self, model: str) -> Predictions:
        """Return what one model said, as `bench.metrics.score` takes it."""
        i = self.models.index(model)
        rows = np.arange(self.n_rows)
        return Predictions(rows, self.y_true, self.scores[i], self.score_kinds[i])

    def only(self, models: Sequence[str]) -> OutOfFold:
        """Return the same for some of the models, in the given order."""
        chosen = [self.models.index(model) for model in models]
        return replace(
            self,
            models=tuple(models),
            scores=tuple(self.scores[i] for i in chosen),
            score_kinds=tuple(self.score_kinds[i] for i in chosen),
        )
