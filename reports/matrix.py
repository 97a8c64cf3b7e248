"""The confusion matrix as a table of the page."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from reports.confusion import Confusion
from reports.wording import shortened

# A larger matrix is no longer read cell by cell: it is drawn.
N_CLASSES = 40
N_LEVELS = 9


@dataclass(frozen=True)
class Cell:
    """How many rows of one class were taken for another; `shade` is a class of the style sheet."""

    text: str
    shade: str


@dataclass(frozen=True)
class Matrix:
    """True classes by predicted classes.

    Parameters
    ----------
    classes : tuple of str
    lines : tuple of (str, tuple of Cell)
        True class and its cells.
    """

    classes: tuple[str, ...]
    lines: tuple[tuple[str, tuple[Cell, ...]], ...]


def matrix(counts: Confusion) -> Matrix | None:
    """Return the confusion of a model as a table; None for more than `N_CLASSES` classes."""
    if len(counts.classes) > N_CLASSES:
        return None
    names = tuple(shortened(label, 12) for label in counts.classes)
    shades = levels(counts)
    lines = [
        (name, tuple(_cell(n, level) for n, level in zip(*line, strict=True)))
        for name, *line in zip(names, counts.counts.tolist(), shades.tolist(), strict=True)
    ]
    return Matrix(names, tuple(lines))


def levels(counts: Confusion) -> np.ndarray:
    """Return how dark each error is, from 0 to `N_LEVELS`, and -1 where the class is right.

    The square root of the share of the true class, in relation to the most frequent error, so that rare
    errors show.

    Returns
    -------
    ndarray of shape (n_classes, n_classes), int64
    """
    errors = counts.shares * (1 - np.eye(len(counts.classes)))
    darkness = np.rint(N_LEVELS * np.sqrt(errors / (errors.max() or 1))).astype(np.int64)
    found = np.where(errors > 0, np.maximum(darkness, 1), 0)
    np.fill_diagonal(found, -1)
    return found


def _cell(count: int, level: int) -> Cell:
    shade = "right" if level < 0 else f"heat-{level}" if level else ""
    # Many zeros would hide the errors.
    return Cell(f"{count:,}" if count or level < 0 else "", shade)
