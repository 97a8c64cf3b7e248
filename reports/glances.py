"""The key numbers beside the verdict: the best of each family, the two compared, the quickest of the good."""

from __future__ import annotations

from dataclasses import dataclass

from reports.evidence import Evidence
from reports.leaderboard import Leaderboard
from reports.outcomes import Outcome
from reports.wording import mean_and_spread, quantity


@dataclass(frozen=True)
class Glance:
    """One key number: what it is, whose it is, and the number."""

    title: str
    value: str
    detail: str


def glances(board: Leaderboard, found: Evidence | None = None) -> list[Glance]:
    """Return the best model of each family, the two compared, and the quickest of the good ones."""
    ranked = [outcome for outcome in board.ranked if not outcome.row.stamp]
    if len(ranked) < 2:
        return []
    best = {family: _first(ranked, family) for family in ("classical", "deep")}
    shown = [_family(board, family, outcome) for family, outcome in best.items() if outcome]
    if best["deep"] and best["classical"]:
        shown.append(_against(board, best["deep"], best["classical"]))
    return shown + _quickest(board, ranked, found)


def _first(ranked: list[Outcome], family: str) -> Outcome | None:
    return next((outcome for outcome in ranked if outcome.row.family == family), None)


def _family(board: Leaderboard, family: str, outcome: Outcome) -> Glance:
    detail = f"{outcome.row.name}, fits in {quantity(outcome.fit_seconds)} s"
    return Glance(f"Best {family} model", _score(outcome, board.run.metric), detail)


def _against(board: Leaderboard, deep: Outcome, classical: Outcome) -> Glance:
    metric = board.run.metric
    lead = deep.values(metric).mean() - classical.values(metric).mean()
    times = deep.fit_seconds / max(classical.fit_seconds, 1e-9)
    detail = f"{deep.row.name} minus {classical.row.name}, at {_ratio(times)} times the fit time"
    return Glance("Deep minus classical", f"{lead:+.4f}", detail)


def _quickest(board: Leaderboard, ranked: list[Outcome], found: Evidence | None) -> list[Glance]:
    """Return the quickest of the models that cannot be told apart from the best one."""
    if found is None:
        return []
    first = ranked[0].row.name
    alike = {first, *found.alike(first)}
    quick = min((o for o in ranked if o.row.name in alike), key=lambda outcome: outcome.fit_seconds)
    detail = f"{quick.row.name}, {_score(quick, board.run.metric)}"
    return [Glance("Quickest that ties with the best", f"{quantity(quick.fit_seconds)} s per fold", detail)]


def _score(outcome: Outcome, metric: str) -> str:
    values = outcome.values(metric)
    return mean_and_spread(values.mean(), values.std(ddof=1))


def _ratio(value: float) -> str:
    return f"{value:,.1f}" if value >= 0.1 else quantity(value)
