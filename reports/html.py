"""The report as one self-contained page: a literal list of sections, and the data that their scripts read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bench.records import Run
from bench.store import RunStore
from reports.assets import templates
from reports.binary import one_against_rest
from reports.board import board_payload, board_section
from reports.cautions import warnings_section
from reports.comparison import comparison, cost_picture
from reports.comparison_data import comparison_data
from reports.data import data_section
from reports.drawable import Drawable
from reports.errors import errors_payload, errors_section
from reports.evidence import rows_are
from reports.glances import glances
from reports.model_data import models_data
from reports.protocol import made
from reports.sections import ModelSection, model_section
from reports.sources import Sources, gathered
from reports.stress import stress_section
from reports.submission import expectation
from reports.sureness import sureness
from reports.tuning import tuning_section
from reports.verdict import verdict

# Ids, which also name the templates and what these are given, in the order of the page.
CONTENTS = {
    "leaderboard": "Leaderboard",
    "cost": "Cost",
    "sureness": "How sure",
    "binary": "One class",
    "comparison": "Comparison",
    "errors": "Hard cases",
    "data": "Data",
    "models": "Models",
    "stress": "Robustness",
    "tuning": "Tuning",
    "warnings": "Warnings",
    "protocol": "Protocol",
}


def page(store: RunStore, run: Run) -> str:
    """Return the report of a run; see `render`."""
    return render(gathered(store, run))


def render(sources: Sources) -> str:
    """Return the report of a run whose leaderboard and evidence are known.

    Returns
    -------
    str
        HTML that fetches nothing; style, script, images and data are inside, and its policy forbids all else.
    """
    board, found = sources.board, sources.found
    sections = _sections(sources)
    return templates().get_template("report.html.j2").render(
        run=board.run,
        verdict=verdict(board, found, expectation(sources.store, board.run)),
        glances=glances(board, found),
        noun=rows_are(board.run.info),
        n_folds=board.run.protocol.n_splits * board.run.protocol.n_repeats,
        contents=[(name, title) for name, title in CONTENTS.items() if sections[name] is not None],
        payloads=_payloads(sources, sections["models"]),
        **sections,
    )  # fmt: skip


def _sections(sources: Sources) -> dict[str, Any]:
    """Return what each section shows; None where there is nothing to show."""
    models = [model_section(Drawable(sources, outcome)) for outcome in sources.board.outcomes]
    return {
        "leaderboard": board_section(sources),
        "cost": cost_picture(sources),
        "sureness": sureness(sources.board, sources.found),
        "binary": one_against_rest(sources.board, models, sources.points),
        "comparison": comparison(sources, models),
        "errors": errors_section(sources),
        "data": data_section(sources),
        "models": models,
        "stress": stress_section(sources),
        "tuning": tuning_section(sources),
        "warnings": warnings_section(sources),
        "protocol": made(sources.board),
    }


def _payloads(sources: Sources, models: Sequence[ModelSection]) -> dict[str, Any]:
    """Return what the scripts read, by name."""
    payloads = {
        "board": board_payload(sources),
        "comparison": comparison_data(sources, models),
        "models": models_data(sources, models),
    }
    if sources.atlas:
        payloads["atlas"] = sources.atlas.payload(sources.hues)
    if sources.atlas and sources.hard:
        payloads["errors"] = errors_payload(sources.hard, sources.atlas)
    return payloads
