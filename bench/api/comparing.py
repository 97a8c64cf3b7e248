"""``bench compare``: which models of a run can be told apart."""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd

from bench.api.deriving import open_run
from bench.errors import FolderError, UsageError, unknown
from bench.evidence import OutOfFold
from bench.evidence.cost import best_within
from bench.evidence.pairs import ROPE
from bench.store import RunStore
from reports.costs import costs
from reports.evidence import Evidence, evidence
from reports.leaderboard import Leaderboard, leaderboard


@dataclass(frozen=True)
class Budget:
    """The most that a model may cost: seconds a fit, megabytes, milliseconds a row; None is no limit."""

    seconds: float | None = None
    megabytes: float | None = None
    milliseconds: float | None = None


def compare(
    path: str | os.PathLike[str],
    models: tuple[str, ...] = (),
    rope: float = ROPE,
    budget: Budget | None = None,
) -> Evidence:
    """Return the evidence on the ranked models of a run, on those within a budget, or on two that are named.

    Its tests are corrected over all ranked models, whichever are chosen.

    Raises
    ------
    UsageError
        If one name is given, if a name is unknown, or if `rope` is negative.
    FolderError
        If a model is incomplete, or if there are none to compare.
    """
    if len(models) not in (0, 2) or len(set(models)) != len(models):
        raise UsageError(f"compare takes two models, or none for all; got {' '.join(models)}")
    if rope < 0:
        raise UsageError(f"--rope must be 0 or more; got {rope}")
    store, run = open_run(path)
    board = leaderboard(store, run)
    for name in models:
        _check_ranked(store, board, name)
    found = evidence(store, board, rope)
    within = set(best_within(costs(board), **asdict(budget or Budget()))["model"])
    chosen = models or [outcome.row.name for outcome in board.ranked if outcome.row.name in within]
    if found is None or len(chosen) < (1 if budget else 2):
        lack = "no model within these limits" if budget else "fewer than two ranked models to compare"
        raise FolderError(f"{path}: has {lack}; run more with `bench run`")
    return found.among(chosen)


def flipped(store: RunStore, data: OutOfFold) -> pd.DataFrame:
    """Return the rows of a run's source that only one of two models gets right.

    Returns
    -------
    DataFrame
        Columns row (position in the source), label, and what each model says, under its name.
    """
    rows = np.flatnonzero(data.correct[0] != data.correct[1])
    classes = np.asarray(data.classes)
    said = dict(zip(data.models, classes[data.y_pred[:, rows]], strict=True))
    return pd.DataFrame({"row": store.read_data().row_ids[rows], "label": classes[data.y_true[rows]], **said})


def _check_ranked(store: RunStore, board: Leaderboard, name: str) -> None:
    known = {outcome.row.name: outcome for outcome in board.outcomes}
    if name not in known:
        raise unknown("MODEL", name, known)
    if known[name] not in board.ranked:
        lack = f"has no {board.run.metric} on all folds ({known[name].status})"
        raise FolderError(f"{store.path}: {name} {lack}; run it again")
