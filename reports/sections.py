"""The section of one model: its pictures and tables, drawn from its stored predictions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bench.records import Predictions
from reports.classes import class_table, pairs_table
from reports.confusion import Confusion, confusion
from reports.curves import Curves
from reports.display import Picture, Table, picture
from reports.images import Wrong, mistakes, wrong_note, wrong_rows
from reports.importance import Importance
from reports.leaderboard import metric_text
from reports.outcomes import Outcome
from reports.pooled import fold_predictions, mean_importance, out_of_fold
from reports.precision_recall import Thresholds, precision_recall
from reports.roc import roc
from reports.sources import Sources
from reports.theme import SIZE
from reports.training import training_curves
from reports.wording import counted

if TYPE_CHECKING:
    from matplotlib.axes import Axes

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
    colour : str
    score : str
        The headline metric, mean and deviation.
    parameters : Table
    curves : tuple of Curves
        ROC and precision against recall, for the comparison; empty unless the row is complete.
    confusion : Confusion or None
        Pooled over folds; None unless the row is complete.
    pictures : tuple of Picture
    tables : tuple of Table
    wrong : tuple of Wrong
    wrong_note : str
    warnings : tuple of (str, int)
        Each warning raised while fitting and in how many folds.
    """

    outcome: Outcome
    rank: int | None
    anchor: str
    colour: str
    score: str
    parameters: Table
    curves: tuple[Curves, ...]
    confusion: Confusion | None
    pictures: tuple[Picture, ...]
    tables: tuple[Table, ...]
    wrong: tuple[Wrong, ...]
    wrong_note: str
    warnings: tuple[tuple[str, int], ...]


def model_section(sources: Sources, outcome: Outcome) -> ModelSection:
    """Return the section of a row, as far as its folds go."""
    folds = fold_predictions(sources.store, outcome)
    parts = _Parts(sources, outcome)
    evidence = parts.pooled_evidence() if outcome.complete else _Evidence()
    pictures = [*evidence.pictures, *parts.training(folds), *parts.importance(folds)]
    raised = Counter(text for result in outcome.results for text in set(result.warnings))
    return ModelSection(
        outcome=outcome,
        rank=sources.board.rank(outcome.row),
        anchor=sources.anchors[outcome.row.name],
        colour=sources.colours[outcome.row.name],
        score=metric_text(sources.board.line(outcome.row), sources.run.metric),
        parameters=_parameters(outcome),
        curves=evidence.curves,
        confusion=evidence.confusion,
        pictures=tuple(pictures),
        tables=evidence.tables,
        wrong=evidence.wrong,
        wrong_note=evidence.wrong_note,
        warnings=tuple(raised.most_common()),
    )


@dataclass(frozen=True)
class _Evidence:
    curves: tuple[Curves, ...] = ()
    confusion: Confusion | None = None
    pictures: tuple[Picture, ...] = ()
    tables: tuple[Table, ...] = ()
    wrong: tuple[Wrong, ...] = ()
    wrong_note: str = ""


