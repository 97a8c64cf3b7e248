"""The digits that come with scikit-learn."""

from __future__ import annotations

import numpy as np

from bench.datasets.assemble import Raw
from bench.datasets.columns import positional_names


def read_digits() -> Raw:
    """Return 1,797 images of 8 x 8 pixels with values from 0 to 16, as uint8."""
    from sklearn.datasets import load_digits

    X, y = load_digits(return_X_y=True)
    return Raw(
        where="digits",
        X=X.astype(np.uint8),
        y=y.astype(np.int64),
        feature_names=positional_names(64, pixels=True),
        image_shape=(8, 8),
    )
