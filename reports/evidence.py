"""What a run's stored scores prove, gathered once for the leaderboard, the report and the command line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from bench.evidence import OutOfFold
from bench.evidence.intervals import intervals
from bench.evidence.pairs import ROPE, pairs
from bench.evidence.ranks import p_best, ranks
from bench.evidence.sentences import sentences, turned
from bench.records import DatasetInfo, Run
from bench.store import RunStore
from reports.leaderboard import Leaderboard
from reports.outcomes import Outcome
from reports.pooled import together


@dataclass(frozen=True)
class Evidence:
    """What the rows of the data tell about the ranked models of a run.

    Parameters
    ----------
    data : OutOfFold
        In order of merit.
    fold_values : ndarray of shape (n_models, n_repeats * n_splits)
        The run's metric on every fold.
    metric : str
    noun : str
        What a row is, in the plural.
    rope : float
        Half-width of the region of practical equivalence, in units of the metric.
    """

    data: OutOfFold
    fold_values: np.ndarray
    metric: str
    noun: str
    rope: float = ROPE

    @cached_property
    def intervals(self) -> pd.DataFrame:
        """The metric of each model with its interval; see `bench.evidence.intervals.intervals`."""
        return intervals(self.data, [self.metric])

    @cached_property
    def pairs(self) -> pd.DataFrame:
        """The paired tests of every two models; see `bench.evidence.pairs.pairs`."""
        return pairs(self.data, self.fold_values, self.metric, self.rope)

    @cached_property
    def ranks(self) -> pd.DataFrame:
        """Rank range and letters of each model, and `p_best`; see `bench.evidence.ranks.ranks`."""
        return ranks(self.pairs, self.data.models).assign(p_best=p_best(self.data, self.metric))

    @cached_property
    def sentences(self) -> list[str]:
        """One sentence for each two neighbours."""
        return sentences(self.pairs, self.data.models, self.metric, self.noun)

    def pair(self, a: str, b: str) -> dict[str, Any] | None:
        """Return the line of `pairs` on two models, `a` being its `model_a`; None unless both are ranked."""
        table = self.pairs
        for line in table[table["model_a"].isin([a, b]) & table["model_b"].isin([a, b])].to_dict("records"):
            return line if line["model_a"] == a else turned(line)
        return None

    def alike(self, model: str) -> list[str]:
        """Return the models that cannot be told apart from one, best first."""
        table = self.pairs[~self.pairs["different"]]
        one = table.loc[table["model_a"] == model, "model_b"]
        other = table.loc[table["model_b"] == model, "model_a"]
        found = {*one, *other}
        return [name for name in self.data.models if name in found]

    def standing(self) -> pd.DataFrame:
        """Return a line for each model: model, value, low, high, ranks, letters, p_best."""
        columns = ["model", "value", "low", "high"]
        return self.intervals[columns].merge(
            self.ranks[["model", "ranks", "letters", "p_best"]], on="model", validate="1:1"
        )


def evidence(store: RunStore, board: Leaderboard, rope: float = ROPE) -> Evidence | None:
    """Return the evidence on the ranked rows of a leaderboard; None if none is ranked."""
    ranked = [outcome for rank, outcome in zip(board.ranks, board.outcomes, strict=True) if rank]
    return evidence_on(store, board.run, ranked, rope) if ranked else None


def proven(board: Leaderboard, found: Evidence | None) -> Leaderboard:
    """Return a leaderboard that says how sure it is."""
    return board if found is None else replace(board, standing=found.standing())


def evidence_on(store: RunStore, run: Run, ranked: Sequence[Outcome], rope: float = ROPE) -> Evidence:
    """Return the evidence on some complete rows, in the given order."""
    return Evidence(
        data=together(store, run, [outcome.row for outcome in ranked]),
        fold_values=np.stack([outcome.values(run.metric).to_numpy() for outcome in ranked]),
        metric=run.metric,
        noun=rows_are(run.info),
        rope=rope,
    )


def rows_are(info: DatasetInfo) -> str:
    """Return what a row of the data is called, in the plural."""
    return "rows" if info.image_shape is None else "images"
