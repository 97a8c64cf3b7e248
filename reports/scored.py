"""What a complete row said about every row of the data: its curves, its confusion, its mistakes."""

from __future__ import annotations

from dataclasses import dataclass

from bench.records import Predictions
from reports.classes import class_table, pairs_table
from reports.confusion import Confusion, confusion
from reports.curves import Curves
from reports.display import Table
from reports.images import Wrong, mistakes, wrong_note, wrong_rows
from reports.outcomes import Outcome
from reports.pooled import out_of_fold
from reports.precision_recall import precision_recall
from reports.roc import roc
from reports.sources import Sources
from reports.thresholds import Thresholds, thresholds


@dataclass(frozen=True)
class Scored:
    """Pooled out-of-fold predictions of one model, summed up.

    Parameters
    ----------
    roc, by_recall : Curves
        ROC, and precision against recall.
    thresholds : Thresholds
    confusion : Confusion
    tables : tuple of Table
        Classification report, most confused pairs, lowest thresholds with a wished precision; empty for one
        class against the rest, which has a section of its own.
    wrong : tuple of Wrong
    wrong_note : str
    """

    roc: Curves
    by_recall: Curves
    thresholds: Thresholds
    confusion: Confusion
    tables: tuple[Table, ...]
    wrong: tuple[Wrong, ...]
    wrong_note: str


def scored(sources: Sources, outcome: Outcome) -> Scored:
    """Return what is drawn from the predictions of a complete row."""
    info, gallery, stored = sources.run.info, sources.gallery, sources.stored
    predictions = out_of_fold(sources.store, sources.run, outcome.row)
    colour = sources.colours[outcome.row.name]
    drawing = (predictions, info.classes, colour, info.positive_index)
    curve, by_recall = roc(*drawing), precision_recall(*drawing)
    counts = confusion(predictions, info.classes, colour)
    found = mistakes(predictions, info.classes, stored, only_stored=gallery is not None)
    areas = {"ROC AUC": curve, "Average precision": by_recall}
    return Scored(
        roc=curve,
        by_recall=by_recall,
        thresholds=thresholds(predictions, info.classes, info.positive_index),
        confusion=counts,
        tables=_class_tables(sources, outcome.row.name, predictions, counts, areas),
        wrong=wrong_rows(found),
        wrong_note=wrong_note(found, gallery, stored),
    )


def _class_tables(
    sources: Sources, name: str, predictions: Predictions, counts: Confusion, areas: dict[str, Curves]
) -> tuple[Table, ...]:
    if sources.run.info.positive is not None:
        return ()
    tables = (class_table(predictions, sources.run.info.classes, areas), pairs_table(counts))
    if sources.points is None:
        return tables
    wished = sources.points.of(name).summary().drop(columns="Model")
    return (*tables, Table.of(sources.points.title, wished))
