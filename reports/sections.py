"""The section of one model: what the page says of a row, as far as its folds go."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.records import Predictions, Recipe
from reports.display import Picture, Table, picture
from reports.folds import folds_table
from reports.images import Wrong
from reports.importance import Importance
from reports.leaderboard import metric_text
from reports.matrix import Matrix, matrix
from reports.outcomes import Outcome
from reports.pooled import fold_predictions, mean_importance
from reports.scored import Scored, scored
from reports.sources import Sources
from reports.theme import SIZE
from reports.training import training_curves
from reports.wording import counted, quantity

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
    hue : int
        Place of its colour in the palette.
    score : str
        The headline metric, mean and deviation.
    parameters : Table
        Or the members of an ensemble.
    folds : Table
    scored : Scored or None
        Drawn from a prediction of every row; None unless the row is complete.
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
    matrix: Matrix | None
    pictures: tuple[Picture, ...]
    warnings: tuple[tuple[str, int], ...]

    @property
    def wrong(self) -> tuple[Wrong, ...]:
        """The wrong predictions that are shown."""
        return () if self.scored is None else self.scored.wrong

    @property
    def wrong_note(self) -> str:
        """How many rows are wrong, and which are shown; empty unless the row is complete."""
        return "" if self.scored is None else self.scored.wrong_note


def model_section(sources: Sources, outcome: Outcome) -> ModelSection:
    """Return the section of a row, as far as its folds go."""
    name = outcome.row.name
    found = scored(sources, outcome) if outcome.complete else None
    table = None if found is None else matrix(found.confusion)
    raised = Counter(text for result in outcome.results for text in set(result.warnings))
    return ModelSection(
        outcome=outcome,
        rank=sources.board.rank(outcome.row),
        anchor=sources.anchors[name],
        hue=sources.hues[name],
        score=metric_text(sources.board.line(outcome.row), sources.run.metric),
        parameters=_parameters(outcome),
        folds=folds_table(outcome, sources.run.metric),
        scored=found,
        matrix=table,
        pictures=tuple(_Pictures(sources, outcome).drawn(None if table else found)),
        warnings=tuple(raised.most_common()),
    )


@dataclass(frozen=True)
class _Pictures:
    sources: Sources
    outcome: Outcome

    def drawn(self, crowded: Scored | None) -> Iterator[Picture]:
        """Yield the pictures of the row; its confusion too if there are too many classes for a table."""
        folds = fold_predictions(self.sources.store, self.outcome)
        if crowded is not None:
            caption = "The colour scale is stretched, so that rare errors show."
            yield self._picture(crowded.confusion.plot, "counts", "Confusion, rows", caption, SQUARE)
        yield from self._training(folds)
        yield from self._importance(folds)

    def _training(self, folds: list[Predictions]) -> Iterator[Picture]:
        """Yield one picture per quantity in the histories."""
        for i, curve in enumerate(training_curves(folds, self._colour)):
            title = f"Training: {curve.quantity.replace('_', ' ')}"
            caption = "Thin lines are folds, the thick line is their mean."
            yield self._picture(curve.plot, f"training-{i}", title, caption)

    def _importance(self, folds: list[Predictions]) -> Iterator[Picture]:
        """Yield the importance of the features, if the model tells it."""
        values = mean_importance(folds)
        if values is None:
            return
        names = tuple(self.sources.stored.feature_names.tolist())
        display = Importance(names, values, self.sources.run.info.image_shape, self._colour)
        caption = f"{display.sentence()} Mean over {counted(len(folds), 'fold')}."
        yield self._picture(display.plot, "importance", "Feature importance", caption)

    @property
    def _colour(self) -> str:
        return self.sources.colours[self.outcome.row.name]

    def _picture(
        self,
        plot: Callable[[Axes], None],
        part: str,
        title: str,
        caption: str,
        size: tuple[float, float] = SIZE,
    ) -> Picture:
        name = self.outcome.row.name
        full = f"{self.sources.anchors[name]}-{part}"
        return picture(plot, full, title, caption, about=f"{title} of {name}", size=size)


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
