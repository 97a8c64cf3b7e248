"""``bench report``, ``bench show`` and ``bench submit``: everything that comes from stored results."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace

import bench
from bench.errors import FolderError
from bench.records import Run, digest
from bench.store import RunStore
from reports.operating import check_precision
from reports.submission import SUBMISSION, available

ALWAYS = ("report.html", "leaderboard.csv", "leaderboard.json")


def open_run(path: str | os.PathLike[str]) -> tuple[RunStore, Run]:
    """Return a run folder and its record.

    Raises
    ------
    FolderError
        If the folder holds no run, or one in which no model has been run yet.
    """
    store = RunStore(path)
    run = store.read_run()
    if not run.rows:
        raise FolderError(f"{path}: no model has been run there yet; run one with `bench run`")
    return store, run


def update(store: RunStore, run: Run, say: Callable[[str], None]) -> Run:
    """Derive report, leaderboard and submission, unless they show this state already.

    Returns
    -------
    Run
        As stored.
    """
    store.write_run(run)
    state = _state(store, run)
    if run.derived == state and store.has_files(*_expected(store, run)):
        return run
    say("writing report and leaderboard")
    return report(store, run)


def report(store: RunStore, run: Run, precision: float | None = None) -> Run:
    """Write every derived file anew.

    Parameters
    ----------
    store : RunStore
    run : Run
    precision : float or None
        Wished precision to name thresholds for; None keeps the run's own.

    Returns
    -------
    Run
        As stored.

    Raises
    ------
    UsageError
        If no threshold can have the precision.
    """
    from reports.derive import derive

    check_precision(precision)
    wished = run if precision is None else replace(run, precision=precision)
    derive(store, wished)
    done = replace(wished, derived=_state(store, wished))
    if done != run:
        store.write_run(done)
    return done


def submit(path: str | os.PathLike[str]) -> tuple[str, Run]:
    """Write ``submission.csv`` from stored predictions and return its path and the run.

    Raises
    ------
    DataError, FolderError
        If the run has no unlabelled test rows, or no refitted best model.
    """
    from reports.derive import derive_submission

    store, run = open_run(path)
    return str(derive_submission(store, run)[0]), run


def _expected(store: RunStore, run: Run) -> tuple[str, ...]:
    best = run.best_row
    return ALWAYS + SUBMISSION if best and available(store, run, best) else ALWAYS


def _state(store: RunStore, run: Run) -> str:
    """Return the digest of all that the derived files are made from."""
    results = [
        (row.name, key, result.status, result.reason)
        for row in run.rows
        for key in (*row.keys, row.refit_key)
        if key and (result := store.read_result(row.estimator, key)) is not None
    ]
    rows = [(row.name, row.skipped, row.stamp, row.command) for row in run.rows]
    return digest([bench.__version__, run.metric, run.precision, run.best, rows, results])
