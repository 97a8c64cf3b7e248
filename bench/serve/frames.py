"""How the images of a data set lie in their frames, measured on the stored rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bench.records import DatasetInfo
from bench.shown import StoredRows

# Pixels of the longer side of what the page sends.
SIDE = 256

# Shares of the range of values: from where on a pixel is ink, and up to where a background is plain.
INK = 0.1
PLAIN = 0.1

N_MEASURED = 2_000


@dataclass(frozen=True)
class Frame:
    """What all images of a data set have in common.

    Parameters
    ----------
    shape : tuple of int
        Height, width and channels.
    dtype : str
    low, high : float
        The range of values.
    background : {"dark", "light", ""}
        "" if the images have no plain one.
    extent : float
        Longer side of the box around the ink, as a share of the image's side.
    centre : tuple of float
        Where the middle of the ink lies, as shares of height and width.
    by_mass : bool
        Whether that middle is the ink's centre of mass, and not the middle of its box.
    """

    shape: tuple[int, int, int]
    dtype: str
    low: float
    high: float
    background: str = ""
    extent: float = 1.0
    centre: tuple[float, float] = (0.5, 0.5)
    by_mass: bool = False

    @property
    def canvas(self) -> tuple[int, int, int]:
        """Height, width and channels of what the page sends: red, green and blue, one byte each."""
        height, width, _ = self.shape
        longer = max(height, width)
        return max(1, SIDE * height // longer), max(1, SIDE * width // longer), 3


@dataclass(frozen=True)
class Ink:
    """Where the ink of images lies, in shares of height and width.

    Parameters
    ----------
    first, last : ndarray of shape (n, 2)
        Edges of the box around the ink, vertical and horizontal.
    mass : ndarray of shape (n, 2)
        Centre of mass.
    """

    first: np.ndarray
    last: np.ndarray
    mass: np.ndarray

    @property
    def middle(self) -> np.ndarray:
        """Middle of the box, of shape (n, 2)."""
        return (self.first + self.last) / 2

    @property
    def extent(self) -> np.ndarray:
        """Longer side of the box, of shape (n,)."""
        return (self.last - self.first).max(axis=1)


def measured(info: DatasetInfo, stored: StoredRows) -> Frame | None:
    """Return the frame of a data set; None if its rows are no images."""
    if info.image_shape is None:
        return None
    height, width, channels = (*info.image_shape, 1)[:3]
    frame = Frame((height, width, channels), info.dtype, info.value_min, info.value_max)
    span = (frame.high - frame.low) or 1
    rows = np.nan_to_num(stored.X[:N_MEASURED].astype(float), nan=frame.low)
    grey = ((rows - frame.low) / span).reshape(-1, *frame.shape).mean(axis=3)
    background = _background(grey)
    pixels = grey if background == "dark" else 1 - grey
    drawn = pixels[(pixels > INK).any(axis=(1, 2))] if background else pixels[:0]
    return _laid(frame, background, located(drawn)) if len(drawn) else frame


def located(pixels: np.ndarray) -> Ink:
    """Return where the ink lies in images of shape (n, height, width), 0 without ink and 1 full of it."""
    mask = np.asarray(pixels > INK)
    across = [_along(np.asarray(mask.any(axis=other)), pixels.sum(axis=other)) for other in (2, 1)]
    first, last, mass = (np.stack(parts, axis=1) for parts in zip(*across, strict=True))
    return Ink(first, last, mass)


def _along(touched: np.ndarray, weight: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return where the ink begins, ends and balances along one axis, as shares of its length."""
    length = touched.shape[1]
    first = touched.argmax(axis=1)
    last = length - touched[:, ::-1].argmax(axis=1)
    mass = weight @ (np.arange(length) + 0.5) / weight.sum(axis=1)
    return first / length, last / length, mass / length


def _background(grey: np.ndarray) -> str:
    border = np.concatenate(
        [grey[:, [0, -1], :].reshape(len(grey), -1), grey[:, :, 0], grey[:, :, -1]], axis=1
    )
    usual = np.median(border, axis=1)
    shares = {"dark": (usual <= PLAIN).mean(), "light": (usual >= 1 - PLAIN).mean()}
    found = max(shares, key=lambda name: shares[name])
    return found if shares[found] > 0.5 else ""


def _laid(frame: Frame, background: str, ink: Ink) -> Frame:
    by_mass = bool(ink.mass.std(axis=0).sum() < ink.middle.std(axis=0).sum())
    middle = np.median(ink.mass if by_mass else ink.middle, axis=0)
    return Frame(
        frame.shape,
        frame.dtype,
        frame.low,
        frame.high,
        background,
        float(np.median(ink.extent)),
        (float(middle[0]), float(middle[1])),
        by_mass,
    )
