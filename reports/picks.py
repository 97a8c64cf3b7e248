"""Which rows galleries can show: the most telling first, until there is no more room."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import permutations

import numpy as np

from bench.evidence import OutOfFold
from bench.metrics import normalised
from reports.hard import HardRows

N_MISSED = 500
N_DOUBTED = 1_000
N_ALONE = 48
N_SUREST = 48
N_PAIR = 24
N_CELL = 12
N_HARDEST = 1_000


@dataclass(frozen=True)
class Mistaken:
    """The wrong rows of some models, each model's in the order of how sure it was.

    Parameters
    ----------
    data : OutOfFold
    """

    data: OutOfFold

    @cached_property
    def leads(self) -> tuple[np.ndarray, ...]:
        """The lead of the predicted over the true class in the wrong rows of each model, widest first."""
        return tuple(lead for _, lead in self._ordered)

    @cached_property
    def rows(self) -> tuple[np.ndarray, ...]:
        """The wrong rows of each model, the widest lead first."""
        return tuple(rows for rows, _ in self._ordered)

    def by_cell(self) -> list[np.ndarray]:
        """Return the surest rows of the cells of all confusion matrices, then the second surest ones..."""
        placed = [(rows, self._places(i, rows)) for i, rows in enumerate(self.rows)]
        return [rows[places == nth] for nth in range(N_CELL) for rows, places in placed]

    def by_pair(self) -> list[np.ndarray]:
        """Return rows that one model gets right and another misses, for each two models."""
        pairs = permutations(range(len(self.data.models)), 2)
        return [self.rows[b][self.data.correct[a][self.rows[b]]][:N_PAIR] for a, b in pairs]

    @cached_property
    def _ordered(self) -> list[tuple[np.ndarray, np.ndarray]]:
        return [self._order(i) for i in range(len(self.data.models))]

    def _order(self, i: int) -> tuple[np.ndarray, np.ndarray]:
        rows = np.flatnonzero(~self.data.correct[i])
        scores, here = self.data.scores[i][rows], np.arange(len(rows))
        if self.data.score_kinds[i] == "probability":
            scores = normalised(scores)
        sure = scores[here, self.data.y_pred[i][rows]]
        # Decision scores have no scale of their own: there the lead over the true class says how sure.
        lead = (
            sure if self.data.score_kinds[i] == "probability" else sure - scores[here, self.data.y_true[rows]]
        )
        order = np.argsort(-lead, kind="stable")
        return rows[order], lead[order]

    def _places(self, i: int, rows: np.ndarray) -> np.ndarray:
        """Return the place of each row among those of its cell, in their order."""
        cells = self.data.y_true[rows].astype(np.int64) * len(self.data.classes) + self.data.y_pred[i][rows]
        order = np.argsort(cells, kind="stable")
        places = np.empty(len(rows), np.int64)
        _, starts, counts = np.unique(cells[order], return_index=True, return_counts=True)
        places[order] = np.arange(len(rows)) - np.repeat(starts, counts)
        return places


def picks(hard: HardRows | None, mistaken: Mistaken) -> np.ndarray:
    """Return the rows that galleries should have, each once, the most telling first.

    Returns
    -------
    ndarray of shape (m,), int64
        Positions in the data set: rows that every model misses, doubted labels, rows of one model alone, the
        surest errors of each model, of each cell of its confusion matrix, of each two models, hard rows.
    """
    tiers = [*_of_all(hard), *(rows[:N_SUREST] for rows in mistaken.rows), *mistaken.by_cell()]
    tiers += mistaken.by_pair()
    if hard is not None:
        tiers.append(hard.hardest["row"].to_numpy()[:N_HARDEST])
    rows = np.concatenate([np.asarray(tier, np.int64) for tier in tiers])
    _, first = np.unique(rows, return_index=True)
    return rows[np.sort(first)]


def _of_all(hard: HardRows | None) -> Iterator[np.ndarray]:
    if hard is None:
        return
    yield hard.missed["row"].to_numpy()[:N_MISSED]
    yield hard.doubted["row"].to_numpy()[:N_DOUBTED]
    for alone in (hard.alone_right, hard.alone_wrong):
        yield from (rows[:N_ALONE] for rows in alone.values())
