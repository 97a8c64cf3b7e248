"""Any Keras model as a scikit-learn classifier."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from estimators.network import NetworkClassifier

if TYPE_CHECKING:
    import keras


class KerasClassifier(NetworkClassifier):
    """Train a Keras model as a scikit-learn classifier.

    Features reach the model as float32 in 0..1, by each feature's range in the training rows; a later value
    outside that range is moved to its end. Labels may be of any kind. Fitted objects pickle as architecture
    and weights, without the optimizer. Layers with arbitrary code (``Lambda``) are not supported.

    Parameters
    ----------
    model : callable or None, default=None
        Called as ``model(n_features, n_classes)``, with n_classes at least 2; returns an uncompiled
        :class:`keras.Model`, Sequential or functional, that maps (n, n_features) to softmax probabilities
        (n, n_classes). None builds a perceptron with one hidden layer of 128 units. A function of a module,
        not a lambda, can be pickled.
    epochs : int, default=20
        Most passes over the training rows.
    batch_size : int or None, default=None
        Rows per step. None takes the power of two in 16..128 next below a 200th of the training rows.
    learning_rate : float, default=1e-3
        Step size, or its peak with the schedule "cosine".
    optimizer : str, dict or keras.optimizers.Optimizer, default="adam"
        Anything that :func:`keras.optimizers.get` knows; of an instance only the settings are used, and
        `learning_rate` replaces its own.
    schedule : {"constant", "cosine", "plateau"}, default="constant"
        "cosine" rises for the first fifth of all steps and then falls along a half cosine to zero; "plateau"
        divides by ten, twice at most, after 3 epochs without a `val_loss` lower by 1e-4.
    label_smoothing : float, default=0.0
        Share of each target that is spread evenly over all classes while training (Szegedy et al. 2016).
    averaging : float, default=0.0
        Momentum of an exponential moving average of the weights that replaces them at the end (Polyak and
        Juditsky 1992); 0 keeps the last weights.
    validation_fraction : float, default=0.0
        Share of the training rows set aside to measure `val_loss` and `val_accuracy` after each epoch.
    patience : int or None, default=None
        Stop after this many epochs without a lower `val_loss`, and keep the weights of the best epoch.
    callbacks : list of keras.callbacks.Callback or None, default=None
        Copied for each fit.
    verbose : int, default=0
        Keras's own progress: 0 is silent, 1 a bar, 2 a line per epoch.
    device : str, default="auto"
        "auto" trains on the accelerator if the backend sees one; "cpu" and "gpu" (or "gpu:1") insist.
    random_state : int, RandomState instance or None, default=None
        Initial weights, row order, dropout and the validation split. On a CPU, equal seeds give equal models,
        but not from several threads at once, because Keras's seed is global.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        Labels in the order of the probability columns.
    model_ : keras.Model
        The trained network.
    history_ : dict of str to list of float
        One value per epoch: "loss", "accuracy" and "learning_rate", with validation rows also "val_loss" and
        "val_accuracy".
    scaler_ : PixelScaler
        What maps features to inputs.
    offset_, span_ : ndarray of shape (n_features,) or (), float64
        Smallest training value and range; inputs are ``(X - offset_) / span_``.
    n_parameters_ : int
        Number of weights.
    device_ : str
        Where the network was trained: "cpu", or "gpu:0" for the first accelerator.
    n_features_in_ : int
        Number of features seen in `fit`.

    References
    ----------
    Kingma and Ba (2015), *Adam: A Method for Stochastic Optimization*, ICLR.
    Loshchilov and Hutter (2017), *SGDR: Stochastic Gradient Descent with Warm Restarts*, ICLR.
    Polyak and Juditsky (1992), *Acceleration of Stochastic Approximation by Averaging*, SIAM J. Control 30.
    Prechelt (1998), *Early Stopping - But When?*, Neural Networks: Tricks of the Trade.
    Szegedy et al. (2016), *Rethinking the Inception Architecture for Computer Vision*, CVPR.

    Examples
    --------
    >>> from estimators import KerasClassifier
    >>> model = KerasClassifier(learning_rate=0.05, random_state=0)
    >>> model.fit([[0], [1], [8], [9]], ["a", "a", "b", "b"]).predict([[2], [7]])
    array(['a', 'b'], dtype='<U1')
    """

    def __init__(
        self,
        model: Callable[[int, int], keras.Model] | None = None,
        *,
        epochs: int = 20,
        batch_size: int | None = None,
        learning_rate: float = 1e-3,
        optimizer: str | dict | keras.optimizers.Optimizer = "adam",
        schedule: str = "constant",
        label_smoothing: float = 0.0,
        averaging: float = 0.0,
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
        self.model = model

    def _build(self, n_features: int, n_classes: int) -> keras.Model:
        import keras

        if self.model is not None:
            return self.model(n_features, n_classes)
        return keras.Sequential(
            [
                keras.Input((n_features,)),
                keras.layers.Dense(128, activation="relu"),
                keras.layers.Dense(n_classes, activation="softmax"),
            ]
        )
