"""Random changes of training images that keep their class."""

from math import pi
from typing import Any

import keras
from keras import ops

_NODES = 5  # along each side of the grid that bends an image
# TensorFlow has no compiled kernels for resampling; where it sees an accelerator, Keras would ask for them.
_CAN_BE_COMPILED = keras.backend.backend() != "tensorflow"


class RandomAffine(keras.layers.Layer):
    """Rotate, shear, zoom and shift each image at random, in one bilinear resampling; in training only.

    Every amount is drawn evenly and anew for each image; what comes in from outside repeats the border.

    Parameters
    ----------
    rotation : float
        Largest angle, in degrees, either way.
    shear : float
        Largest angle between the rows and columns of pixels beyond the right one, in degrees, either way.
    zoom : float
        Largest change of height and of width, each on its own, as a share.
    shift : float
        Largest way up or down and left or right, as a share of height and width.
    """

    def __init__(self, rotation: float, shear: float, zoom: float, shift: float) -> None:
        super().__init__()
        self.supports_jit = _CAN_BE_COMPILED
        self.rotation = rotation
        self.shear = shear
        self.zoom = zoom
        self.shift = shift
        self.seeds = keras.random.SeedGenerator()

    def call(self, images: Any, training: bool = False) -> Any:
        """Return the changed images, or the same ones outside training."""
        if not training:
            return images
        matrices = self._matrices(ops.shape(images)[0], *images.shape[1:3])
        return ops.image.affine_transform(images, matrices, interpolation="bilinear", fill_mode="nearest")

    def _matrices(self, n_images: int, height: int, width: int) -> Any:
        """Return the first eight numbers of each matrix from new to old (x, y, 1), about the centre."""
        drawn = keras.random.uniform((6, n_images), -1, 1, seed=self.seeds)
        angle, slant = drawn[0] * (self.rotation * pi / 180), drawn[1] * (self.shear * pi / 180)
        wider, higher = 1 + drawn[2] * self.zoom, 1 + drawn[3] * self.zoom
        xx, xy = ops.cos(angle) * wider, -ops.sin(angle + slant) * higher
        yx, yy = ops.sin(angle) * wider, ops.cos(angle + slant) * higher
        x, y = (width - 1) / 2, (height - 1) / 2
        dx = x - xx * x - xy * y + drawn[4] * (self.shift * width)
        dy = y - yx * x - yy * y + drawn[5] * (self.shift * height)
        zero = ops.zeros_like(dx)
        return ops.stack([xx, xy, dx, yx, yy, dy, zero, zero], axis=1)


class RandomElastic(keras.layers.Layer):
    """Bend each image at random, as a hand does that trembles; in training only.

    The nodes of a coarse grid move by normal draws, anew for each image, and the pixels between them follow
    smoothly; what comes in from outside repeats the border. Simard, Steinkraus and Platt (2003) smooth a
    field of one draw per pixel instead.

    Parameters
    ----------
    elastic : float
        Standard deviation of a node's way up or down and left or right, as a share of height and width.
    """

    def __init__(self, elastic: float) -> None:
        super().__init__()
        self.supports_jit = _CAN_BE_COMPILED
        self.elastic = elastic
        self.seeds = keras.random.SeedGenerator()

    def call(self, images: Any, training: bool = False) -> Any:
        """Return the bent images, or the same ones outside training."""
        if not training:
            return images
        return ops.vectorized_map(_sampled, (images, self._places(ops.shape(images)[0], *images.shape[1:3])))

    def _places(self, n_images: int, height: int, width: int) -> Any:
        """Return row and column of the old image that each new pixel shows, shape (n, 2, height, width)."""
        nodes = keras.random.normal((n_images, _NODES, _NODES, 2), seed=self.seeds)
        ways = ops.image.resize(nodes, (height, width), interpolation="bicubic", data_format="channels_last")
        rows, columns = ops.arange(height, dtype="float32"), ops.arange(width, dtype="float32")
        rows = rows[None, :, None] + ways[..., 0] * (self.elastic * height)
        columns = columns[None, None, :] + ways[..., 1] * (self.elastic * width)
        return ops.stack([rows, columns], axis=1)


def _sampled(pair: tuple[Any, Any]) -> Any:
    """Return one image of shape (height, width, channels), read between its pixels at the given places."""
    image, places = pair
    channels = [
        ops.image.map_coordinates(image[..., channel], places, order=1, fill_mode="nearest")
        for channel in range(image.shape[-1])
    ]
    return ops.stack(channels, axis=-1)
