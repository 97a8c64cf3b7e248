"""Images as features: scaling, straightening, pooling, gradients, and the warp below them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from estimators.hog import HOG
from estimators.image_rows import ImageTransformer, chunks
from estimators.moments import moments, upright
from estimators.rows import check_counts

__all__ = ["HOG", "Deskew", "MeanPool", "PixelScaler", "warp"]


def warp(images: np.ndarray, matrices: np.ndarray) -> np.ndarray:
    """Resample images, each by an affine map of its own; bilinear, zero outside.

    Parameters
    ----------
    images : ndarray of shape (n, height, width, channels), float32
        What to resample.
    matrices : ndarray of shape (n, 2, 3)
        For each image the map from (row, column, 1) of an output pixel to the row and column of the input,
        in pixels: the convention of :func:`scipy.ndimage.affine_transform`.

    Returns
    -------
    ndarray of shape (n, height, width, channels), float32
        Outside its pixels an image is zero, and so fades out within one pixel of its border (SciPy's mode
        "grid-constant").

    Examples
    --------
    >>> import numpy as np
    >>> from estimators.images import warp
    >>> one_up = np.array([[[1, 0, 1], [0, 1, 0]]])
    >>> warp(np.array([[[[1], [2]], [[3], [4]]]]), one_up)[0, :, :, 0]
    array([[3., 4.],
           [0., 0.]], dtype=float32)
    """
    images = np.asarray(images, dtype=np.float32)
    warped = np.empty_like(images)
    for part in chunks(len(images), int(np.prod(images.shape[1:]))):
        _warp_into(warped[part], images[part], matrices[part])
    return warped


class PixelScaler(ImageTransformer):
    """Map training values to 0..1: images by one scale for all pixels, other rows by one for each feature.

    The pixels of images share their unit, and a pixel that is hardly ever lit must not be blown up; ordinary
    columns may differ by orders of magnitude. A constant feature becomes 0, and a later value outside the
    range seen in training is moved to the end of that range.

    Parameters
    ----------
    image_shape : tuple of int or None, default=None
        (height, width) or (height, width, channels); rows hold the pixels in that order. None takes a square
        number of features from 64 on as a grey image, three times one as a colour image, and anything else as
        1 x n_features: rows that are no images.

    Attributes
    ----------
    image_shape_ : tuple of int
        (height, width, channels) that the rows were read as.
    offset_, span_ : ndarray of shape () or (n_features,), float64
        Smallest training value and range; outputs are ``(X - offset_) / span_``, held within 0..1.
    n_features_in_ : int
        Number of features seen in `fit`.

    Examples
    --------
    >>> from estimators import PixelScaler
    >>> PixelScaler((2, 2)).fit_transform([[0, 16, 8, 0], [4, 0, 0, 4]])
    array([[0.  , 1.  , 0.5 , 0.  ],
           [0.25, 0.  , 0.  , 0.25]], dtype=float32)
    """

    def _learn(self, rows: np.ndarray) -> None:
        axis = 0 if self.image_shape_[0] == 1 else None
        self.offset_ = np.asarray(rows.min(axis=axis), dtype=np.float64)
        span = rows.max(axis=axis) - self.offset_
        self.span_ = np.where(span > 0, span, 1.0)

    def _transformed(self, images: np.ndarray) -> np.ndarray:
        scaled = (images.reshape(len(images), -1) - self.offset_) / self.span_
        return np.clip(scaled, 0, 1)


class Deskew(ImageTransformer):
    """Straighten slanting images and move their centre of mass to the middle, by one affine map.

    The slant is that of the line which predicts the column of the light from its row: the ratio of the second
    moments, at most 45 degrees either way. Light is the distance of a pixel from the background, which is one
    for all images, so that ink on white paper counts as chalk on a blackboard does; the channels of a colour
    image are moved together, by the mean of their distances. Rows that are no images (height 1), and empty
    images, stay as they are.

    With `resize`, height and width are changed too, each by a factor of at most two, until the light spreads
    as far along rows and along columns as it does on average in the training images.

    Parameters
    ----------
    image_shape : tuple of int or None, default=None
        (height, width) or (height, width, channels); rows hold the pixels in that order. None takes a square
        number of features from 64 on as a grey image, three times one as a colour image, and anything else as
        1 x n_features: rows that are no images.
    resize : bool, default=False
        Whether images are brought to one size.

    Attributes
    ----------
    image_shape_ : tuple of int
        (height, width, channels) that the rows were read as.
    background_ : ndarray of shape (channels,), float64
        Median of the corner pixels of the training images.
    spread_ : ndarray of shape (2,), float64, or None
        Mean standard deviation of the light along rows and columns of the straightened training images, in
        pixels; None without `resize`.
    n_features_in_ : int
        Number of features seen in `fit`.

    References
    ----------
    LeCun, Bottou, Bengio and Haffner (1998), *Gradient-Based Learning Applied to Document Recognition*,
    Proceedings of the IEEE 86: section III, "deslanting".
    Liu, Nakashima, Sako and Fujisawa (2004), *Handwritten Digit Recognition: Investigation of Normalization
    and Feature Extraction Techniques*, Pattern Recognition 37: size by moments.

    Examples
    --------
    >>> import numpy as np
    >>> from estimators import Deskew
    >>> slash = np.pad(np.eye(3)[::-1], 1)
    >>> Deskew((5, 5)).fit_transform(slash.reshape(1, 25)).reshape(5, 5)[1:4]
    array([[0., 0., 1., 0., 0.],
           [0., 0., 1., 0., 0.],
           [0., 0., 1., 0., 0.]], dtype=float32)
    """

    def __init__(self, image_shape: Sequence[int] | None = None, *, resize: bool = False) -> None:
        super().__init__(image_shape)
        self.resize = resize

    def _learn(self, rows: np.ndarray) -> None:
        self.background_, self.spread_ = np.zeros(self.image_shape_[2]), None
        if self.image_shape_[0] == 1:
            return
        self.background_ = _background(rows.reshape(-1, *self.image_shape_))
        if self.resize:
            parts = (rows[part].reshape(-1, *self.image_shape_) for part in chunks(*rows.shape))
            found = [moments(images - self.background_) for images in parts]
            spreads = np.concatenate([part.spread[part.lit] for part in found])
            mean = spreads.mean(axis=0) if len(spreads) else np.zeros(2)
            self.spread_ = np.maximum(mean, np.finfo(float).tiny)

    def _transformed(self, images: np.ndarray) -> np.ndarray:
        if self.image_shape_[0] == 1:
            return images
        light = images - self.background_
        return warp(light, upright(light, self.spread_)) + self.background_


def _background(images: np.ndarray) -> np.ndarray:
    """Return the median of the corners of images (n, height, width, channels), by channel."""
    return np.median(images[:, [0, 0, -1, -1], [0, -1, 0, -1]], axis=(0, 1)).astype(np.float64)


class MeanPool(ImageTransformer):
    """Shrink images: each output pixel is the mean of a square of `side` x `side` input pixels.

    Rows and columns that are left over at the bottom and the right are left out. Rows that are no images
    (height 1), and images of fewer than `side` pixels either way, stay as they are.

    Parameters
    ----------
    image_shape : tuple of int or None, default=None
        (height, width) or (height, width, channels); rows hold the pixels in that order. None takes a square
        number of features from 64 on as a grey image, three times one as a colour image, and anything else as
        1 x n_features: rows that are no images.
    side : int or None, default=None
        Height and width of the squares, in pixels. None takes a fourteenth of the shorter side of the image,
        rounded down; so images below 28 pixels stay as they are.

    Attributes
    ----------
    image_shape_ : tuple of int
        (height, width, channels) that the rows were read as.
    n_features_in_ : int
        Number of features seen in `fit`.

    Examples
    --------
    >>> from estimators import MeanPool
    >>> MeanPool((4, 4), side=2).fit_transform([[0, 2, 5, 5, 2, 4, 5, 5, 0, 0, 8, 0, 0, 0, 0, 0]])
    array([[2., 5., 0., 2.]], dtype=float32)
    """

    def __init__(self, image_shape: Sequence[int] | None = None, *, side: int | None = None) -> None:
        super().__init__(image_shape)
        self.side = side

    def _learn(self, rows: np.ndarray) -> None:
        check_counts(self, optional=("side",))

    def _transformed(self, images: np.ndarray) -> np.ndarray:
        if self._n_new() is None:
            return images
        side = self._side()
        rows, columns = images.shape[1] // side, images.shape[2] // side
        whole = images[:, : rows * side, : columns * side].astype(np.float32)
        squares = whole.reshape(len(images), rows, side, columns, side, -1)
        return squares.mean(axis=(2, 4))

    def _n_new(self) -> int | None:
        height, width, channels = self.image_shape_
        side = self._side()
        if height == 1 or side == 1 or min(height, width) < side:
            return None
        return (height // side) * (width // side) * channels

    def _side(self) -> int:
        return self.side or max(1, min(self.image_shape_[:2]) // 14)


def _warp_into(out: np.ndarray, images: np.ndarray, matrices: np.ndarray) -> None:
    n, height, width, channels = images.shape
    framed = np.zeros((channels, n, height + 3, width + 3), dtype=np.float32)
    framed[:, :, 1 : height + 1, 1 : width + 1] = images.transpose(3, 0, 1, 2)
    row, down = _source(matrices[:, 0], height, width, height)
    column, right = _source(matrices[:, 1], height, width, width)
    corner = (np.arange(n)[:, None, None] * (height + 3) + row) * (width + 3) + column
    for channel, plane in enumerate(framed.reshape(channels, -1)):
        upper = _between(plane, corner, right)
        lower = _between(plane[width + 3 :], corner, right)
        out[..., channel] = upper + down * (lower - upper)


def _source(lines: np.ndarray, height: int, width: int, side: int) -> tuple[np.ndarray, np.ndarray]:
    """Return where each output pixel comes from along one side of the framed images: whole part and rest."""
    lines = lines.astype(np.float32)
    by_row = lines[:, :1] * np.arange(height, dtype=np.float32) + (lines[:, 2:] + 1)
    by_column = lines[:, 1:2] * np.arange(width, dtype=np.float32)
    place = by_row[:, :, None] + by_column[:, None, :]
    np.clip(place, 0, side + 1, out=place)
    whole = place.astype(np.intp)
    return whole, place - whole.astype(np.float32)


def _between(plane: np.ndarray, left: np.ndarray, share: np.ndarray) -> np.ndarray:
    """Interpolate between pixels of a flat plane and their right neighbours."""
    first = plane.take(left, mode="clip")
    return first + share * (plane[1:].take(left, mode="clip") - first)
