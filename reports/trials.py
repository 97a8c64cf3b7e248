"""The trials of a study, drawn: in their order, by importance of the parameters, along each parameter."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib.ticker import MaxNLocator

from bench.metrics import METRICS
from reports.searched import Searched
from reports.theme import INK, MUTED, NEUTRAL
from reports.wording import shortened

if TYPE_CHECKING:
    from matplotlib.axes import Axes

N_DRAWN = 300


@dataclass(frozen=True)
class TrialHistory:
    """The value of every trial, and the best so far.

    Parameters
    ----------
    searched : Searched
    """

    searched: Searched

    def frame(self) -> pd.DataFrame:
        """Return columns trial (from 1), state, value, best (complete trials so far), seconds, reason."""
        lines = [
            (trial.number + 1, trial.state, trial.value, trial.seconds, trial.reason)
            for trial in self.searched.study.trials
        ]
        table = pd.DataFrame(lines, columns=["trial", "state", "value", "seconds", "reason"])
        values = table["value"].astype(float)
        counted = values.where(table["state"] == "complete")
        best = counted.cummax() if self.searched.greater_is_better else counted.cummin()
        return table.assign(value=values, best=best.ffill())

    def plot(self, ax: Axes) -> None:
        """Draw a dot for each trial, hollow if it was pruned, and the best so far as a line."""
        table = _thinned(self.frame())
        colour = self.searched.colour
        within = _limit(ax, table["value"], self.searched)
        for state, filled in (("complete", colour), ("pruned", "white")):
            part = table[table["state"] == state]
            style = {"markerfacecolor": filled, "markeredgecolor": colour, "label": f"{state} trial"}
            within.dots(ax, part["trial"], part["value"], **style)
        ax.plot(
            table["trial"],
            table["best"],
            color=INK,
            linewidth=1.3,
            drawstyle="steps-post",
            label="best so far",
        )
        self._default(ax)
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
        ax.set_xlabel("trial")
        ax.set_ylabel(METRICS[self.searched.study.metric].title)
        ax.legend(loc="lower right" if self.searched.greater_is_better else "upper right")

    def _default(self, ax: Axes) -> None:
        value = self.searched.default_value
        if value is not None:
            ax.axhline(value, color=MUTED, linewidth=0.9, linestyle=(0, (3, 2)), label="own parameters")


@dataclass(frozen=True)
class ParameterImportance:
    """How much of the variance of the value each parameter explains.

    Parameters
    ----------
    searched : Searched
        With an `importance`.
    """

    searched: Searched

    def frame(self) -> pd.DataFrame:
        """Return columns parameter and importance (shares that sum to 1), the most important first."""
        found = self.searched.importance
        names = [name for name in self.searched.names if name in found]
        return pd.DataFrame({"parameter": names, "importance": [found[name] for name in names]})

    def plot(self, ax: Axes) -> None:
        """Draw a bar for each parameter."""
        table = self.frame().head(15)
        places = np.arange(len(table))
        ax.barh(places, table["importance"], color=self.searched.colour, height=0.6)
        for place, share in zip(places, table["importance"], strict=True):
            ax.annotate(f"{share:.0%}", (share, place), (3, 0), textcoords="offset points", va="center",
                        fontsize=7, color=MUTED)  # fmt: skip
        ax.set_yticks(places, [shortened(name, 20) for name in table["parameter"]])
        ax.invert_yaxis()
        ax.grid(False, axis="y")
        ax.margins(x=0.12)
        ax.tick_params(axis="y", length=0, labelcolor=INK)
        ax.set_xlabel("share of the variance explained")


@dataclass(frozen=True)
class Slice:
    """The value of each trial along one parameter.

    Parameters
    ----------
    searched : Searched
    parameter : str
    """

    searched: Searched
    parameter: str

    def frame(self) -> pd.DataFrame:
        """Return columns trial (from 1), state, the parameter and value, of complete and pruned trials."""
        lines = [
            (trial.number + 1, trial.state, trial.params[self.parameter], trial.value)
            for trial in self.searched.study.trials
            if trial.value is not None and self.parameter in trial.params
        ]
        return pd.DataFrame(lines, columns=["trial", "state", self.parameter, "value"])

    def plot(self, ax: Axes) -> None:
        """Draw a dot for each complete trial, the best one ringed, the model's own value as a line."""
        table = self.frame()
        table = _thinned(table[table["state"] == "complete"])
        x = table[self.parameter].map(self._place)
        within = _limit(ax, table["value"], self.searched)
        within.dots(ax, x, table["value"], color=self.searched.colour)
        study = self.searched.study
        best = self._place(study.best_params[self.parameter])
        ax.plot([best], [study.best_value], "o", markersize=9, markerfacecolor="none", markeredgecolor=INK)
        if self.parameter in study.default_params:
            own = self._place(study.default_params[self.parameter])
            ax.axvline(own, color=MUTED, linewidth=0.9, linestyle=(0, (3, 2)))
        self._axis(ax)
        ax.set_xlabel(shortened(self.parameter, 30) + (" (log scale)" if self._is_log else ""))
        ax.set_ylabel(METRICS[study.metric].title)

    @property
    def _is_log(self) -> bool:
        dimension = self.searched.study.space.get(self.parameter)
        return dimension is not None and dimension.log

    def _choices(self) -> list[object]:
        """Return the choices of a parameter that has some; else nothing."""
        dimension = self.searched.study.space.get(self.parameter)
        if dimension is not None:
            return list(dimension.choices)
        seen = dict.fromkeys(self.frame()[self.parameter].tolist())
        return [] if all(isinstance(value, int | float) for value in seen) else list(seen)

    def _place(self, value: object) -> float:
        choices = self._choices()
        return float(choices.index(value)) if choices else float(value)  # type: ignore[arg-type]

    def _axis(self, ax: Axes) -> None:
        choices, dimension = self._choices(), self.searched.study.space.get(self.parameter)
        if choices:
            ax.set_xticks(range(len(choices)), [shortened(choice, 14) for choice in choices])
            ax.set_xlim(-0.5, len(choices) - 0.5)
        elif dimension is not None:
            if dimension.log:
                ax.set_xscale("log")
                ax.xaxis.set_major_formatter("{x:g}")
                ax.xaxis.set_minor_formatter("")
            for end in (dimension.low, dimension.high):
                ax.axvline(end, color=NEUTRAL, linewidth=0.9)


