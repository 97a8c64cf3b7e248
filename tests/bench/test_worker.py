from dataclasses import replace

import numpy as np
import pytest
from bench_models import local, spec

from bench import models
from bench.plan import fold_jobs, refit_job
from bench.records import Folds
from bench.registry import ESTIMATORS
from bench.scoring import score_rows
from bench.worker import build, fit_job


def fit(case, model, params=None, threads=1):
    return fit_job(fold_jobs(model, params or {}, case.folds)[0], case.dataset, case.folds, threads)


def test_a_fold_is_scored_on_rows_it_was_not_fitted_on(bench_case):
    outcome = fit(bench_case, bench_case.models[1])
    train, test = bench_case.folds.rows(0, 0)
    np.testing.assert_array_equal(outcome.predictions.rows, test)
    result = outcome.result
    assert (result.status, result.n_train, result.n_test) == ("ok", len(train), len(test))
    from sklearn.neighbors import KNeighborsClassifier

    X, y = bench_case.dataset.X, bench_case.dataset.y
    expected = KNeighborsClassifier().fit(X[train], y[train]).score(X[test], y[test])
    assert result.metrics["accuracy"] == expected
    assert outcome.model is None


def test_a_refit_uses_all_rows_and_returns_the_model(bench_case, tmp_path):
    outcome = fit_job(
        refit_job(bench_case.models[1], {}, bench_case.folds), bench_case.dataset, bench_case.folds, 1
    )
    assert outcome.result.n_train == len(bench_case.dataset.X)
    path = tmp_path / "a.model"
    path.write_bytes(outcome.model)
    assert models.read(path, bench_case.models[1].target).n_samples_fit_ == len(bench_case.dataset.X)
    assert outcome.result.unsaved == ""
    assert len(outcome.model) == outcome.result.model_bytes
    assert outcome.predictions.scores.shape == (0, 10)


@pytest.mark.usefixtures("local_models")
@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("Raises", "RuntimeError: no luck today"),
        ("NaNScores", "not all finite"),
        ("Unnormalised", "sum to one"),
        ("TooFewScores", "scores of shape"),
    ],
)
def test_a_failure_is_a_result_with_its_reason(bench_case, name, reason):
    outcome = fit(bench_case, local(name))
    assert outcome.result.status == "failed"
    assert reason in outcome.result.reason
    assert outcome.predictions is None


def test_a_library_that_cannot_be_imported_is_a_failure(bench_case, tmp_path, monkeypatch):
    (tmp_path / "brokenlib.py").write_text("raise ImportError('libgomp is missing')")
    monkeypatch.syspath_prepend(tmp_path)
    model = replace(bench_case.models[0], packages=("brokenlib",))
    assert fit(bench_case, model).result.reason == "ImportError: libgomp is missing"


@pytest.mark.usefixtures("local_models")
def test_a_model_that_cannot_be_saved_keeps_its_result(bench_case):
    model = local("HoldsAFile")
    job = refit_job(model, {}, bench_case.folds)
    outcome = fit_job(job, bench_case.dataset, bench_case.folds, 1)
    assert (outcome.result.status, outcome.model, outcome.result.model_bytes) == ("ok", None, 0)
    assert "TextIOWrapper" in outcome.result.unsaved
    assert fit(bench_case, model).result.status == "ok"
    bench_case.store.write_result(outcome.result, outcome.predictions)
    assert bench_case.store.has(job)


@pytest.mark.usefixtures("local_models")
@pytest.mark.parametrize("told", ["good", "square", "short", "infinite", "words"])
def test_only_a_finite_weight_of_every_feature_is_kept(bench_case, told):
    outcome = fit(bench_case, local("Weighs"), {"constant": told})
    assert outcome.result.status == "ok"
    kept = outcome.predictions.importance
    assert kept is None if told != "good" else (kept == np.arange(64)).all()


