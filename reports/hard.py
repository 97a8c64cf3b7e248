"""The hard rows of a run and the labels that models doubt, found once for all sections."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from bench.evidence import OutOfFold
from bench.evidence.hard import difficulty, missed_by_every, missed_only_by, oracle, overlap, rescued_by
from bench.evidence.labels import corrected_accuracy, suspects
from reports.evidence import Evidence
from reports.leaderboard import Leaderboard

# Numbers of corrected labels that are looked at; all suspected ones are added.
STEPS = (0, 1, 2, 3, 5, 10, 15, 20, 30, 50, 75, 100, 150, 200, 300, 500, 1000)


@dataclass(frozen=True)
class HardRows:
    """Rows that models get wrong.

    Parameters
    ----------
    data : OutOfFold
        Of the ranked models but ensembles, whose answers are those of their members.
    noun : str
        What a row is, in the plural.
    """

    data: OutOfFold
    noun: str

    @cached_property
    def missed(self) -> pd.DataFrame:
        """Rows that every model misses, lowest probability of the true class first."""
        return missed_by_every(self.data)

    @cached_property
    def hardest(self) -> pd.DataFrame:
        """Rows that most models miss, but not all of them; columns of `difficulty`, the hardest first."""
        table, n_models = difficulty(self.data), len(self.data.models)
        some = table[(table["n_wrong"] < n_models) & (table["n_wrong"] > n_models / 2)]
        return some.sort_values(["n_wrong", "true_share"], ascending=[False, True], kind="stable")

    @cached_property
    def doubted(self) -> pd.DataFrame:
        """Suspected label errors, the most doubtful first; columns of `suspects`."""
        if len(np.unique(self.data.y_true)) < 2:
            return pd.DataFrame(columns=["row", "label", "suggested", "score", "n_models_against"])
        ranked = suspects(self.data)
        return ranked[ranked["suspected"]].drop(columns="suspected").reset_index(drop=True)

    @cached_property
    def alone_right(self) -> dict[str, np.ndarray]:
        """The rows that one model gets right and all others miss, by model; empty without others."""
        return {model: rescued_by(self.data, model)["row"].to_numpy() for model in self._several}

    @cached_property
    def alone_wrong(self) -> dict[str, np.ndarray]:
        """The rows that one model misses and all others get right, by model; empty without others."""
        return {model: missed_only_by(self.data, model)["row"].to_numpy() for model in self._several}

    @cached_property
    def overlap(self) -> pd.DataFrame:
        """How far each two models fail on the same rows."""
        return overlap(self.data)

    @cached_property
    def oracle(self) -> pd.DataFrame:
        """The accuracy of the best choice among more and more models."""
        return oracle(self.data)

    def corrected(self) -> pd.DataFrame:
        """Return the accuracy of each model if the most doubtful labels were corrected.

        Returns
        -------
        DataFrame
            A line for each number of labels and each model: k, model, accuracy, corrected, left_out; see
            `bench.evidence.labels.corrected_accuracy`. Numbers are those of `STEPS` and all that are doubted.
        """
        most = min(len(self.doubted), self.data.n_rows - 1)
        steps = [k for k in STEPS if k < most] + [most]
        parts = [corrected_accuracy(self.data, self.doubted, k).assign(k=k) for k in steps]
        return pd.concat(parts, ignore_index=True)

    @property
    def _several(self) -> tuple[str, ...]:
        return self.data.models if len(self.data.models) > 1 else ()


def hard_rows(board: Leaderboard, found: Evidence | None) -> HardRows | None:
    """Return the hard rows of a run; None if no model but ensembles is ranked."""
    ensembles = {outcome.row.name for outcome in board.outcomes if outcome.row.recipe is not None}
    models = [] if found is None else [name for name in found.data.models if name not in ensembles]
    return HardRows(found.data.only(models), found.noun) if found is not None and models else None
