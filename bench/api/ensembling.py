"""Ensembles as rows of the leaderboard: made of stored scores alone, stored like any model's results."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import bench
from bench import metrics
from bench.evidence import OutOfFold
from bench.evidence.ensembles import KINDS, blended, cross_fitted, recipe
from bench.records import FoldResult, Folds, Predictions, Row, Run, digest
from bench.store import RunStore
from reports.outcomes import Outcome, outcomes
from reports.pooled import together

FAMILY = "ensemble"
UNSAVED = "an ensemble is kept as its members' models"


def with_ensembles(store: RunStore, run: Run, folds: Folds, command: str) -> Run:
    """Return the run with a row for each kind of ensemble of its complete models; what is new is stored.

    Rows with a reservation are no members. Without two members there is no ensemble.

    Parameters
    ----------
    store : RunStore
    run : Run
    folds : Folds
    command : str
        The command that makes the rows.
    """
    models = tuple(row for row in run.rows if row.recipe is None)
    members = [
        outcome
        for outcome in outcomes(store, replace(run, rows=models))
        if outcome.complete and not outcome.row.stamp
    ]
    if len(members) < 2:
        return replace(run, rows=models)
    rows = [outcome.row for outcome in members]
    said = [together(store, run, rows, repeat) for repeat in range(folds.n_repeats)]
    made = (_ensemble(store, run, folds, kind, members, said, command) for kind in KINDS)
    return replace(run, rows=(*models, *made))


def members_of(run: Run, names: Iterable[str]) -> set[str]:
    """Return the rows with those names, and the members of those that are ensembles."""
    wanted = set(names)
    return wanted.union(*(row.recipe.members for row in run.rows if row.recipe and row.name in wanted))


def refit_ensembles(store: RunStore, run: Run, names: Iterable[str]) -> Run:
    """Combine what refitted members say of the test rows; return the run that knows these answers' keys.

    Parameters
    ----------
    store : RunStore
    run : Run
    names : iterable of str
        Rows that are wanted; those that are no ensembles stay as they are.
    """
    wanted = set(names)
    return replace(
        run, rows=tuple(_refitted(store, run, row) if row.name in wanted else row for row in run.rows)
    )


def _ensemble(
    store: RunStore,
    run: Run,
    folds: Folds,
    kind: str,
    members: Sequence[Outcome],
    said: Sequence[OutOfFold],
    command: str,
) -> Row:
    start = time.perf_counter()
    found = recipe(said[0], kind)
    places = [(r, f) for r in range(folds.n_repeats) for f in range(folds.n_splits)]
    base = [kind, bench.__version__, *sorted(key for outcome in members for key in outcome.row.keys)]
    row = Row(
        name=f"{FAMILY}-{kind}",
        estimator=f"{FAMILY}-{kind}",
        title=KINDS[kind].title,
        family=FAMILY,
        params=dict(zip(found.members, (round(weight, 4) for weight in found.weights), strict=True)),
        keys=tuple(digest([*base, repeat, fold]) for repeat, fold in places),
        refit_key="",
        command=command,
        recipe=found,
    )
    if all(store.read_result(row.estimator, key) for key in row.keys):
        return row
    scores = [cross_fitted(data, kind) for data in said]
    seconds = (time.perf_counter() - start) / len(places)
    parts = [outcome for outcome in members if outcome.row.name in found.members]
    for key, (repeat, fold) in zip(row.keys, places, strict=True):
        own = folds.assignment[repeat] == fold
        predictions = Predictions(
            own.nonzero()[0], said[repeat].y_true[own], scores[repeat][own], "probability"
        )
        results = [o.results[repeat * folds.n_splits + fold] for o in parts]
        whole = _summed(row.estimator, key, results, predictions, run, seconds)
        store.write_result(whole, predictions)
    return row


def _summed(
    estimator: str,
    key: str,
    results: Sequence[FoldResult],
    predictions: Predictions,
    run: Run,
    seconds: float,
) -> FoldResult:
    """Return the result of an ensemble: what its members cost together, and its own weighing."""
    labelled = predictions.y_true is not None
    return replace(
        results[0],
        key=key,
        estimator=estimator,
        metrics=metrics.score(predictions, run.info.positive_index) if labelled else {},
        score_kind="probability",
        fit_seconds=sum(result.fit_seconds for result in results) + seconds,
        predict_seconds=sum(result.predict_seconds for result in results),
        cpu_seconds=sum(result.cpu_seconds for result in results) + seconds,
        peak_memory_bytes=None,
        model_bytes=sum(result.model_bytes for result in results),
        versions={name: found for result in results for name, found in result.versions.items()},
        warnings=(),
        energy_kwh=_energy(results),
        energy_source=min(result.energy_source for result in results),
        unsaved=UNSAVED if results[0].role == "refit" else "",
    )


def _energy(results: Sequence[FoldResult]) -> float | None:
    """Return what the members drew together; None if one was not metered."""
    found = [result.energy_kwh for result in results if result.energy_kwh is not None]
    return sum(found) if len(found) == len(results) else None


def _refitted(store: RunStore, run: Run, row: Row) -> Row:
    if row.recipe is None:
        return row
    named: Mapping[str, Row] = {other.name: other for other in run.rows}
    members = [named[name] for name in row.recipe.members]
    results = [store.read_result(member.estimator, member.refit_key) for member in members]
    finished = [result for result in results if result is not None and result.status == "ok"]
    if len(finished) < len(members):
        return row
    key = digest([row.keys, "refit", *(member.refit_key for member in members)])
    answers = [store.read_predictions(member.estimator, member.refit_key) for member in members]
    scores = blended(row.recipe, [part.scores for part in answers])
    predictions = Predictions(answers[0].rows, answers[0].y_true, scores, "probability")
    store.write_result(_summed(row.estimator, key, finished, predictions, run, 0.0), predictions)
    return replace(row, refit_key=key)
