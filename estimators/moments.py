"""Where the light of an image lies, and the map that brings it upright into the middle."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

# Variance of the rows, in square pixels, from which an image has a height to slant over.
_FLAT = 0.01


class Moments(NamedTuple):
    """First and second moments of the light of images."""

    lit: np.ndarray
    """Whether there is any light, shape (n,), bool."""
    middle: np.ndarray
    """Row and column of the centre of mass, from the centre of the image, shape (n, 2), pixels."""
    slant: np.ndarray
    """Columns that the light moves to the right from one row to the next, shape (n,), -1 to 1."""
    spread: np.ndarray
    """Standard deviation along rows and columns when the image stands upright, shape (n, 2), pixels."""


def moments(images: np.ndarray) -> Moments:
    """Return the moments of images.

    Parameters
    ----------
    images : ndarray of shape (n, height, width, channels)
        On a background of 0; light is the mean of the channels' distances from it.
    """
    light = np.abs(images).mean(axis=3, dtype=np.float64)
    mass = light.sum(axis=(1, 2))
    light /= np.where(mass > 0, mass, 1)[:, None, None]
    y, x = (np.arange(side) - (side - 1) / 2 for side in light.shape[1:])
    by_row, by_column = light.sum(axis=2), light.sum(axis=1)
    row, column = (by_row * y).sum(axis=1), (by_column * x).sum(axis=1)
    high = np.maximum((by_row * y**2).sum(axis=1) - row**2, 0)
    wide = (by_column * x**2).sum(axis=1) - column**2
    joint = (light * np.outer(y, x)).sum(axis=(1, 2)) - row * column
    slant = np.clip(joint / np.where(high > _FLAT, high, np.inf), -1, 1)
    straight = np.maximum(wide - 2 * slant * joint + slant**2 * high, 0)
    spread = np.sqrt(np.column_stack([high, straight]))
    return Moments(mass > 0, np.column_stack([row, column]), slant, spread)


def upright(images: np.ndarray, spread: np.ndarray | None = None) -> np.ndarray:
    """Return the maps that straighten and centre images, and bring them to one size.

    Parameters
    ----------
    images : ndarray of shape (n, height, width, channels)
        On a background of 0.
    spread : ndarray of shape (2,) or None, default=None
        Wished standard deviation of the light of the straight image along rows and columns, in pixels; no
        side is more than doubled or halved. None keeps the size.

    Returns
    -------
    ndarray of shape (n, 2, 3), float64
        As :func:`warp` takes them; the identity for images without light.
    """
    lit, middle, slant, own = moments(images)
    zoom = np.ones_like(own) if spread is None else np.clip(own / spread, 0.5, 2)
    zoom[~lit] = 1
    centre = (np.array(images.shape[1:3]) - 1) / 2
    matrices = np.zeros((len(images), 2, 3))
    matrices[:, 0, 0] = zoom[:, 0]
    matrices[:, 1, 0] = zoom[:, 0] * slant
    matrices[:, 1, 1] = zoom[:, 1]
    matrices[:, :, 2] = centre + middle - matrices[:, :, :2] @ centre
    return matrices
