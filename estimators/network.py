"""The bridge from a Keras model to the scikit-learn contract.

Neither ``keras.wrappers`` nor SciKeras keeps that contract (cloning, stratified folds, probabilities), so
this is a bridge of our own, written against the backend-neutral part of Keras 3. Keras takes seconds to
import, so that is put off until a network is built.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted, validate_data

from estimators.devices import accelerators, chosen_device, on_device
from estimators.images import PixelScaler
from estimators.rows import Rows, check_fraction, inner_split, training_rows
from estimators.training import Examples, Phase, Training, check_finite, check_output, seeded
from estimators.weights import packed, unpacked

if TYPE_CHECKING:
    import keras

_FEATURES_PER_CHUNK = 2**20
_ROWS_TOGETHER = 48  # three registers of sixteen floats: the most rows that matrix kernels take in one step


class NetworkClassifier(ClassifierMixin, BaseEstimator):
    """Base of the classifiers that train a Keras model, which a subclass builds in `_build`.

    Parameters and attributes are those of :class:`estimators.KerasClassifier`, all but `model`.
    """

    def __init__(
        self,
        *,
        epochs: int,
        batch_size: int | None,
        learning_rate: float,
        optimizer: str | dict | keras.optimizers.Optimizer,
        schedule: str,
        label_smoothing: float,
        averaging: float,
        validation_fraction: float,
        patience: int | None,
        callbacks: list[keras.callbacks.Callback] | None,
        verbose: int,
        device: str,
        random_state: int | np.random.RandomState | None,
    ) -> None:
        self.epochs = epochs
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.optimizer = optimizer
        self.schedule = schedule
        self.label_smoothing = label_smoothing
        self.averaging = averaging
        self.validation_fraction = validation_fraction
        self.patience = patience
        self.callbacks = callbacks
        self.verbose = verbose
        self.device = device
        self.random_state = random_state

    def fit(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Build the model anew and train it.

        Parameters
        ----------
        X : array-like of shape (n, n_features)
            Training rows of finite numbers.
        y : array-like of shape (n,)
            Labels of any kind.
        sample_weight : array-like of shape (n,) or None, default=None
            Weight per row; rows of weight 0 are left out.

        Returns
        -------
        NetworkClassifier
            The estimator itself.

        Raises
        ------
        ValueError
            If rows, labels, weights or parameters are unusable, the model has not one output per class, or
            training diverges.
        """
        self._check_parameters()
        rows, classes = training_rows(self, X, y, sample_weight)
        seed = check_random_state(self.random_state).randint(np.iinfo(np.int32).max)
        train, validation = rows, None
        if self.validation_fraction:
            train, validation = map(rows.take, inner_split(rows.codes, self.validation_fraction, seed))
        self._learn_inputs(train.X)
        self.device_ = chosen_device(self.device)
        with seeded(seed), on_device(self.device_):
            n_outputs = max(2, len(classes))
            self.model_ = self._build(train.X.shape[1], n_outputs)
            check_output(self.model_, n_outputs)
            self.history_ = self._train(train, validation)
        check_finite(self.model_)
        self.classes_ = classes
        self.n_parameters_ = self.model_.count_params()
        return self

    def predict_proba(self, X: ArrayLike) -> np.ndarray:
        """Return class probabilities.

        Parameters
        ----------
        X : array-like of shape (n, n_features)
            Rows to score.

        Returns
        -------
        ndarray of shape (n, n_classes), float64
            Rows sum to one.
        """
        check_is_fitted(self)
        return self._answers(validate_data(self, X, reset=False))

    def _answers(self, rows: np.ndarray) -> np.ndarray:
        """Return class probabilities of checked rows."""
        size = _ROWS_TOGETHER * max(1, _FEATURES_PER_CHUNK // rows.shape[1] // _ROWS_TOGETHER)
        chunks = (_filled(rows[start : start + size]) for start in range(0, len(rows), size))
        answers = [self._probabilities(chunk) for chunk in chunks]
        scores = np.concatenate(answers, dtype=np.float64)[: len(rows), : len(self.classes_)]
        return scores / scores.sum(axis=1, keepdims=True)

    def predict(self, X: ArrayLike) -> np.ndarray:
        """Return the most probable label for each row.

        Parameters
        ----------
        X : array-like of shape (n, n_features)
            Rows to label.

        Returns
        -------
        ndarray of shape (n,)
            Labels out of `classes_`.
        """
        best = self.predict_proba(X).argmax(axis=1)
        return self.classes_[best]

    @property
    def offset_(self) -> np.ndarray:
        """Smallest training value."""
        return self.scaler_.offset_

    @property
    def span_(self) -> np.ndarray:
        """Range of the training values."""
        return self.scaler_.span_

    def _learn_inputs(self, X: np.ndarray) -> None:
        """Learn from training rows how features become inputs; subclasses may learn otherwise."""
        self.scaler_ = PixelScaler((1, X.shape[1])).fit(X)

    def _inputs(self, X: np.ndarray) -> np.ndarray:
        """Return what the model is fed, float32; subclasses may reshape it."""
        return self.scaler_.transform(X)

    def _build(self, n_features: int, n_classes: int) -> keras.Model:
        """Return an uncompiled model from inputs to probabilities of at least two classes."""
        raise NotImplementedError

    def _phases(self) -> list[Phase]:
        """Return the stretches of training, one after the other; subclasses may add some."""
        return [Phase(self.epochs, self.batch_size, self.optimizer, self.learning_rate, self.schedule)]

    def _learner(self) -> keras.Model:
        """Return what is trained: the model, which subclasses may put behind changes of the inputs."""
        return self.model_

    def _training(self) -> Training:
        return Training(
            phases=self._phases(),
            label_smoothing=self.label_smoothing,
            averaging=self.averaging,
            patience=self.patience,
            callbacks=self.callbacks or [],
            verbose=self.verbose,
        )

    def _train(self, train: Rows, validation: Rows | None) -> dict[str, list[float]]:
        unseen = None if validation is None else self._examples(validation)
        return self._training().run(self._learner(), self._examples(train), unseen)

    def _examples(self, rows: Rows) -> Examples:
        """Return inputs, codes and any weights, at mean one as Keras divides the loss by the row count."""
        if rows.weight is None:
            return self._inputs(rows.X), rows.codes
        return self._inputs(rows.X), rows.codes, rows.weight / rows.weight.mean()

    def _probabilities(self, X: np.ndarray) -> np.ndarray:
        """Return the model's answers to rows of features; subclasses may ask it more than once."""
        return self._scores(self._inputs(X))

    def _scores(self, inputs: np.ndarray) -> np.ndarray:
        import keras

        with on_device(self._scoring_device()):
            return keras.ops.convert_to_numpy(self.model_(inputs, training=False))

    def _scoring_device(self) -> str:
        """Return the processor for who insists on it, else where the network was trained if that is here."""
        if self.device == "cpu":
            return self.device
        return self.device_ if self.device_ in accelerators() else chosen_device("auto")

    def _check_parameters(self) -> None:
        check_fraction(self.validation_fraction)
        self._training().check(validated=self.validation_fraction > 0)

    def __getstate__(self) -> dict[str, Any]:
        state = dict(super().__getstate__())
        if "model_" in state:
            state["model_"] = packed(self.model_)
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        if "model_" in state:
            self.model_ = unpacked(state["model_"])


def _filled(X: np.ndarray) -> np.ndarray:
    """Repeat the last row up to whole steps, so that no row's last bits depend on its neighbours."""
    return np.pad(X, ((0, -len(X) % _ROWS_TOGETHER), (0, 0)), mode="edge")
