"""Robustness and sample size, as the page shows them: heat map, learning curves, tables, sample images."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.ticker import LogLocator, NullLocator

from bench.evidence.stress import CLEAN
from bench.records import DatasetInfo, Row
from bench.stresses import OF_THE_SIDE, STRESSES, told, variants
from bench.stresses import stressed as changed
from reports.display import Picture, Table, picture
from reports.sources import Sources
from reports.stressed import Stressed, curve_table, standing_table
from reports.theme import INK
from reports.wording import counted, listed, number, shortened

if TYPE_CHECKING:
    from matplotlib.axes import Axes

N_SAMPLES = 10
WIDTH_INCHES, HEAD_INCHES, LINE_INCHES = 4.6, 0.7, 0.24
CURVES_SIZE = (4.9, 3.5)
LEVELS = {1: "mild", 2: "strong"}


@dataclass(frozen=True)
class Losses:
    """The accuracy of every model on clean rows and under every stress of one level.

    Parameters
    ----------
    robust : DataFrame
        See `bench.evidence.stress.robustness`.
    order : tuple of str
        Models, the best under stress first.
    level : int
        Place of the strength among those of its stress, from 1.
    """

    robust: pd.DataFrame
    order: tuple[str, ...]
    level: int

    def frame(self) -> pd.DataFrame:
        """Return a line for each model and a column for each condition, such as "shift 7"; accuracies."""
        table = self.robust[(self.robust["variant"] == CLEAN) | (_levels(self.robust) == self.level)]
        names = [f"{line.variant} {line.strength:g}".removesuffix(" 0") for line in table.itertuples()]
        table = table.assign(condition=names)
        wide = table.pivot(index="model", columns="condition", values="accuracy")
        return wide.loc[list(self.order), list(dict.fromkeys(names))]

    def plot(self, ax: Axes) -> None:
        """Draw a heat map with the accuracies in per cent."""
        table = 100 * self.frame()
        sns.heatmap(
            table, ax=ax, vmin=0, vmax=100, cmap=sns.light_palette("#0072b2", as_cmap=True), cbar=False,
            annot=True, fmt=".1f", annot_kws={"size": 6.5}, linewidths=0.6,
        )  # fmt: skip
        ax.xaxis.tick_top()
        ax.set_xticks(np.arange(table.shape[1]) + 0.5, list(table.columns), rotation=40, ha="left")
        ax.set_yticks(np.arange(len(table)) + 0.5, [shortened(name, 20) for name in table.index], rotation=0)
        ax.tick_params(length=0, labelcolor=INK)
        ax.set(xlabel="", ylabel="")


@dataclass(frozen=True)
class LearningCurves:
    """The share of wrong test rows against the number of training rows.

    Parameters
    ----------
    curve : DataFrame
        See `bench.evidence.stress.learning_curve`.
    colours : dict of str to str
        By row name.
    """

    curve: pd.DataFrame
    colours: dict[str, str]

    def frame(self) -> pd.DataFrame:
        """Return columns model, share, n_rows, accuracy, low, high, errors (share of the test rows)."""
        table = self.curve[["model", "share", "n_rows", "accuracy", "low", "high"]]
        return table.assign(errors=1 - table["accuracy"])

    def plot(self, ax: Axes) -> None:
        """Draw a line for each model on logarithmic axes, named in the order of its last point."""
        table = self.frame()
        last = table.groupby("model", sort=False)["errors"].last().sort_values()
        for name in last.index:
            line = table[table["model"] == name]
            least = 0.5 / self.curve["n_test"].max()
            ax.plot(
                line["n_rows"], 100 * line["errors"].clip(lower=least), marker="o", markersize=4,
                color=self.colours[name], label=f"{100 * last[name]:.2f}  {shortened(name, 20)}",
            )  # fmt: skip
        ax.set(xscale="log", yscale="log", xlabel="training rows (log scale)")
        ax.set_ylabel("wrong test rows, % (log scale)")
        ax.set_xticks(sorted(set(table["n_rows"])), [f"{n:,}" for n in sorted(set(table["n_rows"]))])
        ax.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        ax.yaxis.set_major_formatter("{x:g}")
        for axis in (ax.xaxis, ax.yaxis):
            axis.set_minor_locator(NullLocator())
        ax.figure.legend(loc="outside right upper", title="% wrong with all rows", alignment="left")


@dataclass(frozen=True)
class Section:
    """All that the page says of refits under stress and on fewer rows.

    Parameters
    ----------
    covers : str
        What was fitted and scored.
    sentences, failures : tuple of str
    losses : tuple of Picture
        A heat map for each level of stress.
    curves : Picture or None
    tables : tuple of Table
        Standing under stress, if the rows are images, and learning curves.
    every : Table or None
        Every model under every variant.
    samples : tuple of (str, str)
        For each condition its short name and one image of each class under it, as a data URI.
    """

    covers: str
    sentences: tuple[str, ...]
    failures: tuple[str, ...]
    losses: tuple[Picture, ...]
    curves: Picture | None
    tables: tuple[Table, ...]
    every: Table | None
    samples: tuple[tuple[str, str], ...]


def stress_section(sources: Sources) -> Section | None:
    """Return what `bench stress` has found of a run; None before anything is stored."""
    found, info = sources.stressed, sources.run.info
    if found is None:
        return None
    return Section(
        covers=_covers(found, info, sources.run.rows),
        sentences=tuple(found.sentences),
        failures=found.failures,
        losses=tuple(_losses(found)),
        curves=_curves(found, sources.colours),
        tables=tuple(_tables(found)),
        every=_every(found, info) if len(found.robust) else None,
        samples=tuple(_samples(sources)) if len(found.robust) else (),
    )


def losses(found: Stressed) -> list[Losses]:
    """Return one display for each level of strength; none if no model was stressed."""
    if found.robust.empty:
        return []
    order = tuple(found.standing["model"])
    return [Losses(found.robust, order, level) for level in LEVELS]


def learning_curves(found: Stressed, colours: dict[str, str]) -> LearningCurves | None:
    """Return how accuracy grows with the rows; None before several shares were fitted."""
    return LearningCurves(found.curve, colours) if found.curve["share"].nunique() > 1 else None


def _covers(found: Stressed, info: DatasetInfo, rows: Sequence[Row]) -> str:
    fitted = f"{_who(found, rows)} fitted on the training part of the first fold, and scored on its test part"
    n_test = max((len(refit.right) for refit in found.refits), default=0)
    if info.image_shape is None:
        return f"{fitted}, {counted(n_test, 'row')}. These are no images, so nothing is distorted."
    return (
        f"{fitted}: {counted(n_test, 'image')}, clean and distorted after MNIST-C (Mu and Gilmer 2019). No "
        "model is scored on images that it was trained on, and none has seen a distorted one unless it "
        f"distorts its own training images. Strengths: {_units(min(info.image_shape[:2]))}."
    )


def _who(found: Stressed, rows: Sequence[Row]) -> str:
    """Return which models the section is about: "3 of 5 models (not cnn and knn) were"."""
    done = set(found.curve["model"])
    absent = [row.name for row in rows if row.name not in done and row.recipe is None]
    if not absent:
        return "Each model was"
    n = len(done) + len(absent)
    return f"{len(done)} of {n} models (not {listed(absent)}) were"


def _units(side: int) -> str:
    """Return which stresses are measured in what."""
    units: dict[str, list[str]] = {}
    for name, stress in STRESSES.items():
        units.setdefault(stress.unit, []).append(name)
    parts = [f"{listed(names)} in {unit}" for unit, names in units.items()]
    return "; ".join(parts).replace(OF_THE_SIDE, f"{OF_THE_SIDE}, which has {side} pixels")


def _losses(found: Stressed) -> Iterator[Picture]:
    caption = "Best mean under stress first; the number after a stress is its strength."
    for display in losses(found):
        title = f"Accuracy under {LEVELS[display.level]} stress, %"
        size = (WIDTH_INCHES, HEAD_INCHES + LINE_INCHES * len(display.order))
        yield picture(display.plot, f"stress-{display.level}", title, caption, size=size)


def _levels(robust: pd.DataFrame) -> pd.Series:
    """Return the place of each strength among those of its stress."""
    return robust.groupby("variant")["strength"].rank(method="dense")


def _curves(found: Stressed, colours: dict[str, str]) -> Picture | None:
    display = learning_curves(found, colours)
    if display is None:
        return None
    caption = "Each larger part of the training rows holds the smaller ones; the test rows stay the same."
    return picture(display.plot, "stress-curves", "What more rows are worth", caption, size=CURVES_SIZE)


def _tables(found: Stressed) -> list[Table]:
    if not found.refits:
        return []
    standing = []
    if len(found.robust):
        heads = ["Model", "Clean", "Mean stressed", "Rank among these"]
        standing = [Table.of("Accuracy and rank, clean and stressed", standing_table(found)[heads])]
    return [*standing, Table.of("Accuracy by share of the training rows", curve_table(found))]


def _every(found: Stressed, info: DatasetInfo) -> Table:
    lines = found.robust[found.robust["variant"] != CLEAN]
    rows = [
        (
            f"{line.model}, {told(line.variant, line.strength, info.image_shape)}",
            number(line.accuracy),
            f"{number(line.low)} to {number(line.high)}",
            f"{line.loss:+.4f}",
            f"{line.rank_clean} \u2192 {line.rank}",
        )
        for line in lines.itertuples()
    ]
    heads = ("Model and stress", "Accuracy", "95 %", "Lost", "Rank")
    return Table("Every model under every stress", heads, tuple(rows))


def _samples(sources: Sources) -> list[tuple[str, str]]:
    info, stored, pictures = sources.run.info, sources.stored, sources.gallery
    if pictures is None or info.image_shape is None:
        return []
    places = np.unique(stored.y[stored.positions], return_index=True)[1][:N_SAMPLES]
    clean, shown = stored.X[places], np.arange(len(places))
    strips = {CLEAN: clean}
    for variant in variants(info.image_shape):
        strips[variant] = changed(clean, variant, info.image_shape, stored.X, sources.run.protocol.seed)
    return [
        (name.replace("=", " "), replace(pictures, stored=replace(stored, X=X)).uri(shown))
        for name, X in strips.items()
    ]
