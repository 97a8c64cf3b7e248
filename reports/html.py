"""The report as one self-contained page: a literal list of sections, and the data that their scripts read."""

from __future__ import annotations

from typing import Any

from bench.records import Run
from bench.store import RunStore
from reports.assets import templates
from reports.binary import one_against_rest
from reports.board import board_payload, board_section
from reports.comparison import comparison
from reports.data import data_section
from reports.errors import errors_payload, errors_section
from reports.evidence import Evidence, evidence, proven
from reports.leaderboard import Leaderboard, leaderboard
from reports.protocol import made
from reports.sections import model_section
from reports.sources import Sources
from reports.sureness import sureness
from reports.verdict import glances, verdict

# Ids, which also name the templates and what these are given, in the order of the page.
CONTENTS = {
    "leaderboard": "Leaderboard",
    "sureness": "How sure",
    "binary": "One class",
    "comparison": "Comparison",
    "errors": "Hard cases",
    "data": "Data",
    "models": "Models",
    "protocol": "Protocol",
}


def page(store: RunStore, run: Run) -> str:
    """Return the report of a run; see `render`."""
    board = leaderboard(store, run)
    found = evidence(store, board)
    return render(store, proven(board, found), found)


def render(store: RunStore, board: Leaderboard, found: Evidence | None) -> str:
    """Return the report of a run whose leaderboard and evidence are known.

    Parameters
    ----------
    store : RunStore
    board : Leaderboard
    found : Evidence or None

    Returns
    -------
    str
        HTML that fetches nothing; style, script, images and data are inside, and its policy forbids all else.
    """
    sources = Sources(store, board, found)
    sections = _sections(sources)
    return templates().get_template("report.html.j2").render(
        run=board.run,
        verdict=verdict(board, found),
        glances=glances(board),
        n_folds=board.run.protocol.n_splits * board.run.protocol.n_repeats,
        contents=[(name, title) for name, title in CONTENTS.items() if sections[name] is not None],
        payloads=_payloads(sources),
        **sections,
    )  # fmt: skip


def _sections(sources: Sources) -> dict[str, Any]:
    """Return what each section shows; None where there is nothing to show."""
    models = [model_section(sources, outcome) for outcome in sources.board.outcomes]
    return {
        "leaderboard": board_section(sources),
        "sureness": sureness(sources.board, sources.found),
        "binary": one_against_rest(sources.board, models, sources.points),
        "comparison": tuple(comparison(sources, models)),
        "errors": errors_section(sources),
        "data": data_section(sources),
        "models": models,
        "protocol": made(sources.board),
    }


def _payloads(sources: Sources) -> dict[str, Any]:
    """Return what the scripts read, by name."""
    payloads = {"board": board_payload(sources)}
    if sources.atlas:
        payloads["atlas"] = sources.atlas.payload(sources.hues)
    if sources.atlas and sources.hard:
        payloads["errors"] = errors_payload(sources.hard, sources.atlas)
    return payloads