def _thinned(table: pd.DataFrame) -> pd.DataFrame:
    """Return every trial, or `N_DRAWN` evenly spread ones."""
    if len(table) <= N_DRAWN:
        return table
    return table.iloc[np.linspace(0, len(table) - 1, N_DRAWN).round().astype(int)]


@dataclass(frozen=True)
class _Within:
    """The values that axes show, and the mark at their end for what lies further off."""

    low: float
    high: float
    marker: str

    def dots(self, ax: Axes, x: pd.Series, y: pd.Series, **style: Any) -> None:
        """Draw a dot for each value, those outside as triangles at the end."""
        inside = y.between(self.low, self.high)
        if inside.any():
            ax.plot(x[inside], y[inside], "o", markersize=4, alpha=0.75, **style)
        style.pop("label", None)
        outside = (y.notna() & ~inside).to_numpy()
        ax.plot(
            x[outside], y[outside].clip(self.low, self.high), self.marker, markersize=4, alpha=0.75, **style
        )


def _limit(ax: Axes, values: pd.Series, searched: Searched) -> _Within:
    """Limit axes to the values near the best, if others lie far off."""
    best, sign = searched.study.best_value, -1 if searched.greater_is_better else 1
    reach = 4 * abs(best - float(values.median()))
    marker = "v" if searched.greater_is_better else "^"
    if not 0 < reach < float((values - best).abs().max()):
        return _Within(-np.inf, np.inf, marker)
    low, high = sorted((best, best + sign * reach))
    ax.set_ylim(low - 0.06 * reach, high + 0.06 * reach)
    return _Within(low, high, marker)


def search_displays(
    searched: Searched,
) -> Iterator[tuple[str, str, TrialHistory | ParameterImportance]]:
    """Yield part of the name, title and display of each figure of a whole search."""
    yield "history", "Trials", TrialHistory(searched)
    if searched.importance:
        yield "importance", "Importance of the parameters", ParameterImportance(searched)
