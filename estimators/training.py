"""What surrounds the training of a Keras model: seeds, batch size, step sizes, checks."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import keras


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


def batch_size_for(n_rows: int) -> int:
    """Return the power of two in 16..128 next below a 200th of `n_rows`."""
    return 2 ** int(np.clip(np.log2(n_rows / 200), 4, 7))


def make_optimizer(
    identifier: str | dict | keras.optimizers.Optimizer, learning_rate: float, schedule: str, n_steps: int
) -> keras.optimizers.Optimizer:
    """Return a new optimizer.

    Parameters
    ----------
    identifier : str, dict or keras.optimizers.Optimizer
        Which one, in any form that Keras knows.
    learning_rate : float
        Step size, or its peak.
    schedule : {"constant", "cosine"}
        "cosine" rises linearly from a tenth of the peak over the first tenth of the steps, then falls along a
        half cosine (Loshchilov and Hutter 2017).
    n_steps : int
        Number of training steps.

    Returns
    -------
    keras.optimizers.Optimizer
        With the settings of `identifier` but for the learning rate, and without its state.
    """
    import keras

    description = keras.optimizers.serialize(keras.optimizers.get(identifier))
    rate = learning_rate
    if schedule == "cosine":
        n_rising = max(1, n_steps // 10)
        cosine = keras.optimizers.schedules.CosineDecay(
            rate / 10, max(1, n_steps - n_rising), warmup_target=rate, warmup_steps=n_rising
        )
        rate = keras.optimizers.schedules.serialize(cosine)
    description["config"]["learning_rate"] = rate
    return keras.optimizers.deserialize(description)


def record_learning_rate(optimizer: keras.optimizers.Optimizer) -> keras.callbacks.Callback:
    """Return a callback that adds the step size at the end of each epoch to the history."""
    import keras

    return keras.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: logs.update(
            learning_rate=float(keras.ops.convert_to_tensor(optimizer.learning_rate))
        )
    )


def check_output(model: keras.Model, n_classes: int) -> None:
    """Raise ValueError unless `model` gives one column per class."""
    if model.output_shape != (None, n_classes):
        raise ValueError(
            f"The model must map rows to {n_classes} probabilities, output shape (None, {n_classes}); got "
            f"{model.output_shape}; end it with Dense(n_classes, activation='softmax')."
        )
