"""``bench stress``: a run's models under stress and on fewer rows, from refits on the first fold."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from bench import execute, registry
from bench.api.deriving import open_run, update
from bench.api.request import Request
from bench.api.running import Observer, Prepared, Silent, fit_missing
from bench.api.session import Session
from bench.errors import FolderError, unknown
from bench.limits import limits
from bench.plan import stress_jobs
from bench.records import Dataset, FoldResult, Folds, Job, Plan, Row, Run
from bench.store import RunStore
from bench.supervise import Crew
from bench.sweep import sweep_jobs

BYTES_PER_JOB = 1_000_000


@dataclass(frozen=True)
class Wish:
    """What `bench stress` is asked for; every field is the command line's option of the same name."""

    folder: str
    models: tuple[str, ...] = ()
    jobs: int | None = None
    threads: int | None = None
    time_limit: str = Request.time_limit
    memory_limit: str | None = None
    retry_failed: bool = False
    wait: bool = False

    def command(self) -> str:
        """Return the command line that goes on with this wish."""
        given = {name: getattr(self, name) for name in ("jobs", "threads", "time_limit", "memory_limit")}
        words = ["bench", "stress", self.folder, *self.models]
        for name, value in given.items():
            if value != getattr(type(self), name):
                words += [f"--{name.replace('_', '-')}", str(value)]
        return shlex.join(words + (["--retry-failed"] if self.retry_failed else []))


def prepare(wish: Wish) -> Prepared:
    """Check the wish and enumerate its jobs; nothing is written.

    Raises
    ------
    UsageError
        If a model is not in the run.
    FolderError
        If the folder holds no run, not all of its rows, or no model that can be stressed.
    """
    jobs, threads = execute.split_machine(wish.jobs, wish.threads)
    own = limits(wish.time_limit, wish.memory_limit, jobs)
    store, run = open_run(wish.folder)
    folds, dataset = _stored_folds(store, run), _stored_rows(store, run)
    request = Request(metric="accuracy", out=wish.folder, retry_failed=wish.retry_failed, wait=wish.wait)
    session = Session(request, dataset, run.info, folds, run.protocol, store, run)
    plan = _plan(run, folds, _chosen(run, wish))
    return Prepared(session, plan, jobs, threads, own, "none", lambda _: plan)


def carry_out(
    wish: Wish, prepared: Prepared, observer: Observer | None = None
) -> tuple[Run, list[FoldResult]]:
    """Fit what is not stored yet, derive the report; return the run, and the fits that ended badly."""
    observer, store = observer or Silent(), prepared.session.store
    with store.locked(wish.command(), wait=wish.wait, say=observer.warn) as waited:
        prepared = prepare(wish) if waited else prepared
        session, plan = prepared.session, prepared.plan
        for sentence in sweep_jobs(store, plan.jobs, session.dataset, session.folds):
            observer.warn(sentence)
        store.check_space(BYTES_PER_JOB * len(plan.jobs))
        run = _with_rows(store.read_run(), plan.rows)
        store.write_run(run)
        with Crew(session.dataset, session.folds, prepared.limits) as crew:
            fitted, stored = fit_missing(plan.jobs, prepared, crew, observer)
        run = update(store, run, observer.say)
    old = [result for result in stored if result.status != "ok"]
    if old:
        observer.warn(f"{len(old)} of the fits failed earlier: --retry-failed tries again")
    return run, old + [result for result in fitted if result.status != "ok"]


def stress(wish: Wish, observer: Observer | None = None) -> Run:
    """Do both; return the run as stored in its folder."""
    return carry_out(wish, prepare(wish), observer)[0]


def _stored_folds(store: RunStore, run: Run) -> Folds:
    folds = store.read_folds()
    if folds.sha256 != run.protocol.folds_sha256:
        raise FolderError(f"{store.path}: its folds.npz belongs to another run; start anew with --fresh")
    return folds


def _stored_rows(store: RunStore, run: Run) -> Dataset:
    """Return the labelled rows as the run folder keeps them; they are those of the run by its checksum."""
    store.check_data(run.info.sha256)
    rows, info = store.read_data(), run.info
    if len(rows.X) < info.n_rows:
        raise FolderError(
            f"{store.path}: keeps {len(rows.X):,} of its {info.n_rows:,} rows, and stress needs all; "
            "run it on fewer with `bench run --rows`"
        )
    return Dataset(
        name=info.name,
        source=info.source,
        X=rows.X,
        y=np.asarray(info.classes)[rows.y],
        row_ids=rows.row_ids,
        feature_names=tuple(rows.feature_names.tolist()),
        image_shape=info.image_shape,
        X_test=None,
        y_test=None,
        test_ids=None,
        id_name=info.id_name,
        label_name=info.label_name,
        sha256=info.sha256,
        positive=info.positive,
    )


def _chosen(run: Run, wish: Wish) -> list[Row]:
    able = {
        row.name: row
        for row in run.rows
        if row.recipe is None and not row.skipped and row.estimator in registry.ESTIMATORS
    }
    if not able:
        raise FolderError(f"{wish.folder}: has no model to stress; run some with `bench run`")
    for name in wish.models:
        if name not in able:
            raise unknown("MODEL", name, able)
    return [row for row in able.values() if not wish.models or row.name in wish.models]


def _plan(run: Run, folds: Folds, rows: Sequence[Row]) -> Plan:
    jobs = {row.name: _jobs(run, folds, row) for row in rows}
    keyed = [replace(row, stress_keys=tuple(job.key for job in jobs[row.name])) for row in rows]
    distinct = {(job.estimator, job.key): job for own in jobs.values() for job in own}
    return Plan(run.info, folds, tuple(keyed), tuple(distinct.values()))


def _jobs(run: Run, folds: Folds, row: Row) -> list[Job]:
    return stress_jobs(registry.ESTIMATORS[row.estimator], row.params, folds, run.info)


def _with_rows(run: Run, rows: Sequence[Row]) -> Run:
    keys = {row.name: row.stress_keys for row in rows}
    return replace(
        run, rows=tuple(replace(row, stress_keys=keys.get(row.name, row.stress_keys)) for row in run.rows)
    )
