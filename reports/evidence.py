"""What a run's stored scores prove, gathered once for the leaderboard, the report and the command line."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import combinations, pairwise
from statistics import stdev
from typing import Any

import numpy as np
import pandas as pd

from bench.evidence import OutOfFold
from bench.evidence.intervals import intervals
from bench.evidence.pairs import ROPE, pairs
from bench.evidence.ranks import p_best, ranks
from bench.evidence.sentences import seed_clause, sentences, turned
from bench.records import DatasetInfo
from bench.store import RunStore
from reports.leaderboard import Leaderboard
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
    seed_spread : dict of str to float
        Model -> standard deviation of its mean over folds when the seed alone changes; of those models that
        were fitted with several.
    whole : Evidence or None
        The evidence that this is a part of: tests and ranks are then those of the whole.
    """

    data: OutOfFold
    fold_values: np.ndarray
    metric: str
    noun: str
    rope: float = ROPE
    seed_spread: dict[str, float] = field(default_factory=dict)
    whole: Evidence | None = None

    def among(self, models: Sequence[str]) -> Evidence:
        """Return the evidence on some of the models, in the given order, as it is among all of them."""
        places = [self.data.models.index(name) for name in models]
        return replace(
            self, data=self.data.only(models), fold_values=self.fold_values[places], whole=self.whole or self
        )

    @cached_property
    def intervals(self) -> pd.DataFrame:
        """The metric of each model with its interval; see `bench.evidence.intervals.intervals`."""
        return intervals(self.data, [self.metric])

    @cached_property
    def pairs(self) -> pd.DataFrame:
        """The paired tests of every two models; see `bench.evidence.pairs.pairs`."""
        if self.whole is None:
            return pairs(self.data, self.fold_values, self.metric, self.rope)
        lines = [self.whole.pair(a, b) for a, b in combinations(self.data.models, 2)]
        return pd.DataFrame(lines, columns=self.whole.pairs.columns)

    @cached_property
    def ranks(self) -> pd.DataFrame:
        """Rank range and letters of each model, and `p_best`; see `bench.evidence.ranks.ranks`."""
        if self.whole is not None:
            return self.whole.ranks.set_index("model").loc[list(self.data.models)].reset_index()
        return ranks(self.pairs, self.data.models).assign(p_best=p_best(self.data, self.metric))

    @cached_property
    def sentences(self) -> list[str]:
        """One sentence for each two neighbours."""
        return [
            f"{said}{self.of_seeds(a, b)}"
            for said, (a, b) in zip(
                sentences(self.pairs, self.data.models, self.metric, self.noun),
                pairwise(self.data.models),
                strict=True,
            )
        ]

    def of_seeds(self, a: str, b: str) -> str:
        """Return a clause on how far the seeds of two models move their difference; "" if that is unknown."""
        if not {a, b} <= self.seed_spread.keys():
            return ""
        line = self.pair(a, b)
        spread = math.hypot(self.seed_spread[a], self.seed_spread[b])
        return "" if line is None else seed_clause(line["difference"], spread)

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
    run, ranked = board.run, board.ranked
    if not ranked:
        return None
    return Evidence(
        data=together(store, run, [outcome.row for outcome in ranked]),
        fold_values=np.stack([outcome.values(run.metric).to_numpy() for outcome in ranked]),
        metric=run.metric,
        noun=rows_are(run.info),
        rope=rope,
        seed_spread={name: stdev(found) for name, found in board.seed_means.items()},
    )


def proven(board: Leaderboard, found: Evidence | None) -> Leaderboard:
    """Return a leaderboard that says how sure it is."""
    return board if found is None else replace(board, standing=found.standing())


def rows_are(info: DatasetInfo) -> str:
    """Return what a row of the data is called, in the plural."""
    return "rows" if info.image_shape is None else "images"
