"""Models for tests, ill-behaved ones among them."""

from __future__ import annotations

from bench.records import EstimatorSpec

LOCAL = "local_models"
MODELS = """
import hashlib
import os
import time

import numpy as np
from sklearn.dummy import DummyClassifier
from sklearn.naive_bayes import GaussianNB


class Raises(DummyClassifier):
    def fit(self, X, y):
        raise RuntimeError("no luck today")


class NaNScores(DummyClassifier):
    def predict_proba(self, X):
        return super().predict_proba(X) * np.nan


class Unnormalised(DummyClassifier):
    def predict_proba(self, X):
        return super().predict_proba(X) * 3


class TooFewScores(DummyClassifier):
    def predict_proba(self, X):
        return super().predict_proba(X)[:-1]


class Shaped(DummyClassifier):
    def __init__(self, image_shape=None):
        self.image_shape = image_shape
        super().__init__()


class Weighs(DummyClassifier):
    def fit(self, X, y):
        super().fit(X, y)
        n = X.shape[1]
        self.feature_importances_ = {
            "good": np.arange(n),
            "square": np.full((3, 3), np.nan),
            "short": np.ones(n - 1),
            "infinite": np.full(n, np.inf),
            "words": ["much"] * n,
        }[self.constant]
        return self


class Covers(DummyClassifier):
    def occlusion(self, X, y):
        assert len(X) == len(y)
        return np.full(X.shape[1], len(X))


class Renames(DummyClassifier):
    def fit(self, X, y):
        super().fit(X, y)
        self.classes_ = {"foreign": self.classes_ + 0.5, "twice": self.classes_ // 2}[self.constant]
        return self


class Elsewhere(DummyClassifier):
    device_ = "gpu:1"


class WitnessA(GaussianNB):
    def fit(self, X, y):
        note("begin", self, X)
        time.sleep(0.03)
        super().fit(X, y)
        note("end", self, X)
        return self


class WitnessB(WitnessA):
    pass


def note(event, model, X):
    rows = hashlib.sha256(np.ascontiguousarray(X).tobytes()).hexdigest()[:12]
    line = f"{event} {type(model).__name__} {model.var_smoothing!r} {rows}\\n"
    handle = os.open(os.environ["BENCH_TEST_WITNESS"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(handle, line.encode())
    os.close(handle)


class HoldsAFile(DummyClassifier):
    def fit(self, X, y):
        self.log_ = open(__file__)
        return super().fit(X, y)

    def __del__(self):
        if hasattr(self, "log_"):
            self.log_.close()


class Warns(DummyClassifier):
    def fit(self, X, y):
        import warnings

        warnings.warn("take care", UserWarning)
        warnings.warn("take care", UserWarning)
        return super().fit(X, y)
"""


def spec(name: str, target: str, **more: object) -> EstimatorSpec:
    return EstimatorSpec(name=name, title=name.title(), family="classical", target=target, **more)


def local(name: str, **more: object) -> EstimatorSpec:
    return spec(name.lower(), f"{LOCAL}:{name}", **more)
