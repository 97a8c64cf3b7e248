"""What a search asks for, and how its trials are read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bench.errors import UsageError
from bench.plan import fold_jobs
from bench.records import Dataset, EstimatorSpec, FoldResult, Folds, Job, Parameter, Params, Trial, digest
from bench.registry import load, without_defaults
from bench.store import RunStore
from bench.supervise import Crew

if TYPE_CHECKING:
    import optuna


@dataclass(frozen=True)
class Search:
    """What a study looks for, and where.

    Parameters
    ----------
    base_params : dict
        Parameters that every trial starts from; the space overrides them.
    n_trials : int
        Completed or pruned trials that the study shall have in all.
    retry_failed : bool
        Whether failures of an earlier run are tried again.
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
    retry_failed: bool = False
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


def default_point(wish: Search) -> Params:
    """Return the model's present value of every dimension whose range has it."""
    present = {**_offered(wish), **wish.base_params}
    return {
        name: present[name]
        for name, dimension in wish.spec.space.items()
        if present[name] in dimension.choices or _between(present[name], dimension)
    }


def trial_jobs(own: Params, wish: Search) -> list[Job]:
    """Return the fold jobs of a trial with these parameters."""
    params = without_defaults({**wish.base_params, **own}, _offered(wish))
    return fold_jobs(wish.spec, params, wish.folds)


def value_of(result: FoldResult, metric: str) -> float:
    """Return a metric of a fold; NaN if it is undefined."""
    value = result.metrics.get(metric)
    return float("nan") if value is None else value


def ended_trials(study: optuna.Study) -> list[optuna.trial.FrozenTrial]:
    """Return the trials that count: complete or pruned."""
    from optuna.trial import TrialState

    return study.get_trials(deepcopy=False, states=(TrialState.COMPLETE, TrialState.PRUNED))


def completed_trials(study: optuna.Study) -> list[optuna.trial.FrozenTrial]:
    """Return the trials whose folds were all fitted."""
    from optuna.trial import TrialState

    return study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))


def trial_of(frozen: optuna.trial.FrozenTrial) -> Trial:
    """Return a trial as it is recorded."""
    seconds = frozen.duration.total_seconds() if frozen.duration else 0.0
    reason = frozen.user_attrs.get("reason", "")
    return Trial(frozen.number, frozen.state.name.lower(), frozen.params, frozen.value, seconds, reason)


def _offered(wish: Search) -> Params:
    return load(wish.spec.target)().get_params()


def _between(value: Any, dimension: Parameter) -> bool:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return dimension.kind != "categorical" and number and dimension.low <= value <= dimension.high
