import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.exceptions import NotFittedError

from estimators import KNN, MLP, SVM, HistGradientBoosting, LightGBM, Logistic, XGBoost
from estimators.features import FEATURES

SMALL = {
    KNN: {"n_jobs": 1},
    LightGBM: {"n_estimators": 10, "min_child_samples": 3, "n_jobs": 1, "random_state": 0},
    Logistic: {},
    MLP: {"hidden": 16, "epochs": 20, "learning_rate": 0.01, "random_state": 0},
    SVM: {},
    XGBoost: {"n_estimators": 10, "n_jobs": 1, "random_state": 0},
}


@pytest.fixture(params=SMALL, ids=lambda kind: kind.__name__)
def make(request):
    return lambda **settings: request.param(**SMALL[request.param] | settings)


@pytest.mark.parametrize("features", FEATURES)
def test_every_row_of_features_suits_every_model(make, features, digits):
    X, y = digits
    model = make(features=features).fit(X, y)
    assert model.score(X, y) > 0.9
    assert model.n_features_in_ == 64


@pytest.mark.parametrize("kind", [SVM, KNN, XGBoost])
def test_unknown_features_are_a_sentence(kind, digits):
    with pytest.raises(ValueError, match="features must be one of pixels, pca, pool"):
        kind(features="sift").fit(*digits)


def test_one_class_is_a_sentence(make):
    with pytest.raises(ValueError, match="the training rows hold 1 class, \\['a'\\]; pass"):
        make().fit([[0.0], [1.0]], ["a", "a"])


def test_unfitted_model_says_so(make, digits):
    with pytest.raises(NotFittedError):
        make().predict(digits[0])


@pytest.mark.parametrize("features", ["pixels", "deskew-pool"])
@pytest.mark.parametrize(
    ("kind", "attribute"),
    [(Logistic, "coef_"), (LightGBM, "feature_importances_"), (XGBoost, "feature_importances_")],
)
def test_weights_of_pixels_are_there_for_pixels_only(kind, attribute, features, digits):
    model = kind(features=features, **SMALL[kind]).fit(*digits)
    assert hasattr(model, attribute) is (features == "pixels")
    assert features != "pixels" or getattr(model, attribute).shape[-1] == 64


def test_fewer_rows_than_neighbours_are_a_sentence(digits):
    X, y = digits
    with pytest.raises(ValueError, match="n_neighbors=9 needs as many training rows; got n_samples = 8"):
        KNN(n_neighbors=9).fit(X[:8], y[:8])
    assert KNN(n_neighbors=8).fit(X[:8], y[:8]).predict(X).shape == y.shape


def test_image_shape_reaches_every_step(digits):
    X, y = digits
    model = SVM("hog", (4, 16)).fit(X, y)
    shapes = {step.image_shape_ for name, step in model.pipeline_.steps if hasattr(step, "image_shape_")}
    assert shapes == {(4, 16, 1)}


def test_svm_gives_decisions_and_no_probabilities(digits):
    X, y = digits
    model = SVM().fit(X, y)
    assert not hasattr(model, "predict_proba")
    assert model.decision_function(X).shape == (90, 3)
    assert SVM().fit(X, y < 2).decision_function(X).shape == (90,)


def test_knn_takes_no_weights(digits):
    with pytest.raises(TypeError, match="sample_weight"):
        KNN().fit(*digits, sample_weight=np.ones(90))


@pytest.mark.parametrize("kind", [SVM, Logistic, LightGBM, MLP], ids=lambda kind: kind.__name__)
def test_rows_of_weight_zero_are_as_if_absent(kind, digits):
    X, y = digits
    weighted = kind(**SMALL[kind]).fit(X, y, sample_weight=(y < 2).astype(float))
    assert weighted.classes_.tolist() == [0, 1]
    assert np.array_equal(weighted.predict(X), kind(**SMALL[kind]).fit(X[y < 2], y[y < 2]).predict(X))


@pytest.mark.parametrize("kind", [SVM, Logistic, LightGBM, MLP], ids=lambda kind: kind.__name__)
def test_weights_move_the_boundary(kind, digits):
    X, y = digits
    rng = np.random.default_rng(0)
    blurred = X + rng.normal(scale=2 * X.std(), size=X.shape)
    even, uneven = (
        kind(**SMALL[kind]).fit(blurred, y, sample_weight=weight).predict(X)
        for weight in (np.ones(90), np.where(y == 0, 1.0, 1e-3))
    )
    assert (uneven == 0).sum() > (even == 0).sum()


def threads(kind, **settings):
    X, y = load_digits(return_X_y=True)
    one, two = (kind(n_jobs=n_jobs, **settings).fit(X, y).predict_proba(X) for n_jobs in (1, 2))
    return np.array_equal(one, two)


def test_results_do_not_depend_on_threads():
    assert threads(KNN)
    assert threads(LightGBM, n_estimators=5, random_state=0)


def test_histogram_boosting_does_not_depend_on_threads():
    from threadpoolctl import threadpool_limits

    X, y = load_digits(return_X_y=True)
    found = []
    for limit in (1, 2):
        with threadpool_limits(limit):
            found.append(HistGradientBoosting(max_iter=5, random_state=0).fit(X, y).predict_proba(X))
    assert np.array_equal(*found)


@pytest.mark.parametrize(
    ("model", "least"),
    [(SVM("hog", C=3), 0.98), (SVM("deskew-pca"), 0.97), (KNN("deskew-pca"), 0.97), (SVM(), 0.97)],
    ids=["svm-hog", "svm-pca", "knn-deskew", "svm"],
)
def test_embedded_digits_are_told_apart(model, least):
    X, y = load_digits(return_X_y=True)
    assert model.fit(X[::2], y[::2]).score(X[1::2], y[1::2]) > least
