"""Convolutional networks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from estimators.image_shape import read_image_shape
from estimators.keras_classifier import KerasClassifier

if TYPE_CHECKING:
    import keras

_SHORTEST_HALVED_SIDE = 8


class CNN(KerasClassifier):
    """A compact convolutional network for small images.

    Blocks of one convolution each, with filters that double from block to block; a block halves every side
    that is still 8 pixels or longer. Then dropout, one dense layer, dropout and softmax: LeCun's layout with
    rectified linear units. Pixels are mapped to 0..1 by the smallest and largest value of *all* training
    pixels; rows that are no images are read as images of height 1 and scaled per feature.

    Parameters
    ----------
    image_shape : tuple of int or None, default=None
        (height, width) or (height, width, channels); rows hold the pixels in that order. None takes a square
        number of features from 4 on as a grey image, three times a square as a colour image, and anything
        else as 1 x n_features.
    filters : int, default=16
        Filters of the first block.
    blocks : int, default=3
        Number of blocks.
    kernel_size : int, default=3
        Side of the convolution windows, in pixels.
    dense : int, default=128
        Units of the dense layer.
    dropout : float, default=0.3
        Share of inputs dropped before and after the dense layer while training.
    epochs : int, default=10
        Most passes over the training rows.
    batch_size : int or None, default=None
        Rows per step. None takes the power of two in 16..128 next below a 200th of the training rows.
    learning_rate : float, default=3e-3
        Step size, or its peak with the schedule "cosine".
    optimizer : str, dict or keras.optimizers.Optimizer, default="adam"
        As in :class:`KerasClassifier`.
    schedule : {"constant", "cosine"}, default="cosine"
        As in :class:`KerasClassifier`.
    validation_fraction : float, default=0.0
        As in :class:`KerasClassifier`.
    patience : int or None, default=None
        As in :class:`KerasClassifier`.
    callbacks : list of keras.callbacks.Callback or None, default=None
        Copied for each fit.
    verbose : int, default=0
        Keras's own progress: 0 is silent, 1 a bar, 2 a line per epoch.
    random_state : int, RandomState instance or None, default=None
        As in :class:`KerasClassifier`.

    Attributes
    ----------
    image_shape_ : tuple of int
        (height, width, channels) that the rows were read as.
    offset_, span_ : ndarray of shape () or (n_features,), float64
        Smallest training value and range; inputs are ``(X - offset_) / span_``.

    See Also
    --------
    KerasClassifier : the other attributes, and the method it all rests on.

    References
    ----------
    LeCun, Bottou, Bengio and Haffner (1998), *Gradient-Based Learning Applied to Document Recognition*,
    Proceedings of the IEEE 86.
    Srivastava et al. (2014), *Dropout: A Simple Way to Prevent Neural Networks from Overfitting*, JMLR 15.

    Examples
    --------
    >>> import numpy as np
    >>> from estimators import CNN
    >>> X = np.zeros((20, 64))
    >>> X[:10, :32], X[10:, 32:] = 255, 255
    >>> model = CNN(filters=2, blocks=1, dense=8, random_state=0).fit(X, ["top"] * 10 + ["bottom"] * 10)
    >>> model.image_shape_
    (8, 8, 1)
    >>> model.predict(X[[0, -1]])
    array(['top', 'bottom'], dtype='<U6')
    """

    def __init__(
        self,
        image_shape: Sequence[int] | None = None,
        *,
        filters: int = 16,
        blocks: int = 3,
        kernel_size: int = 3,
        dense: int = 128,
        dropout: float = 0.3,
        epochs: int = 10,
        batch_size: int | None = None,
        learning_rate: float = 3e-3,
        optimizer: str | dict | keras.optimizers.Optimizer = "adam",
        schedule: str = "cosine",
        validation_fraction: float = 0.0,
        patience: int | None = None,
        callbacks: list[keras.callbacks.Callback] | None = None,
        verbose: int = 0,
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        super().__init__(
            epochs=epochs,
            batch_size=batch_size,
            learning_rate=learning_rate,
            optimizer=optimizer,
            schedule=schedule,
            validation_fraction=validation_fraction,
            patience=patience,
            callbacks=callbacks,
            verbose=verbose,
            random_state=random_state,
        )
        self.image_shape = image_shape
        self.filters = filters
        self.blocks = blocks
        self.kernel_size = kernel_size
        self.dense = dense
        self.dropout = dropout

    def _learn_inputs(self, X: np.ndarray) -> None:
        self.image_shape_ = read_image_shape(self.image_shape, X.shape[1])
        self._learn_scale(X, axis=0 if self.image_shape_[0] == 1 else None)

    def _inputs(self, X: np.ndarray) -> np.ndarray:
        return super()._inputs(X).reshape(-1, *self.image_shape_)

    def _build(self, n_features: int, n_classes: int) -> keras.Model:
        import keras

        layers = keras.layers
        pixels = hidden = keras.Input(self.image_shape_)
        for block in range(self.blocks):
            height, width = hidden.shape[1:3]
            window = (min(height, self.kernel_size), min(width, self.kernel_size))
            hidden = layers.Conv2D(self.filters * 2**block, window, padding="same", activation="relu")(hidden)
            hidden = layers.MaxPooling2D((_stride(height), _stride(width)))(hidden)
        hidden = layers.Dropout(self.dropout)(layers.Flatten()(hidden))
        hidden = layers.Dense(self.dense, activation="relu")(hidden)
        hidden = layers.Dropout(self.dropout)(hidden)
        return keras.Model(pixels, layers.Dense(n_classes, activation="softmax")(hidden))


def _stride(side: int) -> int:
    return 2 if side >= _SHORTEST_HALVED_SIDE else 1
