"""Logistic regression."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from sklearn.linear_model import LogisticRegression

from estimators.pipelines import ProbabilisticPipeline


class Logistic(ProbabilisticPipeline):
    """Multinomial logistic regression on scaled rows: the linear model that gives probabilities.

    Rows are scaled as by :class:`PixelScaler`. All classes are fitted together, with an L2 penalty, by a
    quasi-Newton method (L-BFGS) that draws nothing at random.

    Parameters
    ----------
    features : str, default="pixels"
        What the model sees: a row of :data:`estimators.features.FEATURES`.
    image_shape : tuple of int or None, default=None
        (height, width) or (height, width, channels); rows hold the pixels in that order. None takes a square
        number of features from 64 on as a grey image, three times one as a colour image, and anything else as
        1 x n_features: rows that are no images.
    n_components : int, default=100
        Most principal components; of no effect on features without that step.
    C : float, default=1.0
        Inverse strength of the penalty.
    max_iter : int, default=1000
        Most steps; a warning tells that they did not suffice.
    tol : float, default=1e-3
        Stop when no slope of the loss is larger.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        Labels in the order of the probability columns.
    coef_ : ndarray of shape (n_classes, n_features) or (1, n_features)
        Weights of the *scaled* pixels; there for the features "pixels" only.
    pipeline_ : sklearn.pipeline.Pipeline
        The fitted transformers and, as its last step, the library's classifier.
    classifier_ : sklearn.linear_model.LogisticRegression
        That last step, on labels 0..n_classes-1.
    n_iter_ : ndarray of shape (1,), int
        Steps made.
    n_features_in_ : int
        Number of features seen in `fit`.

    References
    ----------
    Hastie, Tibshirani and Friedman (2009), *The Elements of Statistical Learning*, second edition,
    section 4.4.

    Examples
    --------
    >>> from estimators import Logistic
    >>> Logistic().fit([[0], [1], [8], [9]], ["a", "a", "b", "b"]).predict([[0.5], [8.5]])
    array(['a', 'b'], dtype='<U1')
    """

    def __init__(
        self,
        features: str = "pixels",
        image_shape: Sequence[int] | None = None,
        *,
        n_components: int = 100,
        C: float = 1.0,
        max_iter: int = 1000,
        tol: float = 1e-3,
    ) -> None:
        self.features = features
        self.image_shape = image_shape
        self.n_components = n_components
        self.C = C
        self.max_iter = max_iter
        self.tol = tol

    @property
    def coef_(self) -> np.ndarray:
        """Weights of the scaled pixels."""
        if self.features != "pixels":
            raise AttributeError(f"the features {self.features!r} are no pixels; see classifier_.coef_")
        return self.classifier_.coef_

    @property
    def n_iter_(self) -> np.ndarray:
        """Steps made."""
        return self.classifier_.n_iter_

    def _classifier(self) -> LogisticRegression:
        return LogisticRegression(C=self.C, max_iter=self.max_iter, tol=self.tol)