@dataclass(frozen=True)
class _Parts:
    sources: Sources
    outcome: Outcome

    @property
    def name(self) -> str:
        return self.outcome.row.name

    @property
    def anchor(self) -> str:
        return self.sources.anchors[self.name]

    @property
    def colour(self) -> str:
        return self.sources.colours[self.name]

    def pooled_evidence(self) -> _Evidence:
        """Return what needs a prediction of every row: curves, confusion, mistakes."""
        info, stored = self.sources.run.info, self.sources.stored
        predictions = out_of_fold(self.sources.store, self.sources.run, self.outcome.row)
        drawing = (predictions, info.classes, self.colour, info.positive_index)
        curve, (by_recall, thresholds) = roc(*drawing), precision_recall(*drawing)
        gallery = self.sources.gallery
        found = mistakes(predictions, info.classes, stored, only_stored=gallery is not None)
        counts = confusion(predictions, info.classes, self.colour)
        by_class = self._class_tables(predictions, counts, curve, by_recall)
        areas = self._curve_pictures(curve, by_recall)
        return _Evidence(
            curves=(curve, by_recall),
            confusion=counts,
            pictures=(*areas, *self._confusions(counts), self._thresholds(thresholds)),
            # One class against the rest has a section of its own, which says the same of all models.
            tables=by_class if info.positive is None else (),
            wrong=wrong_rows(found),
            wrong_note=wrong_note(found, gallery, stored),
        )

    def training(self, folds: list[Predictions]) -> Iterator[Picture]:
        """Yield one picture per quantity in the histories."""
        for i, curve in enumerate(training_curves(folds, self.colour)):
            title = f"Training: {curve.quantity.replace('_', ' ')}"
            caption = "Thin lines are folds, the thick line is their mean."
            yield self._picture(curve.plot, f"training-{i}", title, caption)

    def importance(self, folds: list[Predictions]) -> Iterator[Picture]:
        """Yield the importance of the features, if the model tells it."""
        values = mean_importance(folds)
        if values is None:
            return
        names = tuple(self.sources.stored.feature_names.tolist())
        display = Importance(names, values, self.sources.run.info.image_shape, self.colour)
        caption = f"{display.sentence()} Mean over {counted(len(folds), 'fold')}."
        yield self._picture(display.plot, "importance", "Feature importance", caption)

    def _curve_pictures(self, curve: Curves, by_recall: Curves) -> Iterator[Picture]:
        positive = self.sources.run.info.positive
        per, caption = " per class", "Every class against the rest; the weakest classes are drawn dark."
        if positive is not None:
            per, caption = "", f"Class {positive} against the rest."
        yield self._picture(curve.plot, "roc", f"ROC{per}", caption)
        yield self._picture(by_recall.plot, "pr", f"Precision and recall{per}", caption)

    def _thresholds(self, thresholds: Thresholds) -> Picture:
        caption = "Average over the classes; the band spans the lowest to the highest class."
        if self.sources.run.info.positive is not None:
            caption = f"A row is called {self.sources.run.info.positive} from the threshold on."
            thresholds = replace(thresholds, wish=self._wish())
        return self._picture(thresholds.plot, "threshold", "Precision and recall by threshold", caption)

    def _class_tables(
        self, predictions: Predictions, counts: Confusion, curve: Curves, by_recall: Curves
    ) -> tuple[Table, ...]:
        classes, areas = self.sources.run.info.classes, {"ROC AUC": curve, "Average precision": by_recall}
        tables, points = (class_table(predictions, classes, areas), pairs_table(counts)), self.sources.points
        if points is None:
            return tables
        return (*tables, Table.of(points.title, points.of(self.name).summary().drop(columns="Model")))

    def _wish(self) -> tuple[float, float] | None:
        """Return the wished precision and the threshold that has it, if there are both."""
        points = self.sources.points
        reached = [] if points is None else points.of(self.name).frame()["threshold"].dropna().tolist()
        return (points.wish, reached[0]) if points and reached else None

    def _confusions(self, counts: Confusion) -> Iterator[Picture]:
        shares = replace(counts, normalised=True)
        stretched = "The colour scale is stretched, so that rare errors show."
        yield self._picture(counts.plot, "counts", "Confusion, rows", stretched, SQUARE)
        yield self._picture(shares.plot, "shares", "Confusion, % of each true class", stretched, SQUARE)

    def _picture(
        self,
        plot: Callable[[Axes], None],
        part: str,
        title: str,
        caption: str,
        size: tuple[float, float] = SIZE,
    ) -> Picture:
        about = f"{title} of {self.name}"
        return picture(plot, f"{self.anchor}-{part}", title, caption, about=about, size=size)


def _parameters(outcome: Outcome) -> Table:
    rows = [(name, str(value)) for name, value in sorted(outcome.row.params.items())]
    rows.append(("all others" if rows else "all", "the class's own defaults"))
    libraries = {f"{name} {found}" for result in outcome.done for name, found in result.versions.items()}
    if libraries:
        rows.append(("fitted with", ", ".join(sorted(libraries))))
    return Table("Parameters", ("Parameter", "Value"), tuple(rows))
