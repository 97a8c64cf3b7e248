"""Pixels for people: samples of each class, and the rows that a model got wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from bench.metrics import normalised
from bench.records import DatasetInfo, Label, Predictions
from bench.store import StoredRows
from reports.theme import png
from reports.wording import counted

N_SAMPLES = 10
N_WRONG = 24
N_CLASSES = 40
MAX_SIDE = 48


@dataclass(frozen=True)
class Gallery:
    """The stored rows of image data, ready to be shown.

    Parameters
    ----------
    info : DatasetInfo
        With an `image_shape`.
    stored : StoredRows
    inverted : bool
        Whether grey images are shown as negatives: ink is dark on every page, so data whose
        background is black are turned round, all of them or none.
    """

    info: DatasetInfo
    stored: StoredRows
    inverted: bool

    @property
    def tile(self) -> tuple[int, int]:
        """Width and height of an image as it is shown; sides above `MAX_SIDE` are thinned."""
        height, width = self._shape[0], self._shape[1]
        return -(-width // self._step), -(-height // self._step)

    @property
    def n_channels(self) -> int:
        """Three for colours, else one."""
        return 3 if len(self._shape) == 3 and self._shape[2] >= 3 else 1

    def uri(self, places: np.ndarray) -> str:
        """Return the images at places of `stored.X` side by side as one PNG data URI."""
        return png(laid_out(self.tiles(self.stored.X[places]), len(places), gap=1))

    def sheet(self, places: np.ndarray, n_columns: int) -> str:
        """Return the images at places of `stored.X` in lines of `n_columns` as one PNG data URI."""
        return png(laid_out(self.tiles(self.stored.X[places]), n_columns))

    def strip(self, places: np.ndarray, n_columns: int) -> str:
        """Return the images in lines of `n_columns`, a little apart, as one PNG data URI."""
        return png(laid_out(self.tiles(self.stored.X[places]), n_columns, gap=2))

    def samples(self) -> list[tuple[Label, str]]:
        """Return the label and a strip of the first stored images of each class, `N_CLASSES` at most."""
        return [(label, self.uri(places[:N_SAMPLES])) for label, places in self._by_class()]

    def means(self) -> list[tuple[Label, str]]:
        """Return the label and the mean of all stored images of each class, `N_CLASSES` at most."""
        return [(label, self._mean(places)) for label, places in self._by_class()]

    def tiles(self, rows: np.ndarray) -> np.ndarray:
        """Return rows of features as pixels.

        Parameters
        ----------
        rows : ndarray of shape (m, n_features)

        Returns
        -------
        ndarray of shape (m, height, width) or (m, height, width, 3), uint8
        """
        low, high = self.info.value_min, self.info.value_max
        images = rows.reshape(len(rows), *self._shape)[:, :: self._step, :: self._step].astype(np.float32)
        unit = np.clip((np.nan_to_num(images, nan=low) - low) / ((high - low) or 1), 0, 1)
        return np.round(255 * self._colours(unit)).astype(np.uint8)

    @property
    def _shape(self) -> tuple[int, ...]:
        return self.info.image_shape or ()

    @property
    def _step(self) -> int:
        return -(-max(self._shape[:2]) // MAX_SIDE)

    def _by_class(self) -> list[tuple[Label, np.ndarray]]:
        y = self.stored.y[self.stored.positions]
        found = [(label, np.flatnonzero(y == k)) for k, label in enumerate(self.info.classes[:N_CLASSES])]
        return [(label, places) for label, places in found if len(places)]

    def _mean(self, places: np.ndarray) -> str:
        mean = np.nan_to_num(self.stored.X[places], nan=self.info.value_min).mean(axis=0)
        return png(self.tiles(mean[None])[0])

    def _colours(self, unit: np.ndarray) -> np.ndarray:
        """Return values in 0..1 of shape (m, h, w) or (m, h, w, c) as (m, h, w) or (m, h, w, 3)."""
        if self.n_channels == 3:
            return unit[..., :3]
        grey = unit if unit.ndim == 3 else unit.mean(axis=3)
        return 1 - grey if self.inverted else grey


@dataclass(frozen=True)
class Mistakes:
    """Wrong out-of-fold predictions, the most confident first.

    Parameters
    ----------
    table : DataFrame
        See `frame`.
    n_wrong, n_rows : int
        Of all predictions, shown or not.
    score_kind : {"probability", "decision"}
    """

    table: pd.DataFrame
    n_wrong: int
    n_rows: int
    score_kind: str

    def frame(self) -> pd.DataFrame:
        """Return columns row_id, true, predicted, confidence, margin, position; at most `N_WRONG` lines.

        Confidence is the probability of the predicted class, NaN for decision scores. The margin is the
        lead of the largest score over the score of the true class. `position` is the row's place in
        the data set.
        """
        return self.table


@dataclass(frozen=True)
class Wrong:
    """One wrong prediction as it is shown."""

    row_id: str
    true: str
    predicted: str
    certainty: str


def gallery(info: DatasetInfo, stored: StoredRows) -> Gallery | None:
    """Return the images of the data, or None if the features are no pixels."""
    if info.image_shape is None or not len(stored.X):
        return None
    dark = info.value_min + 0.1 * (info.value_max - info.value_min)
    return Gallery(info, stored, inverted=bool(np.nanmedian(stored.X[:1000]) <= dark))


def laid_out(tiles: np.ndarray, n_columns: int, gap: int = 0) -> np.ndarray:
    """Return tiles in lines of `n_columns`, white where there is none.

    Parameters
    ----------
    tiles : ndarray of shape (m, height, width) or (m, height, width, 3), uint8
    n_columns : int
    gap : int
        Pixels between two tiles.

    Returns
    -------
    ndarray of shape (total height, total width) or (total height, total width, 3), uint8
    """
    n_lines = -(-len(tiles) // n_columns)
    rest = tiles.shape[3:]
    room = [(0, n_lines * n_columns - len(tiles)), (0, gap), (0, gap)] + [(0, 0)] * len(rest)
    padded = np.pad(tiles, room, constant_values=255)
    height, width = padded.shape[1:3]
    grid = padded.reshape(n_lines, n_columns, height, width, *rest).swapaxes(1, 2)
    sheet = grid.reshape(n_lines * height, n_columns * width, *rest)
    return np.ascontiguousarray(sheet[: sheet.shape[0] - gap, : sheet.shape[1] - gap])


def mistakes(
    predictions: Predictions,
    classes: Sequence[Label],
    stored: StoredRows,
    *,
    only_stored: bool,
) -> Mistakes:
    """Return the wrong predictions of pooled out-of-fold scores.

    Parameters
    ----------
    predictions : Predictions
        Of every row of the data, with `y_true`.
    classes : sequence
        The labels behind the columns of the scores.
    stored : StoredRows
    only_stored : bool
        Whether to list only rows whose features were kept, so that they can be drawn.
    """
    pred, y_true = predictions.y_pred, np.asarray(predictions.y_true)
    wrong = np.flatnonzero(pred != y_true)
    listed = wrong[np.isin(wrong, stored.positions)] if only_stored else wrong
    probable = predictions.score_kind == "probability"
    scores = normalised(predictions.scores[listed]) if probable else predictions.scores[listed]
    here, labels = np.arange(len(listed)), np.asarray(classes)
    top = scores[here, pred[listed]]
    table = pd.DataFrame(
        {
            "row_id": stored.row_ids[listed],
            "true": labels[y_true[listed]],
            "predicted": labels[pred[listed]],
            "confidence": top if probable else np.nan,
            "margin": top - scores[here, y_true[listed]],
            "position": listed,
        }
    )
    first = table.sort_values("confidence" if probable else "margin", ascending=False, kind="stable")
    return Mistakes(first.head(N_WRONG).reset_index(drop=True), len(wrong), len(pred), predictions.score_kind)


def wrong_rows(found: Mistakes) -> tuple[Wrong, ...]:
    """Return the listed mistakes as they are shown."""
    kind = "confidence" if found.score_kind == "probability" else "margin"
    return tuple(
        Wrong(
            row_id=str(line["row_id"]),
            true=str(line["true"]),
            predicted=str(line["predicted"]),
            certainty=f"{line['confidence']:.1%}" if kind == "confidence" else f"+{line['margin']:.2f}",
        )
        for line in found.frame().to_dict("records")
    )


def wrong_note(found: Mistakes, gallery: Gallery | None, stored: StoredRows) -> str:
    """Return how many rows are wrong, and which of them are listed in what order."""
    share = f"{found.n_wrong:,} of {counted(found.n_rows, 'row')} wrong ({found.n_wrong / found.n_rows:.2%})"
    if found.score_kind == "probability":
        order = "most confident first, with the probability of the predicted class"
    else:
        order = "confidence n/a for decision scores: widest lead over the true class first"
    partly = gallery is not None and len(stored.positions) < found.n_rows
    kept = f", among the {len(stored.positions):,} rows that were kept" if partly else ""
    return f"{share}; {order}{kept}."
