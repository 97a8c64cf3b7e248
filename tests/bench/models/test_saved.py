"""Every model of the registry survives the disk bit by bit."""

from __future__ import annotations

import sys
from fractions import Fraction

import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.linear_model import SGDClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from bench import models, registry
from bench.errors import FolderError
from bench.registry import ESTIMATORS, resolve

CLASSICAL = [name for name, spec in ESTIMATORS.items() if spec.family == "classical"]
OWN = "own_models"
DEEP = [name for name, spec in ESTIMATORS.items() if spec.family == "deep"]


def rows(side: int, n: int = 120) -> np.ndarray:
    """Digits in frames of zeros, so that every network's smallest side is met."""
    X = load_digits().images[:n].astype(np.float32)
    return np.pad(X, ((0, 0), (0, side - 8), (0, side - 8))).reshape(n, -1)


def fitted(name: str, side: int = 8, labels: np.ndarray | None = None, **params: object):
    spec, X = ESTIMATORS[name], rows(side)
    y = load_digits().target[: len(X)] if labels is None else labels
    estimator = registry.load(spec.target)()
    given = {"random_state": 0, "n_jobs": 1, "image_shape": (side, side)}
    offered = estimator.get_params()
    known = {key: value for key, value in given.items() if key in offered}
    estimator.set_params(**known, **(resolve(spec, "smoke") | params)).fit(X, y)
    return estimator, X, spec.target


def scores(estimator, X: np.ndarray) -> np.ndarray:
    ask = getattr(estimator, "predict_proba", None) or estimator.decision_function
    return np.asarray(ask(X))


def returned(tmp_path, estimator, target: str):
    path = tmp_path / "a.model"
    path.write_bytes(models.encode(estimator, target))
    return models.read(path, target)


def assert_same(tmp_path, estimator, X: np.ndarray, target: str):
    before = scores(estimator, X)
    back = returned(tmp_path, estimator, target)
    for asked in (back, estimator):
        found = scores(asked, X)
        assert (found.dtype, found.tobytes()) == (before.dtype, before.tobytes())
    np.testing.assert_array_equal(back.predict(X), estimator.predict(X))
    assert {k: str(v) for k, v in back.get_params().items()} == {
        k: str(v) for k, v in estimator.get_params().items()
    }
    return back


@pytest.mark.parametrize("name", CLASSICAL)
def test_a_classical_model_answers_as_before(tmp_path, name):
    assert_same(tmp_path, *fitted(name))


@pytest.mark.slow
@pytest.mark.parametrize("name", DEEP)
def test_a_network_answers_as_before(tmp_path, name):
    estimator, X, target = fitted(name, side=20)
    back = assert_same(tmp_path, estimator, X, target)
    assert not back.model_.compiled
    assert back.history_ == estimator.history_


@pytest.mark.slow
def test_a_perceptron_of_keras_answers_as_before(tmp_path):
    from estimators import KerasClassifier

    X, y = rows(8), load_digits().target[:120]
    estimator = KerasClassifier(epochs=1, random_state=0).fit(X, y)
    assert_same(tmp_path, estimator, X, "estimators.keras_classifier:KerasClassifier")


@pytest.mark.parametrize("name", CLASSICAL)
def test_two_classes_of_words_answer_as_before(tmp_path, name):
    words = np.where(load_digits().target[:120] < 5, "näin", "noin")
    assert_same(tmp_path, *fitted(name, labels=words))


OPTIONS = [
    *(("sgd", {"loss": loss}) for loss in ("log_loss", "modified_huber", "squared_hinge", "perceptron")),
    ("sgd", {"average": True, "penalty": "elasticnet"}),
    ("knn", {"weights": "distance"}),
    ("hist-gb", {"early_stopping": True}),
    ("tree", {"criterion": "entropy"}),
    *(("logistic", {"features": name}) for name in ("pca", "pool", "deskew", "hog")),
]


@pytest.mark.parametrize(("name", "params"), OPTIONS)
def test_whatever_a_parameter_brings_in_is_saved_too(tmp_path, name, params):
    assert_same(tmp_path, *fitted(name, **params))


def test_a_pipeline_of_the_library_is_saved(tmp_path):
    X, y = rows(8), load_digits().target[:120]
    estimator = make_pipeline(StandardScaler(), SGDClassifier(random_state=0)).fit(X, y)
    assert_same(tmp_path, estimator, X, "sklearn.pipeline:Pipeline")


def test_a_booster_that_is_held_twice_stays_one(tmp_path):
    from sklearn.ensemble import VotingClassifier
    from xgboost import XGBClassifier

    X, y = rows(8), load_digits().target[:120]
    estimator = VotingClassifier([("a", XGBClassifier(n_estimators=2, n_jobs=1))], voting="soft").fit(X, y)
    back = assert_same(tmp_path, estimator, X, "sklearn.ensemble:VotingClassifier")
    assert back.estimators_[0] is back.named_estimators_["a"]


@pytest.fixture
def own(tmp_path, monkeypatch):
    """A user's own package with a model, and a function in it."""
    (tmp_path / f"{OWN}.py").write_text(
        "from sklearn.dummy import DummyClassifier\n"
        "class Memory:\n    pass\n"
        "class Own(DummyClassifier):\n"
        "    def fit(self, X, y):\n        self.memory_ = Memory()\n        return super().fit(X, y)\n"
        "def shout(X):\n    return X\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    yield registry.load(f"{OWN}:Own")
    del sys.modules[OWN]


def test_classes_of_a_users_own_package_are_trusted(tmp_path, own):
    X, y = rows(8), load_digits().target[:120]
    assert_same(tmp_path, own().fit(X, y), X, f"{OWN}:Own")


def test_a_foreign_type_is_refused_by_name(tmp_path, own):
    X, y = rows(8), load_digits().target[:120]
    estimator = own().fit(X, y)
    estimator.memory_ = Fraction(1, 2)
    with pytest.raises(ValueError, match=r"fractions\.Fraction"):
        models.encode(estimator, f"{OWN}:Own")


def test_a_function_is_refused_even_of_ones_own_package(own):
    shout = registry.load(f"{OWN}:shout")
    X, y = rows(8), load_digits().target[:120]
    estimator = own().fit(X, y)
    estimator.step_ = FunctionTransformer(shout)
    with pytest.raises(ValueError, match=f"{OWN}.shout"):
        models.encode(estimator, f"{OWN}:Own")


def test_a_file_is_read_as_what_it_was_written_as_only(tmp_path):
    estimator, _, target = fitted("dummy")
    path = tmp_path / "a.model"
    path.write_bytes(models.encode(estimator, target))
    with pytest.raises(FolderError, match=r"the file holds estimators\.baseline:Dummy"):
        models.read(path, ESTIMATORS["tree"].target)
