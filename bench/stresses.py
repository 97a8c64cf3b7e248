"""What is done to images to see whether a model still reads them: one literal table.

The idea is that of MNIST-C (Mu & Gilmer 2019, "MNIST-C: A robustness benchmark for computer vision",
arXiv:1906.02337). Lengths are shares of the shorter side, so that they mean the same for images of any size.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

import numpy as np

OF_THE_SIDE = "% of the side"


@dataclass(frozen=True)
class Light:
    """The values of images: all lie from `low` to `high`; `background` is the end that their borders have."""

    low: float
    high: float
    background: float

    @classmethod
    def of(cls, images: np.ndarray) -> Self:
        """Return the values of images of shape (n, height, width, channels)."""
        low, high = float(images.min()), float(images.max())
        edges = (images[:, 0], images[:, -1], images[:, :, 0], images[:, :, -1])
        border = np.median(np.concatenate([edge.ravel() for edge in edges]))
        return cls(low, high, low if border <= (low + high) / 2 else high)


Change = Callable[[np.ndarray, float, Light, np.random.Generator], np.ndarray]


@dataclass(frozen=True)
class Stress:
    """One row of the table.

    Parameters
    ----------
    title : str
        What images are, such as "shifted".
    unit : str
        Of the strengths.
    strengths : tuple of float
        Mild first; at 0 nothing would change.
    change : callable
        Takes float32 images of shape (n, height, width, channels), a strength, their light and a generator.
    """

    title: str
    unit: str
    strengths: tuple[float, ...]
    change: Change


def variants(image_shape: tuple[int, ...] | None) -> tuple[str, ...]:
    """Return every stress at every strength, such as "shift=7"; nothing for rows that are no images."""
    if image_shape is None:
        return ()
    return tuple(f"{name}={strength:g}" for name, stress in STRESSES.items() for strength in stress.strengths)


def parse(variant: str) -> tuple[str, float]:
    """Return the name of a variant's stress, and the strength."""
    name, _, strength = variant.partition("=")
    return name, float(strength)


def told(name: str, strength: float, image_shape: tuple[int, ...] | None = None) -> str:
    """Return a variant in words, such as "shifted by 7 % of the side (2.0 px)"; pixels if a shape is given.

    What no known stress is called so is its own name.
    """
    stress = STRESSES.get(name)
    if stress is None:
        return f"{name} {strength:g}".removesuffix(" 0")
    pixels = ""
    if image_shape is not None and stress.unit == OF_THE_SIDE:
        pixels = f" ({strength / 100 * min(image_shape[:2]):.1f} px)"
    return f"{stress.title} by {strength:g} {stress.unit}{pixels}"


def stressed(
    X: np.ndarray, variant: str, image_shape: tuple[int, ...], like: np.ndarray, seed: int
) -> np.ndarray:
    """Return rows of pixels under a stress.

    Parameters
    ----------
    X : ndarray of shape (n, n_features)
    variant : str
        As `variants` names it.
    image_shape : tuple of int
        (height, width) or (height, width, channels).
    like : ndarray of shape (m, n_features)
        Rows whose values say what is black, white and background; results stay within their range.
    seed : int
        Of directions, places and noise, which the strengths of a stress share.

    Returns
    -------
    ndarray of shape (n, n_features)
        Of the dtype of `X`, integers rounded.
    """
    shape = (-1, *image_shape, 1)[:4]
    name, strength = parse(variant)
    light = Light.of(like.reshape(shape))
    rng = np.random.default_rng((seed, zlib.crc32(name.encode())))
    changed = STRESSES[name].change(X.reshape(shape).astype(np.float32), strength, light, rng)
    changed = changed.clip(light.low, light.high).reshape(X.shape)
    return (changed.round() if X.dtype.kind in "iu" else changed).astype(X.dtype)


def _shifted(images: np.ndarray, strength: float, light: Light, rng: np.random.Generator) -> np.ndarray:
    angles = rng.uniform(0, 2 * np.pi, len(images))
    ways = _pixels(images, strength) * np.stack([np.sin(angles), np.cos(angles)], axis=1)
    return _moved(images, np.zeros(len(images)), ways, light)


def _rotated(images: np.ndarray, strength: float, light: Light, rng: np.random.Generator) -> np.ndarray:
    angles = np.deg2rad(strength) * rng.choice([-1, 1], len(images))
    return _moved(images, angles, np.zeros((len(images), 2)), light)


