"""``bench predict``: a saved model's answers for new rows."""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from bench import datasets, registry
from bench.api.deriving import open_run
from bench.errors import FolderError, unknown
from bench.evidence.ensembles import blended
from bench.records import Row, Run
from bench.store import RunStore


def predict(
    path: str | os.PathLike[str], data: str, model: str | None = None, max_input: str = "2G"
) -> tuple[Run, np.ndarray, np.ndarray]:
    """Return the run, the ids of new rows, and the labels that a refitted model gives them.

    Parameters
    ----------
    path : path-like
        A run folder. Its model is loaded only if it is made of what a model of its class is made of.
    data : str
        New rows with the columns of the training data.
    model : str or None
        Name of a row; None for the best one.
    max_input : str
        How large one file may be, unpacked.

    Returns
    -------
    run : Run
    ids : ndarray of shape (n,)
    labels : ndarray of shape (n,)

    Raises
    ------
    FolderError
        If the model was not refitted and saved, or its file is damaged or holds anything foreign.
    DataError
        If the columns differ from those of the training data.
    """
    store, run = open_run(path)
    row = _row(store, run, model)
    members = [row] if row.recipe is None else [_row(store, run, name) for name in row.recipe.members]
    stored = store.read_data()
    X, ids = datasets.load_unlabelled(
        data,
        feature_names=stored.feature_names.tolist(),
        dtype=run.info.dtype,
        id_name=run.info.id_name,
        label_name=run.info.label_name,
        max_input=max_input,
    )
    classes = np.asarray(run.info.classes)
    scores = [_scores(store, member, X, classes) for member in members]
    said = scores[0] if row.recipe is None else blended(row.recipe, scores)
    return run, ids, classes[said.argmax(axis=1)]


def lack(store: RunStore, row: Row) -> str:
    """Return why no saved model of a fitted row can answer; "" if one can."""
    if row.estimator not in registry.ESTIMATORS:
        return f"is a {row.estimator}, no model of ours; see `bench list`"
    if row.refit_key and store.has_model(row.estimator, row.refit_key):
        return ""
    refit = store.read_result(row.estimator, row.refit_key) if row.refit_key else None
    if refit is not None and refit.unsaved:
        return f"could not be saved ({refit.unsaved}); choose another --model"
    return "was not refitted and saved; run it again with --refit all"


def load(store: RunStore, estimator: str, key: str) -> Any:
    """Return the estimator that a refit job has saved, its libraries imported.

    Raises
    ------
    FolderError
        If its file is damaged or holds anything foreign.
    """
    from bench.worker import import_libraries

    spec = registry.ESTIMATORS[estimator]
    import_libraries(spec.packages)
    return store.read_model(estimator, key, spec.target)


def _scores(store: RunStore, row: Row, X: np.ndarray, classes: np.ndarray) -> np.ndarray:
    from bench.scoring import score_rows

    return score_rows(load(store, row.estimator, row.refit_key), X, classes)[0]


def _row(store: RunStore, run: Run, model: str | None) -> Row:
    name = model or run.best
    rows = {row.name: row for row in run.rows}
    if not name:
        raise FolderError(f"{store.path}: has no best model; name one with --model")
    if name not in rows:
        raise unknown("--model", name, rows)
    row = rows[name]
    if row.recipe is None and (reason := lack(store, row)):
        raise FolderError(f"{store.path}: {name} {reason}")
    return row
