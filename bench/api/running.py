"""``bench run``: folds, leaderboard, refit of the best, derived files."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import partial
from typing import Protocol

from bench import environment, execute, registry
from bench.api.deriving import update
from bench.api.ensembling import members_of, refit_ensembles, with_ensembles
from bench.api.request import Request
from bench.api.session import Session, open_session, readable
from bench.energy import check_energy
from bench.errors import UsageError, unknown
from bench.limits import Limits, limits
from bench.plan import Choice, half_job, make_plan, refit_job
from bench.records import EstimatorSpec, FoldResult, Job, Params, Plan, Run
from bench.supervise import Crew
from reports.leaderboard import best_row
from reports.submission import may_be_submitted

REFIT = ("best", "all", "none")
MAX_SEEDS = 1000


class Observer(Protocol):
    """Whoever watches a run."""

    def begin(self, jobs: Iterable[Job]) -> None:
        """Take note of the jobs that are about to be run."""

    def end(self, result: FoldResult, *, stored: bool = False) -> None:
        """Take note that a job has ended, perhaps in an earlier run."""

    def say(self, text: str) -> None:
        """Pass on what else is worth knowing."""

    def warn(self, text: str) -> None:
        """Pass on what must not be missed: damage, waiting, failures that are not tried again."""


class Silent:
    """An observer that shows nothing."""

    def begin(self, jobs: Iterable[Job]) -> None:
        """Ignore it."""

    def end(self, result: FoldResult, *, stored: bool = False) -> None:
        """Ignore it."""

    def say(self, text: str) -> None:
        """Ignore it."""

    def warn(self, text: str) -> None:
        """Ignore it."""


@dataclass(frozen=True)
class Prepared:
    """A run that is planned, and has not touched the disk yet."""

    session: Session
    plan: Plan
    jobs: int
    threads: int
    limits: Limits
    refit: str
    replan: Callable[[Session], Plan]

    def stored(self) -> set[str]:
        """Return the keys of the jobs that ended in an earlier run and are not run again."""
        request, store = self.session.request, self.session.store
        ask = partial(store.ended, retry_failed=request.retry_failed)
        jobs = [] if request.fresh else self.plan.jobs
        return {job.key for job in jobs if readable(partial(ask, job))}


def prepare(request: Request) -> Prepared:
    """Check the whole request and enumerate its jobs; nothing is written.

    Raises
    ------
    BenchError
        One sentence about the first thing that is wrong.
    """
    refit = request.refit or ""
    if refit and refit not in REFIT:
        raise unknown("--refit", refit, REFIT)
    if not 1 <= request.seeds <= MAX_SEEDS:
        raise UsageError(f"--seeds must be from 1 to {MAX_SEEDS}; got {request.seeds}")
    specs = registry.select(request.models, every=request.every, tags=request.tags, excluded=request.excluded)
    overrides = [registry.parse_override(text) for text in request.overrides]
    registry.check_used(overrides, specs)
    defaults = [Choice(spec, registry.resolve(spec, request.preset, overrides)) for spec in specs]
    if request.energy:
        check_energy(request.jobs)
    jobs, threads = execute.split_machine(1 if request.energy else request.jobs, request.threads)
    own = limits(request.time_limit, request.memory_limit, jobs)
    session = open_session(request)

    def plan(session: Session) -> Plan:
        choices = defaults + (_tuned(defaults, overrides, session) if request.tuned else [])
        command = partial(_command, session.request)
        return make_plan(session.info, session.folds, choices, command, request.seeds)

    refit = refit or ("all" if session.info.test_labelled else "best")
    return Prepared(session, plan(session), jobs, threads, own, refit, plan)


def run(request: Request, observer: Observer | None = None) -> Run:
    """Run what is asked for and is not stored yet; derive leaderboard, report and submission.

    Parameters
    ----------
    request : Request
    observer : Observer or None

    Returns
    -------
    Run
        As stored in its folder.
    """
    return carry_out(prepare(request), observer or Silent())[0]


def carry_out(prepared: Prepared, observer: Observer) -> tuple[Run, list[FoldResult]]:
    """Run what `prepare` has planned; return the run, and the fits that it lacks because they ended badly."""
    with prepared.session.at_work("run", len(prepared.plan.rows), observer.warn) as session:
        plan = prepared.plan if session.run == prepared.session.run else prepared.replan(session)
        return _carry_out(replace(prepared, session=session, plan=plan), observer)


def fit_missing(
    jobs: Iterable[Job], prepared: Prepared, crew: Crew, observer: Observer
) -> tuple[list[FoldResult], list[FoldResult]]:
    """Run jobs; return the results of those that had to be fitted, and of those that were stored.

    The folder's lock is held by the caller.
    """
    session, jobs = prepared.session, list(jobs)
    retry_failed = session.request.retry_failed
    waiting = {job.key for job in jobs if session.store.ended(job, retry_failed=retry_failed) is None}
    observer.begin(jobs)
    fitted: list[FoldResult] = []
    stored: list[FoldResult] = []
    for result in execute.run(
        jobs,
        session.dataset,
        session.folds,
        session.store,
        n_jobs=prepared.jobs,
        threads=prepared.threads,
        crew=crew,
        retry_failed=retry_failed,
    ):
        observer.end(result, stored=result.key not in waiting)
        (fitted if result.key in waiting else stored).append(result)
    return fitted, stored


def _carry_out(prepared: Prepared, observer: Observer) -> tuple[Run, list[FoldResult]]:
    session = prepared.session
    run = session.run_with(prepared.plan.rows, prepared.jobs, prepared.threads)
    session.store.write_run(run)
    energy = session.request.energy
    with Crew(session.dataset, session.folds, prepared.limits, energy=energy) as crew:
        fitted, stored = fit_missing(prepared.plan.jobs, prepared, crew, observer)
        if session.request.ensembles or any(row.recipe for row in run.rows):
            command = replace(session.request, ensembles=True).command()
            run = with_ensembles(session.store, run, session.folds, command)
        best = best_row(session.store, run, allow_stamped=session.request.allow_optimistic)
        run, refits = _with_refits(replace(run, best=best.name if best else ""), prepared)
        last = [*refits, *_halves(run, prepared)]
        fitted_last, stored_last = fit_missing(last, prepared, crew, observer)
        run = refit_ensembles(session.store, run, _wanted(run, prepared.refit))
    if fitted + fitted_last:
        run = replace(run, environment=environment.describe(prepared.jobs, prepared.threads))
    run = update(session.store, run, observer.say)
    old = [result for result in stored + stored_last if result.status != "ok"]
    if old:
        fits = "1 fit" if len(old) == 1 else f"{len(old)} fits"
        observer.warn(f"{fits} failed earlier: --retry-failed tries again")
    return run, old + [result for result in fitted + fitted_last if result.status != "ok"]


def _tuned(defaults: list[Choice], overrides: list[registry.Override], session: Session) -> list[Choice]:
    store = session.store
    studies = (
        {}
        if session.run is None
        else {c.spec.name: readable(partial(store.read_study, c.spec.name)) for c in defaults}
    )
    if not any(studies.values()):
        raise UsageError(
            f"--tuned finds no study in {store.path}; run `bench tune {defaults[-1].spec.name}` there first"
        )
    own = {c.spec.name: {o.name: o.value for o in overrides if o.estimator == c.spec.name} for c in defaults}
    return [
        Choice(
            c.spec, _differing(c.spec, {**study.base_params, **study.best_params, **own[c.spec.name]}), True
        )
        for c in defaults
        if (study := studies[c.spec.name])
    ]


def _differing(spec: EstimatorSpec, params: Params) -> Params:
    return registry.without_defaults(params, registry.load(spec.target)().get_params())


def _command(request: Request, choice: Choice) -> str:
    return request.for_row(choice.spec.name, tuned=choice.tuned).command()


def _wanted(run: Run, refit: str) -> set[str]:
    """Return the names of the rows that are to be refitted."""
    every = {row.name for row in run.rows if not row.skipped}
    return {"none": set(), "best": every & {run.best}, "all": every}[refit]


def _with_refits(run: Run, prepared: Prepared) -> tuple[Run, list[Job]]:
    """Return the jobs on all rows that are wanted, and the run that knows their keys."""
    wanted = members_of(run, _wanted(run, prepared.refit))
    jobs = {
        row.name: refit_job(registry.ESTIMATORS[row.estimator], row.params, prepared.session.folds)
        for row in run.rows
        if row.name in wanted and row.estimator in registry.ESTIMATORS
    }
    rows = [replace(row, refit_key=jobs[row.name].key) if row.name in jobs else row for row in run.rows]
    return replace(run, rows=tuple(rows)), list(jobs.values())


def _halves(run: Run, prepared: Prepared) -> list[Job]:
    """Return the job that tells what more rows are worth to the model of the submission, if there is one.

    There is none for a row of other versions, whose folds it could not be compared with.
    """
    row = run.best_row
    if row is None or row.recipe or not may_be_submitted(run.info):
        return []
    spec = registry.ESTIMATORS.get(row.estimator)
    if spec is None or row.name not in _wanted(run, prepared.refit):
        return []
    half = half_job(spec, row.params, prepared.session.folds)
    return [half] if half.key in row.stress_keys else []
