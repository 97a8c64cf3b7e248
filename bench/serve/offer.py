"""Which rows of a leaderboard can answer, and what keeps the others from it."""

from __future__ import annotations

from dataclasses import dataclass, field

from bench.api.predicting import lack
from bench.errors import FolderError
from bench.evidence.temperature import temperature
from bench.records import Row, Run
from bench.store import RunStore


@dataclass(frozen=True)
class Offer:
    """The rows that answer drawings.

    Parameters
    ----------
    models : tuple of Row
        Saved models, best first.
    ensembles : tuple of Row
        Those whose members are all saved, best first.
    missing : dict of str to tuple of str
        Why rows that were run cannot answer -> their names.
    temperatures : dict of str to float
        For models with decision scores: what these are divided by to become probabilities.
    command : str
        What saves every model of the run.
    """

    models: tuple[Row, ...]
    ensembles: tuple[Row, ...]
    missing: dict[str, tuple[str, ...]]
    command: str
    temperatures: dict[str, float] = field(default_factory=dict)

    @property
    def rows(self) -> tuple[Row, ...]:
        """All that answer: models, then ensembles."""
        return self.models + self.ensembles


def offer(store: RunStore, run: Run) -> Offer:
    """Return what the models saved in a run folder can answer."""
    from reports.leaderboard import leaderboard

    rows = [outcome.row for outcome in leaderboard(store, run).outcomes if not outcome.row.skipped]
    lacks = {row.name: _lack(store, row) for row in rows if row.recipe is None}
    saved = {name for name, reason in lacks.items() if not reason}
    lacks |= {row.name: _members_lacking(row, saved) for row in rows if row.recipe is not None}
    models = tuple(row for row in rows if row.name in saved)
    return Offer(
        models=models,
        ensembles=tuple(row for row in rows if row.recipe is not None and not lacks[row.name]),
        missing=_by_reason(lacks),
        command=f"{run.command} --refit all",
        temperatures={row.name: found for row in models if (found := _temperature(store, run, row))},
    )


def _lack(store: RunStore, row: Row) -> str:
    """Return why a model cannot answer, without the way out, which is the same for all."""
    return lack(store, row).partition(";")[0].removeprefix("was ")


def _members_lacking(row: Row, saved: set[str]) -> str:
    members = set(row.recipe.members) if row.recipe else set()
    return "" if members <= saved else "needs models that cannot answer"


def _by_reason(lacks: dict[str, str]) -> dict[str, tuple[str, ...]]:
    reasons = dict.fromkeys(filter(None, lacks.values()))
    return {reason: tuple(name for name in lacks if lacks[name] == reason) for reason in reasons}


def _temperature(store: RunStore, run: Run, row: Row) -> float | None:
    """Return what makes decision scores fit the labels of out-of-fold rows; None for others."""
    from reports.pooled import out_of_fold

    try:
        said = out_of_fold(store, run, row)
    except FolderError:
        return None
    if said.score_kind == "probability" or said.y_true is None:
        return None
    return temperature(said.scores, said.y_true, "decision")
