"""What surrounds the training of a Keras model: seeds, phases, step sizes, callbacks, checks."""

from __future__ import annotations

import copy
import random
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from estimators.rows import check_counts

if TYPE_CHECKING:
    import keras

Examples = tuple[np.ndarray, ...]
SCHEDULES = ("constant", "cosine", "plateau")


@dataclass(frozen=True)
class Phase:
    """A stretch of training with settings of its own.

    Parameters
    ----------
    epochs : int
        Most passes over the training rows.
    batch_size : int or None
        Rows per step; None leaves it to `batch_size_for`.
    optimizer : str, dict or keras.optimizers.Optimizer
        Which one, in any form that Keras knows.
    learning_rate : float
        Step size, or its peak.
    schedule : {"constant", "cosine", "plateau"}
        "cosine" rises linearly from a tenth of the peak over the first fifth of the steps, then falls along a
        half cosine (Loshchilov and Hutter 2017); "plateau" divides by ten, twice at most, after 3 epochs
        without a validation loss lower by 1e-4.
    """

    epochs: int
    batch_size: int | None
    optimizer: str | dict | keras.optimizers.Optimizer
    learning_rate: float
    schedule: str

    def check(self, *, validated: bool) -> None:
        """Raise ValueError unless the settings make sense, with validation rows or without."""
        check_counts(self, "epochs", optional=("batch_size",))
        if not 0 < self.learning_rate < np.inf:
            raise ValueError(f"learning_rate must be above 0; got {self.learning_rate}; 0.001 is usual.")
        if self.schedule not in SCHEDULES:
            raise ValueError(f"schedule must be one of {', '.join(SCHEDULES)}; got {self.schedule!r}.")
        if self.schedule == "plateau" and not validated:
            raise ValueError("schedule 'plateau' needs validation rows; set validation_fraction to 0.1, say.")


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Seed Keras and its backend, and give Python and NumPy their global random states back at the end."""
    import keras

    python_state, numpy_state = random.getstate(), np.random.get_state()  # noqa: NPY002 - Keras seeds this one
    keras.utils.set_random_seed(seed)
    try:
        yield
    finally:
        random.setstate(python_state)
        np.random.set_state(numpy_state)  # noqa: NPY002 - Keras seeds this one


@dataclass(frozen=True)
class Training:
    """How a model is trained, whatever the model.

    Parameters
    ----------
    phases : list of Phase
        One after the other.
    label_smoothing, averaging : float
        As in :class:`estimators.KerasClassifier`.
    patience : int or None
        Epochs without a lower validation loss that end a phase.
    callbacks : list of keras.callbacks.Callback
        The user's own; copied for each phase.
    verbose : int
    """

    phases: list[Phase]
    label_smoothing: float
    averaging: float
    patience: int | None
    callbacks: list[keras.callbacks.Callback]
    verbose: int

    def check(self, *, validated: bool) -> None:
        """Raise ValueError unless the settings make sense, with validation rows or without."""
        for phase in self.phases:
            phase.check(validated=validated)
        if not (0 <= self.label_smoothing < 1 and 0 <= self.averaging < 1):
            raise ValueError(
                "label_smoothing and averaging must be at least 0 and below 1; "
                f"got {self.label_smoothing} and {self.averaging}."
            )
        if self.patience is not None and self.patience < 0:
            raise ValueError(f"patience must be 0 or more; got {self.patience}; 3 is usual.")
        if self.averaging and self.patience is not None:
            raise ValueError("patience keeps the best epoch's own weights, so averaging must be 0 beside it.")
        if self.patience is not None and not validated:
            raise ValueError("patience needs validation rows; validation_fraction is 0; set it to 0.1, say.")

    def run(self, model: keras.Model, train: Examples, unseen: Examples | None) -> dict[str, list[float]]:
        """Train `model` and return one value per epoch for each measure.

        Parameters
        ----------
        model : keras.Model
            With one softmax output per class.
        train, unseen : tuple of ndarray
            Inputs, indices of classes and, perhaps, weights.
        """
        history: dict[str, list[float]] = {}
        n_classes = model.output_shape[1]
        fed = dict(zip(("x", "y", "sample_weight"), self._targets(train, n_classes), strict=False))
        for phase in self.phases:
            batch_size = phase.batch_size or batch_size_for(len(train[1]))
            n_steps = phase.epochs * -(-len(train[1]) // batch_size)
            optimizer = make_optimizer(phase, n_steps, self.averaging)
            model.compile(optimizer, self._loss(), metrics=["accuracy"])
            with _numpy_notices_hidden():
                done = model.fit(
                    **fed,
                    validation_data=unseen and self._targets(unseen, n_classes),
                    batch_size=batch_size,
                    epochs=phase.epochs,
                    callbacks=make_callbacks(phase, optimizer, self.patience) + copy.deepcopy(self.callbacks),
                    verbose=self.verbose,
                )
            for name, values in done.history.items():
                history.setdefault(name, []).extend(float(value) for value in values)
        return history

    def _loss(self) -> keras.losses.Loss:
        import keras

        if self.label_smoothing:
            return keras.losses.CategoricalCrossentropy(label_smoothing=self.label_smoothing)
        return keras.losses.SparseCategoricalCrossentropy()

    def _targets(self, examples: Examples, n_classes: int) -> Examples:
        """Return the examples with one column per class where the loss spreads the targets."""
        if not self.label_smoothing:
            return examples
        inputs, codes, *weight = examples
        return inputs, np.eye(n_classes, dtype=np.float32)[codes], *weight


@contextmanager
def _numpy_notices_hidden() -> Iterator[None]:
    """Silence what NumPy says of the way in which Keras's plateau callback reads the step size."""
    with warnings.catch_warnings():
        warnings.filterwarnings(
            "ignore", "__array__ implementation doesn't accept a copy", DeprecationWarning
        )
        yield


