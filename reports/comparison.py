"""All models side by side: fold by fold, and merit against cost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd
import seaborn as sns
from matplotlib.ticker import LogLocator, NullLocator

from bench.metrics import METRICS
from reports.curves import CORNER_AREA, Comparison, Curves
from reports.display import Picture, picture
from reports.leaderboard import Leaderboard
from reports.sections import ModelSection
from reports.sources import Sources
from reports.theme import INK, MUTED
from reports.wording import shortened

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MARKERS = {"deep": "D", "classical": "o"}
# Models this far behind the best would squeeze the others into one dot.
_REACH = 0.15


@dataclass(frozen=True)
class FoldSpread:
    """The headline metric of every model on every fold.

    Parameters
    ----------
    board : Leaderboard
    colours : dict of str to str
        By row name.
    """

    board: Leaderboard
    colours: dict[str, str]

    def frame(self) -> pd.DataFrame:
        """Return columns model, repeat, fold, value; rows that were scored at least once, best first."""
        metric = self.board.run.metric
        parts = [
            outcome.values(metric).rename("value").reset_index().assign(model=outcome.row.name)
            for outcome in self.board.outcomes
            if outcome.done
        ]
        return pd.concat(parts, ignore_index=True)[["model", "repeat", "fold", "value"]].dropna()

    def plot(self, ax: Axes) -> None:
        """Draw a dot per fold and a bar at the mean; far outsiders are named at the edge with their mean."""
        table = self.frame()
        means = table.groupby("model", sort=False)["value"].mean()
        near = means[within_reach(means, self.board)]
        sns.stripplot(
            data=table[table["model"].isin(near.index)], x="value", y="model", order=list(means.index),
            hue="model", palette=self.colours, legend=False, size=4, alpha=0.75, jitter=False, ax=ax,
        )  # fmt: skip
        for place, (name, mean) in enumerate(means.items()):
            if name in near.index:
                ax.vlines(mean, place - 0.3, place + 0.3, color=self.colours[name], linewidth=2)
            else:
                ax.text(0.02, place, f"mean {mean:.3f}, off the scale", transform=ax.get_yaxis_transform(),
                        va="center", color=MUTED, fontsize=7)  # fmt: skip
        self._finish(ax, means)

    def _finish(self, ax: Axes, means: pd.Series) -> None:
        ax.set_yticks(range(len(means)), [self._tick(name) for name in means.index])
        ax.set_ylim(len(means) - 0.5, -0.5)
        ax.tick_params(axis="y", length=0, labelcolor=INK)
        ax.set_xlabel(headline(self.board))
        ax.set_ylabel("")

    def _tick(self, name: str) -> str:
        outcome = next(outcome for outcome in self.board.outcomes if outcome.row.name == name)
        part = "" if outcome.complete else f" ({len(outcome.done)}/{outcome.n_expected})"
        return shortened(name, 20) + part


@dataclass(frozen=True)
class Cost:
    """The headline metric of every ranked model against its time to fit.

    Parameters
    ----------
    board : Leaderboard
    colours : dict of str to str
        By row name.
    """

    board: Leaderboard
    colours: dict[str, str]

    def frame(self) -> pd.DataFrame:
        """Return columns name, family, fit_seconds (mean), mean and std of the metric; best first."""
        metric = self.board.run.metric
        names = {"fit_seconds_mean": "fit_seconds", f"{metric}_mean": "mean", f"{metric}_std": "std"}
        table = self.board.frame().rename(columns=names)
        return table.loc[table["rank"].notna(), ["name", "family", *names.values()]]

    def plot(self, ax: Axes) -> None:
        """Draw one marker per model, a diamond for a deep one, with its deviation over folds."""
        table = self.frame().fillna({"std": 0.0})
        near = within_reach(table["mean"], self.board)
        for line in table[near].itertuples():
            ax.errorbar(
                max(line.fit_seconds, 1e-3), line.mean, yerr=line.std, color=self.colours[line.name],
                fmt=_MARKERS.get(line.family, "s"), markersize=6.5, elinewidth=1.2, markeredgecolor="white",
                label=f"\u2009{shortened(line.name, 20)}",
            )  # fmt: skip
        for line in table[~near].itertuples():
            ax.errorbar(
                [],
                [],
                fmt=" ",
                label=f"\u2009{shortened(line.name, 20)} {line.mean:.3f},\n\u2009off the scale",
            )
        self._finish(ax)

    def _finish(self, ax: Axes) -> None:
        ax.set_xscale("log")
        ax.margins(0.12)
        ax.xaxis.set_major_locator(LogLocator(subs=(1, 3)))
        ax.xaxis.set_major_formatter("{x:g}")
        ax.xaxis.set_minor_locator(NullLocator())
        ax.set_xlabel("mean seconds to fit one fold (log scale)")
        ax.set_ylabel(headline(self.board))
        ax.figure.legend(loc="outside right upper", handletextpad=0.3)


@dataclass(frozen=True)
class ComparisonSection:
    """What the section shows.

    Parameters
    ----------
    spread : Picture or None
        The metric fold by fold; None before any fold was scored.
    curves : tuple of Picture
        Curves of all models, in place of which the script draws those of the chosen ones.
    """

    spread: Picture | None
    curves: tuple[Picture, ...]


def comparison(sources: Sources, sections: Sequence[ModelSection]) -> ComparisonSection:
    """Return the section of a run."""
    board, metric = sources.board, METRICS[sources.run.metric].title
    spread = None
    if any(outcome.values(board.run.metric).notna().any() for outcome in board.outcomes):
        plot = FoldSpread(board, sources.colours).plot
        spread = picture(plot, "spread", f"{metric}, fold by fold", "A dot per fold, a bar at the mean.")
    found = {section.outcome.row.name: section.scored for section in sections if section.scored}
    kinds = (
        ("roc", "ROC", {name: scored.roc for name, scored in found.items()}),
        ("pr", "Precision and recall", {name: scored.by_recall for name, scored in found.items()}),
    )
    curves = [part for kind in kinds for part in _curve_pictures(*kind, board.run.info.positive)]
    return ComparisonSection(spread, tuple(curves))


def cost_picture(sources: Sources) -> Picture | None:
    """Return merit against cost as a figure that needs no script; None if no model is ranked."""
    if not any(sources.board.ranks):
        return None
    drawn = Cost(sources.board, sources.colours)
    title = f"{METRICS[sources.run.metric].title} against time to fit"
    caption = "Bars span one standard deviation over folds on each side."
    return picture(drawn.plot, "cost", title, caption)


def within_reach(means: pd.Series, board: Leaderboard) -> pd.Series:
    """Return which means lie close enough to the best to be told apart on one scale (bool)."""
    distance = (means - (means.max() if METRICS[board.run.metric].greater_is_better else means.min())).abs()
    return distance <= max(_REACH, distance.median())


def headline(board: Leaderboard) -> str:
    """Return the title of the run's metric and its direction."""
    metric = METRICS[board.run.metric]
    return f"{metric.title} ({'higher' if metric.greater_is_better else 'lower'} is better)"


def _curve_pictures(
    name: str, title: str, models: dict[str, Curves], positive: str | None
) -> Iterator[Picture]:
    if not models:
        return
    caption = "Macro average over classes of scores pooled over folds."
    if positive is not None:
        caption = f"Class {positive} against the rest, scores pooled over folds."
    yield picture(Comparison(models).plot, name, f"{title}, all models", caption)
    if max(curves.area for curves in models.values()) >= CORNER_AREA:
        corner = Comparison(models, corner=True)
        yield picture(
            corner.plot, f"{name}-corner", f"{title}, the upper corner", "The same curves, enlarged."
        )