def _blurred(images: np.ndarray, strength: float, light: Light, rng: np.random.Generator) -> np.ndarray:
    from scipy.ndimage import gaussian_filter

    sigma = _pixels(images, strength)
    return gaussian_filter(images, (0, sigma, sigma, 0), mode="nearest")


def _noisy(images: np.ndarray, strength: float, light: Light, rng: np.random.Generator) -> np.ndarray:
    deviation = strength / 100 * (light.high - light.low)
    return images + np.float32(deviation) * rng.standard_normal(images.shape, dtype=np.float32)


def _thick(images: np.ndarray, strength: float, light: Light, rng: np.random.Generator) -> np.ndarray:
    return _spread(images, _pixels(images, strength), bright=light.background == light.low)


def _thin(images: np.ndarray, strength: float, light: Light, rng: np.random.Generator) -> np.ndarray:
    return _spread(images, _pixels(images, strength), bright=light.background != light.low)


def _occluded(images: np.ndarray, strength: float, light: Light, rng: np.random.Generator) -> np.ndarray:
    side, covered = round(_pixels(images, strength)), images.copy()
    _, height, width, _ = images.shape
    tops = rng.uniform(0, 1, len(images)) * (height - side + 1)
    lefts = rng.uniform(0, 1, len(images)) * (width - side + 1)
    for image, top, left in zip(covered, tops.astype(int), lefts.astype(int), strict=True):
        image[top : top + side, left : left + side] = light.background
    return covered


def _faded(images: np.ndarray, strength: float, light: Light, rng: np.random.Generator) -> np.ndarray:
    means = images.mean(axis=(1, 2), keepdims=True)
    return images + np.float32(strength / 100) * (means - images)


STRESSES: dict[str, Stress] = {
    "shift": Stress("shifted", OF_THE_SIDE, (7, 14), _shifted),
    "rotate": Stress("rotated", "degrees", (15, 30), _rotated),
    "blur": Stress("blurred", OF_THE_SIDE, (3.5, 7), _blurred),
    "noise": Stress("noisy", "% of the value range", (15, 30), _noisy),
    "thicken": Stress("thickened", OF_THE_SIDE, (3.5, 7), _thick),
    "thin": Stress("thinned", OF_THE_SIDE, (1.75, 3.5), _thin),
    "occlude": Stress("occluded", OF_THE_SIDE, (20, 35), _occluded),
    "fade": Stress("faded", "% of the contrast", (50, 75), _faded),
}


def _pixels(images: np.ndarray, strength: float) -> float:
    """Return a share of the shorter side, in per cent, as pixels."""
    return strength / 100 * min(images.shape[1:3])


def _moved(images: np.ndarray, angles: np.ndarray, ways: np.ndarray, light: Light) -> np.ndarray:
    """Return images turned about their centres by angles (radians) and moved by rows and columns (pixels)."""
    from scipy.ndimage import affine_transform

    centre = (np.array(images.shape[1:3]) - 1) / 2
    moved = np.empty_like(images)
    for i, (angle, way) in enumerate(zip(angles, ways, strict=True)):
        turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
        offset = centre - turn @ (centre + way)
        for channel in range(images.shape[3]):
            moved[i, ..., channel] = affine_transform(
                images[i, ..., channel], turn, offset, order=1, mode="constant", cval=light.background
            )
    return moved


def _spread(images: np.ndarray, radius: float, *, bright: bool) -> np.ndarray:
    """Return images whose bright, or dark, parts have grown by a radius; between pixels, a blend."""
    whole = int(radius)
    inner, outer = (_extremes(images, reach, bright=bright) for reach in (whole, whole + 1))
    return inner + np.float32(radius - whole) * (outer - inner)


def _extremes(images: np.ndarray, reach: int, *, bright: bool) -> np.ndarray:
    """Return the largest, or smallest, value within a disc about every pixel."""
    from scipy.ndimage import maximum_filter, minimum_filter

    steps = np.arange(-reach, reach + 1)
    disc = (steps[:, None] ** 2 + steps**2 <= reach**2)[None, :, :, None]
    return (maximum_filter if bright else minimum_filter)(images, footprint=disc, mode="nearest")
