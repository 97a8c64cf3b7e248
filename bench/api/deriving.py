"""``bench report``, ``bench show`` and ``bench submit``: everything that comes from stored results."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace

import bench
from bench.errors import FolderError
from bench.records import Run, digest
from bench.store import RunStore

ALWAYS = ("report.html", "leaderboard.csv", "leaderboard.json")
SUBMISSION = ("submission.csv", "submission.json")


def open_run(path: str | os.PathLike[str]) -> tuple[RunStore, Run]:
    """Return a run folder and its record.

    Raises
    ------
    FolderError
        If the folder holds no run.
    """
    store = RunStore(path)
    return store, store.read_run()


def update(store: RunStore, run: Run, say: Callable[[str], None]) -> Run:
    """Derive report, leaderboard and submission, unless they show this state already.

    Returns
    -------
    Run
        As stored.
    """
    state = _state(store, run)
    if run.derived != state or not store.has_files(*_expected(store, run)):
        say("writing report and leaderboard")
        run = report(store, replace(run, derived=state))
    store.write_run(run)
    return run


def report(store: RunStore, run: Run) -> Run:
    """Write every derived file anew and return the run."""
    from reports.derive import derive

    derive(store, run)
    return run


def submit(path: str | os.PathLike[str]) -> tuple[str, Run]:
    """Write ``submission.csv`` from stored predictions and return its path and the run.

    Raises
    ------
    FolderError
        If the run has no unlabelled test rows, or no refitted best model.
    """
    from reports.derive import derive_submission

    store, run = open_run(path)
    if not run.best:
        raise FolderError(f"{path}: no model has finished all folds, so there is none to submit; run one")
    if run.info.n_test == 0 or run.info.test_labelled:
        raise FolderError(f"{path}: {run.info.name} has no unlabelled test rows; nothing to submit")
    if not _is_refitted(store, run):
        raise FolderError(
            f"{path}: {run.best} was not refitted on all rows; run `{run.command}` again with --refit best"
        )
    return str(derive_submission(store, run)[0]), run


def _expected(store: RunStore, run: Run) -> tuple[str, ...]:
    submits = run.info.n_test and not run.info.test_labelled and run.best and _is_refitted(store, run)
    return ALWAYS + SUBMISSION if submits else ALWAYS


def _is_refitted(store: RunStore, run: Run) -> bool:
    best = next(row for row in run.rows if row.name == run.best)
    result = store.read_result(best.estimator, best.refit_key)
    return result is not None and result.status == "ok"


def _state(store: RunStore, run: Run) -> str:
    """Return the digest of all that the derived files are made from."""
    results = [
        (row.name, key, result.status, result.reason)
        for row in run.rows
        for key in (*row.keys, row.refit_key)
        if key and (result := store.read_result(row.estimator, key)) is not None
    ]
    rows = [(row.name, row.skipped, row.stamp, row.command) for row in run.rows]
    return digest([bench.__version__, run.metric, run.best, rows, results])
