"""``bench report``, ``bench show`` and ``bench submit``: everything that comes from stored results."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from dataclasses import replace

import bench
from bench.errors import FolderError
from bench.records import Run
from bench.records import digest as fingerprint
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

    The folder's lock is held by the caller.

    Returns
    -------
    Run
        As stored.
    """
    store.write_run(run)
    if run.derived == _state(store, run) and store.has_files(*_expected(store, run)):
        return run
    say("writing report and leaderboard")
    return _derive(store, run)


def report(
    store: RunStore,
    run: Run,
    precision: float | None = None,
    *,
    wait: bool = False,
    warn: Callable[[str], None] = lambda text: None,
) -> Run:
    """Write every derived file anew.

    Parameters
    ----------
    store : RunStore
    run : Run
    precision : float or None
        Wished precision to name thresholds for; None keeps the run's own.
    wait : bool
        Whether to wait while another process works in the folder.
    warn : callable
        Told for whom this process waits.

    Returns
    -------
    Run
        As stored.

    Raises
    ------
    UsageError
        If no threshold can have the precision.
    FolderInUse
        If another process works in the folder, and waiting is not wished.
    """
    check_precision(precision)
    with store.locked("bench report", wait=wait, say=warn) as waited:
        run = store.read_run() if waited else run
        return _derive(store, run if precision is None else replace(run, precision=precision))


def submit(
    path: str | os.PathLike[str], *, wait: bool = False, warn: Callable[[str], None] = lambda text: None
) -> tuple[str, Run]:
    """Write ``submission.csv`` from stored predictions and return its path and the run.

    Raises
    ------
    DataError, FolderError
        If the run has no unlabelled test rows, or no refitted best model.
    FolderInUse
        If another process works in the folder, and waiting is not wished.
    """
    from reports.derive import derive_submission

    store, _ = open_run(path)
    with store.locked("bench submit", wait=wait, say=warn):
        run = store.read_run()
        written = derive_submission(store, run)[0]
        files = run.derived_files | store.fingerprints(*SUBMISSION)
        store.write_run(replace(run, derived_files=files))
    return str(written), run


def digest(store: RunStore, run: Run) -> str:
    """Return the sha256 over the keys and scores of all finished fits of a run; ensembles fit nothing.

    Times, the order of the work and the machine's split into jobs leave it as it is.
    """
    total = hashlib.sha256()
    rows = [row for row in run.rows if row.recipe is None]
    jobs = {(key, row.estimator) for row in rows for key in row.every_key}
    for key, estimator in sorted(jobs):
        result = store.read_result(estimator, key) if key else None
        if result is not None and result.status == "ok":
            said = store.read_predictions(estimator, key)
            total.update(key.encode())
            for part in (said.rows, said.y_true, said.scores):
                total.update(b"-" if part is None else part.tobytes())
    return total.hexdigest()


def _derive(store: RunStore, run: Run) -> Run:
    """Write every derived file; the run record says first that they are under way, then what they show."""
    from reports.derive import derive

    store.write_run(replace(run, derived="", derived_files={}))
    derive(store, run)
    done = replace(run, derived=_state(store, run), derived_files=store.fingerprints(*_expected(store, run)))
    store.write_run(done)
    return done


def _expected(store: RunStore, run: Run) -> tuple[str, ...]:
    best = run.best_row
    return ALWAYS + SUBMISSION if best and available(store, run, best) else ALWAYS


def _state(store: RunStore, run: Run) -> str:
    """Return the digest of all that the derived files are made from."""
    results = [
        (row.name, key, result.status, result.reason)
        for row in run.rows
        for key in row.every_key
        if (result := store.read_result(row.estimator, key)) is not None
    ]
    rows = [(row.name, row.skipped, row.stamp, row.command) for row in run.rows]
    return fingerprint([bench.__version__, run.metric, run.precision, run.best, rows, results])
