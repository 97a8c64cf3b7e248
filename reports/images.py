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

    def uri(self, places: np.ndarray) -> str:
        """Return the images at places of `stored.X` side by side as one PNG data URI."""
        images = [self._pixels(self.stored.X[place]) for place in places]
        gap = np.full((images[0].shape[0], 1, 3), 255, dtype=np.uint8)
        pieces = [piece for image in images for piece in (image, gap)]
        return png(np.ascontiguousarray(np.concatenate(pieces[:-1], axis=1)))

    def samples(self) -> list[tuple[Label, str]]:
        """Return the label and a strip of the first stored images of each class, `N_CLASSES` at most."""
        y = self.stored.y[self.stored.positions]
        places = {
            k: np.flatnonzero(y == k)[:N_SAMPLES] for k in range(min(len(self.info.classes), N_CLASSES))
        }
        return [(self.info.classes[k], self.uri(found)) for k, found in places.items() if len(found)]

    def _pixels(self, row: np.ndarray) -> np.ndarray:
        low, high = self.info.value_min, self.info.value_max
        image = np.nan_to_num(row.astype(float), nan=low).reshape(self.info.image_shape)
        step = -(-max(image.shape[:2]) // MAX_SIDE)
        image = image[::step, ::step]
        unit = np.clip((image - low) / ((high - low) or 1), 0, 1)
        return np.round(255 * self._colours(unit)).astype(np.uint8)

    def _colours(self, unit: np.ndarray) -> np.ndarray:
        """Return values in 0..1 of shape (h, w) or (h, w, c) as (h, w, 3)."""
        if unit.ndim == 3 and unit.shape[2] >= 3:
            return unit[:, :, :3]
        grey = unit if unit.ndim == 2 else unit.mean(axis=2)
        return np.repeat((1 - grey if self.inverted else grey)[:, :, None], 3, axis=2)


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
    """One wrong prediction as it is shown; `image` is a data URI or ""."""

    image: str
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


def wrong_rows(found: Mistakes, gallery: Gallery | None, stored: StoredRows) -> tuple[Wrong, ...]:
    """Return the listed mistakes as they are shown, with their images if there are any."""
    kind = "confidence" if found.score_kind == "probability" else "margin"
    return tuple(
        Wrong(
            image="" if gallery is None else gallery.uri(stored.positions.searchsorted([line["position"]])),
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
