"""The plain neural network of scikit-learn."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier

from estimators.pipelines import ProbabilisticPipeline


class MLP(ProbabilisticPipeline):
    """A multilayer perceptron without convolutions, trained by Adam for a fixed number of epochs.

    Rows are scaled as by :class:`PixelScaler`. Hidden units are rectified linear, the output is softmax.

    Parameters
    ----------
    features : str, default="pixels"
        What the network sees: a row of :data:`estimators.features.FEATURES`.
    image_shape : tuple of int or None, default=None
        (height, width) or (height, width, channels); rows hold the pixels in that order. None takes a square
        number of features from 64 on as a grey image, three times one as a colour image, and anything else as
        1 x n_features: rows that are no images.
    n_components : int, default=100
        Most principal components; of no effect on features without that step.
    hidden : int, default=256
        Units of each hidden layer.
    layers : int, default=1
        Number of hidden layers.
    epochs : int, default=20
        Passes over the training rows.
    batch_size : int, default=128
        Rows per step, at most.
    learning_rate : float, default=1e-3
        Step size.
    alpha : float, default=1e-4
        L2 penalty.
    random_state : int, RandomState instance or None, default=None
        First weights, and the order of the rows within an epoch.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        Labels in the order of the probability columns.
    pipeline_ : sklearn.pipeline.Pipeline
        The fitted transformers and, as its last step, the library's classifier.
    classifier_ : sklearn.neural_network.MLPClassifier
        That last step, on labels 0..n_classes-1.
    n_features_in_ : int
        Number of features seen in `fit`.

    References
    ----------
    Rumelhart, Hinton and Williams (1986), *Learning Representations by Back-Propagating Errors*, Nature 323.
    Kingma and Ba (2015), *Adam: A Method for Stochastic Optimization*, ICLR.

    Examples
    --------
    >>> from estimators import MLP
    >>> model = MLP(hidden=8, epochs=50, learning_rate=0.1, random_state=0)
    >>> model.fit([[0], [1], [8], [9]], ["a", "a", "b", "b"]).predict([[0.5], [8.5]])
    array(['a', 'b'], dtype='<U1')
    """

    def __init__(
        self,
        features: str = "pixels",
        image_shape: Sequence[int] | None = None,
        *,
        n_components: int = 100,
        hidden: int = 256,
        layers: int = 1,
        epochs: int = 20,
        batch_size: int = 128,
        learning_rate: float = 1e-3,
        alpha: float = 1e-4,
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        self.features = features
        self.image_shape = image_shape
        self.n_components = n_components
        self.hidden = hidden
        self.layers = layers
        self.epochs = epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.alpha = alpha
        self.random_state = random_state

    def fit(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Learn the features and train the network for all its epochs.

        Parameters
        ----------
        X : array-like of shape (n, n_features)
            Training rows of finite numbers.
        y : array-like of shape (n,)
            Labels of any kind, two classes or more.
        sample_weight : array-like of shape (n,) or None, default=None
            Weight per row; rows of weight 0 are left out.

        Returns
        -------
        MLP
            The estimator itself.

        Raises
        ------
        ValueError
            If the rows or labels are unusable or hold one class only, or a parameter is out of its range.
        """
        with warnings.catch_warnings():
            # The number of epochs is ours to set, and few rows make one batch.
            warnings.simplefilter("ignore", ConvergenceWarning)
            warnings.filterwarnings("ignore", "Got `batch_size`", UserWarning)
            return super().fit(X, y, sample_weight)

    def _classifier(self) -> MLPClassifier:
        return MLPClassifier(
            (self.hidden,) * self.layers,
            alpha=self.alpha,
            batch_size=self.batch_size,
            learning_rate_init=self.learning_rate,
            max_iter=self.epochs,
            n_iter_no_change=self.epochs,
            random_state=self.random_state,
        )
