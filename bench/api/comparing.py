"""``bench compare`` and ``bench diff``: two models of a run, and two runs of the same models."""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from bench.api.deriving import open_run
from bench.errors import FolderError, UsageError, unknown
from bench.evidence import OutOfFold
from bench.evidence.cost import best_within
from bench.evidence.pairs import ROPE
from bench.evidence.sentences import sentence
from bench.records import Run
from bench.store import RunStore
from reports.costs import costs
from reports.evidence import Evidence, evidence_on, rows_are
from reports.leaderboard import leaderboard
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
        means that it is better.
    flipped : DataFrame
        Columns row (position in the data), label, first, second: what each run's model says of the rows that
        only one of them gets right.
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
class Budget:
    """The most that a model may cost: seconds a fit, megabytes, milliseconds a row; None is no limit."""

    seconds: float | None = None
    megabytes: float | None = None
    milliseconds: float | None = None


def compare(
    path: str | os.PathLike[str],
    models: tuple[str, ...] = (),
    rope: float = ROPE,
    budget: Budget | None = None,
) -> tuple[Run, Evidence]:
    """Return the evidence on the ranked models of a run, those within a budget, or on the two that are named.

    Raises
    ------
    UsageError
        If one name is given, if a name is unknown, or if `rope` is negative.
    FolderError
        If a model is incomplete, or if there are none to compare.
    """
    if len(models) not in (0, 2) or len(set(models)) != len(models):
        raise UsageError(f"compare takes two models, or none for all; got {' '.join(models)}")
    if rope < 0:
        raise UsageError(f"--rope must be 0 or more; got {rope}")
    store, run = open_run(path)
    if models:
        return run, evidence_on(store, run, [_complete(store, run, name) for name in models], rope)
    board = leaderboard(store, run)
    within = set(best_within(costs(board), **asdict(budget or Budget()))["model"])
    ranked = [outcome for outcome in board.outcomes if outcome.row.name in within]
    if len(ranked) < (1 if budget else 2):
        lack = "no model within these limits" if budget else "fewer than two ranked models to compare"
        raise FolderError(f"{path}: has {lack}; run more with `bench run`")
    return run, evidence_on(store, run, ranked, rope)


def diff(first: str | os.PathLike[str], second: str | os.PathLike[str]) -> tuple[Run, Run, list[Difference]]:
    """Return two runs on the same folds, and how the models that both have differ.

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
    pairs = [((store, run, found[name]), (other_store, other, others[name])) for name in shared]
    return run, other, [_difference(before, after) for before, after in pairs]


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


def _complete(store: RunStore, run: Run, name: str) -> Outcome:
    known = {outcome.row.name: outcome for outcome in outcomes(store, run)}
    if name not in known:
        raise unknown("MODEL", name, known)
    outcome = known[name]
    if not _is_finished(outcome, run):
        raise FolderError(
            f"{store.path}: {name} has no {run.metric} on all folds ({outcome.status}); run it again"
        )
    return outcome


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


def _difference(before: tuple[RunStore, Run, Outcome], after: tuple[RunStore, Run, Outcome]) -> Difference:
    run, old, new = before[1], before[2], after[2]
    names = (f"{new.row.name} in the second run", f"{old.row.name} in the first")
    data = _side_by_side(names, after, before)
    values = np.stack([outcome.values(run.metric).to_numpy() for outcome in (new, old)])
    found = Evidence(data, values, run.metric, rows_are(run.info))
    test = found.pairs.to_dict("records")[0]
    return Difference(
        name=new.row.name,
        test=test,
        flipped=_flipped(data),
        params=changes(old.row.params, new.row.params),
        versions=changes(old.done[0].versions, new.done[0].versions),
        sentence=sentence(test, names[0], run.metric, found.noun),
    )


def _side_by_side(names: tuple[str, str], *sides: tuple[RunStore, Run, Outcome]) -> OutOfFold:
    parts = [together(store, run, [outcome.row]) for store, run, outcome in sides]
    return replace(
        parts[0],
        models=names,
        scores=tuple(part.scores[0] for part in parts),
        score_kinds=tuple(part.score_kinds[0] for part in parts),
    )


def _flipped(data: OutOfFold) -> pd.DataFrame:
    rows = np.flatnonzero(data.correct[0] != data.correct[1])
    classes = np.asarray(data.classes)
    second, first = classes[data.y_pred[:, rows]]
    return pd.DataFrame({"row": rows, "label": classes[data.y_true[rows]], "first": first, "second": second})
