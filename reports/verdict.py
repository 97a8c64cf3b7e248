"""The head of the report: which model is best, how sure that is, and what the next question costs."""

from __future__ import annotations

from dataclasses import dataclass

from bench.metrics import METRICS
from reports.evidence import Evidence
from reports.leaderboard import Leaderboard
from reports.outcomes import Outcome
from reports.rival import rival
from reports.submission import unfit_labels
from reports.wording import counted, in_sentence, listed, merit, merits


@dataclass(frozen=True)
class Verdict:
    """The first sentences of the report.

    Parameters
    ----------
    model : str
        The best model, or "" if there is none.
    sentence : str
        What is said of it; the whole verdict if there is none.
    score, interval : str
        The headline metric over all rows, and its interval of 95 %, "" if there is none.
    rival : str
        How far the next model of interest is behind, how sure that is, and at what cost; "" if there is none.
    notes : tuple of str
        Reservations that belong beside it.
    """

    model: str
    sentence: str
    score: str
    interval: str
    rival: str
    notes: tuple[str, ...]


def verdict(board: Leaderboard, found: Evidence | None = None, expected: str = "") -> Verdict:
    """Return the verdict on a run, with what `found` proves of it and what its submission may expect."""
    best, notes = board.best(), (*filter(None, [expected]), *_notes(board, found))
    if best is None:
        folds = counted(board.run.protocol.n_splits * board.run.protocol.n_repeats, "fold")
        return Verdict("", f"No model has a score on all {folds} that counts yet.", "", "", "", notes)
    score, interval = _score(board, best)
    said = "" if found is None else rival(board, best, found)
    return Verdict(best.row.name, _sentence(board, best, found), score, interval, said, notes)


def _sentence(board: Leaderboard, best: Outcome, found: Evidence | None) -> str:
    metric, name = METRICS[board.run.metric], best.row.name
    if len(board.ranked) == 1:
        return f"is the only ranked model; its {in_sentence(metric.title)} is"
    among = "" if best is board.best(allow_stamped=True) else " of the eligible models"
    tied = found.alike(name) if found is not None and name in found.data.models else []
    if tied:
        return f"leads{among}, in a tie with {listed(tied)}: {in_sentence(metric.title)}"
    return f"is best{among}: {in_sentence(metric.title)}"


def _score(board: Leaderboard, best: Outcome) -> tuple[str, str]:
    """Return the metric over all rows and its interval; the mean over folds where nothing was proven."""
    metric, line = board.run.metric, board.line(best.row)
    pooled, low, high = (line[f"{metric}_{part}"] for part in ("pooled", "low", "high"))
    if pooled != pooled:
        return merit(line[f"{metric}_mean"], metric), ""
    return merit(pooled, metric), "" if low != low else f"[{merits(low, high, metric)}]"


def _notes(board: Leaderboard, found: Evidence | None) -> list[str]:
    best = board.best()
    notes = [] if found is None or best is None else [_covers(best.row.name, found)]
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


def _covers(model: str, found: Evidence) -> str:
    """Return what the comparison of the best model with the others rests on."""
    if len(found.data.models) == 1:
        return f"Nothing else is ranked that {model} could be compared with."
    test = "McNemar's exact test" if found.metric == "accuracy" else "A paired bootstrap"
    covers = f"{test} over the {found.noun}, Holm's correction; other training sets are not covered."
    if found.alike(model):
        return f"Another set of {found.noun} could turn the order of what is tied. {covers}"
    chance = f"would hardly come from the choice of the {found.noun}"
    return f"Its difference from every other model {chance}. {covers}"
