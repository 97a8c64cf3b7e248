"""What the best model is measured against in the verdict: the best of the other kind, or the next one."""

from __future__ import annotations

import math

from bench.metrics import METRICS
from reports.evidence import Evidence
from reports.leaderboard import Leaderboard
from reports.outcomes import Outcome
from reports.wording import distance

_PARTS = {2: "half", 3: "a third of", 4: "a quarter of", 5: "a fifth of", 6: "a sixth of", 7: "a seventh of",
          8: "an eighth of", 9: "a ninth of", 10: "a tenth of"}  # fmt: skip


def rival(board: Leaderboard, best: Outcome, found: Evidence) -> str:
    """Return how the model of interest stands to the best one, as a sentence; empty if there is none.

    It is the best of the other kind, deep or classical; where one kind alone was run, the best model that can
    be told apart from the best, or else the next one.
    """
    other = _other(board, best, found)
    if other is None:
        return ""
    kind = f"the best {other.row.family} model, " if _opposed(best, other) else ""
    behind = f"{other.row.name} is {_distance(board, best, other, found)}"
    times = ratio(other.fit_seconds / best.fit_seconds)
    return f"{kind[:1].upper()}{kind[1:]}{behind} at {times} the fit time."


def ratio(value: float) -> str:
    """Return "a sixth of", "about" or "2.3 times", to be followed by what is compared."""
    if math.isnan(value) or 0.8 <= value <= 1.25:
        return "about"
    if value > 1:
        return f"{value:,.1f} times" if value < 10 else f"{value:,.0f} times"
    if value > 0.58:
        return "three quarters of" if value > 0.71 else "two thirds of"
    part = round(1 / value)
    return _PARTS.get(part, f"1/{part:,} of")


def _other(board: Leaderboard, best: Outcome, found: Evidence) -> Outcome | None:
    others = [o for o in board.ranked if o is not best and not o.row.stamp]
    single = [o for o in others if o.row.recipe is None]
    opposed = [o for o in single if _opposed(best, o)]
    distinct = [o for o in single if o.row.name not in found.alike(best.row.name)]
    return next(iter([*opposed, *distinct, *single, *others]), None)


def _opposed(best: Outcome, other: Outcome) -> bool:
    return {best.row.family, other.row.family} == {"deep", "classical"}


def _distance(board: Leaderboard, best: Outcome, other: Outcome, found: Evidence) -> str:
    """Return "0.52 points behind (p < .001)" or that the two cannot be told apart."""
    metric, line = board.run.metric, found.pair(best.row.name, other.row.name)
    if line is None:
        return "not comparable"
    gap, p = abs(line["difference"]), line["p_holm"]
    if not line["different"]:
        return f"{distance(gap, metric)} behind, which these {found.noun} do not prove ({_p(p)}),"
    word = "behind" if METRICS[metric].greater_is_better else "above"
    return f"{distance(gap, metric)} {word} ({_p(p)})"


def _p(p: float) -> str:
    if math.isnan(p):
        return "not tested"
    return "p < .001" if p < 0.001 else f"p = {p:.2g}".replace("0.", ".")
