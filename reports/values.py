"""The values of the features: how they are distributed, and where they are missing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bench.records import DatasetInfo
from bench.store import StoredRows
from reports.display import Table
from reports.theme import INK, NEUTRAL
from reports.wording import MISSING, quantity

if TYPE_CHECKING:
    from matplotlib.axes import Axes

N_ROWS = 2_000
N_BINS = 32
N_LISTED = 20


@dataclass(frozen=True)
class ValueHistogram:
    """How often values occur in all pixels.

    Parameters
    ----------
    info : DatasetInfo
    stored : StoredRows
    """

    info: DatasetInfo
    stored: StoredRows

    def frame(self) -> pd.DataFrame:
        """Return columns low, high (of the bin), train and, with test rows, test: shares of all values.

        At most `N_ROWS` rows of each are counted, evenly spread; missing values are not.
        """
        low, high = self.info.value_min, self.info.value_max
        edges = np.linspace(low, high if high > low else low + 1, N_BINS + 1)
        parts = {"train": self.stored.X, "test": self.stored.X_test}
        shares = {name: _shares(X, edges) for name, X in parts.items() if X is not None and len(X)}
        return pd.DataFrame({"low": edges[:-1], "high": edges[1:], **shares})

    def plot(self, ax: Axes) -> None:
        """Draw the shares as steps on a logarithmic scale."""
        table = self.frame()
        edges = np.append(table["low"], table["high"].iloc[-1])
        for name, colour in (("train", NEUTRAL), ("test", INK)):
            if name in table:
                label = {"train": "training", "test": "test"}[name]
                ax.stairs(100 * table[name], edges, color=colour, linewidth=1.5, label=label)
        ax.set_yscale("log")
        ax.yaxis.set_major_formatter("{x:g}")
        ax.set_xlabel("value of a pixel")
        ax.set_ylabel("% of all pixels")
        ax.legend()


def feature_table(stored: StoredRows) -> Table:
    """Return lowest, mean and highest value of the first features, and how many are missing."""
    names, shown = stored.feature_names[:N_LISTED], stored.X[:, :N_LISTED].astype(float)
    known = np.ma.masked_invalid(shown)
    columns = zip(
        names.tolist(), known.min(0), known.mean(0), known.max(0), np.isnan(shown).sum(0), strict=True
    )
    rows = tuple(
        (name, _text(low), _text(mean), _text(high), f"{n:,}") for name, low, mean, high, n in columns
    )
    total = stored.X.shape[1]
    caption = "Features" if total <= N_LISTED else f"The first {N_LISTED} of {total:,} features"
    return Table(caption, ("Feature", "Lowest", "Mean", "Highest", "Missing"), rows)


def missing_table(stored: StoredRows) -> Table | None:
    """Return the features with most missing values; None if no value is missing."""
    if not np.issubdtype(stored.X.dtype, np.floating):
        return None
    n_missing = np.isnan(stored.X).sum(axis=0)
    worst = np.argsort(-n_missing, kind="stable")[:N_LISTED]
    rows = tuple(
        (str(stored.feature_names[j]), f"{n_missing[j]:,}", f"{n_missing[j] / len(stored.X):.1%}")
        for j in worst
        if n_missing[j]
    )
    return Table("Features with missing values", ("Feature", "Rows without", "Share"), rows) if rows else None


def _shares(X: np.ndarray, edges: np.ndarray) -> np.ndarray:
    rows = np.linspace(0, len(X) - 1, min(len(X), N_ROWS)).round().astype(np.int64)
    values = X[rows].ravel()
    counts = np.histogram(values[~np.isnan(values)], edges)[0]
    return counts / max(counts.sum(), 1)


def _text(value: float) -> str:
    if np.ma.is_masked(value):
        return MISSING
    return f"-{quantity(-value)}" if value < 0 else quantity(value)
