"""How sure the leaderboard is: intervals, ties, costs and calibration, as the page shows them."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import stdev

import pandas as pd

from bench.evidence.calibration import calibration
from bench.evidence.cost import price
from bench.evidence.hard import overlap
from bench.metrics import METRICS
from reports.costs import costs
from reports.display import Table
from reports.evidence import Evidence
from reports.leaderboard import Leaderboard
from reports.wording import MISSING, number, quantity

COVERS = (
    "Intervals, ranks and letters cover the choice of the {noun}: they say what would hold on another sample "
    "of them, under the same training sets. Models that share a letter cannot be told apart."
)

REPEATED = " They come from the first of the repeats, in which each row counts once; the order from all."


@dataclass(frozen=True)
class Sureness:
    """What the page says beside the leaderboard.

    Parameters
    ----------
    covers : str
        Which variation the figures cover.
    standing : Table
    sentences : tuple of str
        One for each two neighbours, without full stops.
    pairs : tuple of Table
        Overlap of errors, price of accuracy.
    calibration : Table
    seeds : Table or None
        How far means move with the seed alone; None if no model was fitted with several seeds.
    """

    covers: str
    standing: Table
    sentences: tuple[str, ...]
    pairs: tuple[Table, ...]
    calibration: Table
    seeds: Table | None


def sureness(board: Leaderboard, found: Evidence | None) -> Sureness | None:
    """Return what the page says of the ranked models; None if there are fewer than two."""
    if found is None or len(found.data.models) < 2:
        return None
    return Sureness(
        covers=COVERS.format(noun=found.noun) + (REPEATED if board.run.protocol.n_repeats > 1 else ""),
        standing=Table.of("How sure the order is", standing_table(found)),
        sentences=tuple(found.sentences),
        pairs=(_overlap(found), _price(board, found)),
        calibration=_calibration(found),
        seeds=_seeds(board),
    )


def standing_table(found: Evidence) -> pd.DataFrame:
    """Return the standing of each model as display strings: ranks, interval, letters, P(best)."""
    table = found.standing()
    lines = [
        {
            "Model": line.model,
            "Ranks": line.ranks,
            METRICS[found.metric].title: number(line.value),
            "95 %": bounds(line.low, line.high),
            "Letters": line.letters,
            "P(best)": number(line.p_best, 3),
        }
        for line in table.itertuples()
    ]
    return pd.DataFrame(lines, dtype=str)


def bounds(low: float, high: float) -> str:
    """Return "0.9921 to 0.9938"; a dash if there is no interval."""
    return MISSING if pd.isna(low) else f"{number(low)} to {number(high)}"


def _overlap(found: Evidence) -> Table:
    table = overlap(found.data)
    best = found.data.models[0]
    lines = [
        (
            line.model_b,
            f"{line.errors_b:,}",
            f"{line.shared:,}",
            f"{line.same_answer:,}",
            number(line.jaccard, 2),
        )
        for line in table[table["model_a"] == best].itertuples()
    ]
    heads = ("Model", "Errors", "Shared", "Same answer", "Jaccard")
    return Table(f"Errors in common with {best}", heads, tuple(lines))


def _price(board: Leaderboard, found: Evidence) -> Table:
    n_tested = found.data.n_rows // board.run.protocol.n_splits
    lines = [
        (
            line.model,
            quantity(line.cpu_seconds),
            MISSING if pd.isna(line.further_correct) else f"{line.further_correct:,.0f}",
            quantity(line.seconds_per_correct),
        )
        for line in price(_by_accuracy(board), n_tested, "cpu_seconds").itertuples()
    ]
    heads = ("Model", "CPU s, fit and predict", f"Further right {found.noun}", "CPU s each")
    return Table("What accuracy costs in a fold: no other model is better and cheaper", heads, tuple(lines))


def _by_accuracy(board: Leaderboard) -> pd.DataFrame:
    accuracy = board.frame().set_index("name")["accuracy_mean"]
    table = costs(board)
    return table.assign(score=accuracy.loc[table["model"]].to_numpy())


def _calibration(found: Evidence) -> Table:
    lines = [
        (
            line.model,
            number(line.ece),
            number(line.ece_scaled),
            number(line.brier_scaled),
            quantity(line.temperature),
            number(line.accuracy_at_99),
            number(line.accuracy_at_90),
        )
        for line in calibration(found.data).itertuples()
    ]
    heads = ("Model", "ECE", "ECE scaled", "Brier scaled", "Temperature", "Right of surest 99 %", "of 90 %")
    return Table("Calibration: can the probabilities be believed?", heads, tuple(lines))


def _seeds(board: Leaderboard) -> Table | None:
    lines = [
        (name, str(len(found)), number(min(found)), number(max(found)), number(stdev(found), 5))
        for name, found in board.seed_means.items()
    ]
    heads = ("Model", "Seeds", "Lowest mean", "Highest mean", "Standard deviation")
    return Table("Noise of the seed: same folds, same parameters", heads, tuple(lines)) if lines else None
