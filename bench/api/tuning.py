"""``bench tune``: search for one model's parameters in a run folder."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bench import execute, registry
from bench.api.request import Request
from bench.api.session import open_session
from bench.errors import UsageError
from bench.limits import limits
from bench.plan import Choice, make_plan
from bench.records import Study, Trial
from bench.supervise import Crew


def search(
    request: Request,
    report: Callable[[Trial], None] = lambda trial: None,
    warn: Callable[[str], None] = lambda text: None,
) -> Study:
    """Search until the study has as many trials as are asked for; store and return it.

    Parameters
    ----------
    request : Request
        Its `models` is one name.
    report : callable
        Called with every new trial.
    warn : callable
        Told what is damaged or repaired in the folder, and for whom this process waits.

    Raises
    ------
    UsageError
        If the model cannot be tuned on these data.
    """
    from bench.tune import Search
    from bench.tune import search as run_trials

    (spec,) = registry.select(request.models)
    overrides = [registry.parse_override(text) for text in request.overrides]
    registry.check_used(overrides, [spec])
    params = registry.resolve(spec, request.preset, overrides)
    spec = registry.searchable(spec, params)
    for item in overrides:
        if item.name in spec.space:
            raise UsageError(f"--set fixes {spec.name}.{item.name}, which is searched; leave it out")
    jobs, threads = execute.split_machine(request.jobs, request.threads)
    own = limits(request.time_limit, request.memory_limit, jobs)
    session = open_session(request)
    (row,) = make_plan(session.info, session.folds, [Choice(spec, params)], lambda _: "").rows
    if row.skipped:
        raise UsageError(f"{spec.name} cannot be tuned on {session.info.name}: it {row.skipped}")
    wish = Search(
        spec=spec,
        base_params=params,
        dataset=session.dataset,
        folds=session.folds,
        store=session.store,
        metric=request.metric,
        n_trials=request.trials,
        seed=request.seed,
        n_jobs=jobs,
        threads=threads,
        retry_failed=request.retry_failed,
    )
    wish.check()
    with session.at_work("tune", request.trials, warn) as session:
        if session.run is None:
            session.store.write_run(session.run_with((), jobs, threads))
        with Crew(session.dataset, session.folds, own) as crew:
            return run_trials(replace(wish, folds=session.folds, crew=crew), report, warn)
