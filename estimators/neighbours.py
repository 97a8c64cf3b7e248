"""Classification by the nearest training rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.neighbors import KNeighborsClassifier

from estimators.pipelines import ProbabilisticPipeline

_LEAST_DISTANCE = 1e-6


class KNN(ProbabilisticPipeline):
    """The vote of the nearest training rows, in pixels or in image features.

    Distances are Euclidean and all computed: in hundreds of dimensions no tree saves any.

    Parameters
    ----------
    features : str, default="pixels"
        In what rows are compared: a row of :data:`estimators.features.FEATURES`. "pixels" are the rows scaled
        as by :class:`PixelScaler`; "deskew-pca" the leading principal components of images straightened and
        brought to one size by :class:`Deskew`.
    image_shape : tuple of int or None, default=None
        (height, width) or (height, width, channels); rows hold the pixels in that order. None takes a square
        number of features from 64 on as a grey image, three times one as a colour image, and anything else as
        1 x n_features: rows that are no images.
    n_components : int, default=50
        Most principal components; of no effect on features without that step.
    n_neighbors : int, default=4
        Voting rows.
    weights : {"uniform", "distance"}, default="distance"
        Whether each vote counts alike or by the inverse of its distance, taken as 1e-6 at least.
    n_jobs : int or None, default=None
        Threads; the result does not depend on it.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        Labels in the order of the probability columns.
    pipeline_ : sklearn.pipeline.Pipeline
        The fitted transformers and, as its last step, the library's classifier.
    classifier_ : sklearn.neighbors.KNeighborsClassifier
        That last step, on labels 0..n_classes-1.
    n_features_in_ : int
        Number of features seen in `fit`.

    References
    ----------
    Cover and Hart (1967), *Nearest Neighbor Pattern Classification*, IEEE Transactions on Information
    Theory 13.

    Examples
    --------
    >>> from estimators import KNN
    >>> KNN(n_neighbors=1).fit([[0], [1], [8], [9]], ["a", "a", "b", "b"]).predict([[2], [7]])
    array(['a', 'b'], dtype='<U1')
    """

    def __init__(
        self,
        features: str = "pixels",
        image_shape: Sequence[int] | None = None,
        *,
        n_components: int = 50,
        n_neighbors: int = 4,
        weights: str = "distance",
        n_jobs: int | None = None,
    ) -> None:
        self.features = features
        self.image_shape = image_shape
        self.n_components = n_components
        self.n_neighbors = n_neighbors
        self.weights = weights
        self.n_jobs = n_jobs

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:  # type: ignore[override]
        """Learn the features and keep the training rows.

        Parameters
        ----------
        X : array-like of shape (n, n_features)
            Training rows of finite numbers.
        y : array-like of shape (n,)
            Labels of any kind, two classes or more.

        Returns
        -------
        KNN
            The estimator itself.

        Raises
        ------
        ValueError
            If the rows or labels are unusable, hold one class only or are fewer than `n_neighbors`, or a
            parameter is out of its range.
        """
        super().fit(X, y)
        n_rows = self.pipeline_[-1].n_samples_fit_
        if n_rows < self.n_neighbors:
            raise ValueError(
                f"n_neighbors={self.n_neighbors} needs as many training rows; got n_samples = {n_rows}; "
                "pass more rows or lower it."
            )
        return self

    def _classifier(self) -> KNeighborsClassifier:
        weights = _closeness if self.weights == "distance" else self.weights
        return KNeighborsClassifier(self.n_neighbors, weights=weights, algorithm="brute", n_jobs=self.n_jobs)


def _closeness(distances: np.ndarray) -> np.ndarray:
    """Return the inverse of distances, none so small that rounding decides it."""
    return 1 / np.maximum(distances, _LEAST_DISTANCE)
