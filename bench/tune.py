"""Search for parameters on the run's own folds. The only module that imports Optuna."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from bench import execute
from bench.errors import UsageError
from bench.metrics import METRICS
from bench.plan import OPTIMISTIC, fold_jobs
from bench.records import (
    Dataset,
    EstimatorSpec,
    FoldResult,
    Folds,
    Job,
    Parameter,
    Params,
    Study,
    Trial,
    digest,
)
from bench.registry import load, without_defaults
from bench.store import RunStore
from bench.supervise import Crew

if TYPE_CHECKING:
    import optuna

N_STARTUP_TRIALS = 5


@dataclass(frozen=True)
class Search:
    """What a study looks for, and where.

    Parameters
    ----------
    base_params : dict
        Parameters that every trial starts from; the space overrides them.
    n_trials : int
        Completed or pruned trials that the study shall have in all.
    crew : Crew or None
        Whose children fit, kept from trial to trial; None for some of each batch's own.
    """

    spec: EstimatorSpec
    base_params: Params
    dataset: Dataset
    folds: Folds
    store: RunStore
    metric: str
    n_trials: int
    seed: int
    n_jobs: int
    threads: int
    crew: Crew | None = None

    @property
    def name(self) -> str:
        """Name of the study: another space, base, split or metric makes another study."""
        space = {name: repr(dimension) for name, dimension in self.spec.space.items()}
        return digest([self.spec.name, space, self.base_params, self.folds.sha256, self.metric])[:16]

    def check(self) -> None:
        """Refuse a search that cannot be.

        Raises
        ------
        UsageError
            If the model has no search space, or no trial is asked for.
        """
        if not self.spec.space:
            raise UsageError(f"{self.spec.name} has no search space; tune another model")
        if self.n_trials < 1:
            raise UsageError(f"--trials must be at least 1; got {self.n_trials}")


def search(wish: Search, report: Callable[[Trial], None]) -> Study:
    """Run the trials that the study still lacks and return it.

    The first trial is the model's own parameters as far as the space has them. Every fold of a trial is
    a job like any other: it is stored, and reused by ``bench run --tuned``. Trials are pruned between
    folds (median rule).

    Parameters
    ----------
    wish : Search
    report : callable
        Called with every trial as it ends.

    Raises
    ------
    UsageError
        If no trial succeeded.
    """
    study = _open(wish)
    for _ in range(wish.n_trials - len(_ended(study))):
        report(_one_trial(study, wish))
        if _completed(study):
            wish.store.write_study(_record(study, wish))
    if not _completed(study):
        reason = next((trial.reason for trial in map(_trial, study.trials) if trial.reason), "undefined")
        raise UsageError(f"no trial of {wish.spec.name} gave {wish.metric}: {reason}")
    return _record(study, wish)


def _open(wish: Search) -> optuna.Study:
    import optuna

    logging.getLogger("optuna").setLevel(logging.WARNING)
    storage = optuna.storages.RDBStorage(f"sqlite:///{wish.store.study_path(wish.spec.name)}")
    study = optuna.create_study(
        storage=storage,
        study_name=wish.name,
        direction="maximize" if METRICS[wish.metric].greater_is_better else "minimize",
        load_if_exists=True,
    )
    # A sampler with the same seed would repeat its first points when a study is resumed.
    seed = int(np.random.SeedSequence([wish.seed, len(study.trials)]).generate_state(1)[0])
    study.sampler = optuna.samplers.TPESampler(seed=seed, n_startup_trials=N_STARTUP_TRIALS)
    study.pruner = optuna.pruners.MedianPruner(n_startup_trials=N_STARTUP_TRIALS)
    default = _default_point(wish)
    if not any(default.items() <= trial.params.items() for trial in _ended(study)):
        study.enqueue_trial(default)
    return study


def _default_point(wish: Search) -> Params:
    """Return the model's present value of every dimension whose range has it."""
    present = {**_offered(wish), **wish.base_params}
    return {
        name: present[name]
        for name, dimension in wish.spec.space.items()
        if present[name] in dimension.choices or _between(present[name], dimension)
    }


def _offered(wish: Search) -> Params:
    return load(wish.spec.target)().get_params()


def _between(value: Any, dimension: Parameter) -> bool:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return dimension.kind != "categorical" and number and dimension.low <= value <= dimension.high


def _one_trial(study: optuna.Study, wish: Search) -> Trial:
    import optuna

    asked = study.ask()
    try:
        value, state = _evaluate(asked, wish)
    except KeyboardInterrupt:
        study.tell(asked, state=optuna.trial.TrialState.FAIL)
        raise
    study.tell(asked, value, state=state)
    return _trial(study.trials[asked.number])


def _evaluate(asked: optuna.Trial, wish: Search) -> tuple[float | None, optuna.trial.TrialState]:
    from optuna.trial import TrialState

    own = {name: _suggest(asked, name, dimension) for name, dimension in wish.spec.space.items()}
    params = without_defaults({**wish.base_params, **own}, _offered(wish))
    jobs = fold_jobs(wish.spec, params, wish.folds)
    values: list[float] = []
    for results in _in_batches(jobs, wish):
        values += [_value(result, wish.metric) for result in results]
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
            )
        )


def _suggest(asked: optuna.Trial, name: str, dimension: Parameter) -> Any:
    if dimension.kind == "categorical":
        return asked.suggest_categorical(name, dimension.choices)
    if dimension.kind == "int":
        return asked.suggest_int(name, int(dimension.low), int(dimension.high), log=dimension.log)
    return asked.suggest_float(name, dimension.low, dimension.high, log=dimension.log)


def _value(result: FoldResult, metric: str) -> float:
    value = result.metrics.get(metric)
    return float("nan") if value is None else value


def _ended(study: optuna.Study) -> list[optuna.trial.FrozenTrial]:
    from optuna.trial import TrialState

    return study.get_trials(deepcopy=False, states=(TrialState.COMPLETE, TrialState.PRUNED))


def _completed(study: optuna.Study) -> list[optuna.trial.FrozenTrial]:
    from optuna.trial import TrialState

    return study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))


def _trial(frozen: optuna.trial.FrozenTrial) -> Trial:
    seconds = frozen.duration.total_seconds() if frozen.duration else 0.0
    reason = frozen.user_attrs.get("reason", "")
    return Trial(frozen.number, frozen.state.name.lower(), frozen.params, frozen.value, seconds, reason)


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
        trials=tuple(_trial(frozen) for frozen in study.trials),
        stamp=OPTIMISTIC,
    )
