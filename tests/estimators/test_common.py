"""What every classifier has to keep: one row per model drives scikit-learn's own battery and our contract."""

import pickle
import subprocess
import sys

import numpy as np
import pytest
from sklearn.base import clone, is_classifier
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils import get_tags
from sklearn.utils.estimator_checks import parametrize_with_checks

import estimators

_STEPS = "a repeated row makes several small steps, a heavy row one large step"
_DRAWN = "rows are drawn by their position, and repeating rows moves the positions"
_SEARCHED = "the kernel's width comes from the variance of the rows, whatever their weights"
_BATCHES = "a repeated row may fall into several batches, a heavy row into one"
_BINNED = "bins and least rows per leaf count rows, whatever their weights"
_SINGLE = "single precision cannot meet a relative tolerance of 1e-7"

# id: (class, settings of a small instance, a parameter to search, why weights may differ from repeated rows)
TABLE = {
    "dummy": ("Dummy", {"random_state": 0}, {"strategy": ["prior", "uniform"]}, None),
    "sgd": ("SGDOneVsRest", {"random_state": 0}, {"alpha": [1e-4, 1e-2]}, _STEPS),
    "sgd-log": ("SGDOneVsRest", {"loss": "log_loss", "random_state": 0}, {"average": [False, True]}, _STEPS),
    "logistic": ("Logistic", {}, {"C": [0.1, 1]}, _SINGLE),
    "svm": ("SVM", {}, {"C": [1, 10]}, _SEARCHED),
    "svm-pca": ("SVM", {"features": "pca", "n_components": 20}, {"n_components": [5, 20]}, _SEARCHED),
    "svm-hog": ("SVM", {"features": "hog", "n_components": 30}, {"features": ["pixels", "hog"]}, _SEARCHED),
    "knn": ("KNN", {"n_neighbors": 3}, {"weights": ["uniform", "distance"]}, None),
    "knn-deskew": (
        "KNN",
        {"features": "deskew-pca", "n_components": 20},
        {"n_neighbors": [1, 3]},
        None,
    ),
    "tree": ("DecisionTree", {"random_state": 0}, {"max_depth": [2, None]}, None),
    "forest": ("RandomForest", {"n_estimators": 10, "random_state": 0}, {"max_features": [1, 8]}, _DRAWN),
    "extra-trees": ("ExtraTrees", {"n_estimators": 10, "random_state": 0}, {"max_features": [1, 8]}, None),
    "hist-gb": (
        "HistGradientBoosting",
        {"max_iter": 5, "random_state": 0},
        {"max_leaf_nodes": [4, 31]},
        None,
    ),
    "xgboost": (
        "XGBoost",
        {"n_estimators": 5, "subsample": 0.8, "n_jobs": 1, "random_state": 0},
        {"max_depth": [1, 3]},
        _DRAWN,
    ),
    "xgboost-stopped": (
        "XGBoost",
        {"early_stopping_rounds": 2, "validation_fraction": 0.2, "n_jobs": 1, "random_state": 0},
        {"learning_rate": [0.1, 0.3]},
        _DRAWN,
    ),
    "xgboost-deskew": (
        "XGBoost",
        {"features": "deskew-pool", "n_estimators": 5, "n_jobs": 1, "random_state": 0},
        {"features": ["pixels", "pool", "deskew"]},
        None,
    ),
    "lightgbm": (
        "LightGBM",
        {"n_estimators": 20, "min_child_samples": 3, "n_jobs": 1, "random_state": 0},
        {"num_leaves": [4, 31]},
        _BINNED,
    ),
    "mlp": (
        "MLP",
        {"hidden": 32, "epochs": 30, "learning_rate": 0.01, "random_state": 0},
        {"hidden": [8, 32]},
        _BATCHES,
    ),
    "keras": (
        "KerasClassifier",
        {"epochs": 4, "batch_size": 32, "learning_rate": 0.05, "random_state": 0},
        {"epochs": [1, 4]},
        _SINGLE,
    ),
    "cnn": (
        "CNN",
        {
            "filters": 4,
            "blocks": 1,
            "dense": 16,
            "dropout": 0.1,
            "epochs": 5,
            "batch_size": 32,
            "learning_rate": 0.05,
            "random_state": 0,
        },
        {"kernel_size": [1, 3]},
        _SINGLE,
    ),
}
DEEP = {"keras", "cnn"}
TRANSFORMERS = {"Components", "Deskew", "HOG", "MeanPool", "PixelScaler"}

pytestmark = pytest.mark.filterwarnings("ignore:Even though the .tf.config:UserWarning")


def build(name):
    class_name, settings, *_ = TABLE[name]
    return getattr(estimators, class_name)(**settings)


