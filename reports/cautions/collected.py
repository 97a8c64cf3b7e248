"""All warnings of a run: gathered, as a table, and as a section of the page."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from reports.cautions.codes import CODES, NOTE, WARNING, Code
from reports.cautions.data import of_classes, of_features, of_protocol, of_rows
from reports.cautions.fits import of_outcomes, of_searches, of_training, of_tuning
from reports.cautions.found import Caution
from reports.cautions.models import of_baseline, of_costs, of_order, of_scores
from reports.wording import counted

if TYPE_CHECKING:
    from reports.sources import Sources

CHECKS: tuple[Callable[[Sources], Iterator[Caution]], ...] = (
    of_classes,
    of_rows,
    of_features,
    of_scores,
    of_baseline,
    of_costs,
    of_order,
    of_outcomes,
    of_training,
    of_tuning,
    of_searches,
    of_protocol,
)
COLUMNS = ("code", "severity", "model", "title", "finding", "advice", "command")


@dataclass(frozen=True)
class CautionGroup:
    """All warnings of one code: what they share, and each of them."""

    code: str
    kind: Code
    cautions: tuple[Caution, ...]


@dataclass(frozen=True)
class WarningsSection:
    """What the page says.

    Parameters
    ----------
    summary : str
        Such as "2 warnings and 5 notes".
    n_warnings, n_notes : int
    groups : tuple of CautionGroup
        Warnings first, by code.
    anchors : dict of str to str
        The id of each model's section.
    """

    summary: str
    n_warnings: int
    n_notes: int
    groups: tuple[CautionGroup, ...]
    anchors: dict[str, str]


def cautions(sources: Sources) -> list[Caution]:
    """Return what a run has to be read with: warnings before notes, each in the order of the codes."""
    found = [caution for check in CHECKS for caution in check(sources)]
    return sorted(found, key=lambda caution: (caution.kind.severity != WARNING, caution.code))


def frame(found: Sequence[Caution]) -> pd.DataFrame:
    """Return the lines of `records` as a table, model being "" for the run."""
    return pd.DataFrame(records(found), columns=list(COLUMNS)).fillna("")


def records(found: Sequence[Caution]) -> list[dict[str, Any]]:
    """Return a line for each warning, with the keys of `COLUMNS`; model is None for the run."""
    lines = [
        (c.code, c.kind.severity, c.model, c.kind.title, c.sentence, c.kind.advice, c.command) for c in found
    ]
    return [dict(zip(COLUMNS, line, strict=True)) for line in lines]


def warnings_section(sources: Sources) -> WarningsSection:
    """Return the section of a run; a run without a warning says so."""
    found = sources.cautions
    codes = dict.fromkeys(caution.code for caution in found)
    groups = [
        CautionGroup(code, CODES[code], tuple(caution for caution in found if caution.code == code))
        for code in codes
    ]
    n_warnings, n_notes = (sum(c.kind.severity == kind for c in found) for kind in (WARNING, NOTE))
    summary = f"{counted(n_warnings, 'warning')} and {counted(n_notes, 'note')}"
    return WarningsSection(summary, n_warnings, n_notes, tuple(groups), sources.anchors)
