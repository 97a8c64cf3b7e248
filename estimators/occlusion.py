"""What an image classifier looks at, found by covering its images."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import numpy as np

N_PATCHES = 7


def fall_when_covered(
    of_class: Callable[[np.ndarray], float], X: np.ndarray, image_shape: tuple[int, int, int]
) -> np.ndarray:
    """Return how far a mean probability falls when each patch of the images is covered.

    A patch is covered by the mean of all given rows; Zeiler and Fergus (2014), *Visualizing and Understanding
    Convolutional Networks*, ECCV, section 4.2, cover it in grey.

    Parameters
    ----------
    of_class : callable
        Mean probability that the classifier gives to the true classes of rows such as `X`.
    X : ndarray of shape (n, n_features), float64
    image_shape : tuple of int
        (height, width, channels); no side is cut into more than `N_PATCHES`.

    Returns
    -------
    ndarray of shape (n_features,), float64
        All pixels of a patch share one fall.
    """
    height, width, _ = image_shape
    before, fill = of_class(X), X.mean(axis=0)
    places, falls = np.arange(X.shape[1]).reshape(image_shape), np.zeros(X.shape[1])
    high, wide = -(-height // N_PATCHES), -(-width // N_PATCHES)
    for top, left in product(range(0, height, high), range(0, width, wide)):
        patch, covered = places[top : top + high, left : left + wide].ravel(), X.copy()
        covered[:, patch] = fill[patch]
        falls[patch] = before - of_class(covered)
    return falls
