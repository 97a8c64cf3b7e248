"""``bench report``, ``bench show`` and ``bench submit``: everything that comes from stored results."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Collection
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
    return _derive(store, run, ("html",))[0]


def report(
    store: RunStore,
    run: Run,
    precision: float | None = None,
    *,
    formats: Collection[str] = ("html",),
    wait: bool = False,
    warn: Callable[[str], None] = lambda text: None,
) -> list[str]:
    """Write derived files anew.

    Parameters
    ----------
    store : RunStore
    run : Run
    precision : float or None
        Wished precision to name thresholds for; None keeps the run's own.
    formats : collection of str
        Of `reports.derive.derive`.
    wait : bool
        Whether to wait while another process works in the folder.
    warn : callable
        Told for whom this process waits.

    Returns
    -------
    list of str
        Names of the files that were written, as they lie in the folder.

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
        wished = run if precision is None else replace(run, precision=precision)
        return _derive(store, wished, formats)[1]


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


def _derive(store: RunStore, run: Run, formats: Collection[str]) -> tuple[Run, list[str]]:
    """Write derived files; the run record says first that they are under way, then what they show.

    What an earlier state was exported to is deleted with that state.
    """
    from reports.derive import derive

    state = _state(store, run)
    known = run.derived_files
    if run.derived != state:
        store.delete_derived(*(name for name in known if name not in (*ALWAYS, *SUBMISSION)))
        known = {}
    store.write_run(replace(run, derived="", derived_files={}))
    written = [path.relative_to(store.path).as_posix() for path in derive(store, run, formats)]
    files = known | store.fingerprints(*written, *_expected(store, run))
    done = replace(run, derived=state if "html" in formats else run.derived, derived_files=files)
    store.write_run(done)
    return done, written


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
