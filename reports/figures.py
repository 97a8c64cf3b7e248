"""Every figure of a run by a name that stays: the one list from which tables and drawings are exported."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from bench.evidence.calibration import calibration
from bench.evidence.hard import overlap
from reports.cautions import frame as cautions_frame
from reports.comparison import Cost, FoldSpread
from reports.curves import Comparison
from reports.data import DataCard
from reports.display import Display
from reports.drawable import Drawable
from reports.drift import drift
from reports.evidence import rows_are
from reports.searched import Searched
from reports.sources import Sources
from reports.stress import learning_curves, losses
from reports.theme import SIZE
from reports.training import training_curves
from reports.trials import Slice, search_displays
from reports.values import ValueHistogram

SQUARE = (4.6, 4.4)


@dataclass(frozen=True)
class Figure:
    """A table that can be drawn, under its name.

    Parameters
    ----------
    name : str
        Name of its files, without ending.
    title : str
    display : Display
    size : tuple of float
        Width and height of the drawing in inches.
    """

    name: str
    title: str
    display: Display
    size: tuple[float, float] = SIZE


@dataclass(frozen=True)
class Kind:
    """A figure that every run or every model may have.

    Parameters
    ----------
    title : str
    make : callable
        Returns the display of what it is given; None where there is none.
    size : tuple of float
    """

    title: str
    make: Callable[..., Any]
    size: tuple[float, float] = SIZE


# What shows the whole run, from `Sources`.
OF_RUN = {
    "class-counts": Kind("Rows of each class", lambda sources: DataCard(sources.run.info)),
    "values": Kind("Values of all pixels", lambda sources: _if_images(sources, _values)),
    "drift": Kind("Mean values of training and test rows", lambda sources: _if_images(sources, _drift)),
    "fold-spread": Kind("Score, fold by fold", lambda sources: _if_scored(sources, FoldSpread)),
    "cost": Kind("Score against seconds to fit", lambda sources: _if_scored(sources, Cost)),
    "stress-mild": Kind("Accuracy under mild stress", lambda sources: _stress(sources, 1)),
    "stress-strong": Kind("Accuracy under strong stress", lambda sources: _stress(sources, 2)),
    "learning-curves": Kind(
        "What more rows are worth",
        lambda sources: sources.stressed and learning_curves(sources.stressed, sources.colours),
    ),
}
# What compares the curves of all models, from `Drawable` of each.
OF_ALL: dict[str, Kind] = {
    "roc": Kind("ROC, all models", lambda model: model.scored and model.scored.roc),
    "precision-recall": Kind(
        "Precision and recall, all models", lambda model: model.scored and model.scored.by_recall
    ),
}
# What shows one model, from its `Drawable`.
OF_MODEL = {
    "roc": Kind("ROC", lambda model: model.scored and model.scored.roc),
    "precision-recall": Kind("Precision and recall", lambda model: model.scored and model.scored.by_recall),
    "threshold": Kind(
        "Precision and recall by threshold", lambda model: model.scored and model.scored.thresholds
    ),
    "reliability": Kind("Calibration", lambda model: model.reliability, SQUARE),
    "risk-coverage": Kind("Risk and coverage", lambda model: model.risk_coverage),
    "confusion": Kind("Confusion, rows", lambda model: model.scored and model.scored.confusion, SQUARE),
    "confusion-shares": Kind(
        "Confusion, share of each true class", lambda model: model.scored and model.scored.shares, SQUARE
    ),
    "importance": Kind("Feature importance", lambda model: model.importance),
}
# Tables that nobody draws.
TABLES: dict[str, Callable[[Sources], pd.DataFrame | None]] = {
    "standing": lambda sources: sources.found and sources.found.standing(),
    "pairs": lambda sources: sources.found and sources.found.pairs,
    "calibration": lambda sources: sources.found and calibration(sources.found.data),
    "error-overlap": lambda sources: sources.found and overlap(sources.found.data),
    "warnings": lambda sources: cautions_frame(sources.cautions),
}


def figures(sources: Sources) -> Iterator[Figure]:
    """Yield every figure that a run has, each name once.

    The name of a model's figure is the kind of figure and the model's name in small letters, digits and
    hyphens; of two that would be the same, the later in the run's order gets a number.
    """
    taken: set[str] = set()
    for figure in _all(sources):
        name, number = figure.name, 2
        while name in taken:
            name, number = f"{figure.name}-{number}", number + 1
        taken.add(name)
        yield replace(figure, name=name)


def tables(sources: Sources) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield name and table of every figure, then of what is not drawn."""
    for figure in figures(sources):
        yield figure.name, figure.display.frame()
    for name, make in TABLES.items():
        table = make(sources)
        if table is not None:
            yield name, table


def _all(sources: Sources) -> Iterator[Figure]:
    for name, kind in OF_RUN.items():
        yield from _made(name, kind.title, kind, sources)
    outcomes = {outcome.row.name: outcome for outcome in sources.board.outcomes}
    models = [Drawable(sources, outcomes[row.name]) for row in sources.run.rows]
    for name, kind in OF_ALL.items():
        complete = [model for model in models if model.outcome.complete]
        if complete:
            curves = {model.outcome.row.name: kind.make(model) for model in complete}
            yield Figure(name, kind.title, Comparison(curves))
    for model in models:
        yield from _of_model(model)
    for searched in sources.searches:
        yield from _of_search(searched)


def _of_model(model: Drawable) -> Iterator[Figure]:
    name = model.outcome.row.name
    for part, kind in OF_MODEL.items():
        yield from _made(f"{part}-{_slug(name)}", f"{kind.title}: {name}", kind, model)
    for curve in training_curves(model.folds, model.colour):
        quantity = curve.quantity.replace("_", " ")
        yield Figure(f"training-{_slug(quantity)}-{_slug(name)}", f"Training, {quantity}: {name}", curve)


def _of_search(searched: Searched) -> Iterator[Figure]:
    name = searched.study.estimator
    for part, title, display in search_displays(searched):
        yield Figure(f"tuning-{part}-{_slug(name)}", f"{title}: {name}", display)
    for parameter in searched.names:
        title = f"{name} by {parameter}"
        yield Figure(f"tuning-slice-{_slug(name)}-{_slug(parameter)}", title, Slice(searched, parameter))


def _made(name: str, title: str, kind: Kind, given: object) -> Iterator[Figure]:
    display = kind.make(given)
    if display is not None:
        yield Figure(name, title, display, kind.size)


def _if_scored(sources: Sources, kind: type[FoldSpread] | type[Cost]) -> Display | None:
    """Return a display of the ranked models; None if there is none."""
    return kind(sources.board, sources.colours) if sources.found is not None else None


def _if_images(sources: Sources, make: Callable[[Sources], Display | None]) -> Display | None:
    """Return a display of pixels; None if the features are none."""
    return None if sources.gallery is None else make(sources)


def _values(sources: Sources) -> Display:
    return ValueHistogram(sources.run.info, sources.stored)


def _drift(sources: Sources) -> Display | None:
    return drift(sources.stored, is_image=True, noun=rows_are(sources.run.info))


def _stress(sources: Sources, level: int) -> Display | None:
    found = [] if sources.stressed is None else losses(sources.stressed)
    return next((display for display in found if display.level == level), None)


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:60] or "unnamed"
