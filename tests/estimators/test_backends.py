"""The networks keep their contract on a backend of Keras other than TensorFlow."""

import importlib.util
import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.slow

PROGRAM = """
import pickle
import keras
import numpy as np
from sklearn.base import clone
from sklearn.datasets import load_digits
from estimators import CNN

X, y = load_digits(n_class=4, return_X_y=True)
recipe = {"label_smoothing": 0.1, "averaging": 0.9, "views": 5, "elastic": 0.02, "validation_fraction": 0.1}
model = CNN(filters=4, dense=16, epochs=8, random_state=0, **recipe)
scores = model.fit(X[:400], y[:400]).predict_proba(X[400:])
print(keras.backend.backend(), model.device_)
print(model.score(X[400:], y[400:]))
print(np.array_equal(clone(model).fit(X[:400], y[:400]).predict_proba(X[400:]), scores))
print(np.abs(pickle.loads(pickle.dumps(model)).predict_proba(X[400:]) - scores).max())
"""


@pytest.mark.parametrize("backend", ["jax", *(["torch"] if importlib.util.find_spec("torch") else [])])
def test_another_backend_fits_repeats_and_pickles(backend):
    if not importlib.util.find_spec(backend) and "CI" not in os.environ:
        pytest.skip(f"{backend}, another backend, is not installed")
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env={**os.environ, "KERAS_BACKEND": backend, "JAX_PLATFORMS": "cpu", "CUDA_VISIBLE_DEVICES": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found, score, equal, difference = done.stdout.splitlines()[-4:]
    assert found == f"{backend} cpu"
    assert float(score) > 0.8
    assert equal == "True"
    assert float(difference) < 1e-6
