"""What the models were given."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import seaborn as sns

from bench.records import DatasetInfo, Label
from reports.display import Picture, Table, picture
from reports.drift import Drift, drift
from reports.evidence import rows_are
from reports.images import Gallery
from reports.sources import Sources
from reports.theme import MUTED, NEUTRAL
from reports.values import ValueHistogram, feature_table, missing_table
from reports.wording import counted, shortened

if TYPE_CHECKING:
    from matplotlib.axes import Axes

N_NUMBERED = 12
N_NAMED = 40
N_DRIFTED = 8


@dataclass(frozen=True)
class DataCard:
    """The data set in numbers.

    Parameters
    ----------
    info : DatasetInfo
    """

    info: DatasetInfo

    def frame(self) -> pd.DataFrame:
        """Return columns class, count (int64) and share, in the order of the classes."""
        counts = np.asarray(self.info.class_counts, dtype=np.int64)
        shares = counts / max(counts.sum(), 1)
        return pd.DataFrame({"class": self.info.classes, "count": counts, "share": shares})

    def facts(self) -> pd.DataFrame:
        """Return the other numbers as display strings, columns fact and value."""
        info = self.info
        facts = {
            "Source": info.source,
            "Rows": f"{info.n_rows:,}",
            "Features": self._features(),
            "Classes": f"{len(info.classes):,} in column {info.label_name}",
            "Values": f"{info.value_min:g} to {info.value_max:g}, {info.dtype}",
            "Missing values": f"{info.n_missing:,}",
            "Duplicate rows": f"{info.n_duplicates:,}",
            "Duplicate rows under several labels": f"{info.n_contradictory:,}",
            "Test rows": self._test(),
            "Test rows also in train": f"{info.n_test_in_train:,}",
            "Warnings": "; ".join(info.warnings) or "none",
            "Fingerprint": info.sha256,
        }
        return pd.DataFrame({"fact": facts.keys(), "value": facts.values()}, dtype=str)

    def plot(self, ax: Axes) -> None:
        """Draw the number of rows of each class."""
        table = self.frame()
        places = table.index.to_numpy()
        sns.barplot(
            x=places, y=table["count"].to_numpy(), color=NEUTRAL, width=0.75, ax=ax, native_scale=True
        )
        names = [shortened(label, 10) for label in table["class"]]
        step = -(-len(names) // N_NAMED)
        crowded = sum(map(len, names)) > 45
        ax.set_xticks(places[::step], names[::step], rotation=90 if crowded else 0)
        if len(names) <= N_NUMBERED:
            for place, count in zip(places, table["count"], strict=True):
                ax.annotate(
                    f"{count:,}", (place, count), (0, 2), textcoords="offset points",
                    ha="center", fontsize=6.5, color=MUTED,
                )  # fmt: skip
        ax.grid(False, axis="x")
        ax.tick_params(axis="x", length=0)
        ax.set_xlabel("class")
        ax.set_ylabel("rows")

    def _features(self) -> str:
        shape = self.info.image_shape
        size = " \u00d7 ".join(map(str, shape or ()))
        return f"{self.info.n_features:,} (images of {size})" if shape else f"{self.info.n_features:,}"

    def _test(self) -> str:
        if not self.info.n_test:
            return "none"
        return (
            f"{counted(self.info.n_test, 'row')}, {'labelled' if self.info.test_labelled else 'unlabelled'}"
        )


@dataclass(frozen=True)
class DataSection:
    """What the section shows.

    Parameters
    ----------
    facts : DataFrame
        Columns fact and value.
    pictures : tuple of Picture
        Class counts; of images, how values are distributed, and the mean values of training and test rows.
    samples : list of (label, str, str)
        The mean image and a strip of images of each class as data URIs; none if the features are no pixels.
    drift : str
        How far test rows differ from training rows, in words; "" if none were kept.
    tables : tuple of Table
        What is known of single features.
    """

    facts: pd.DataFrame
    pictures: tuple[Picture, ...]
    samples: list[tuple[Label, str, str]]
    drift: str
    tables: tuple[Table, ...]


def data_section(sources: Sources) -> DataSection:
    """Return the section of a run."""
    info, stored, images = sources.run.info, sources.stored, sources.gallery
    drifted = drift(stored, is_image=images is not None, noun=rows_are(info))
    tables = (missing_table(stored), None if images else feature_table(stored), _drift_table(drifted))
    return DataSection(
        facts=DataCard(info).facts(),
        pictures=tuple(_pictures(sources, drifted)),
        samples=_samples(images) if images else [],
        drift=drifted.sentence() if drifted else "",
        tables=tuple(table for table in tables if table is not None and table.rows),
    )


def _samples(images: Gallery) -> list[tuple[Label, str, str]]:
    pairs = zip(images.means(), images.samples(), strict=True)
    return [(label, mean, strip) for (label, mean), (_, strip) in pairs]


def _pictures(sources: Sources, drifted: Drift | None) -> Iterator[Picture]:
    info = sources.run.info
    yield picture(DataCard(info).plot, "classes", "Rows of each class")
    if sources.gallery is None:
        return
    yield picture(ValueHistogram(info, sources.stored).plot, "values", "Values of all pixels", "Log scale.")
    if drifted is not None and drifted.means is not None:
        caption = f"The shares of {rows_are(info)} by the mean of their pixels."
        yield picture(drifted.plot, "drift", "Mean pixel value: training and test", caption)


def _drift_table(found: Drift | None) -> Table | None:
    if found is None:
        return None
    lines = tuple(
        (str(line.feature), f"{line.train:.4g}", f"{line.test:.4g}", f"{line.psi:.3f}")
        for line in found.frame().head(N_DRIFTED).itertuples()
    )
    heads = ("Feature", "Mean, training", "Mean, test", "Population stability index")
    return Table("Features whose training and test values differ most", heads, lines)
