"""What a study of parameters tells: what was tried, what mattered, whether the ranges were wide enough."""

from __future__ import annotations

import logging
import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from bench.distributions import distribution
from bench.metrics import METRICS
from bench.records import Parameter, Run, Scalar, Study, Trial
from bench.store import RunStore
from reports.theme import PALETTE

# Share of a range, on its own scale, that counts as its end.
EDGE = 0.03
# How far beyond an end to try next: as a factor on a log scale, else as 1 / BEYOND of the range.
BEYOND = 3
# Importance is an estimate from complete trials: fewer say nothing, more only take time.
N_ENOUGH = 10
N_USED = 300
UNRUN = PALETTE[11]


@dataclass(frozen=True)
class Range:
    """A searched parameter, and where its best value was found.

    Parameters
    ----------
    name : str
    dimension : Parameter
    default : object
        The model's own value; None if it lies outside the range.
    best : object
    importance : float
        NaN if unknown.
    """

    name: str
    dimension: Parameter
    default: Scalar
    best: Scalar
    importance: float

    @property
    def place(self) -> float:
        """Where the best lies in the range, from 0 to 1 on the range's scale; NaN for choices."""
        low, high = self.dimension.low, self.dimension.high
        if self.dimension.kind == "categorical" or not isinstance(self.best, int | float) or low == high:
            return math.nan
        scale = math.log if self.dimension.log else float
        return (scale(self.best) - scale(low)) / (scale(high) - scale(low))

    @property
    def edge(self) -> str:
        """Either "low" or "high" if the best lies within `EDGE` of that end; else ""."""
        return "low" if self.place <= EDGE else "high" if self.place >= 1 - EDGE else ""

    @property
    def end(self) -> float:
        """The end of the range that the best lies at."""
        return self.dimension.low if self.edge == "low" else self.dimension.high

    @property
    def beyond(self) -> float:
        """A value beyond this end; the end itself if nothing positive lies there."""
        low, high = self.dimension.low, self.dimension.high
        up = self.edge == "high"
        if self.dimension.log:
            value = high * BEYOND if up else low / BEYOND
        else:
            value = self.end + (high - low) / BEYOND * (1 if up else -1)
        value = max(value, 0.0) if low >= 0 else value
        return value if self.dimension.kind == "float" else max(round(value), min(int(low), 1))

    @property
    def scope(self) -> str:
        """The range in words: "1 to 20, log" or "gini, entropy"."""
        if self.dimension.kind == "categorical":
            return ", ".join(map(str, self.dimension.choices))
        return f"{self.dimension.low:g} to {self.dimension.high:g}" + (", log" if self.dimension.log else "")


@dataclass(frozen=True)
class Searched:
    """A study, read for people.

    Parameters
    ----------
    study : Study
    colour : str
        Of the model.
    """

    study: Study
    colour: str

    @property
    def greater_is_better(self) -> bool:
        """The direction of the study's metric."""
        return METRICS[self.study.metric].greater_is_better

    @cached_property
    def complete(self) -> list[Trial]:
        """The trials of which every fold was fitted, in their order."""
        return [trial for trial in self.study.trials if trial.state == "complete" and trial.value is not None]

    @property
    def names(self) -> list[str]:
        """The searched parameters, the most important first where that is known, else by name."""
        names = {name for trial in self.study.trials for name in trial.params}
        return sorted(names, key=lambda name: (-self.importance.get(name, 0.0), name))

    @cached_property
    def default_value(self) -> float | None:
        """The value of the trial with the model's own parameters; None if the ranges have them not all."""
        own = self.study.default_params
        if not own or own.keys() != self.study.space.keys():
            return None
        return next((trial.value for trial in self.complete if trial.params == own), None)

    def count(self, state: str) -> int:
        """Return how many trials ended in a state: "complete", "pruned" or "fail"."""
        return sum(trial.state == state for trial in self.study.trials)

    @property
    def seconds(self) -> float:
        """Time of all trials, one after another; fits that were stored already took none."""
        return sum(trial.seconds for trial in self.study.trials)

    @cached_property
    def importance(self) -> dict[str, float]:
        """Share of the variance of the value that each parameter explains alone.

        By fANOVA (Hutter, Hoos and Leyton-Brown 2014, "An efficient approach for assessing hyperparameter
        importance"), as Optuna computes it, normalised to the sum 1. Empty with fewer than `N_ENOUGH`
        complete trials, with one parameter, or if all values are equal.
        """
        values = {trial.value for trial in self.complete}
        if len(self.complete) < N_ENOUGH or len(self.study.space) < 2 or len(values) < 2:
            return {}
        return _fanova(self.study, _spread(self.complete, N_USED))

    @cached_property
    def ranges(self) -> list[Range]:
        """The searched parameters in the order of `names`; none in studies that kept no ranges."""
        study = self.study
        return [
            Range(
                name=name,
                dimension=study.space[name],
                default=study.default_params.get(name),
                best=study.best_params[name],
                importance=self.importance.get(name, math.nan),
            )
            for name in self.names
            if name in study.space
        ]


def searches(store: RunStore, run: Run, colours: dict[str, str]) -> list[Searched]:
    """Return the studies that a folder holds of its own data and folds; nothing is written.

    Parameters
    ----------
    store : RunStore
    run : Run
    colours : dict of str to str
        By row name; a model without a row is grey.
    """
    studies = [store.read_study(name) for name, _ in store.studies()]
    own = [study for study in studies if study and study.folds_sha256 == run.protocol.folds_sha256]
    return [Searched(study, colours.get(study.estimator, UNRUN)) for study in own]


def _spread(trials: list[Trial], limit: int) -> list[Trial]:
    """Return trials evenly spread over the search, all of them if they are few enough."""
    if len(trials) <= limit:
        return trials
    return [trials[i] for i in np.linspace(0, len(trials) - 1, limit).round().astype(int)]


def _fanova(study: Study, trials: list[Trial]) -> dict[str, float]:
    import optuna

    logging.getLogger("optuna").setLevel(logging.WARNING)
    kept = optuna.create_study(
        direction="maximize" if METRICS[study.metric].greater_is_better else "minimize"
    )
    distributions = {name: distribution(dimension) for name, dimension in study.space.items()}
    kept.add_trials(
        optuna.trial.create_trial(params=trial.params, distributions=distributions, value=trial.value)
        for trial in trials
    )
    evaluator = optuna.importance.FanovaImportanceEvaluator(seed=study.seed)
    return optuna.importance.get_param_importances(kept, evaluator=evaluator)
