import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.calibration import CalibratedClassifierCV
from sklearn.frozen import FrozenEstimator

from bench.evidence.out_of_fold import OutOfFold
from bench.evidence.temperature import TITLES, probabilities, scaled, temperature, temperatures


class Said(ClassifierMixin, BaseEstimator):
    """A classifier whose features are its decision scores."""

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        return self

    def decision_function(self, X):
        return X

    def predict(self, X):
        return X.argmax(axis=1)


def drawn(n=600, n_classes=3, true_temperature=2.0, seed=0):
    """Scores whose true temperature is known: labels are drawn from softmax(scores / T)."""
    rng = np.random.default_rng(seed)
    scores = (3 * rng.normal(size=(n, n_classes))).astype("f4")
    shares = softmax(scores.astype(float) / true_temperature, axis=1)
    y_true = (shares.cumsum(axis=1) > rng.random((n, 1))).argmax(axis=1)
    return scores, y_true.astype("i4")


def pair(n=600, n_folds=5):
    """The same scores as decision scores and as probabilities."""
    scores, y_true = drawn(n)
    shares = softmax(scores, axis=1)
    fold = (np.arange(n) % n_folds).astype("i2")
    kinds = ("decision", "probability")
    return OutOfFold(("raw", "shares"), (0, 1, 2), y_true, (scores, shares), kinds, fold, None, "sha")


def loss(scores, y_true, t):
    return -log_softmax(scores.astype(float) / t, axis=1)[np.arange(len(y_true)), y_true].mean()


def test_the_temperature_is_scikit_learns():
    scores, y_true = drawn()
    reference = CalibratedClassifierCV(FrozenEstimator(Said().fit(scores, y_true)), method="temperature")
    reference.fit(scores, y_true)
    (whole,) = reference.calibrated_classifiers_
    expected = 1 / whole.calibrators[0].beta_
    assert temperature(scores, y_true, "decision") == pytest.approx(expected, rel=1e-4)


@settings(max_examples=25, deadline=None)
@given(st.floats(0.05, 20), st.integers(0, 99), st.integers(2, 6))
def test_no_other_temperature_has_a_smaller_loss(true_temperature, seed, n_classes):
    scores, y_true = drawn(200, n_classes, true_temperature, seed)
    found = loss(scores, y_true, temperature(scores, y_true, "decision"))
    searched = minimize_scalar(lambda u: loss(scores, y_true, np.exp(u)), bounds=(-6, 6), method="bounded")
    assert found <= searched.fun + 1e-6


def test_the_true_temperature_is_found():
    scores, y_true = drawn(20_000, true_temperature=3)
    assert temperature(scores, y_true, "decision") == pytest.approx(3, rel=0.03)


@settings(max_examples=25, deadline=None)
@given(st.floats(0.01, 100), st.floats(-50, 50), st.floats(0.1, 10))
def test_units_and_offsets_of_decision_scores_do_not_matter(unit, offset, start):
    scores, y_true = drawn(200)
    expected = temperature(scores, y_true, "decision") * unit
    moved = scores.astype(float) * unit + offset
    assert temperature(moved, y_true, "decision", start * unit) == pytest.approx(expected, rel=1e-5)


def test_probabilities_are_scaled_as_their_logarithms():
    data = pair()
    both = [temperature(data.scores[i], data.y_true, kind) for i, kind in enumerate(data.score_kinds)]
    assert both[0] == pytest.approx(both[1], rel=1e-4)
    assert scaled(data, "raw") == pytest.approx(scaled(data, "shares"), abs=1e-4)


def test_a_row_never_chooses_its_own_temperature():
    data = pair(200, 4)
    first = temperatures(data, "raw")
    data.y_true[data.fold == 2] = (data.y_true[data.fold == 2] + 1) % 3
    second = temperatures(data, "raw")
    assert {fold for fold in first if first[fold] == pytest.approx(second[fold])} == {2}


def test_each_fold_is_as_if_fitted_alone():
    data = pair(300, 3)
    for fold, found in temperatures(data, "raw").items():
        others = data.fold != fold
        alone = temperature(data.scores[0][others], data.y_true[others], "decision")
        assert found == pytest.approx(alone, rel=1e-6)


def test_scaling_changes_no_answer():
    data = pair()
    assert (scaled(data, "shares").argmax(axis=1) == data.y_pred[1]).all()
    assert scaled(data, "raw").sum(axis=1) == pytest.approx(np.ones(data.n_rows))


@pytest.mark.parametrize(
    ("scores", "y_true"),
    [
        (np.zeros((4, 3), "f4"), [0, 1, 2, 0]),
        (np.eye(3, dtype="f4"), [0, 1, 2]),
        (np.eye(3, dtype="f4"), [1, 2, 0]),
        (np.array([[0, 1e30], [0, 1]], "f4"), [0, 1]),
    ],
    ids=["silent", "always right", "always wrong", "huge"],
)
@pytest.mark.parametrize("kind", ["decision", "probability"])
def test_extreme_scores_have_a_finite_temperature(scores, y_true, kind):
    scores = scores + 1 if kind == "probability" else scores
    found = temperature(scores, np.array(y_true, "i4"), kind)
    assert np.isfinite(found)
    assert found > 0


def test_certain_and_wrong_is_not_infinitely_bad():
    y_true = np.array([0] * 9 + [1], "i4")
    shares = np.tile(np.array([[1, 0]], "f4"), (10, 1))
    found = temperature(shares, y_true, "probability")
    assert softmax(np.array([0, np.log(np.finfo("f4").eps)]) / found)[0] == pytest.approx(0.9, rel=1e-4)


def test_probabilities_say_what_they_are():
    data = pair()
    shares, title = probabilities(data, "shares", scale=False)
    assert title == TITLES["stored"] == "probabilities as stored"
    assert shares == pytest.approx(data.scores[1], rel=1e-6)
    assert probabilities(data, "shares", scale=True)[1] == "temperature-scaled probabilities"
    assert probabilities(data, "raw", scale=False)[1] == "temperature-scaled decision scores"
