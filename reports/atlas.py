"""One atlas of the rows that galleries show: their images in sheets, and every model's answer."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from bench.evidence import OutOfFold
from bench.metrics import normalised
from bench.store import StoredRows
from reports.hard import HardRows
from reports.images import Gallery
from reports.picks import N_SUREST, Mistaken, picks

MAX_BYTES = 2_900_000
MAX_ROWS = 9_000
SHEET_BYTES = 400_000


@dataclass(frozen=True)
class Atlas:
    """The rows that galleries show.

    Parameters
    ----------
    data : OutOfFold
        Of all ranked models.
    hard : HardRows or None
    stored : StoredRows
    places : ndarray of shape (m,), int64
        Position of each row in the data set, the most telling first.
    sheets : tuple of str
        Data URIs; each holds the images of `n_per_sheet` rows, in lines of `n_columns`. None without images.
    n_per_sheet, n_columns : int
    tile : tuple of int
        Width and height of an image in pixels; (0, 0) without images.
    """

    data: OutOfFold
    hard: HardRows | None
    stored: StoredRows
    places: np.ndarray
    sheets: tuple[str, ...]
    n_per_sheet: int
    n_columns: int
    tile: tuple[int, int]

    def indices(self, places: Iterable[int]) -> list[int]:
        """Return where rows of the data set stand in the atlas, without those that are not in it."""
        known = {place: i for i, place in enumerate(self.places.tolist())}
        return [known[place] for place in places if place in known]

    def payload(self, hues: dict[str, int]) -> dict[str, Any]:
        """Return the atlas as its scripts read it.

        Returns
        -------
        dict
            places, rows (ids), truth, models (name, hue, answers, confidence, worst: indices of its surest
            errors), classes, doubted (index to class), sheets and their geometry. Classes are positions in
            `classes`. truth and answers are base64 of bytes; of two bytes each, low first, if there are more
            than 256 classes. confidence is base64 of bytes, percent; "" for margins.
        """
        surest = [self.indices(rows[:N_SUREST].tolist()) for rows in Mistaken(self.data).rows]
        return {
            "classes": [str(label) for label in self.data.classes],
            "places": self.places,
            "rows": self.stored.row_ids[self.places],
            "truth": self._coded(self.data.y_true),
            "models": [self._model(i, hues) | {"worst": worst} for i, worst in enumerate(surest)],
            "doubted": self._doubted(),
            "sheets": self.sheets,
            "n_per_sheet": self.n_per_sheet,
            "n_columns": self.n_columns,
            "tile": self.tile,
        }

    def _model(self, i: int, hues: dict[str, int]) -> dict[str, Any]:
        name = self.data.models[i]
        answers = self._coded(self.data.y_pred[i])
        return {"name": name, "hue": hues[name], "answers": answers, "confidence": self._confidence(i)}

    def _coded(self, classes: np.ndarray) -> str:
        return _base64(classes[self.places], "<u2" if len(self.data.classes) > 256 else "u1")

    def _confidence(self, i: int) -> str:
        if self.data.score_kinds[i] != "probability":
            return ""
        shares = normalised(self.data.scores[i][self.places]).max(axis=1)
        return _base64(np.round(100 * shares), "u1")

    def _doubted(self) -> dict[int, int]:
        if self.hard is None:
            return {}
        known = {place: i for i, place in enumerate(self.places.tolist())}
        rows = self.hard.doubted[["row", "suggested"]].itertuples(index=False)
        return {known[row]: self.data.classes.index(suggested) for row, suggested in rows if row in known}


def atlas(
    data: OutOfFold, hard: HardRows | None, stored: StoredRows, gallery: Gallery | None
) -> Atlas | None:
    """Return the atlas of a run, as far as its images have room; None if no model misses any row.

    Parameters
    ----------
    data : OutOfFold
        Of all ranked models.
    hard : HardRows or None
    stored : StoredRows
    gallery : Gallery or None
        None if the features are no pixels.
    """
    rows = picks(hard, Mistaken(data))[:MAX_ROWS]
    if not len(rows):
        return None
    if gallery is None:
        return Atlas(data, hard, stored, rows, (), 0, 0, (0, 0))
    rows = rows[np.isin(rows, stored.positions)]
    width, height = gallery.tile
    n_per_sheet = max(1, SHEET_BYTES // (width * height * gallery.n_channels))
    n_columns = int(np.ceil(np.sqrt(n_per_sheet)))
    sheets = tuple(_sheets(gallery, stored.positions.searchsorted(rows), n_per_sheet, n_columns))
    kept = rows[: len(sheets) * n_per_sheet]
    return Atlas(data, hard, stored, kept, sheets, n_per_sheet, n_columns, (width, height))


def _sheets(gallery: Gallery, places: np.ndarray, n_per_sheet: int, n_columns: int) -> Iterator[str]:
    """Yield one sheet after the other, as long as all of them together have room."""
    left = MAX_BYTES
    for start in range(0, len(places), n_per_sheet):
        sheet = gallery.sheet(places[start : start + n_per_sheet], n_columns)
        left -= len(sheet)
        if left < 0:
            return
        yield sheet


def _base64(values: np.ndarray, dtype: str) -> str:
    return base64.b64encode(values.astype(dtype).tobytes()).decode()
