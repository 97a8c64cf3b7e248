"""The section of one model: its pictures and tables, drawn from its stored predictions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.records import Predictions, Run
from bench.store import RunStore, StoredRows
from reports.confusion import class_report, confusion
from reports.curves import Curves
from reports.display import Picture, Table, picture
from reports.images import Gallery, Mistakes, mistakes
from reports.importance import Importance
from reports.outcomes import Outcome, fold_predictions, mean_importance, out_of_fold
from reports.precision_recall import Thresholds, precision_recall
from reports.roc import roc
from reports.theme import SIZE
from reports.training import training_curves
from reports.wording import counted, number

if TYPE_CHECKING:
    from matplotlib.axes import Axes

N_PAIRS = 8
SQUARE = (4.2, 4.0)
_AVERAGES = {"(macro avg)": "Macro average", "(weighted avg)": "Weighted average"}


@dataclass(frozen=True)
class Wrong:
    """One wrong prediction as it is shown; `image` is a data URI or ""."""

    image: str
    row_id: str
    true: str
    predicted: str
    certainty: str


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
    pictures: tuple[Picture, ...]
    tables: tuple[Table, ...]
    wrong: tuple[Wrong, ...]
    wrong_note: str
    warnings: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Sources:
    """What every section is made from."""

    store: RunStore
    run: Run
    stored: StoredRows
    gallery: Gallery | None


def model_section(
    sources: Sources, outcome: Outcome, rank: int | None, anchor: str, colour: str, score: str
) -> ModelSection:
    """Return the section of a row, as far as its folds go."""
    folds = fold_predictions(sources.store, outcome)
    parts = _Parts(sources, outcome, anchor, colour)
    evidence = parts.pooled_evidence() if outcome.complete else _Evidence()
    pictures = [*evidence.pictures, *parts.training(folds), *parts.importance(folds)]
    raised = Counter(text for result in outcome.results for text in set(result.warnings))
    return ModelSection(
        outcome=outcome,
        rank=rank,
        anchor=anchor,
        colour=colour,
        score=score,
        parameters=_parameters(outcome),
        curves=evidence.curves,
        pictures=tuple(pictures),
        tables=evidence.tables,
        wrong=evidence.wrong,
        wrong_note=evidence.wrong_note,
        warnings=tuple(raised.most_common()),
    )


@dataclass(frozen=True)
class _Evidence:
    curves: tuple[Curves, ...] = ()
    pictures: tuple[Picture, ...] = ()
    tables: tuple[Table, ...] = ()
    wrong: tuple[Wrong, ...] = ()
    wrong_note: str = ""


@dataclass(frozen=True)
class _Parts:
    sources: Sources
    outcome: Outcome
    anchor: str
    colour: str

    @property
    def name(self) -> str:
        return self.outcome.row.name

    def pooled_evidence(self) -> _Evidence:
        """Return what needs a prediction of every row: curves, confusion, mistakes."""
        run, stored = self.sources.run, self.sources.stored
        predictions = out_of_fold(self.sources.store, run, self.outcome.row)
        curve = roc(predictions, run.info.classes, self.colour)
        by_recall, thresholds = precision_recall(predictions, run.info.classes, self.colour)
        gallery = self.sources.gallery
        found = mistakes(predictions, run.info.classes, stored, only_stored=gallery is not None)
        matrices, pairs = self._confusions(predictions)
        return _Evidence(
            curves=(curve, by_recall),
            pictures=(*self._curve_pictures(curve, by_recall), *matrices, self._thresholds(thresholds)),
            tables=(self._class_table(predictions, curve, by_recall), pairs),
            wrong=_wrong(found, gallery, stored),
            wrong_note=_wrong_note(found, gallery, stored),
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
        caption = f"Mean over {counted(len(folds), 'fold')}."
        yield self._picture(display.plot, "importance", "Feature importance", caption)

    def _curve_pictures(self, curve: Curves, by_recall: Curves) -> Iterator[Picture]:
        weakest = "Every class against the rest; the weakest classes are drawn dark."
        yield self._picture(curve.plot, "roc", "ROC per class", weakest)
        yield self._picture(by_recall.plot, "pr", "Precision and recall per class", weakest)

    def _thresholds(self, thresholds: Thresholds) -> Picture:
        caption = "Average over the classes; the band spans the lowest to the highest class."
        return self._picture(thresholds.plot, "threshold", "Precision and recall by threshold", caption)

    def _confusions(self, predictions: Predictions) -> tuple[list[Picture], Table]:
        counts = confusion(predictions, self.sources.run.info.classes, self.colour)
        shares = type(counts)(counts.counts, counts.classes, counts.colour, normalised=True)
        stretched = "The colour scale is stretched, so that rare errors show."
        pictures = [
            self._picture(counts.plot, "counts", "Confusion, rows", stretched, SQUARE),
            self._picture(shares.plot, "shares", "Confusion, % of each true class", stretched, SQUARE),
        ]
        pairs = counts.frame().head(N_PAIRS)
        pairs["share"] = [f"{100 * share:.1f} %" for share in pairs["share"]]
        columns = {"true": "True", "predicted": "Taken for", "count": "Rows", "share": "Share of true class"}
        return pictures, Table.of("Most confused pairs", pairs.rename(columns=columns))

    def _class_table(self, predictions: Predictions, curve: Curves, by_recall: Curves) -> Table:
        table = class_report(predictions, self.sources.run.info.classes)
        for head, curves in (("ROC AUC", curve), ("Average precision", by_recall)):
            areas = dict(zip(map(str, curves.classes), curves.areas, strict=True)) | {
                "(macro avg)": curves.area
            }
            table[head] = table["class"].map(areas)
        decimals = table.columns.drop(["class", "support"])
        table[decimals] = table[decimals].map(number).astype(object)
        table["support"] = [f"{n:,}" for n in table["support"]]
        table["class"] = table["class"].replace(_AVERAGES)
        heads = {
            "class": "Class",
            "precision": "Precision",
            "recall": "Recall",
            "f1": "F1",
            "support": "Rows",
        }
        return Table.of("Classification report, out of fold", table.rename(columns=heads))

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


def _wrong(found: Mistakes, gallery: Gallery | None, stored: StoredRows) -> tuple[Wrong, ...]:
    kind = "confidence" if found.score_kind == "probability" else "margin"
    return tuple(
        Wrong(
            image="" if gallery is None else gallery.uri(stored.positions.searchsorted([line["position"]])),
            row_id=str(line["row_id"]),
            true=str(line["true"]),
            predicted=str(line["predicted"]),
            certainty=f"{line['confidence']:.1%}" if kind == "confidence" else f"+{line['margin']:.2f}",
        )
        for line in found.frame().to_dict("records")
    )


def _wrong_note(found: Mistakes, gallery: Gallery | None, stored: StoredRows) -> str:
    share = f"{found.n_wrong:,} of {counted(found.n_rows, 'row')} wrong ({found.n_wrong / found.n_rows:.2%})"
    if found.score_kind == "probability":
        order = "most confident first, with the probability of the predicted class"
    else:
        order = "confidence n/a for decision scores: widest lead over the true class first"
    partly = gallery is not None and len(stored.positions) < found.n_rows
    kept = f", among the {len(stored.positions):,} rows that were kept" if partly else ""
    return f"{share}; {order}{kept}."
