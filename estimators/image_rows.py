"""What all transformers of image rows share: the image shape, the checks, and single precision out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils import Tags
from sklearn.utils.validation import _check_feature_names_in, check_is_fitted, validate_data

from estimators.image_shape import read_image_shape

_CHUNK = 1 << 17


class ImageTransformer(TransformerMixin, BaseEstimator):
    """Base of the transformers of rows that hold images.

    A subclass says what becomes of a few images in `_transformed`, and may learn from the training rows in
    `_learn`. Rows come in chunks that stay in the processor's cache, so memory does not grow with their
    number beyond the result itself.

    Parameters
    ----------
    image_shape : tuple of int or None, default=None
        (height, width) or (height, width, channels); rows hold the pixels in that order. None takes a square
        number of features from 64 on as a grey image, three times one as a colour image, and anything else as
        1 x n_features.

    Attributes
    ----------
    image_shape_ : tuple of int
        (height, width, channels) that the rows were read as.
    n_features_in_ : int
        Number of features seen in `fit`.
    """

    def __init__(self, image_shape: Sequence[int] | None = None) -> None:
        self.image_shape = image_shape

    def fit(self, X: ArrayLike, y: Any = None) -> ImageTransformer:
        """Read the shape of the images, and learn from them what is to be learnt.

        Parameters
        ----------
        X : array-like of shape (n, n_features)
            Training rows of finite numbers.
        y : None
            Ignored.

        Returns
        -------
        ImageTransformer
            The transformer itself.

        Raises
        ------
        ValueError
            If the rows are unusable, or `image_shape` does not fit them.
        """
        rows = validate_data(self, X)
        self.image_shape_ = read_image_shape(self.image_shape, rows.shape[1])
        self._learn(rows)
        return self

    def transform(self, X: ArrayLike) -> np.ndarray:
        """Transform rows, each on its own.

        Parameters
        ----------
        X : array-like of shape (n, n_features)
            Rows of finite numbers.

        Returns
        -------
        ndarray of shape (n, n_features_out), float32
            The new features; the class says what becomes of rows that are no images (height 1).
        """
        check_is_fitted(self)
        rows = validate_data(self, X, reset=False)
        out = np.empty((len(rows), self._n_new() or rows.shape[1]), dtype=np.float32)
        for part in chunks(len(rows), rows.shape[1]):
            images = rows[part].reshape(-1, *self.image_shape_)
            out[part] = self._transformed(images).reshape(len(images), -1)
        return out

    def get_feature_names_out(self, input_features: ArrayLike | None = None) -> np.ndarray:
        """Return the names of the output features.

        Parameters
        ----------
        input_features : array-like of shape (n_features,) or None, default=None
            Names of the input features; None takes those seen in `fit`.

        Returns
        -------
        ndarray of shape (n_features_out,), object
            The input's own names where each output stands for one pixel, else the class's name and a number.
        """
        check_is_fitted(self)
        names = _check_feature_names_in(self, input_features)
        n_new = self._n_new()
        if n_new is None:
            return names
        return np.array([f"{type(self).__name__.lower()}{k}" for k in range(n_new)], dtype=object)

    def _learn(self, rows: np.ndarray) -> None:
        """Learn from the training rows; there is nothing to learn unless a subclass says so."""

    def _transformed(self, images: np.ndarray) -> np.ndarray:
        raise NotImplementedError

    def _n_new(self) -> int | None:
        """Return the number of output features, or None where each stands for an input pixel."""
        return None

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = ["float32"]
        return tags


def chunks(n: int, size: int) -> Iterator[slice]:
    """Cut `n` rows of `size` numbers each into parts that stay in the processor's cache."""
    step = max(1, _CHUNK // max(1, size))
    return (slice(start, start + step) for start in range(0, n, step))