def expected_failures(estimator):
    """Name the only checks that may fail, and then must."""
    shown = {str(build(name)): reason for name, (*_, reason) in TABLE.items()}
    kinds = ("dense", "sparse") if get_tags(estimator).input_tags.sparse else ("dense",)
    return {
        f"check_sample_weight_equivalence_on_{kind}_data": shown[str(estimator)]
        for kind in kinds
        if shown[str(estimator)]
    }


def pytest_generate_tests(metafunc):
    """Build the battery only where it will run: its deep rows import Keras."""
    if metafunc.function is test_check_estimator and "not slow" not in metafunc.config.option.markexpr:
        battery = parametrize_with_checks(
            [build(name) for name in TABLE], expected_failed_checks=expected_failures, xfail_strict=True
        )
        metafunc.parametrize(*battery.args, **battery.kwargs)


@pytest.mark.slow
@pytest.mark.usefixtures("eager")
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_check_estimator(estimator, check):
    np.random.seed(0)  # noqa: NPY002 - the checks draw from the global state
    check(estimator)


@pytest.fixture(params=[pytest.param(name, marks=pytest.mark.slow if name in DEEP else ()) for name in TABLE])
def name(request):
    if request.param in DEEP:
        request.getfixturevalue("eager")
    return request.param


@pytest.fixture
def model(name):
    return build(name)


def scores(model, X):
    return model.predict_proba(X) if hasattr(model, "predict_proba") else model.decision_function(X)


def test_every_public_name_has_a_row():
    classifiers = {class_name for class_name, *_ in TABLE.values()}
    assert classifiers | TRANSFORMERS == set(estimators.__all__)
    assert not any(is_classifier(getattr(estimators, name)()) for name in TRANSFORMERS)


def test_only_the_baseline_hides_behind_a_tag(model, name):
    tags = get_tags(model)
    assert tags.classifier_tags.poor_score == (name == "dummy")
    assert not tags.non_deterministic
    assert not tags.no_validation or name == "dummy"


def test_import_is_light():
    code = "import sys, estimators; dir(estimators); print(*{name.split('.')[0] for name in sys.modules})"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert not {"sklearn", "xgboost", "keras", "tensorflow", "numpy"} & set(loaded)


def test_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'Forest'; it offers CNN, "):
        _ = estimators.Forest


def test_clone_keeps_parameters_and_forgets_the_fit(model, digits):
    copied = clone(model.fit(*digits))
    assert is_classifier(copied)
    assert copied.get_params() == model.get_params()
    assert not hasattr(copied, "classes_")


def test_learns_more_than_the_dummy(name, model, digits):
    X, y = digits
    assert model.fit(X, y).score(X, y) > (0.2 if name == "dummy" else 0.9)


def test_prediction_is_the_class_of_the_largest_score(model, digits):
    X, y = digits
    model.fit(X, y)
    assert scores(model, X).shape == (90, 3)
    assert np.array_equal(model.predict(X), model.classes_[scores(model, X).argmax(axis=1)])


def test_pickle_round_trip_scores_equally(model, digits):
    X, y = digits
    restored = pickle.loads(pickle.dumps(model.fit(X, y)))
    assert np.array_equal(scores(restored, X), scores(model, X))


def test_equal_seeds_give_equal_models(model, digits):
    X, y = digits
    assert np.array_equal(scores(clone(model).fit(X, y), X), scores(model.fit(X, y), X))


@pytest.mark.parametrize("labels", [["nil", "one", "two"], [-7, 3, 1000], [2.0, 4.0, 8.0]], ids=str)
def test_labels_of_any_kind(model, digits, labels):
    X, y = digits
    labels = np.array(labels)
    by_code = clone(model).fit(X, y).predict(X)
    assert np.array_equal(model.fit(X, labels[y]).predict(X), labels[by_code])
    assert np.array_equal(model.classes_, labels)


def test_a_class_may_be_missing(model, digits):
    X, y = digits
    model.fit(X[y != 1], y[y != 1])
    assert model.classes_.tolist() == [0, 2]
    assert set(model.predict(X)) <= {0, 2}


def test_whole_numbers_and_floats_score_equally(model, digits):
    X, y = digits
    model.fit(X.astype("uint8"), y)
    assert np.array_equal(scores(model, X.astype("uint8")), scores(model, X))


def test_pipeline_and_cross_validation(model, digits):
    by_fold = cross_val_score(make_pipeline(StandardScaler(), model), *digits, cv=2, error_score="raise")
    assert by_fold.shape == (2,)


def test_grid_search(name, model, digits):
    search = GridSearchCV(model, TABLE[name][2], cv=2, error_score="raise").fit(*digits)
    assert search.best_params_.keys() == TABLE[name][2].keys()


def test_html_representation(model, digits):
    assert type(model).__name__ in model.fit(*digits)._repr_html_()
