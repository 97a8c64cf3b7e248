from collections.abc import Iterator

import pytest


@pytest.fixture(scope="module")
def eager() -> Iterator[None]:
    """Run Keras without graphs: many tiny fits are then three times as fast."""
    import tensorflow as tf

    tf.config.run_functions_eagerly(True)
    yield
    tf.config.run_functions_eagerly(False)


@pytest.fixture(scope="session")
def digits():
    """Ninety digits of three classes: X of shape (90, 64) with values 0..16, y of shape (90,)."""
    from sklearn.datasets import load_digits

    X, y = load_digits(n_class=3, return_X_y=True)
    return X[:90], y[:90]