@pytest.mark.usefixtures("local_models")
def test_a_model_is_covered_on_some_of_its_test_rows(bench_case, monkeypatch):
    monkeypatch.setattr("bench.importance.N_COVERED", 7)
    assert (fit(bench_case, local("Covers")).predictions.importance == 7).all()


@pytest.mark.usefixtures("local_models")
@pytest.mark.parametrize("told", ["foreign", "twice"])
def test_classes_that_are_not_those_of_the_data_are_a_failure(bench_case, told):
    reason = fit(bench_case, local("Renames"), {"constant": told}).result.reason
    assert reason.startswith("ValueError: the model's classes_ are [0")
    assert "those of the data [0, 1, 2, 3" in reason


@pytest.mark.usefixtures("local_models")
def test_the_device_is_what_the_model_says(bench_case):
    assert fit(bench_case, local("Elsewhere")).result.device == "gpu:1"
    assert fit(bench_case, bench_case.models[0]).result.device == "cpu"


@pytest.mark.usefixtures("local_models")
def test_warnings_are_kept_once(bench_case):
    assert fit(bench_case, local("Warns")).result.warnings == ("UserWarning: take care",)


def test_an_unknown_parameter_or_class_is_a_failure(bench_case):
    assert "Invalid parameter" in fit(bench_case, bench_case.models[0], {"nonsense": 1}).result.reason
    assert "no_such_module" in fit(bench_case, spec("x", "no_such_module:X")).result.reason


def test_a_class_that_training_lacked_gets_the_lowest_score(digits):
    from sklearn.linear_model import LogisticRegression, RidgeClassifier

    kept = digits.y < 9
    X, classes = digits.X[:50], np.arange(10)
    for model, kind, lowest in (
        (LogisticRegression(max_iter=500), "probability", 0.0),
        (RidgeClassifier(), "decision", None),
    ):
        model.fit(digits.X[kept][:300] / 16, digits.y[kept][:300])
        scores, found = score_rows(model, X / 16, classes)
        assert (scores.shape, scores.dtype, found) == ((50, 10), np.float32, kind)
        assert (scores[:, 9] <= scores.min(axis=1)).all()
        assert lowest is None or (scores[:, 9] == lowest).all()
        np.testing.assert_array_equal(scores.argmax(axis=1), model.predict(X / 16))


@pytest.mark.usefixtures("local_models")
def test_an_estimator_that_takes_an_image_shape_gets_that_of_the_data(bench_case):
    job = fold_jobs(local("Shaped"), {}, bench_case.folds)[0]
    assert build(job, image_shape=(4, 16)).image_shape == (4, 16)


@pytest.mark.parametrize("name", ["logistic", "svm", "knn", "mlp"])
def test_columns_that_are_no_pixels_are_scaled_one_by_one(bench_case, name):
    rng = np.random.default_rng(0)
    y = np.arange(200) % 2
    X = rng.normal(size=(200, 4)) * (1, 1e3, 1e3, 1e3)
    X[:, 0] += 4 * y
    data = replace(bench_case.dataset, X=X.astype("float32"), y=y, image_shape=None)
    folds = Folds("0", "stratified", 2, 1, 0, (np.arange(200) // 2 % 2).astype("int16")[None])
    job = fold_jobs(ESTIMATORS[name], {}, folds)[0]
    assert fit_job(job, data, folds, threads=1).result.metrics["accuracy"] > 0.85


def test_two_classes_with_decision_scores_get_two_columns(digits):
    from sklearn.linear_model import RidgeClassifier

    kept = digits.y < 2
    model = RidgeClassifier().fit(digits.X[kept], np.where(digits.y[kept] == 0, "no", "yes"))
    scores, kind = score_rows(model, digits.X[:20], np.array(["no", "yes"]))
    assert kind == "decision"
    np.testing.assert_array_equal(
        np.array(["no", "yes"])[scores.argmax(axis=1)], model.predict(digits.X[:20])
    )
