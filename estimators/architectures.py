"""Convolutional architectures as text, from the first layer to the last but the softmax."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import keras

ARCHITECTURES = {
    "plain": "conv32v relu pool conv64v relu pool dense128 relu",
    "augmented": ("conv32v relu norm pool conv64v relu norm pool conv128v relu norm dense128 relu drop.5"),
    "rmsprop": "conv64v relu conv32v relu pool",
    "compact": (
        "conv64 norm relu pool conv32 norm relu pool conv32 norm relu pool "
        "dense64 relu drop.25 dense32 relu drop.25"
    ),
}

_TOKEN = re.compile(
    r"(?P<kind>conv|norm|relu|pool|halve|mean|dense|drop)"
    r"((?<=conv)(?P<filters>[1-9]\d*)(x(?P<kernel>[1-9]\d*))?(?P<bare>[vt])?(/(?P<stride>[1-9]))?"
    r"|(?<=norm)(?P<momentum>0?\.\d+)?"
    r"|(?<=dense)(?P<units>[1-9]\d*)"
    r"|(?<=drop)(?P<share>0?\.\d+)"
    r"|(?<=relu|pool|mean)|(?<=halve))"
)
_OF_IMAGES = {"conv", "pool", "halve", "mean"}
_SHORTEST_HALVED_SIDE = 8
_SHORTEST_TRIMMED_SIDE = 10


def pyramid(filters: int, blocks: int, depth: int, kernel_size: int, dense: int, dropout: float) -> str:
    """Return an architecture whose filters double from block to block while the image halves.

    Two things save time and cost nothing on digits: a block pools before its last normalisation, and
    convolutions of images that are not small take no padding, so that what follows is smaller.

    Parameters
    ----------
    filters : int
        Of the first block.
    blocks : int
        Number of blocks.
    depth : int
        Convolutions of every block but the first, which has one.
    kernel_size : int
        Side of the windows of the first convolution, in pixels; that of others is 3.
    dense : int
        Units of the dense layer.
    dropout : float
        Share of inputs dropped before and after the dense layer.
    """
    layers = [f"conv{filters}x{kernel_size}t halve norm.9 relu"]
    for block in range(1, blocks):
        conv = f"conv{filters * 2**block}t"
        layers += [f"{conv} norm.9 relu"] * (depth - 1) + [f"{conv} halve norm.9 relu"]
    drop = f"drop{dropout:f}" if dropout else ""
    return " ".join(filter(None, [*layers, drop, f"dense{dense} norm.9 relu", drop]))


def build(architecture: str, image_shape: tuple[int, int, int], n_classes: int) -> keras.Model:
    """Return the network that a text describes, ending in one softmax unit per class.

    Windows that are larger than what reaches them shrink to its size, and sides of one pixel are not pooled,
    so that any image passes.

    Parameters
    ----------
    architecture : str
        A name out of `ARCHITECTURES`, or layers separated by blanks: ``conv32`` (32 filters of 3 x 3),
        ``conv32x5`` (of 5 x 5), ``conv32v`` (without padding), ``conv32t`` (without padding where no side is
        shorter than 10 pixels), ``conv32x5/2`` (at every other pixel of every other row), ``relu``, ``norm``
        (batch normalisation; ``norm.9`` sets the momentum of its moving averages, else .99), ``pool`` (2 x 2
        maximum), ``halve`` (the same along sides of 8 pixels or more), ``mean`` (global average),
        ``dense128``, ``drop.5`` (dropout). What reaches the first dense layer is flattened.
    image_shape : tuple of int
        (height, width, channels).
    n_classes : int
        Units of the softmax.

    Raises
    ------
    ValueError
        If the text holds anything else, or a layer of images after they were flattened.
    """
    import keras

    pixels = hidden = keras.Input(image_shape)
    for token in ARCHITECTURES.get(architecture, str(architecture)).split():
        found = _TOKEN.fullmatch(token)
        if found is None:
            raise ValueError(
                f"architecture must be one of {', '.join(ARCHITECTURES)} or layers such as "
                f"'conv32 relu pool dense128 relu drop.5'; got {token!r} in {architecture!r}."
            )
        if found["kind"] in _OF_IMAGES and len(hidden.shape) == 2:
            raise ValueError(f"{token} must stand before the first dense or mean layer of {architecture!r}.")
        hidden = _LAYERS[found["kind"]](keras.layers, hidden, found)
    return keras.Model(
        pixels, keras.layers.Dense(n_classes, activation="softmax")(_flat(keras.layers, hidden))
    )


def _conv(layers: Any, hidden: Any, found: re.Match) -> Any:
    window = [min(side, int(found["kernel"] or 3)) for side in hidden.shape[1:3]]
    short = found["bare"] == "t" and min(hidden.shape[1:3]) < _SHORTEST_TRIMMED_SIDE
    padding = "valid" if found["bare"] and not short else "same"
    stride = int(found["stride"] or 1)
    return layers.Conv2D(int(found["filters"]), window, strides=stride, padding=padding)(hidden)


def _norm(layers: Any, hidden: Any, found: re.Match) -> Any:
    return layers.BatchNormalization(momentum=float(found["momentum"] or 0.99))(hidden)


def _relu(layers: Any, hidden: Any, found: re.Match) -> Any:
    return layers.ReLU()(hidden)


def _pool(layers: Any, hidden: Any, found: re.Match) -> Any:
    shortest = _SHORTEST_HALVED_SIDE if found["kind"] == "halve" else 2
    return layers.MaxPooling2D([2 if side >= shortest else 1 for side in hidden.shape[1:3]])(hidden)


def _mean(layers: Any, hidden: Any, found: re.Match) -> Any:
    return layers.GlobalAveragePooling2D()(hidden)


def _dense(layers: Any, hidden: Any, found: re.Match) -> Any:
    return layers.Dense(int(found["units"]))(_flat(layers, hidden))


def _drop(layers: Any, hidden: Any, found: re.Match) -> Any:
    return layers.Dropout(float(found["share"]))(hidden)


def _flat(layers: Any, hidden: Any) -> Any:
    return layers.Flatten()(hidden) if len(hidden.shape) > 2 else hidden


_LAYERS = {
    "conv": _conv,
    "norm": _norm,
    "relu": _relu,
    "pool": _pool,
    "halve": _pool,
    "mean": _mean,
    "dense": _dense,
    "drop": _drop,
}
