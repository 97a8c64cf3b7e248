"""One-vs-rest curves on a common grid: of every class of a model, and of all models together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bench.records import Label
from reports.theme import FAINT, INK, MUTED
from reports.wording import shortened

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MACRO = "macro average"
N_HIGHLIGHTED = 3
# From this area on the curves differ only in a corner, which is then enlarged.
CORNER_AREA = 0.98
# More models than this are named beside the axes, and their lines are dashed in turn.
N_INSIDE = 8
_DASHES = ("solid", (0, (4, 1.5)), (0, (1, 1.2)))


@dataclass(frozen=True)
class Axis:
    """What a kind of curve has on its axes, how its area is called, whether chance is the diagonal."""

    x: str
    y: str
    area: str
    legend: str
    chance: bool = False


@dataclass(frozen=True)
class Curves:
    """The curves of one model.

    Parameters
    ----------
    axis : Axis
    classes : tuple
        The labels that occur, in the order of the data's classes; or the positive one alone.
    grid : ndarray of shape (g,)
        Common abscissa, ascending.
    values : ndarray of shape (n_classes, g)
        Ordinate of each class.
    areas : ndarray of shape (n_classes,)
        Exact areas, not those of the thinned curves.
    colour : str
        Of the model.
    """

    axis: Axis
    classes: tuple[Label, ...]
    grid: np.ndarray
    values: np.ndarray
    areas: np.ndarray
    colour: str

    @property
    def macro(self) -> np.ndarray:
        """The mean of the classes' curves, of shape (g,)."""
        return self.values.mean(axis=0)

    @property
    def area(self) -> float:
        """The mean of the classes' areas."""
        return float(self.areas.mean())

    def frame(self) -> pd.DataFrame:
        """Return columns kind ("class" or "macro"), class, the two axes, and the curve's area."""
        parts = [
            self._part("class", label, curve, area)
            for label, curve, area in zip(self.classes, self.values, self.areas, strict=True)
        ]
        return pd.concat([*parts, self._part("macro", MACRO, self.macro, self.area)], ignore_index=True)

    def plot(self, ax: Axes) -> None:
        """Draw all classes, the three weakest marked, and the macro average in the model's colour."""
        self._lines(ax)
        frame_unit_square(ax, self.axis)
        if self.area >= CORNER_AREA:
            inset = ax.inset_axes((0.3, 0.45, 0.5, 0.43))
            self._lines(inset)
            zoom_in(inset, self.axis)
            inset.tick_params(labelsize=6, length=2)

    def _lines(self, ax: Axes) -> None:
        if len(self.classes) == 1:
            label = f"{self.area:.4f}  class {shortened(self.classes[0])}"
            ax.plot(self.grid, self.macro, color=self.colour, linewidth=2, label=label)
            return
        order = np.argsort(self.areas, kind="stable")
        for i in order[N_HIGHLIGHTED:]:
            ax.plot(self.grid, self.values[i], color=FAINT, linewidth=0.7)
        ax.plot(self.grid, self.macro, color=self.colour, linewidth=2, label=f"{self.area:.4f}  {MACRO}")
        for i, dashes in zip(order[:N_HIGHLIGHTED], _DASHES, strict=False):
            label = f"{self.areas[i]:.4f}  class {shortened(self.classes[i])}"
            ax.plot(self.grid, self.values[i], color=INK, linewidth=0.9, linestyle=dashes, label=label)
        if len(order) > N_HIGHLIGHTED:
            ax.plot([], [], color=FAINT, label="other classes")

    def _part(self, kind: str, label: Label, curve: np.ndarray, area: float) -> pd.DataFrame:
        columns = {self.axis.x: self.grid, self.axis.y: curve}
        return pd.DataFrame({"kind": kind, "class": str(label), **columns, self.axis.area: area})


@dataclass(frozen=True)
class Comparison:
    """The macro-averaged curves of all models, or those of the positive class.

    Parameters
    ----------
    models : dict of str to Curves
        By row name, best first.
    corner : bool
        Whether to draw the corner where good models differ instead of the whole.
    """

    models: dict[str, Curves]
    corner: bool = False

    def frame(self) -> pd.DataFrame:
        """Return columns model, the two axes, and the curve's area."""
        parts = []
        for name, curves in self.models.items():
            whole = curves.frame()
            macro = whole[whole["kind"] == "macro"].drop(columns=["kind", "class"])
            parts.append(macro.assign(model=name))
        joined = pd.concat(parts, ignore_index=True)
        return joined[["model", *joined.columns.drop("model")]]

    def plot(self, ax: Axes) -> None:
        """Draw one line per model, the best on top."""
        crowded = len(self.models) > N_INSIDE
        for depth, (name, curves) in enumerate(self.models.items()):
            ax.plot(
                curves.grid, curves.macro, color=curves.colour, zorder=3 - 0.01 * depth,
                linestyle=_DASHES[depth % len(_DASHES)] if crowded else "solid",
                label=f"{curves.area:.4f}  {shortened(name, 24)}",
            )  # fmt: skip
        frame_unit_square(ax, self._axis, legend=not self.corner and not crowded)
        if crowded and not self.corner:
            ax.figure.legend(loc="outside right upper", title=self._axis.area, alignment="left")
        if self.corner:
            zoom_in(ax, self._axis)

    @property
    def _axis(self) -> Axis:
        return next(iter(self.models.values())).axis


def frame_unit_square(ax: Axes, axis: Axis, *, legend: bool = True) -> None:
    """Give axes the limits and names of curves between 0 and 1."""
    ax.set_xlim(-0.01, 1.01)
    ax.set_ylim(-0.01, 1.02)
    ax.set_xlabel(axis.x.replace("_", " "))
    ax.set_ylabel(axis.y.replace("_", " "))
    if axis.chance:
        ax.plot([0, 1], [0, 1], color=FAINT, linewidth=0.8, linestyle=(0, (2, 2)), zorder=1)
    if legend:
        box = ax.legend(loc=axis.legend, title=axis.area, alignment="left", borderaxespad=0.8)
        box.get_title().set(color=MUTED, fontsize=7.5)


def zoom_in(ax: Axes, axis: Axis) -> None:
    """Limit axes to the tenth where good models differ."""
    ax.set_ylim(0.9, 1.002)
    ax.set_xlim((-0.002, 0.1) if axis.chance else (0.9, 1.002))
