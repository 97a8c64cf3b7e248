import numpy as np
import pytest
from sklearn.exceptions import NotFittedError

from estimators import SGDOneVsRest


def test_result_does_not_depend_on_the_unit_of_the_pixels(digits):
    X, y = digits
    coarse = SGDOneVsRest(random_state=0).fit(X, y)
    fine = SGDOneVsRest(random_state=0).fit(16 * X, y)
    assert np.array_equal(coarse.decision_function(X), fine.decision_function(16 * X))


def test_columns_of_very_different_size_count_alike():
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, 200)
    X = np.column_stack([y + rng.normal(0, 0.1, 200), rng.normal(0, 1e6, 200)])
    assert SGDOneVsRest(random_state=0).fit(X, y).score(X, y) > 0.95


def test_scale_comes_from_the_training_rows_only(digits):
    X, y = digits
    model = SGDOneVsRest(random_state=0).fit(X, y)
    bright = np.full((1, 64), 1e6)
    assert np.array_equal(
        model.decision_function(bright), model.decision_function(X.max(axis=0, keepdims=True))
    )


def test_constant_feature_has_no_say(digits):
    X, y = digits
    model = SGDOneVsRest(random_state=0).fit(np.c_[X, np.full(90, 7.0)], y)
    assert not model.coef_[:, -1].any()


def test_scores_follow_from_the_coefficients(digits):
    X, y = digits
    model = SGDOneVsRest(random_state=0).fit(X, y)
    expected = model.scaler_.transform(X) @ model.coef_.T + model.intercept_
    assert model.coef_.shape == (3, 64)
    assert np.allclose(model.decision_function(X), expected)


@pytest.mark.parametrize(("loss", "there"), [("hinge", False), ("log_loss", True), ("modified_huber", True)])
def test_probabilities_only_where_the_loss_has_them(digits, loss, there):
    X, y = digits
    model = SGDOneVsRest(loss=loss, random_state=0).fit(X, y)
    assert hasattr(model, "predict_proba") is there
    assert not there or np.allclose(model.predict_proba(X).sum(axis=1), 1)


def test_result_does_not_depend_on_threads(digits):
    X, y = digits
    one, two = (SGDOneVsRest(n_jobs=n_jobs, random_state=0).fit(X, y) for n_jobs in (1, 2))
    assert np.array_equal(one.coef_, two.coef_)


def test_weights_move_the_boundary(digits):
    X, y = digits
    model = SGDOneVsRest(random_state=0).fit(X, y, sample_weight=np.where(y == 0, 1.0, 1e-9))
    assert (model.predict(X) == 0).mean() > 0.5


def test_unfitted_model_says_so(digits):
    with pytest.raises(NotFittedError):
        SGDOneVsRest().predict(digits[0])
