import warnings

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from estimators import XGBoost
from estimators.rows import inner_split


def model(**settings):
    return XGBoost(**{"n_estimators": 20, "n_jobs": 1, "random_state": 0} | settings)


def test_single_class_is_a_sentence():
    with pytest.raises(
        ValueError, match="needs at least 2 classes; the training rows hold 1 class, \\['a'\\]"
    ):
        model().fit([[0.0], [1.0]], ["a", "a"])


def test_two_classes_get_two_columns(digits):
    X, y = digits
    proba = model().fit(X[y < 2], y[y < 2]).predict_proba(X)
    assert proba.shape == (90, 2)
    assert np.allclose(proba.sum(axis=1), 1)


def test_missing_values_are_allowed(digits):
    X, y = digits
    X = np.where(np.random.default_rng(0).random(X.shape) < 0.2, np.nan, X)
    assert model().fit(X, y).score(X, y) > 0.9


def test_early_stopping_uses_rows_of_its_own(digits):
    X, y = digits
    noise = np.random.default_rng(0).integers(0, 3, len(y))
    fitted = model(n_estimators=200, early_stopping_rounds=3, validation_fraction=0.3).fit(X, noise)
    assert fitted.classifier_.best_iteration < 50
    assert fitted.classifier_.get_booster().num_boosted_rounds() < 200


def test_early_stopping_with_weights_and_a_rare_class(digits):
    X, y = digits
    rare = np.r_[np.flatnonzero(y != 2), np.flatnonzero(y == 2)[:1]]
    weight = np.linspace(0.5, 2, len(rare))
    fitted = model(early_stopping_rounds=3).fit(X[rare], y[rare], sample_weight=weight)
    assert fitted.classes_.tolist() == [0, 1, 2]


def test_rows_of_weight_zero_are_as_if_absent(digits):
    X, y = digits
    weighted = model().fit(X, y, sample_weight=(y < 2).astype(float))
    assert weighted.classes_.tolist() == [0, 1]
    assert np.array_equal(weighted.predict_proba(X), model().fit(X[y < 2], y[y < 2]).predict_proba(X))


def test_importances_name_the_feature_that_counts(digits):
    y = digits[1]
    X = np.random.default_rng(0).normal(size=(90, 4))
    X[:, 2] = y
    assert model().fit(X, y).feature_importances_.argmax() == 2


def test_importances_are_shares_of_the_total_gain(digits):
    fitted = model(min_frequency=0.1).fit(*digits)
    gains = fitted.classifier_.get_booster().get_score(importance_type="total_gain")
    expected = np.zeros(64)
    expected[fitted.columns_] = [gains.get(f"f{k}", 0) for k in range(len(fitted.columns_))]
    np.testing.assert_allclose(fitted.feature_importances_, expected / expected.sum(), rtol=1e-4)


def test_columns_that_rarely_leave_their_median_are_left_out():
    rng = np.random.default_rng(0)
    y = rng.integers(0, 3, 100)
    X = rng.normal(size=(100, 5))
    X[:, 0], X[:, 1], X[:, 3], X[:, 4] = 7, y, np.arange(100) < 3, np.nan
    X[-1, 0] = np.nan
    fitted = model(min_frequency=0.05).fit(X, y)
    assert fitted.columns_.tolist() == [1, 2, 4]
    assert fitted.feature_importances_.argmax() == 1
    assert (fitted.feature_importances_[[0, 3]] == 0).all()
    other = X.copy()
    other[:, [0, 3]] = rng.normal(size=(100, 2))
    assert np.array_equal(fitted.predict_proba(X), fitted.predict_proba(other))


def test_a_least_frequency_that_no_column_has_leaves_all(digits):
    X, y = digits
    lit = (np.median(X, axis=0) != X).mean(axis=0)
    zeros = model(min_frequency=1).fit(np.zeros((9, 3)), np.arange(9) % 3)
    assert zeros.columns_.tolist() == [0, 1, 2]
    fitted = model(features="deskew-pool", min_frequency=0.5).fit(X, y)
    assert len(fitted.columns_) < 64
    assert model(min_frequency=0.1).fit(X, y).columns_.tolist() == np.flatnonzero(lit >= 0.1).tolist()


@pytest.mark.parametrize("frequency", [-0.1, 1.5])
def test_frequency_out_of_range_is_a_sentence(digits, frequency):
    with pytest.raises(ValueError, match="min_frequency must be from 0 to 1; got"):
        model(min_frequency=frequency).fit(*digits)


def test_device_is_the_one_really_used(digits):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # XGBoost's own remark that there is no GPU
        fitted = model(n_estimators=1, device="cuda").fit(*digits)
    assert fitted.device_ in ("cpu", "cuda:0")
    assert model(n_estimators=1).fit(*digits).device_ == "cpu"


@pytest.mark.parametrize("fraction", [-0.1, 1, 1.5])
def test_fraction_out_of_range_is_a_sentence(digits, fraction):
    with pytest.raises(ValueError, match="validation_fraction must be at least 0 and below 1; got"):
        model(validation_fraction=fraction).fit(*digits)


def test_split_keeps_every_class_in_training_and_class_shares():
    codes = np.repeat([0, 1, 2, 3], [60, 30, 10, 1])
    train, validation = inner_split(codes, 0.3, seed=0)
    assert sorted([*train, *validation]) == list(range(101))
    assert set(codes[train]) == {0, 1, 2, 3}
    assert np.bincount(codes[validation], minlength=4).tolist() == pytest.approx([18, 9, 3, 0], abs=1)


def test_split_of_too_few_rows_is_a_sentence():
    with pytest.raises(ValueError, match="n_samples = 3 in 3 class\\(es\\) leaves too few to train on"):
        inner_split(np.arange(3), 0.5, seed=0)
    with pytest.raises(ValueError, match="validation_fraction=0 of n_samples = 90 is none; raise it"):
        inner_split(np.arange(90) % 3, 0, seed=0)


@pytest.mark.parametrize("name", ["feature_importances_", "device_"])
def test_what_is_not_fitted_says_so(name):
    with pytest.raises(NotFittedError):
        getattr(model(), name)


def test_image_features_need_every_pixel(digits):
    X, y = digits
    with pytest.raises(ValueError, match="contains NaN"):
        model(features="deskew-pool").fit(np.where(X == 16, np.nan, X), y)


def test_image_features_are_those_of_the_training_rows(digits):
    X, y = digits
    fitted = model(features="deskew-pool").fit(X, y)
    assert fitted.classifier_.n_features_in_ == 64
    assert np.array_equal(fitted.features_.transform(X), clone(fitted.features_).fit_transform(X))
    assert model().fit(X, y).features_ is None
