"""A drawing as a row of the data set: the same box, centre, background and range of values.

MNIST's digits were fitted into a box of 20 x 20 pixels, their aspect ratio kept, and put into 28 x 28 pixels
by their centre of mass (LeCun, Bottou, Bengio and Haffner, 1998, "Gradient-based learning applied to document
recognition", Proceedings of the IEEE 86, section III.A). Other data have other habits: those of a `Frame`.
"""

from __future__ import annotations

import numpy as np

from bench.serve.frames import INK, Frame, located

# Rec. ITU-R BT.601: how bright red, green and blue look.
LUMA = np.array([0.299, 0.587, 0.114])


class Blank(Exception):
    """Nothing is drawn."""


def row(frame: Frame, canvas: np.ndarray) -> np.ndarray:
    """Return a drawing as the models know images.

    Parameters
    ----------
    frame : Frame
    canvas : ndarray of shape `frame.canvas`, uint8

    Returns
    -------
    ndarray of shape (n_features,), of the data's own dtype

    Raises
    ------
    Blank
        If the data have a plain background and the drawing is nothing else.
    """
    unit = canvas.astype(np.float64) / 255
    pixels = _fitted(frame, _ink(unit @ LUMA)) if frame.background else _scaled(frame, unit)
    values = frame.low + (frame.high - frame.low) * np.clip(pixels, 0, 1)
    whole = np.dtype(frame.dtype).kind in "iu"
    return (np.round(values) if whole else values).astype(frame.dtype).ravel()


def picture(frame: Frame, values: np.ndarray) -> np.ndarray:
    """Return a row as it looks, of shape (height, width, 3), uint8."""
    unit = (values.astype(np.float64) - frame.low) / ((frame.high - frame.low) or 1)
    image = np.clip(unit, 0, 1).reshape(frame.shape)
    colours = image if image.shape[2] == 3 else np.repeat(image.mean(axis=2, keepdims=True), 3, axis=2)
    return np.round(255 * colours).astype(np.uint8)


def _ink(grey: np.ndarray) -> np.ndarray:
    """Return how much each pixel differs from the paper, which is what lies along the edges."""
    edges = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    ink = np.abs(grey - np.median(edges))
    if ink.max() <= INK:
        raise Blank
    return ink / ink.max()


def _fitted(frame: Frame, ink: np.ndarray) -> np.ndarray:
    """Return the ink in the data's box, at the data's place, on the data's background, in every channel."""
    found = located(ink[None])
    here = (found.mass if frame.by_mass else found.middle)[0] * ink.shape
    box = (found.last - found.first)[0] * ink.shape
    scale = frame.extent * min(frame.shape[0] / box[0], frame.shape[1] / box[1])
    there = np.array(frame.centre) * frame.shape[:2]
    small = _resampled(ink, frame.shape[:2], (scale, scale), there - scale * here)
    small /= small.max()
    return np.repeat((small if frame.background == "dark" else 1 - small)[:, :, None], frame.shape[2], axis=2)


def _scaled(frame: Frame, unit: np.ndarray) -> np.ndarray:
    """Return the whole drawing in the data's size, in colour if the data have three channels."""
    height, width, channels = frame.shape
    scale = (height / unit.shape[0], width / unit.shape[1])
    layers = np.moveaxis(unit, 2, 0) if channels == 3 else [unit @ LUMA] * channels
    return np.stack([_resampled(layer, (height, width), scale, np.zeros(2)) for layer in layers], axis=2)


def _resampled(
    image: np.ndarray, shape: tuple[int, ...], scale: tuple[float, float], offset: np.ndarray
) -> np.ndarray:
    """Return an image scaled and moved: each new pixel is the mean of the area that it covers, 0 outside."""
    down, across = (
        _coverage(new, old, *placed)
        for new, old, *placed in zip(shape, image.shape, scale, offset, strict=True)
    )
    # Not by BLAS, whose threads wait for each other longer than this takes.
    return np.einsum("ik,lk->il", np.einsum("ij,jk->ik", down, image), across)


def _coverage(n_new: int, n_old: int, scale: float, offset: float) -> np.ndarray:
    """Return which share of each new pixel comes from each old one, of shape (n_new, n_old)."""
    edges = (np.arange(n_new + 1) - offset) / scale
    old = np.arange(n_old)
    shared = np.minimum(edges[1:, None], old + 1) - np.maximum(edges[:-1, None], old)
    return np.clip(shared, 0, None) * scale
