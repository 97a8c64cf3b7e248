"""The one rule by which rows of features are read as images."""

from collections.abc import Sequence
from math import isqrt, prod
from numbers import Integral

_LEAST_GUESSED_SIDE = 8  # smaller squares are more often tables than images


def read_image_shape(wished: Sequence[int] | None, n_features: int) -> tuple[int, int, int]:
    """Return how rows are read as images: (height, width, channels), pixels in that order.

    Parameters
    ----------
    wished : sequence of int or None
        (height, width) or (height, width, channels). None takes a square number of features from 64 on as a
        grey image, three times one as a colour image, and anything else as 1 x n_features.
    n_features : int
        Number of columns.

    Raises
    ------
    ValueError
        If `wished` does not give that number.
    """
    if wished is None:
        return _guessed_shape(n_features)
    if not _fits(wished, n_features):
        raise ValueError(
            "image_shape must be (height, width) or (height, width, channels) with a product of "
            f"{n_features} features; got {wished!r}; leave it at None to have it chosen."
        )
    height, width, channels = (*wished, 1)[:3]
    return height, width, channels


def _fits(wished: object, n_features: int) -> bool:
    """Return whether these are two or three sizes of an image with so many features."""
    if not isinstance(wished, Sequence) or len(wished) not in (2, 3):
        return False
    return all(isinstance(side, Integral) and int(side) > 0 for side in wished) and prod(wished) == n_features


def _guessed_shape(n_features: int) -> tuple[int, int, int]:
    for channels in (1, 3):
        side = isqrt(n_features // channels)
        if side >= _LEAST_GUESSED_SIDE and side * side * channels == n_features:
            return side, side, channels
    return 1, n_features, 1
