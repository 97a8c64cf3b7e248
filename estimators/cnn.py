"""Convolutional networks."""

from __future__ import annotations

from collections.abc import Sequence
from inspect import signature
from numbers import Integral
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike
from sklearn.utils.validation import check_is_fitted, validate_data

from estimators import architectures
from estimators.images import PixelScaler
from estimators.network import NetworkClassifier
from estimators.occlusion import fall_when_covered
from estimators.rows import check_counts
from estimators.training import Phase

if TYPE_CHECKING:
    import keras

# Corners at which a frame one pixel wider is cut out again; the middle one leaves the image as it is.
_VIEWS = ((1, 1), (0, 1), (2, 1), (1, 0), (1, 2), (0, 0), (0, 2), (2, 0), (2, 2))
_LONGEST_SIDE_OF_TWO_BLOCKS = 40
# How images are moved, and below what: more turns a whole circle, slants flat, or mirrors.
_AFFINE = {"rotation": 360, "shear": 90, "zoom": 1, "shift": 1}


class CNN(NetworkClassifier):
    """A compact convolutional network for small images, trained on randomly moved copies of them.

    Blocks of convolutions, each with batch normalisation and rectified linear units, with filters that double
    from block to block; a block halves every side that is still 8 pixels or longer. Then one dense layer
    and softmax. In training each image is rotated, zoomed and shifted a little, if wished
    also sheared and bent, anew in every epoch. Pixels are mapped to 0..1 by the smallest and largest value of
    *all* training pixels; rows that are no images are read as images of height 1, scaled per feature, and not
    changed.

    Parameters
    ----------
    image_shape : tuple of int or None, default=None
        (height, width) or (height, width, channels); rows hold the pixels in that order. None takes a square
        number of features from 64 on as a grey image, three times one as a colour image, and anything else as
        1 x n_features.
    architecture : str or None, default=None
        A name out of :data:`estimators.architectures.ARCHITECTURES`, or layers such as "conv32 relu pool
        dense128 relu drop.5" (see :func:`estimators.architectures.build`). None builds the blocks above from
        the next six parameters, and nothing else goes with them.
    filters : int, default=24
        Of the first block.
    blocks : int or None, default=None
        Number of blocks; None takes 2, and 3 for images with a side of more than 40 pixels.
    depth : int, default=2
        Convolutions of every block but the first, which has one.
    kernel_size : int, default=5
        Side of the windows of the first convolution, in pixels; that of others is 3.
    dense : int, default=128
        Units of the dense layer.
    dropout : float, default=0.0
        Share of inputs dropped before and after the dense layer while training.
    rotation : float, default=8.0
        Largest angle by which a training image is turned, in degrees, either way.
    shear : float, default=0.0
        Largest slant, in degrees, either way.
    zoom : float, default=0.08
        Largest change of height and of width, as a share.
    shift : float, default=0.06
        Largest move along each side, as a share of it.
    elastic : float, default=0.0
        How far an image is bent: the standard deviation of the way of a point along each side, as a share.
    epochs : int, default=5
        Most passes over the training rows.
    batch_size : int or None, default=None
        Rows per step. None takes the power of two in 16..128 next below a 200th of the training rows.
    learning_rate : float, default=3e-3
        Step size, or its peak with the schedule "cosine".
    optimizer : str, dict or keras.optimizers.Optimizer, default="adam"
        As in :class:`KerasClassifier`.
    schedule : {"constant", "cosine", "plateau"}, default="cosine"
        As in :class:`KerasClassifier`.
    label_smoothing : float, default=0.0
        As in :class:`KerasClassifier`.
    averaging : float, default=0.0
        As in :class:`KerasClassifier`.
    finish_epochs : int, default=0
        Epochs that follow with stochastic gradient descent, momentum .5, step size 5e-4 and 32 rows per step.
    views : int, default=1
        Copies of an image whose probabilities are averaged: 1 is the image alone, up to 5 add copies moved by
        a pixel up, down, left and right, up to 9 the diagonals too (Krizhevsky et al. 2012).
    validation_fraction : float, default=0.0
        As in :class:`KerasClassifier`.
    patience : int or None, default=None
        As in :class:`KerasClassifier`.
    callbacks : list of keras.callbacks.Callback or None, default=None
        Copied for each fit.
    verbose : int, default=0
        Keras's own progress: 0 is silent, 1 a bar, 2 a line per epoch.
    device : str, default="auto"
        As in :class:`KerasClassifier`.
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
    Ioffe and Szegedy (2015), *Batch Normalization*, ICML.
    Krizhevsky, Sutskever and Hinton (2012), *ImageNet Classification with Deep Convolutional Neural
    Networks*, NeurIPS.
    LeCun, Bottou, Bengio and Haffner (1998), *Gradient-Based Learning Applied to Document Recognition*,
    Proceedings of the IEEE 86.
    Simard, Steinkraus and Platt (2003), *Best Practices for Convolutional Neural Networks Applied to Visual
    Document Analysis*, ICDAR.
    Srivastava et al. (2014), *Dropout: A Simple Way to Prevent Neural Networks from Overfitting*, JMLR 15.

    Examples
    --------
    >>> import numpy as np
    >>> from estimators import CNN
    >>> X = np.zeros((20, 64))
    >>> X[:10, :32], X[10:, 32:] = 255, 255
    >>> model = CNN(filters=4, blocks=1, epochs=60, random_state=0)
    >>> model.fit(X, ["top"] * 10 + ["bottom"] * 10).image_shape_
    (8, 8, 1)
    >>> model.predict(X[[0, -1]])
    array(['top', 'bottom'], dtype='<U6')
    """

    def __init__(
        self,
        image_shape: Sequence[int] | None = None,
        *,
        architecture: str | None = None,
        filters: int = 24,
        blocks: int | None = None,
        depth: int = 2,
        kernel_size: int = 5,
        dense: int = 128,
        dropout: float = 0.0,
        rotation: float = 8.0,
        shear: float = 0.0,
        zoom: float = 0.08,
        shift: float = 0.06,
        elastic: float = 0.0,
        epochs: int = 5,
        batch_size: int | None = None,
        learning_rate: float = 3e-3,
        optimizer: str | dict | keras.optimizers.Optimizer = "adam",
        schedule: str = "cosine",
        label_smoothing: float = 0.0,
        averaging: float = 0.0,
        finish_epochs: int = 0,
        views: int = 1,
        validation_fraction: float = 0.0,
        patience: int | None = None,
        callbacks: list[keras.callbacks.Callback] | None = None,
        verbose: int = 0,
        device: str = "auto",
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        super().__init__(
            epochs=epochs,
            batch_size=batch_size,
            learning_rate=learning_rate,
            optimizer=optimizer,
            schedule=schedule,
            label_smoothing=label_smoothing,
            averaging=averaging,
            validation_fraction=validation_fraction,
            patience=patience,
            callbacks=callbacks,
            verbose=verbose,
            device=device,
            random_state=random_state,
        )
        self.image_shape = image_shape
        self.architecture = architecture
        self.filters = filters
        self.blocks = blocks
        self.depth = depth
        self.kernel_size = kernel_size
        self.dense = dense
        self.dropout = dropout
        self.rotation = rotation
        self.shear = shear
        self.zoom = zoom
        self.shift = shift
        self.elastic = elastic
        self.finish_epochs = finish_epochs
        self.views = views

    def occlusion(self, X: ArrayLike, y: ArrayLike) -> np.ndarray | None:
        """Return how much each pixel tells: how far the true class falls when its surroundings are covered.

        See :func:`estimators.occlusion.fall_when_covered`.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            A hundred rows are enough.
        y : array-like of shape (n_samples,)
            Each a class that the network knows.

        Returns
        -------
        ndarray of shape (n_features,), float64
            Mean fall of the probability of the true class; all pixels of a patch share one. None if rows are
            no images.

        Raises
        ------
        ValueError
            If the rows are unusable, or `y` holds another class.
        """
        check_is_fitted(self)
        if self.image_shape_[0] == 1:
            return None
        pixels, labels = validate_data(self, X, y, reset=False, dtype=np.float64)
        if unknown := np.setdiff1d(labels, self.classes_).tolist():
            raise ValueError(f"y must hold classes that the network knows; got {unknown[0]!r}.")
        rows, column = np.arange(len(pixels)), np.searchsorted(self.classes_, labels)

        def of_class(X: np.ndarray) -> float:
            return float(self._answers(X)[rows, column].mean())

        return fall_when_covered(of_class, pixels, self.image_shape_)

    def _learn_inputs(self, X: np.ndarray) -> None:
        self.scaler_ = PixelScaler(self.image_shape).fit(X)
        self.image_shape_ = self.scaler_.image_shape_

    def _inputs(self, X: np.ndarray) -> np.ndarray:
        return super()._inputs(X).reshape(-1, *self.image_shape_)

    def _build(self, n_features: int, n_classes: int) -> keras.Model:
        return architectures.build(self.architecture or self._own(), self.image_shape_, n_classes)

    def _own(self) -> str:
        blocks = self.blocks or (3 if max(self.image_shape_[:2]) > _LONGEST_SIDE_OF_TWO_BLOCKS else 2)
        return architectures.pyramid(
            self.filters, blocks, self.depth, self.kernel_size, self.dense, self.dropout
        )

    def _learner(self) -> keras.Model:
        moves = {name: getattr(self, name) for name in _AFFINE}
        if self.image_shape_[0] == 1 or not (any(moves.values()) or self.elastic):
            return self.model_
        import keras

        from estimators.augmentation import RandomAffine, RandomElastic

        changes = [RandomAffine(**moves)] if any(moves.values()) else []
        changes += [RandomElastic(self.elastic)] if self.elastic else []
        return keras.Sequential([keras.Input(self.image_shape_), *changes, self.model_])

    def _probabilities(self, X: np.ndarray) -> np.ndarray:
        height, width, _ = self.image_shape_
        if self.views == 1 or height == 1:
            return super()._probabilities(X)
        framed = np.pad(self._inputs(X), ((0, 0), (1, 1), (1, 1), (0, 0)), mode="edge")
        views = (framed[:, y : y + height, x : x + width] for y, x in _VIEWS[: self.views])
        return np.mean([self._scores(view) for view in views], axis=0)

    def _check_parameters(self) -> None:
        if self.views not in range(1, len(_VIEWS) + 1):
            raise ValueError(f"views must be 1 to {len(_VIEWS)}; got {self.views}.")
        if not 0 <= self.dropout < 1:
            raise ValueError(f"dropout must be at least 0 and below 1; got {self.dropout}; 0.3 is usual.")
        check_counts(self, "filters", "depth", "kernel_size", "dense", optional=("blocks",))
        for name, below in {**_AFFINE, "elastic": 1}.items():
            if not 0 <= getattr(self, name) < below:
                raise ValueError(f"{name} must be at least 0 and below {below}; got {getattr(self, name)}.")
        own, of_blocks = signature(CNN).parameters, signature(architectures.pyramid).parameters
        idle = [name for name in of_blocks if getattr(self, name) != own[name].default]
        if self.architecture and idle:
            raise ValueError(f"{', '.join(idle)} must be left out beside architecture, which says it all.")
        if not isinstance(self.finish_epochs, Integral) or self.finish_epochs < 0:
            raise ValueError(f"finish_epochs must be a whole number, 0 or more; got {self.finish_epochs}.")
        super()._check_parameters()

    def _phases(self) -> list[Phase]:
        finish = {"class_name": "SGD", "config": {"momentum": 0.5}}
        last = [Phase(self.finish_epochs, 32, finish, 5e-4, "constant")] if self.finish_epochs else []
        return super()._phases() + last
