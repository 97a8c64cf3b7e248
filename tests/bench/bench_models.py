"""Models for tests, ill-behaved ones among them."""

from __future__ import annotations

from bench.records import EstimatorSpec

LOCAL = "local_models"
MODELS = '''
import time
import numpy as np
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression


class Raises(DummyClassifier):
    def fit(self, X, y):
        raise RuntimeError("no luck today")


class RaisesOnce(DummyClassifier):
    """Fails on rows whose number differs from what it likes."""

    def __init__(self, likes=0):
        self.likes = likes
        super().__init__()

    def fit(self, X, y):
        if len(X) != self.likes:
            raise RuntimeError("wrong number of rows")
        return super().fit(X, y)


class NaNScores(DummyClassifier):
    def predict_proba(self, X):
        return super().predict_proba(X) * np.nan


class Unnormalised(DummyClassifier):
    def predict_proba(self, X):
        return super().predict_proba(X) * 3


class TooFewScores(DummyClassifier):
    def predict_proba(self, X):
        return super().predict_proba(X)[:-1]


class Warns(DummyClassifier):
    def fit(self, X, y):
        import warnings

        warnings.warn("take care", UserWarning)
        warnings.warn("take care", UserWarning)
        return super().fit(X, y)
'''


def spec(name: str, target: str, **more: object) -> EstimatorSpec:
    return EstimatorSpec(name=name, title=name.title(), family="classical", target=target, **more)


def local(name: str, **more: object) -> EstimatorSpec:
    return spec(name.lower(), f"{LOCAL}:{name}", **more)
