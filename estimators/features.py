"""The features that a classical model can be given, each a row of steps from pixels on."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.decomposition import PCA
from sklearn.pipeline import Pipeline
from sklearn.utils.validation import check_is_fitted, validate_data

from estimators.images import HOG, Deskew, MeanPool, PixelScaler
from estimators.rows import check_counts

FEATURES: dict[str, tuple[str, ...]] = {
    "pixels": ("scale",),
    "pca": ("scale", "components"),
    "pool": ("scale", "pool"),
    "deskew": ("scale", "deskew"),
    "deskew-pca": ("scale", "deskew", "components"),
    "deskew-pool": ("scale", "deskew", "pool"),
    "hog": ("scale", "deskew", "gradients", "components"),
}
_LONGEST_EXACT_SIDE = 2000


class Components(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):
    """Replace features by their leading principal components, by no more than there are.

    Parameters
    ----------
    n_components : int, default=100
        Most components to keep; fewer features or rows give fewer.

    Attributes
    ----------
    pca_ : sklearn.decomposition.PCA
        The fitted analysis; its signs are fixed. Only of more than 2,000 rows and as many columns are
        components estimated from random projections (Halko, Martinsson and Tropp 2011), of a fixed seed.
    n_features_in_ : int
        Number of features seen in `fit`.

    References
    ----------
    Halko, Martinsson and Tropp (2011), *Finding Structure with Randomness*, SIAM Review 53.

    Examples
    --------
    >>> from estimators import Components
    >>> Components(1).fit_transform([[0, 1], [2, 1], [4, 1]])
    array([[-2.],
           [ 0.],
           [ 2.]])
    """

    def __init__(self, n_components: int = 100) -> None:
        self.n_components = n_components

    def fit(self, X: ArrayLike, y: Any = None) -> Components:
        """Find the directions along which the training rows differ most.

        Parameters
        ----------
        X : array-like of shape (n, n_features)
            Training rows of finite numbers.
        y : None
            Ignored.

        Returns
        -------
        Components
            The transformer itself.

        Raises
        ------
        ValueError
            If there are fewer than two rows, or `n_components` is below 1.
        """
        check_counts(self, "n_components")
        rows = validate_data(self, X, dtype=np.float64, ensure_min_samples=2)
        n_components = min(self.n_components, *rows.shape)
        with np.errstate(invalid="ignore"):  # constant rows have no variance to share out
            self.pca_ = PCA(n_components, svd_solver=_solver(*rows.shape), random_state=0).fit(rows)
        return self

    def transform(self, X: ArrayLike) -> np.ndarray:
        """Return the components of rows.

        Parameters
        ----------
        X : array-like of shape (n, n_features)
            Rows of finite numbers.

        Returns
        -------
        ndarray of shape (n, n_components), float64
            In double precision, so that the distance of near neighbours is more than rounding.
        """
        check_is_fitted(self)
        return self.pca_.transform(validate_data(self, X, reset=False, dtype=np.float64))

    @property
    def _n_features_out(self) -> int:
        return self.pca_.n_components_


def _solver(n_rows: int, n_features: int) -> str:
    """Return the cheapest way to leading components: exact ones as long as one of the sides is short."""
    if min(n_rows, n_features) > _LONGEST_EXACT_SIDE:
        return "randomized"
    return "covariance_eigh" if n_features <= n_rows else "full"


def feature_steps(
    features: str, image_shape: Sequence[int] | None = None, n_components: int = 100
) -> Pipeline:
    """Return the unfitted transformers of a row of `FEATURES`.

    Parameters
    ----------
    features : str
        Name of the row.
    image_shape : sequence of int or None
        How rows are read as images, as in :func:`estimators.image_shape.read_image_shape`.
    n_components : int
        Most principal components, where the row has that step.

    Raises
    ------
    ValueError
        If there is no such row.
    """
    if features not in FEATURES:
        raise ValueError(f"features must be one of {', '.join(FEATURES)}; got {features!r}")
    steps = {
        "scale": PixelScaler(image_shape),
        "deskew": Deskew(image_shape, resize=True),
        "pool": MeanPool(image_shape),
        "gradients": HOG(image_shape),
        "components": Components(n_components),
    }
    return Pipeline([(name, steps[name]) for name in FEATURES[features]])


def frequent_columns(X: np.ndarray, least: float) -> np.ndarray:
    """Return the columns of which at least this share of the rows is missing or differs from the median."""
    everything = np.arange(X.shape[1])
    if least == 0:
        return everything
    with warnings.catch_warnings(action="ignore", category=RuntimeWarning):  # columns without any value
        median = np.nanmedian(X, axis=0)
    kept = np.flatnonzero((median != X).mean(axis=0) >= least)
    return kept if len(kept) else everything