def batch_size_for(n_rows: int) -> int:
    """Return the power of two in 16..128 next below a 200th of `n_rows`."""
    return 2 ** int(np.clip(np.log2(n_rows / 200), 4, 7))


def make_optimizer(phase: Phase, n_steps: int, averaging: float) -> keras.optimizers.Optimizer:
    """Return a new optimizer with the settings of the phase's own but for the learning rate, without state.

    Parameters
    ----------
    phase : Phase
    n_steps : int
        Number of its training steps.
    averaging : float
        Momentum of the moving average that replaces the weights at the end; 0 for none.
    """
    import keras

    description = keras.optimizers.serialize(keras.optimizers.get(phase.optimizer))
    rate = phase.learning_rate
    if phase.schedule == "cosine":
        n_rising = max(1, n_steps // 5)
        cosine = keras.optimizers.schedules.CosineDecay(
            rate / 10, max(1, n_steps - n_rising), warmup_target=rate, warmup_steps=n_rising
        )
        rate = keras.optimizers.schedules.serialize(cosine)
    description["config"]["learning_rate"] = rate
    if averaging:
        description["config"].update(use_ema=True, ema_momentum=averaging)
    return keras.optimizers.deserialize(description)


def make_callbacks(
    phase: Phase, optimizer: keras.optimizers.Optimizer, patience: int | None
) -> list[keras.callbacks.Callback]:
    """Return the callbacks that a phase brings: recorded step size, plateau, early stopping."""
    import keras

    def record(epoch: int, logs: dict) -> None:
        logs["learning_rate"] = float(keras.ops.convert_to_tensor(optimizer.learning_rate))

    callbacks = [keras.callbacks.LambdaCallback(on_epoch_end=record)]
    if phase.schedule == "plateau":
        floor = phase.learning_rate / 100
        callbacks.append(keras.callbacks.ReduceLROnPlateau(factor=0.1, patience=3, min_lr=floor))
    if patience is not None:
        callbacks.append(keras.callbacks.EarlyStopping(patience=patience, restore_best_weights=True))
    return callbacks


def check_finite(model: keras.Model) -> None:
    """Raise ValueError if training drove a weight to infinity or beyond."""
    if not all(np.isfinite(weight).all() for weight in model.get_weights()):
        raise ValueError("Training diverged: weights are not finite; lower learning_rate.")


def check_output(model: keras.Model, n_classes: int) -> None:
    """Raise ValueError unless `model` gives one column per class."""
    if model.output_shape != (None, n_classes):
        raise ValueError(
            f"The model must map rows to {n_classes} probabilities, output shape (None, {n_classes}); got "
            f"{model.output_shape}; end it with Dense(n_classes, activation='softmax')."
        )
