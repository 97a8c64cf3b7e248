"""Histograms of oriented gradients."""

from __future__ import annotations

from collections.abc import Sequence
from math import pi

import numpy as np

from estimators.image_rows import ImageTransformer
from estimators.rows import check_counts

_CLIP, _EPSILON = 0.2, 1e-5


class HOG(ImageTransformer):
    """Describe images by histograms of the directions in which their brightness rises.

    The image is divided into square cells. Each pixel adds the strength of its gradient to the histogram of
    directions of its cell; with `smooth`, it is shared in proportion between the two nearest directions and
    between the up to four nearest cells, so that a small move changes the histograms but little. The
    gradient is that of central differences, 0 on the border, and in a colour image that of the channel where
    it is strongest. Cells are centred; what is left over at the border counts with `smooth` only. Rows that
    are no images (height 1) stay as they are.

    The defaults suit small glyphs: directions go all the way round, because a dark-to-light edge is not a
    light-to-dark one, and the whole image is scaled to unit length before square roots are taken, which keeps
    weak edges visible. ``HOG(n_directions=9, signed=False, smooth=False, block=2)`` is the descriptor of
    Dalal and Triggs as :func:`skimage.feature.hog` computes it.

    Parameters
    ----------
    image_shape : tuple of int or None, default=None
        (height, width) or (height, width, channels); rows hold the pixels in that order. None takes a square
        number of features from 64 on as a grey image, three times one as a colour image, and anything else as
        1 x n_features: rows that are no images.
    n_directions : int, default=12
        Bins of each histogram. With `smooth` the middle of the first is the direction of growing columns,
        without it that is where the first begins.
    signed : bool, default=True
        Whether opposite directions differ: bins span 360 degrees rather than 180.
    smooth : bool, default=True
        Whether a pixel is shared between neighbouring directions and cells.
    cell : int or None, default=None
        Side of a cell, in pixels. None takes a seventh of the shorter side of the image, at least 2.
    block : int or None, default=None
        Side of the overlapping squares of cells that are each scaled to unit length, cut at 0.2, and scaled
        again (L2-Hys). None scales the image as a whole to unit length and takes square roots.

    Attributes
    ----------
    image_shape_ : tuple of int
        (height, width, channels) that the rows were read as.
    n_features_in_ : int
        Number of features seen in `fit`.

    References
    ----------
    Dalal and Triggs (2005), *Histograms of Oriented Gradients for Human Detection*, CVPR.
    Liu, Nakashima, Sako and Fujisawa (2003), *Handwritten Digit Recognition: Benchmarking of State-of-the-Art
    Techniques*, Pattern Recognition 36: shared directions, square roots.
    Arandjelovic and Zisserman (2012), *Three Things Everyone Should Know to Improve Object Retrieval*, CVPR:
    square roots after scaling.

    Examples
    --------
    >>> from estimators import HOG
    >>> HOG((4, 4), n_directions=4, cell=4).fit_transform([[0, 0, 9, 9] * 4])
    array([[1., 0., 0., 0.]], dtype=float32)
    """

    def __init__(
        self,
        image_shape: Sequence[int] | None = None,
        *,
        n_directions: int = 12,
        signed: bool = True,
        smooth: bool = True,
        cell: int | None = None,
        block: int | None = None,
    ) -> None:
        super().__init__(image_shape)
        self.n_directions = n_directions
        self.signed = signed
        self.smooth = smooth
        self.cell = cell
        self.block = block

    def _learn(self, rows: np.ndarray) -> None:
        check_counts(self, "n_directions", optional=("cell", "block"))

    def _transformed(self, images: np.ndarray) -> np.ndarray:
        if self.image_shape_[0] == 1:
            return images
        rise, strength = gradients(images.astype(np.float32))
        planes = self._by_direction(rise, strength)
        pool_rows, pool_columns = map(self._pool, self.image_shape_[:2])
        cells = (pool_rows @ (planes @ pool_columns.T)).transpose(0, 2, 3, 1)
        return _rooted(cells) if self.block is None else _blocks(cells, min(self.block, *cells.shape[1:3]))

    def _by_direction(self, angle: np.ndarray, strength: np.ndarray) -> np.ndarray:
        """Return one plane per direction, shape (n, n_directions, height, width), float32."""
        n, height, width = strength.shape
        planes = np.zeros((n, self.n_directions, height * width), dtype=np.float32)
        lit = np.flatnonzero(strength)
        image, pixel = np.divmod(lit, height * width)
        amount = strength.ravel()[lit]
        place = angle.ravel()[lit] * (self.n_directions / (2 * pi if self.signed else pi))
        lower = np.floor(place)
        bin_ = lower.astype(np.intp) % self.n_directions
        if self.smooth and self.n_directions > 1:
            share = place - lower
            planes[image, (bin_ + 1) % self.n_directions, pixel] = amount * share
            amount = amount * (1 - share)
        planes[image, bin_, pixel] = amount
        return planes.reshape(n, self.n_directions, height, width)

    def _pool(self, side: int) -> np.ndarray:
        """Return the weight of every pixel along one side in every cell, shape (n_cells, side), float32."""
        cell = self._cell()
        n_cells = side // cell
        middles = (side - n_cells * cell) / 2 + cell * (np.arange(n_cells) + 0.5) - 0.5
        away = np.abs(np.arange(side) - middles[:, None]) / cell
        weights = np.maximum(0, 1 - away) if self.smooth else away < 0.5
        return weights.astype(np.float32) / cell

    def _cell(self) -> int:
        shorter = min(self.image_shape_[:2])
        return min(shorter, self.cell or max(2, round(shorter / 7)))

    def _n_new(self) -> int | None:
        if self.image_shape_[0] == 1:
            return None
        rows, columns = (side // self._cell() for side in self.image_shape_[:2])
        block = min(self.block or 1, rows, columns)
        return (rows - block + 1) * (columns - block + 1) * block**2 * self.n_directions


def gradients(images: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return angle and strength of the gradient at every pixel.

    Parameters
    ----------
    images : ndarray of shape (n, height, width, channels), float32

    Returns
    -------
    angle : ndarray of shape (n, height, width), float32
        From the direction of growing columns towards that of growing rows, in radians, -pi to pi.
    strength : ndarray of shape (n, height, width), float32
        Difference of the two neighbours, of the channel where it is largest.
    """
    down, right = np.zeros_like(images), np.zeros_like(images)
    down[:, 1:-1] = images[:, 2:] - images[:, :-2]
    right[:, :, 1:-1] = images[:, :, 2:] - images[:, :, :-2]
    strength = np.hypot(down, right)
    strongest = strength.argmax(axis=3, keepdims=True)
    down, right, strength = (
        np.take_along_axis(part, strongest, axis=3)[..., 0] for part in (down, right, strength)
    )
    return np.arctan2(down, right), strength


def _rooted(cells: np.ndarray) -> np.ndarray:
    length = np.sqrt((cells**2).sum(axis=(1, 2, 3), keepdims=True))
    return np.sqrt(cells / np.maximum(length, np.finfo(np.float32).tiny))


def _blocks(cells: np.ndarray, block: int) -> np.ndarray:
    """Return the scaled blocks, shape (n, rows, columns, block, block, n_directions)."""
    windows = np.lib.stride_tricks.sliding_window_view(cells, (block, block), axis=(1, 2))
    blocks = windows.transpose(0, 1, 2, 4, 5, 3)
    blocks = np.minimum(blocks / _length(blocks), _CLIP)
    return blocks / _length(blocks)


def _length(blocks: np.ndarray) -> np.ndarray:
    return np.sqrt((blocks**2).sum(axis=(3, 4, 5), keepdims=True) + _EPSILON**2)
