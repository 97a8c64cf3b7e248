"""How models with epochs learned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd
from matplotlib.ticker import MaxNLocator

from bench.records import Predictions
from reports.wording import shortened

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_RATES = ("learning_rate", "lr")


@dataclass(frozen=True)
class TrainingCurve:
    """One quantity over the epochs.

    Parameters
    ----------
    quantity : str
        Such as "loss".
    values : DataFrame
        Columns fold (from 1), part ("training" or "validation"), epoch (from 1), value.
    colour : str
        Of the model.
    """

    quantity: str
    values: pd.DataFrame
    colour: str

    def frame(self) -> pd.DataFrame:
        """Return columns part, epoch, mean, n_folds; the mean is over the folds that got so far."""
        groups = self.values.groupby(["part", "epoch"], sort=True)["value"]
        return groups.agg(mean="mean", n_folds="count").reset_index()

    def plot(self, ax: Axes) -> None:
        """Draw one thin line per fold and the mean over folds."""
        parts = self.values["part"].unique()
        dashes = dict.fromkeys(parts, "-") | ({"training": "--"} if len(parts) > 1 else {})
        for (part, _), fold in self.values.groupby(["part", "fold"]):
            ax.plot(
                fold["epoch"], fold["value"], dashes[part], color=self.colour, alpha=0.3, linewidth=0.6,
            )  # fmt: skip
        for part, mean in self.frame().groupby("part"):
            marker = "o" if len(mean) == 1 else None
            ax.plot(mean["epoch"], mean["mean"], dashes[part], color=self.colour, marker=marker, label=part)
        ax.set_xlabel("epoch")
        ax.set_ylabel(shortened(self.quantity.replace("_", " "), 30))
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
        if self.quantity in _RATES and self.values["value"].max() > 10 * self.values["value"].min() > 0:
            ax.set_yscale("log")
            ax.yaxis.set_major_formatter("{x:g}")
            ax.yaxis.set_minor_formatter("")
        if len(dashes) > 1:
            ax.legend(loc="best")


def training_curves(folds: Sequence[Predictions], colour: str) -> list[TrainingCurve]:
    """Return the curves in the folds' histories: losses, then scores, then the learning rate.

    Parameters
    ----------
    folds : sequence of Predictions
        Of one model; those without a history add nothing.
    colour : str
    """
    lines = [
        {
            "quantity": name.removeprefix("val_"),
            "fold": fold,
            "part": _part(name),
            "epoch": epoch,
            "value": value,
        }
        for fold, predictions in enumerate(folds, start=1)
        for name, values in predictions.history.items()
        for epoch, value in enumerate(values, start=1)
    ]
    if not lines:
        return []
    table = pd.DataFrame(lines)
    groups = {str(name): group.drop(columns="quantity") for name, group in table.groupby("quantity")}
    return [TrainingCurve(name, groups[name], colour) for name in sorted(groups, key=_place)]


def _part(name: str) -> str:
    return "validation" if name.startswith("val_") else "training"


def _place(quantity: str) -> tuple[int, str]:
    place = 0 if quantity == "loss" else 2 if quantity in _RATES else 1
    return place, quantity
