"""``bench diff``: what two runs on the same folds differ in."""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from bench.api.comparing import flipped
from bench.api.deriving import open_run
from bench.errors import FolderError
from bench.evidence import OutOfFold
from bench.evidence.pairs import corrected, pairs
from bench.evidence.sentences import sentence
from bench.records import Run
from bench.store import RunStore
from reports.evidence import rows_are
from reports.outcomes import Outcome, outcomes
from reports.pooled import together

# Paces that differ by less are one machine on two days.
SAME_PACE = 1.15


@dataclass(frozen=True)
class Difference:
    """What a model of one run and its namesake of another differ in.

    Parameters
    ----------
    name : str
        Of the row in both runs.
    test : dict
        A line of `bench.evidence.pairs.pairs`, the second run's model being model_a: a positive difference
        means that it is better. `p_holm` is corrected over the common models.
    flipped : DataFrame
        Columns row (position in the source), label, first, second: what each run's model says of the rows
        that only one of them gets right.
    params : dict of str to (object, object)
        Parameters that changed, with the values in the first and the second run.
    versions : dict of str to (str, str)
        Libraries that changed.
    sentence : str
    """

    name: str
    test: dict[str, Any]
    flipped: pd.DataFrame
    params: dict[str, tuple[Any, Any]]
    versions: dict[str, tuple[Any, Any]]
    sentence: str


@dataclass(frozen=True)
class Diff:
    """Two runs on the same folds, and how their models differ.

    Parameters
    ----------
    first, second : Run
    models : tuple of Difference
        Of the models that both have complete.
    lost : dict of str to str
        Models that only the first run has complete -> what became of them in the second.
    gained : tuple of str
        Models that only the second run has complete.
    """

    first: Run
    second: Run
    models: tuple[Difference, ...]
    lost: dict[str, str]
    gained: tuple[str, ...]

    def worse(self, by: float) -> list[str]:
        """Return the models that got worse by more than `by`, or that the second run tried and lost."""
        fallen = [each.name for each in self.models if each.test["difference"] < -by]
        return fallen + [name for name, status in self.lost.items() if status != NOT_RUN]


NOT_RUN = "not run"


def diff(first: str | os.PathLike[str], second: str | os.PathLike[str]) -> Diff:
    """Return how the models that two runs have in common differ, and which ones they do not share.

    Raises
    ------
    FolderError
        If the runs are about other data or other folds, under another metric, or share no complete model.
    """
    (store, run), (other_store, other) = open_run(first), open_run(second)
    _check_same(first, run, second, other)
    found, others = _finished(store, run), _finished(other_store, other)
    shared = [name for name in found if name in others]
    if not shared:
        raise FolderError(f"{first} and {second}: have no complete model in common; run the same one in both")
    pairs = [_Pair((store, run, found[name]), (other_store, other, others[name])) for name in shared]
    tests = corrected(pd.DataFrame([pair.test for pair in pairs])).to_dict("records")
    status = {outcome.row.name: outcome.status for outcome in outcomes(other_store, other)}
    return Diff(
        first=run,
        second=other,
        models=tuple(pair.difference(test) for pair, test in zip(pairs, tests, strict=True)),
        lost={name: status.get(name, NOT_RUN) for name in found if name not in others},
        gained=tuple(name for name in others if name not in found),
    )


def changes(first: dict[str, Any], second: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Return what differs between two dicts, with both values; None stands for an absent one."""
    names = sorted({*first, *second})
    return {
        name: (first.get(name), second.get(name)) for name in names if first.get(name) != second.get(name)
    }


def machine_changes(first: Run, second: Run) -> dict[str, tuple[Any, Any]]:
    """Return what differs between the machines and libraries of two runs."""
    before, after = asdict(first.environment), asdict(second.environment)
    versions = changes(before.pop("versions"), after.pop("versions"))
    for environment in (before, after):
        del environment["yardstick_seconds"]
    return changes(before, after) | versions


def pace(first: Run, second: Run) -> str:
    """Return how far times of the two runs can be compared, in a sentence."""
    old, new = first.environment.yardstick_seconds, second.environment.yardstick_seconds
    if not old or not new:
        return "a run does not know its machine's pace, so that times cannot be compared"
    ratio = new / old
    if max(ratio, 1 / ratio) < SAME_PACE:
        return "both machines had the same pace"
    return (
        f"a fixed piece of work took {ratio:.2f} times as long in the second run: compare times in that "
        "relation, and with care"
    )


def _finished(store: RunStore, run: Run) -> dict[str, Outcome]:
    return {outcome.row.name: outcome for outcome in outcomes(store, run) if _is_finished(outcome, run)}


def _is_finished(outcome: Outcome, run: Run) -> bool:
    return outcome.complete and not outcome.values(run.metric).isna().any()


def _check_same(first: object, run: Run, second: object, other: Run) -> None:
    pairs = {
        "data": (run.info.sha256, other.info.sha256),
        "folds": (run.protocol.folds_sha256, other.protocol.folds_sha256),
        "metric": (run.metric, other.metric),
    }
    for name, (mine, theirs) in pairs.items():
        if mine != theirs:
            raise FolderError(
                f"{first} and {second}: have other {name} ({mine[:12]} and {theirs[:12]}) and are never "
                "compared; run both under the same --data, --cv, --repeats, --seed and --metric"
            )


@dataclass(frozen=True)
class _Pair:
    """A model of the first run and its namesake of the second."""

    before: tuple[RunStore, Run, Outcome]
    after: tuple[RunStore, Run, Outcome]

    @cached_property
    def data(self) -> OutOfFold:
        """What both said, the second run's model first."""
        parts = [together(store, run, [outcome.row]) for store, run, outcome in (self.after, self.before)]
        return replace(
            parts[0],
            models=(f"{self.name} in the second run", f"{self.name} in the first"),
            scores=tuple(part.scores[0] for part in parts),
            score_kinds=tuple(part.score_kinds[0] for part in parts),
        )

    @property
    def name(self) -> str:
        """Of the row in both runs."""
        return self.after[2].row.name

    @cached_property
    def test(self) -> dict[str, Any]:
        """The paired tests, not corrected for other models."""
        metric = self.before[1].metric
        values = np.stack([side[2].values(metric).to_numpy() for side in (self.after, self.before)])
        return pairs(self.data, values, metric).to_dict("records")[0]

    def difference(self, test: dict[str, Any]) -> Difference:
        """Return all that differs; `test` is corrected."""
        run, old, new = self.before[1], self.before[2], self.after[2]
        rows = flipped(self.before[0], self.data)
        return Difference(
            name=self.name,
            test=test,
            flipped=rows.rename(columns=dict(zip(self.data.models, ("second", "first"), strict=True))),
            params=changes(old.row.params, new.row.params),
            versions=changes(old.done[0].versions, new.done[0].versions),
            sentence=sentence(test, self.data.models[0], run.metric, rows_are(run.info)),
        )
