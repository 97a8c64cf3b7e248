"""Whether the test rows look like the rows that models were trained on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bench.store import StoredRows
from reports.theme import INK, NEUTRAL
from reports.wording import counted, shortened

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Siddiqi (2006), "Credit risk scorecards": below .1 no change, above .25 a considerable one.
SOME_CHANGE = 0.1
LEVEL = 0.01
DISTANT = 0.05
N_ROWS = 5_000
N_FEATURES = 1_000
N_BINS = 10
N_STEPS = 40


@dataclass(frozen=True)
class Drift:
    """Training against test rows.

    Parameters
    ----------
    table : DataFrame
        See `frame`.
    means : tuple of ndarray, or None
        Mean value of each training row and of each test row, a missing one being 0; None if the features are
        no pixels, so that they share no scale.
    distance, p_value : float
        Of the two-sample Kolmogorov-Smirnov test on these means (Smirnov 1939); NaN without them.
    noun : str
        What a row is, in the plural.
    """

    table: pd.DataFrame
    means: tuple[np.ndarray, np.ndarray] | None
    distance: float
    p_value: float
    noun: str

    def frame(self) -> pd.DataFrame:
        """Return a line for each feature, the largest index first.

        Returns
        -------
        DataFrame
            Columns feature, train and test (means), psi (population stability index over the tenths of the
            training values), drifted (whether that is above `SOME_CHANGE` and above what chance gives:
            Yurdakul and Naranjo 2020, "Statistical properties of the population stability index").
        """
        return self.table

    @property
    def found(self) -> bool:
        """Whether the two differ enough to matter."""
        distant = self.distance > DISTANT and self.p_value < LEVEL
        return bool(distant or self.table["drifted"].any())

    def sentence(self) -> str:
        """Return in words how far the two differ."""
        verdict = "differ, so scores on the test rows may be lower" if self.found else "look alike"
        return f"Training and test {self.noun} {verdict}: {self._of_means()}{self._of_features()}."

    def plot(self, ax: Axes) -> None:
        """Draw how the mean values of training and test rows are distributed."""
        train, test = self.means or (np.empty(0), np.empty(0))
        edges = np.linspace(min(train.min(), test.min()), max(train.max(), test.max()), N_STEPS + 1)
        for values, colour, name in ((train, NEUTRAL, "training"), (test, INK, "test")):
            shares = np.histogram(values, edges)[0] / len(values)
            ax.stairs(100 * shares, edges, color=colour, linewidth=1.5, label=name)
        ax.set_xlabel("mean pixel value")
        ax.set_ylabel(f"% of {self.noun}")
        ax.legend()

    def _of_means(self) -> str:
        if self.means is None:
            return ""
        p = "p < .001" if self.p_value < 0.001 else f"p = {self.p_value:.2g}"
        return (
            f"their mean pixel values have a Kolmogorov-Smirnov distance of {self.distance:.3f} ({p}), and "
        )

    def _of_features(self) -> str:
        n, total, first = int(self.table["drifted"].sum()), len(self.table), self.table.iloc[0]
        some = f"{n:,}" if n else "none"
        largest = f"largest: {shortened(first['feature'])}, {first['psi']:.3f}"
        return (
            f"of {counted(total, 'feature')} {some} {'have' if n > 1 else 'has'} a population stability "
            f"index above {SOME_CHANGE} beyond chance ({largest})"
        )


def drift(stored: StoredRows, *, is_image: bool, noun: str) -> Drift | None:
    """Return how stored test rows differ from stored training rows; None if there are none.

    Indices are of at most `N_ROWS` rows of each and `N_FEATURES` features, evenly spread.
    """
    if stored.X_test is None or not len(stored.X_test) or not len(stored.X):
        return None
    train, test = _spread(stored.X, N_ROWS), _spread(stored.X_test, N_ROWS)
    table = _features(train, test, stored.feature_names)
    if not is_image:
        return Drift(table, None, np.nan, np.nan, noun)
    means = (_means(stored.X), _means(stored.X_test))
    return Drift(table, means, *_smirnov(*means), noun)


def stability(train: np.ndarray, test: np.ndarray) -> tuple[float, int]:
    """Return the population stability index of one feature, and over how many bins.

    Bins are the tenths of the training values, equal ones in one bin, and one for missing values; half a row
    is added to each, so that empty ones have a share.

    Parameters
    ----------
    train, test : ndarray of shape (n,), (m,)

    Returns
    -------
    float
        The sum over bins of (p - q) log(p / q), for the shares p of test and q of training rows.
    int
    """
    known = train[~np.isnan(train)]
    inner = np.unique(np.quantile(known, np.arange(1, N_BINS) / N_BINS)) if len(known) else np.empty(0)
    n_bins = len(inner) + 2
    p, q = (_shares(values, inner, n_bins) for values in (test, train))
    used = int(((p[1] > 0) | (q[1] > 0)).sum())
    return float(((p[0] - q[0]) * np.log(p[0] / q[0])).sum()), used


def _shares(values: np.ndarray, inner: np.ndarray, n_bins: int) -> tuple[np.ndarray, np.ndarray]:
    """Return smoothed shares and plain counts of the bins; the last is for missing values."""
    bins = np.where(np.isnan(values), n_bins - 1, np.searchsorted(inner, values, side="left"))
    counts = np.bincount(bins, minlength=n_bins)
    return (counts + 0.5) / (len(values) + 0.5 * n_bins), counts


def _features(train: np.ndarray, test: np.ndarray, names: np.ndarray) -> pd.DataFrame:
    from scipy.stats import chi2

    chosen = _evenly(train.shape[1], N_FEATURES)
    lines = [np.ascontiguousarray(X[:, chosen].T).astype(float) for X in (train, test)]
    columns = list(zip(*lines, strict=True))
    found = [stability(one, other) for one, other in columns]
    psi, n_bins = np.array([value for value, _ in found]), np.array([used for _, used in found])
    noise = chi2.ppf(1 - LEVEL / len(chosen), np.maximum(n_bins - 1, 1)) * (1 / len(train) + 1 / len(test))
    means = np.array([[np.nan if np.isnan(v).all() else np.nanmean(v) for v in pair] for pair in columns])
    table = pd.DataFrame(
        {
            "feature": names[chosen],
            "train": means[:, 0],
            "test": means[:, 1],
            "psi": psi,
            "drifted": (psi > SOME_CHANGE) & (psi > noise),
        }
    )
    return table.sort_values("psi", ascending=False, kind="stable", ignore_index=True)


def _means(X: np.ndarray) -> np.ndarray:
    return np.nan_to_num(X, copy=bool(np.issubdtype(X.dtype, np.floating))).mean(axis=1, dtype=float)


def _smirnov(train: np.ndarray, test: np.ndarray) -> tuple[float, float]:
    from scipy.stats import ks_2samp

    found = ks_2samp(train, test, method="asymp")
    return float(found.statistic), float(found.pvalue)


def _spread(X: np.ndarray, most: int) -> np.ndarray:
    return X[_evenly(len(X), most)]


def _evenly(n: int, most: int) -> np.ndarray:
    return np.linspace(0, n - 1, min(n, most)).round().astype(np.int64)
