"""A network as plain data: architecture and weights, without the optimizer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import keras
    import numpy as np


def packed(model: keras.Model) -> tuple[dict[str, Any], list[np.ndarray]]:
    """Return the architecture and the weights of a model."""
    import keras

    architecture = keras.saving.serialize_keras_object(model)
    architecture.pop("compile_config", None)
    return architecture, model.get_weights()


def unpacked(state: tuple[dict[str, Any], list[np.ndarray]]) -> keras.Model:
    """Return the model that `packed` took apart."""
    import keras

    architecture, weights = state
    model = keras.saving.deserialize_keras_object(architecture)
    model.set_weights(weights)
    return model
