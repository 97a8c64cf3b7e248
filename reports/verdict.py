"""The head of the report: which model did best, said plainly and without claims beyond the numbers."""

from __future__ import annotations

from dataclasses import dataclass

from bench.metrics import METRICS
from reports.evidence import Evidence
from reports.leaderboard import Leaderboard
from reports.outcomes import Outcome
from reports.submission import unfit_labels
from reports.wording import counted, listed, mean_and_spread, quantity


@dataclass(frozen=True)
class Verdict:
    """The first sentences of the report.

    Parameters
    ----------
    model, score : str
        The best model and its headline metric; empty if there is none.
    sentence : str
        The whole verdict.
    notes : tuple of str
        Reservations that belong beside it.
    """

    model: str
    score: str
    sentence: str
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Glance:
    """One key number: what it is, whose it is, and the number."""

    title: str
    value: str
    detail: str


def verdict(board: Leaderboard, found: Evidence | None = None) -> Verdict:
    """Return the verdict on a run, with what `found` proves of it."""
    best, run = board.best(), board.run
    folds = counted(run.protocol.n_splits * run.protocol.n_repeats, "fold")
    if best is None:
        sentence = f"No model has a score on all {folds} that counts yet."
        return Verdict("", "", sentence, tuple(_notes(board, found)))
    metric, score = METRICS[run.metric], _score(best, run.metric)
    direction = "highest" if metric.greater_is_better else "lowest"
    if len(_ranked(board)) == 1:
        sentence = (
            f"is the only ranked model; its mean {_lower(metric.title)} over {folds} of {run.info.name} is"
        )
        return Verdict(best.row.name, score, sentence, tuple(_notes(board, found)))
    among = "" if best is board.best(allow_stamped=True) else " of the eligible models"
    sentence = f"has the {direction} mean {_lower(metric.title)}{among} over {folds} of {run.info.name}:"
    return Verdict(best.row.name, score, sentence, tuple(_notes(board, found)))


def glances(board: Leaderboard) -> list[Glance]:
    """Return the best model of each family, the two compared, and the quickest of the good ones."""
    ranked = [outcome for outcome in _ranked(board) if not outcome.row.stamp]
    if len(ranked) < 2:
        return []
    best = {family: _first(ranked, family) for family in ("classical", "deep")}
    found = [_family(board, family, outcome) for family, outcome in best.items() if outcome]
    if best["deep"] and best["classical"]:
        found.append(_against(board, best["deep"], best["classical"]))
    return found + _quickest(board, ranked)


def _ranked(board: Leaderboard) -> list[Outcome]:
    return [outcome for rank, outcome in zip(board.ranks, board.outcomes, strict=True) if rank]


def _first(ranked: list[Outcome], family: str) -> Outcome | None:
    return next((outcome for outcome in ranked if outcome.row.family == family), None)


def _family(board: Leaderboard, family: str, outcome: Outcome) -> Glance:
    detail = f"{outcome.row.name}, fits in {quantity(_fit_seconds(outcome))} s"
    return Glance(f"Best {family} model", _score(outcome, board.run.metric), detail)


def _against(board: Leaderboard, deep: Outcome, classical: Outcome) -> Glance:
    metric = board.run.metric
    lead = deep.values(metric).mean() - classical.values(metric).mean()
    times = _fit_seconds(deep) / max(_fit_seconds(classical), 1e-9)
    detail = f"{deep.row.name} minus {classical.row.name}, at {_ratio(times)} times the fit time"
    return Glance("Deep minus classical", f"{lead:+.4f}", detail)


def _quickest(board: Leaderboard, ranked: list[Outcome]) -> list[Glance]:
    """Return the quickest model whose mean is within the best one's deviation over folds."""
    values = ranked[0].values(board.run.metric)
    reach = values.std(ddof=1)
    near = [o for o in ranked if abs(o.values(board.run.metric).mean() - values.mean()) <= reach]
    if not near:
        return []
    quick = min(near, key=_fit_seconds)
    detail = f"{quick.row.name}, {_score(quick, board.run.metric)}"
    title = "Quickest within one deviation of the best"
    return [Glance(title, f"{quantity(_fit_seconds(quick))} s per fold", detail)]


def _notes(board: Leaderboard, found: Evidence | None) -> list[str]:
    best = board.best()
    notes = [] if found is None or best is None else [_lead(best.row.name, found)]
    planned = sum(len(outcome.row.keys) for outcome in board.outcomes)
    ended = sum(len(outcome.results) for outcome in board.outcomes)
    if ended < planned:
        command = board.run.command
        notes.append(f"This run is partial, {ended} of {planned} fits have ended; go on with {command}.")
    first = board.best(allow_stamped=True)
    if first is not None and first is not best:
        notes.append(f"{first.row.name} scores better but is not eligible: {first.row.stamp.rstrip('.')}.")
    tied = [o.row.name for rank, o in zip(board.ranks, board.outcomes, strict=True) if rank == 1]
    if best is not None and len(tied) > 1:
        notes.append(f"{', '.join(tied)} share the first place exactly.")
    if best is not None and board.run.best not in ("", best.row.name):
        notes.append(f"The submission is made by {board.run.best}, as was asked for.")
    unranked = board.ranks.count(None)
    if unranked:
        notes.append(f"{counted(unranked, 'model')} without a rank: see the status in the leaderboard.")
    if reason := unfit_labels(board.run.info):
        notes.append(f"There is no submission: {reason}.")
    return notes


def _lead(model: str, found: Evidence) -> str:
    """Return whether the best model can be told apart from the others."""
    if len(found.data.models) == 1:
        return f"Nothing else is ranked that {model} could be compared with."
    test = "McNemar's exact test" if found.metric == "accuracy" else "A paired bootstrap"
    covers = f"{test} over the {found.noun}, Holm's correction; other training sets are not covered."
    if alike := found.alike(model):
        return (
            f"On these {found.noun} {model} cannot be told apart from {listed(alike)}: "
            f"another set of {found.noun} could turn the order. {covers}"
        )
    chance = f"would hardly come from the choice of the {found.noun}"
    return f"Its difference from every other model {chance}. {covers}"


def _score(outcome: Outcome, metric: str) -> str:
    values = outcome.values(metric)
    return mean_and_spread(values.mean(), values.std(ddof=1))


def _fit_seconds(outcome: Outcome) -> float:
    return sum(result.fit_seconds for result in outcome.done) / len(outcome.done)


def _ratio(value: float) -> str:
    return f"{value:,.1f}" if value >= 0.1 else quantity(value)


def _lower(title: str) -> str:
    return title if title[:2].isupper() else title[0].lower() + title[1:]
