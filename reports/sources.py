"""What every section of the page is made from, gathered once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from bench.records import Run
from bench.store import RunStore, StoredRows
from reports.atlas import Atlas, atlas
from reports.cautions import Caution, cautions
from reports.evidence import Evidence, evidence, proven
from reports.hard import HardRows, hard_rows
from reports.images import Gallery, gallery
from reports.leaderboard import Leaderboard, leaderboard
from reports.operating import OperatingPoints, operating_points
from reports.searched import Searched, searches
from reports.stressed import Stressed, stressed
from reports.theme import PALETTE, hues_of


@dataclass(frozen=True)
class Sources:
    """A run as the page sees it.

    Parameters
    ----------
    store : RunStore
    board : Leaderboard
        Its `outcomes` are the models of the page, in this order.
    found : Evidence or None
        None if no row is ranked.
    """

    store: RunStore
    board: Leaderboard
    found: Evidence | None

    @property
    def run(self) -> Run:
        """The run's record."""
        return self.board.run

    @cached_property
    def stored(self) -> StoredRows:
        """The rows of the data that the folder keeps."""
        return self.store.read_data()

    @cached_property
    def gallery(self) -> Gallery | None:
        """The images of these rows; None if the features are no pixels."""
        return gallery(self.run.info, self.stored)

    @cached_property
    def hard(self) -> HardRows | None:
        """The hard rows; None if no model but ensembles is ranked."""
        return hard_rows(self.board, self.found)

    @cached_property
    def atlas(self) -> Atlas | None:
        """The rows that galleries show; None if no ranked model misses any."""
        return None if self.found is None else atlas(self.found.data, self.hard, self.stored, self.gallery)

    @cached_property
    def points(self) -> OperatingPoints | None:
        """Decision thresholds of one class against the rest, if the run asks for them."""
        return operating_points(self.store, self.run, self.board.outcomes)

    @cached_property
    def searches(self) -> list[Searched]:
        """The searches for parameters on these folds, by model."""
        return searches(self.store, self.run, self.colours)

    @cached_property
    def stressed(self) -> Stressed | None:
        """What `bench stress` has found; None before anything is stored."""
        return stressed(self.store, self.run)

    @cached_property
    def cautions(self) -> list[Caution]:
        """What the run has to be read with, warnings first."""
        return cautions(self)

    @cached_property
    def anchors(self) -> dict[str, str]:
        """The id of each model's section, by row name."""
        return {row.name: f"model-{number}" for number, row in enumerate(self.run.rows, start=1)}

    @cached_property
    def hues(self) -> dict[str, int]:
        """The place of each model's colour in the palette, by row name; the same in all sections."""
        return hues_of(row.name for row in self.run.rows)

    @cached_property
    def colours(self) -> dict[str, str]:
        """The colour itself, for figures."""
        return {name: PALETTE[hue] for name, hue in self.hues.items()}


def gathered(store: RunStore, run: Run) -> Sources:
    """Return all that the page of a run is made from; its leaderboard says how sure it is."""
    board = leaderboard(store, run)
    found = evidence(store, board)
    return Sources(store, proven(board, found), found)
