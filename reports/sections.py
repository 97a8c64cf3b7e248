"""The section of one model: what the page says of a row, as far as its folds go."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from bench.records import Recipe
from reports.classes import class_table, pairs_table
from reports.display import Display, Picture, Table, picture
from reports.drawable import Drawable
from reports.folds import folds_table
from reports.images import Wrong, mistakes, wrong_note, wrong_rows
from reports.leaderboard import metric_text
from reports.matrix import Matrix, matrix
from reports.outcomes import Outcome
from reports.scored import Scored
from reports.sources import Sources
from reports.theme import SIZE
from reports.training import training_curves
from reports.wording import counted, quantity

SQUARE = (4.2, 4.0)


@dataclass(frozen=True)
class ModelSection:
    """All that the page says of one row.

    Parameters
    ----------
    outcome : Outcome
    rank : int or None
    anchor : str
        Id of the section.
    hue : int
        Place of its colour in the palette.
    score : str
        The headline metric, mean and deviation.
    parameters : Table
        Or the members of an ensemble.
    folds : Table
    scored : Scored or None
        What is drawn from a prediction of every row; None unless the row is complete.
    tables : tuple of Table
        Classification report, most confused pairs, lowest thresholds with a wished precision; empty unless
        the row is complete, and for one class against the rest, which has a section of its own.
    wrong : tuple of Wrong
        The wrong predictions that are shown.
    wrong_note : str
        How many rows are wrong, and which are shown; empty unless the row is complete.
    matrix : Matrix or None
        Its confusion as a table; None also if there are too many classes.
    pictures : tuple of Picture
    warnings : tuple of (str, int)
        Each warning raised while fitting and in how many folds.
    """

    outcome: Outcome
    rank: int | None
    anchor: str
    hue: int
    score: str
    parameters: Table
    folds: Table
    scored: Scored | None
    tables: tuple[Table, ...]
    wrong: tuple[Wrong, ...]
    wrong_note: str
    matrix: Matrix | None
    pictures: tuple[Picture, ...]
    warnings: tuple[tuple[str, int], ...]


def model_section(model: Drawable) -> ModelSection:
    """Return the section of a row, as far as its folds go."""
    sources, outcome = model.sources, model.outcome
    table = None if model.scored is None else matrix(model.scored.confusion)
    wrong, note = _wrong(sources, model.scored)
    raised = Counter(text for result in outcome.results for text in set(result.warnings))
    return ModelSection(
        outcome=outcome,
        rank=sources.board.rank(outcome.row),
        anchor=sources.anchors[model.name],
        hue=sources.hues[model.name],
        score=metric_text(sources.board.line(outcome.row), sources.run.metric),
        parameters=_parameters(outcome),
        folds=folds_table(outcome, sources.run.metric),
        scored=model.scored,
        tables=() if model.scored is None else _class_tables(sources, model.name, model.scored),
        wrong=wrong,
        wrong_note=note,
        matrix=table,
        pictures=tuple(_pictures(model, None if table else model.scored)),
        warnings=tuple(raised.most_common()),
    )


def _wrong(sources: Sources, scored: Scored | None) -> tuple[tuple[Wrong, ...], str]:
    """Return the wrong predictions that are shown, and how many there are."""
    if scored is None:
        return (), ""
    classes, gallery = sources.run.info.classes, sources.gallery
    found = mistakes(scored.predictions, classes, sources.stored, only_stored=gallery is not None)
    return wrong_rows(found), wrong_note(found, gallery, sources.stored)


def _class_tables(sources: Sources, name: str, scored: Scored) -> tuple[Table, ...]:
    info, points = sources.run.info, sources.points
    if info.positive is not None:
        return ()
    areas = {"ROC AUC": scored.roc, "Average precision": scored.by_recall}
    tables = (class_table(scored.predictions, info.classes, areas), pairs_table(scored.confusion))
    if points is None:
        return tables
    return (*tables, Table.of(points.title, points.of(name).summary().drop(columns="Model")))


def _pictures(model: Drawable, crowded: Scored | None) -> Iterator[Picture]:
    """Yield the pictures of the row; its confusion too if there are too many classes for a table."""
    if crowded is not None:
        caption = "The colour scale is stretched, so that rare errors show."
        yield _picture(model, crowded.confusion, "counts", "Confusion, rows", caption, SQUARE)
    for i, curve in enumerate(training_curves(model.folds, model.colour)):
        title = f"Training: {curve.quantity.replace('_', ' ')}"
        caption = "Thin lines are folds, the thick line is their mean."
        yield _picture(model, curve, f"training-{i}", title, caption)
    if model.importance is not None:
        caption = f"{model.importance.sentence()} Mean over {counted(len(model.folds), 'fold')}."
        yield _picture(model, model.importance, "importance", "Feature importance", caption)


def _picture(
    model: Drawable, display: Display, part: str, title: str, caption: str, size: tuple[float, float] = SIZE
) -> Picture:
    full = f"{model.sources.anchors[model.name]}-{part}"
    return picture(display.plot, full, title, caption, about=f"{title} of {model.name}", size=size)


def _parameters(outcome: Outcome) -> Table:
    if outcome.row.recipe is not None:
        return _members(outcome.row.recipe)
    rows = [(name, str(value)) for name, value in sorted(outcome.row.params.items())]
    rows.append(("all others" if rows else "all", "the class's own defaults"))
    libraries = {f"{name} {found}" for result in outcome.done for name, found in result.versions.items()}
    if libraries:
        rows.append(("fitted with", ", ".join(sorted(libraries))))
    return Table("Parameters", ("Parameter", "Value"), tuple(rows))


def _members(recipe: Recipe) -> Table:
    """Return the members of an ensemble, the heaviest first."""
    members = zip(recipe.members, recipe.weights, recipe.temperatures, strict=True)
    rows = sorted(members, key=lambda member: -member[1])
    shown = tuple((name, f"{weight:.4f}", quantity(scale)) for name, weight, scale in rows)
    title = "Members when all rows choose them; the scores are of members chosen fold by fold"
    return Table(title, ("Member", "Weight", "Temperature of its scores"), shown)
