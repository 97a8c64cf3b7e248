"""Stored out-of-fold predictions: of one row of the leaderboard, and of several on the same data rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from bench.errors import FolderError
from bench.evidence import OutOfFold
from bench.records import Predictions, Row, Run
from bench.store import RunStore
from reports.outcomes import Outcome


def out_of_fold(store: RunStore, run: Run, row: Row, repeat: int = 0) -> Predictions:
    """Return what a model said about each row of the data while it was not trained on it.

    Parameters
    ----------
    store : RunStore
    run : Run
    row : Row
        With all its folds scored.
    repeat : int
        Which of the repeated divisions into folds.

    Returns
    -------
    Predictions
        Of that repeat, `rows` ascending from 0; history is left empty.

    Raises
    ------
    FolderError
        If a fold is missing, if a result is of other data or folds, or if the folds do not hold each row
        exactly once.
    """
    results = [result for result in store.read_results(row) if result.status == "ok"]
    if not row.keys or len(results) < len(row.keys):
        raise FolderError(
            f"{row.name}: has {len(results)} of {len(row.keys)} folds, out-of-fold predictions need all; "
            "run the same command again"
        )
    if {result.folds_sha256 for result in results} != {run.protocol.folds_sha256}:
        raise FolderError(
            f"{row.name}: its results are of other data or other folds; start anew with --fresh"
        )
    own = [result.key for result in results if result.repeat == repeat]
    return _pooled([store.read_predictions(row.estimator, key) for key in own], run.info.n_rows)


def together(store: RunStore, run: Run, rows: Sequence[Row], repeat: int = 0) -> OutOfFold:
    """Return what several models said about the same rows.

    Parameters
    ----------
    store : RunStore
    run : Run
    rows : sequence of Row
        One or more, each with all its folds scored.
    repeat : int
        Which of the repeated divisions into folds.

    Raises
    ------
    FolderError
        If a fold is missing, or if a result is of other data or other folds.
    """
    said = [out_of_fold(store, run, row, repeat) for row in rows]
    assignment = store.read_folds().assignment[repeat]
    return OutOfFold(
        models=tuple(row.name for row in rows),
        classes=run.info.classes,
        y_true=np.asarray(said[0].y_true),
        scores=tuple(predictions.scores for predictions in said),
        score_kinds=tuple(predictions.score_kind for predictions in said),
        fold=assignment,
        positive=run.info.positive_index,
        folds_sha256=run.protocol.folds_sha256,
    )


def fold_predictions(store: RunStore, outcome: Outcome) -> list[Predictions]:
    """Return the stored predictions of every scored fold, by repeat and fold."""
    return [store.read_predictions(outcome.row.estimator, result.key) for result in outcome.done]


def one_vs_rest(
    predictions: Predictions, positive: int | None = None
) -> Iterator[tuple[int, np.ndarray, np.ndarray]]:
    """Yield index, membership (n,) bool and scores (n,) of each class that occurs, or of `positive` alone."""
    y_true = np.asarray(predictions.y_true)
    for k in np.unique(y_true) if positive is None else (positive,):
        yield int(k), y_true == k, predictions.scores[:, k]


def mean_importance(folds: Sequence[Predictions]) -> np.ndarray | None:
    """Return the importance of each feature, of shape (n_features,), averaged over folds that have one."""
    found = [fold.importance for fold in folds if fold.importance is not None]
    return np.mean(found, axis=0) if found else None


def _pooled(folds: Sequence[Predictions], n_rows: int) -> Predictions:
    """Return the predictions of one repeat's folds as one, in the order of the data."""
    rows = np.concatenate([fold.rows for fold in folds])
    order = np.argsort(rows, kind="stable")
    if not np.array_equal(rows[order], np.arange(n_rows)):
        raise FolderError(
            f"results: the folds do not hold each of {n_rows} rows exactly once; start anew with --fresh"
        )
    kinds = {fold.score_kind for fold in folds}
    return Predictions(
        rows=rows[order],
        y_true=np.concatenate([fold.y_true for fold in folds])[order],
        scores=np.concatenate([fold.scores for fold in folds])[order],
        score_kind="probability" if kinds == {"probability"} else "decision",
        importance=mean_importance(folds),
    )
