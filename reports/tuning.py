"""The section on tuning: what each search tried, what it found, and what that is worth."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd

from bench.metrics import METRICS
from bench.records import Row, Run
from reports.display import Picture, Table, picture
from reports.searched import N_ENOUGH, Searched
from reports.sources import Sources
from reports.trials import N_DRAWN, Slice, search_displays
from reports.wording import MISSING, counted, number, quantity

N_SLICES = 6
N_LISTED = 30
LARGE = (4.6, 3.0)
SMALL = (3.4, 2.5)
EDGES = {"": "no", "low": "at the low end", "high": "at the high end"}


@dataclass(frozen=True)
class SearchSection:
    """What the page says of one search.

    Parameters
    ----------
    model : str
    colour : str
        Of the model.
    summary : str
        What was tried, and the best of it.
    gain : str
        The tuned row against the model's own parameters; empty unless both are ranked.
    notes : tuple of str
        What cannot be told, and why.
    parameters : Table
    along : str
        How the slices are to be read.
    main, slices : tuple of Picture
    """

    model: str
    colour: str
    summary: str
    gain: str
    notes: tuple[str, ...]
    parameters: Table
    along: str
    main: tuple[Picture, ...]
    slices: tuple[Picture, ...]


def tuning_section(sources: Sources) -> tuple[SearchSection, ...] | None:
    """Return what the page says of each search; None if nothing was tuned."""
    found = [_section(sources, number, searched) for number, searched in enumerate(sources.searches)]
    return tuple(found) or None


def gain(sources: Sources, searched: Searched) -> dict[str, Any] | None:
    """Return how the tuned row differs from the model's own, as a line of `bench.evidence.pairs.pairs`.

    Its `model_a` is the tuned row. None unless both are ranked.
    """
    own, tuned = rows_of(sources.run, searched)
    if sources.found is None or own is None or tuned is None:
        return None
    return sources.found.pair(tuned.name, own.name)


def rows_of(run: Run, searched: Searched) -> tuple[Row | None, Row | None]:
    """Return the row of the model's own parameters and the tuned one, as far as the run has them."""
    rows = [row for row in run.rows if row.estimator == searched.study.estimator and row.recipe is None]
    stamped = {bool(row.stamp): row for row in rows}
    return stamped.get(False), stamped.get(True)


def _section(sources: Sources, place: int, searched: Searched) -> SearchSection:
    model = searched.study.estimator
    main = [
        picture(
            display.plot, f"tuning-{place}-{part}", title, _caption(searched, part),
            about=f"{title} of the search for {model}", size=LARGE,
        )
        for part, title, display in search_displays(searched)
    ]  # fmt: skip
    slices = [
        picture(
            Slice(searched, name).plot, f"tuning-{place}-slice-{i}", f"Value by {name}",
            about=f"Value by {name} of the search for {model}", size=SMALL,
        )
        for i, name in enumerate(searched.names[:N_SLICES])
    ]  # fmt: skip
    return SearchSection(
        model=model,
        colour=searched.colour,
        summary=_summary(searched),
        gain=_gain(sources, searched),
        notes=tuple(_notes(searched)),
        parameters=parameters(searched),
        along=_along(searched),
        main=tuple(main),
        slices=tuple(slices),
    )


def _summary(searched: Searched) -> str:
    study, metric = searched.study, METRICS[searched.study.metric].title.lower()
    counts = [(searched.count(state), word) for state, word in _STATES.items()]
    told = ", ".join(f"{count:,} {word}" for count, word in counts if count)
    own = searched.default_value
    start = "" if own is None else f", {number(own)} with the model's own parameters"
    trials = f"{counted(len(study.trials), 'trial')} ({told}) in {quantity(searched.seconds)} s"
    return f"{trials} by {study.sampler}; best mean {metric} {number(study.best_value)}{start}."


_STATES = {
    "complete": "complete",
    "pruned": "pruned between folds",
    "fail": "failed",
    "running": "not finished",
}


def _gain(sources: Sources, searched: Searched) -> str:
    pair = gain(sources, searched)
    if pair is None:
        return ""
    verdict = "can" if pair["different"] else "cannot"
    interval = "" if pd.isna(pair["low"]) else f" [{pair['low']:+.4f}, {pair['high']:+.4f}]"
    return (
        f"{pair['model_a']} against {pair['model_b']}, over all rows: {pair['difference']:+.4f}{interval}; "
        f"the two {verdict} be told apart. Optimistic: the same folds chose the parameters and measure them."
    )


def _notes(searched: Searched) -> Iterator[str]:
    study, n_complete = searched.study, len(searched.complete)
    if not study.space:
        yield "This study was stored without its ranges: run one more trial to keep them."
    elif len(study.space) > 1 and n_complete < N_ENOUGH:
        yield f"Importance needs {N_ENOUGH} complete trials; there are {n_complete}."


def parameters(searched: Searched) -> Table:
    """Return the searched parameters with range, own value, best value, importance, and edge."""
    heads = ("Parameter", "Searched", "Own value", "Best", "Importance", "On the edge")
    lines = [
        (
            line.name,
            line.scope,
            MISSING if line.default is None else _value(line.default),
            _value(line.best),
            MISSING if math.isnan(line.importance) else f"{line.importance:.0%}",
            MISSING if math.isnan(line.place) else EDGES[line.edge],
        )
        for line in searched.ranges[:N_LISTED]
    ]
    best = searched.study.best_params
    unknown = [(name, MISSING, MISSING, _value(best[name]), MISSING, MISSING) for name in searched.names]
    return Table(f"Parameters of {searched.study.estimator}", heads, tuple(lines or unknown[:N_LISTED]))


def _value(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _along(searched: Searched) -> str:
    shown = "" if len(searched.names) <= N_SLICES else f" of the first {N_SLICES} parameters"
    return (
        f"Complete trials along the range{shown}: the ring is the best one, the dashed line the model's own "
        f"value, grey lines are the ends. Triangles lie further off.{_thinning(searched)}"
    )


def _caption(searched: Searched, part: str) -> str:
    captions = {
        "importance": "fANOVA over the complete trials; it says what mattered inside these ranges.",
        "history": f"Mean over the folds of each trial; triangles lie further off.{_thinning(searched)}",
    }
    return captions[part]


def _thinning(searched: Searched) -> str:
    return f" {N_DRAWN} evenly spread trials are drawn." if len(searched.study.trials) > N_DRAWN else ""
