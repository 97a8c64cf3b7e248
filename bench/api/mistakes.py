"""``bench errors``: rows that models get wrong, and labels that models doubt."""

from __future__ import annotations

import os

import pandas as pd

from bench.api.deriving import open_run
from bench.errors import FolderError, UsageError, unknown
from bench.evidence.hard import missed_by_every, missed_only_by, oracle, rescued_by
from bench.evidence.labels import suspects
from bench.records import Run
from reports.evidence import evidence
from reports.leaderboard import leaderboard


def errors(
    path: str | os.PathLike[str],
    *,
    only: str | None = None,
    rescued_by_model: str | None = None,
    doubted: bool = False,
) -> tuple[Run, pd.DataFrame, str]:
    """Return rows of the data that models get wrong, over all ranked models but ensembles.

    Parameters
    ----------
    path : path-like
        A run folder.
    only : str or None
        Rows that this model alone misses.
    rescued_by_model : str or None
        Rows that this model alone gets right.
    doubted : bool
        Rows whose label the models doubt.

    Returns
    -------
    run : Run
    rows : DataFrame
        Column row is the position in the source. By default, the rows that every model misses.
    summary : str
        One sentence on how many there are, and what the best choice of a model for each row would reach.

    Raises
    ------
    UsageError
        If a model is unknown or not ranked, or if two questions are asked at once.
    FolderError
        If fewer than two models are ranked.
    """
    if sum((only is not None, rescued_by_model is not None, doubted)) > 1:
        raise UsageError("--only, --rescued-by and --labels are three questions; ask one at a time")
    store, run = open_run(path)
    board = leaderboard(store, run)
    models = [outcome.row.name for outcome in board.outcomes if outcome.row.recipe is None]
    found = evidence(store, board)
    ranked = [] if found is None else [name for name in found.data.models if name in models]
    if found is None or len(ranked) < 2:
        raise FolderError(f"{path}: has fewer than two ranked models; run more with `bench run`")
    data = found.data.only(ranked)
    for name in (only, rescued_by_model):
        if name is not None and name not in ranked:
            raise unknown("MODEL", name, ranked)
    if only is not None:
        rows, what = missed_only_by(data, only), f"{only} alone misses"
    elif rescued_by_model is not None:
        rows, what = rescued_by(data, rescued_by_model), f"{rescued_by_model} alone gets right"
    elif doubted:
        rows, what = suspects(data), "have a label that the models doubt"
        rows = rows[rows["suspected"]].drop(columns="suspected")
    else:
        rows, what = missed_by_every(data), f"each of {len(ranked)} models misses"
    rows = rows.assign(row=store.read_data().row_ids[rows["row"].to_numpy()])
    best = oracle(data)["accuracy"].iloc[-1]
    noun = found.noun if doubted else f"{found.noun} that"
    summary = f"{len(rows):,} of {data.n_rows:,} {noun} {what}"
    return run, rows, f"{summary}; choosing the right model for each would reach {best:.4f}"
