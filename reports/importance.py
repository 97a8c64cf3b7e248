"""Which features a model looks at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import seaborn as sns

from reports.theme import INK
from reports.wording import counted, shortened

if TYPE_CHECKING:
    from matplotlib.axes import Axes

N_BARS = 15


@dataclass(frozen=True)
class Importance:
    """The importance of each feature, averaged over folds.

    Parameters
    ----------
    names : tuple of str
    values : ndarray of shape (n_features,)
    image_shape : tuple of int or None
        Draws a map of the pixels (channels summed) instead of bars.
    colour : str
        Of the model.
    """

    names: tuple[str, ...]
    values: np.ndarray
    image_shape: tuple[int, ...] | None
    colour: str

    def frame(self) -> pd.DataFrame:
        """Return columns feature and importance, the most important first."""
        table = pd.DataFrame({"feature": self.names, "importance": self.values})
        return table.sort_values("importance", ascending=False, kind="stable", ignore_index=True)

    def sentence(self) -> str:
        """Return in words where the importance lies; "" if no feature has any."""
        shares = np.sort(np.maximum(self.values, 0))[::-1]
        if not shares.sum():
            return ""
        n_half = int(np.searchsorted(shares.cumsum(), shares.sum() / 2)) + 1
        noun = "feature" if self.image_shape is None else "pixel"
        return (
            f"Half of all importance lies in {n_half:,} of {counted(len(self.values), noun)}; "
            f"{shortened(self.frame()['feature'][0])} has most."
        )

    def plot(self, ax: Axes) -> None:
        """Draw a map of the pixels, or bars of the first features."""
        if self.image_shape is None:
            self._bars(ax)
        else:
            self._map(ax)

    def _map(self, ax: Axes) -> None:
        pixels = self.values.reshape(self.image_shape)
        pixels = pixels.sum(axis=2) if pixels.ndim == 3 else pixels
        colours = sns.light_palette(self.colour, as_cmap=True)
        image = ax.imshow(pixels, cmap=colours, interpolation="nearest")
        bar = ax.figure.colorbar(image, ax=ax, shrink=0.8)
        bar.outline.set_visible(False)
        bar.ax.tick_params(length=0)
        bar.set_label("importance")
        ax.set_axis_off()

    def _bars(self, ax: Axes) -> None:
        top = self.frame().head(N_BARS)
        places = np.arange(len(top))
        ax.barh(places, top["importance"], color=self.colour, height=0.7)
        ax.set_yticks(places, [shortened(name, 16) for name in top["feature"]])
        ax.invert_yaxis()
        ax.grid(False, axis="y")
        ax.tick_params(axis="y", length=0, labelcolor=INK)
        ax.set_xlabel("importance")
