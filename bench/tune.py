"""Search for parameters on the run's own folds. What Optuna keeps is in `bench.studies`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from bench import execute
from bench.errors import UsageError
from bench.plan import OPTIMISTIC
from bench.records import FoldResult, Job, Parameter, Study, Trial
from bench.studies import open_study, sentences
from bench.trials import Search, completed_trials, default_point, ended_trials, trial_jobs, trial_of, value_of

if TYPE_CHECKING:
    import optuna

__all__ = ["Search", "search"]


def search(
    wish: Search, report: Callable[[Trial], None], warn: Callable[[str], None] = lambda text: None
) -> Study:
    """Run the trials that the study still lacks and return it.

    The first trial is the model's own parameters as far as the space has them. Every fold of a trial is
    a job like any other: it is stored, and reused by ``bench run --tuned``. Trials are pruned between
    folds (median rule). A trial that a killed process left behind is failed, and its parameters come first.

    Parameters
    ----------
    wish : Search
    report : callable
        Called with every trial as it ends.
    warn : callable
        Told what had to be repaired.

    Raises
    ------
    UsageError
        If no trial succeeded.
    EnvironmentProblem
        If another program keeps the study's storage locked.
    """
    with sentences(wish):
        study = open_study(wish, warn)
        _run_trials(study, wish, report)
    if not completed_trials(study):
        reason = next((trial.reason for trial in map(trial_of, study.trials) if trial.reason), "undefined")
        raise UsageError(f"no trial of {wish.spec.name} gave {wish.metric}: {reason}")
    return _record(study, wish)


def _run_trials(study: optuna.Study, wish: Search, report: Callable[[Trial], None]) -> None:
    """Run what is lacking, a failed trial being replaced by another, but at most twice as many."""
    lacking = wish.n_trials - len(ended_trials(study))
    for _ in range(2 * lacking):
        report(_one_trial(study, wish))
        if completed_trials(study):
            wish.store.write_study(_record(study, wish))
        if len(ended_trials(study)) >= wish.n_trials:
            break


def _one_trial(study: optuna.Study, wish: Search) -> Trial:
    import optuna

    asked = study.ask()
    try:
        value, state = _evaluate(asked, wish)
    except KeyboardInterrupt:
        study.tell(asked, state=optuna.trial.TrialState.FAIL)
        raise
    study.tell(asked, value, state=state)
    return trial_of(study.trials[asked.number])


def _evaluate(asked: optuna.Trial, wish: Search) -> tuple[float | None, optuna.trial.TrialState]:
    from optuna.trial import TrialState

    own = {name: _suggest(asked, name, dimension) for name, dimension in wish.spec.space.items()}
    jobs = trial_jobs(own, wish)
    values: list[float] = []
    for results in _in_batches(jobs, wish):
        values += [value_of(result, wish.metric) for result in results]
        if not np.isfinite(values).all():
            asked.set_user_attr("reason", next((r.reason for r in results if r.reason), "undefined metric"))
            return None, TrialState.FAIL
        asked.report(float(np.mean(values)), step=len(values))
        if len(values) < len(jobs) and asked.should_prune():
            return None, TrialState.PRUNED
    return float(np.mean(values)), TrialState.COMPLETE


def _in_batches(jobs: list[Job], wish: Search) -> Iterator[list[FoldResult]]:
    for start in range(0, len(jobs), wish.n_jobs):
        batch = jobs[start : start + wish.n_jobs]
        yield list(
            execute.run(
                batch,
                wish.dataset,
                wish.folds,
                wish.store,
                n_jobs=wish.n_jobs,
                threads=wish.threads,
                crew=wish.crew,
                retry_failed=wish.retry_failed,
            )
        )


def _suggest(asked: optuna.Trial, name: str, dimension: Parameter) -> Any:
    if dimension.kind == "categorical":
        return asked.suggest_categorical(name, dimension.choices)
    if dimension.kind == "int":
        return asked.suggest_int(name, int(dimension.low), int(dimension.high), log=dimension.log)
    return asked.suggest_float(name, dimension.low, dimension.high, log=dimension.log)


def _record(study: optuna.Study, wish: Search) -> Study:
    return Study(
        estimator=wish.spec.name,
        name=wish.name,
        metric=wish.metric,
        sampler="TPE",
        seed=wish.seed,
        dataset_sha256=wish.dataset.sha256,
        folds_sha256=wish.folds.sha256,
        n_rows_seen=len(wish.dataset.X),
        base_params=wish.base_params,
        best_params=study.best_params,
        best_value=study.best_value,
        trials=tuple(trial_of(frozen) for frozen in study.trials),
        stamp=OPTIMISTIC,
        space=wish.spec.space,
        default_params=default_point(wish),
    )
