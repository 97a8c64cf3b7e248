import numpy as np
import pytest
from sklearn import metrics as reference

from bench.metrics import metrics_of, score
from bench.records import Predictions


@pytest.fixture(params=[2, 4])
def predictions(request):
    rng = np.random.default_rng(request.param)
    y = rng.integers(0, request.param, 300).astype(np.int32)
    raw = rng.random((300, request.param)) + np.eye(request.param)[y] * 0.5
    return Predictions(np.arange(300), y, (raw / raw.sum(1, keepdims=True)).astype("f4"), "probability")


def test_values_are_scikit_learns(predictions):
    y, pred, proba = predictions.y_true, predictions.y_pred, predictions.scores.astype(float)
    proba /= proba.sum(axis=1, keepdims=True)
    onehot = np.eye(proba.shape[1])[y]
    expected = {
        "accuracy": reference.accuracy_score(y, pred),
        "balanced_accuracy": reference.balanced_accuracy_score(y, pred),
        "f1_macro": reference.f1_score(y, pred, average="macro"),
        "f1_weighted": reference.f1_score(y, pred, average="weighted"),
        "precision_macro": reference.precision_score(y, pred, average="macro"),
        "recall_macro": reference.recall_score(y, pred, average="macro"),
        "log_loss": reference.log_loss(y, proba),
        "roc_auc_ovr": reference.roc_auc_score(onehot, predictions.scores, average="macro"),
        "average_precision": reference.average_precision_score(onehot, predictions.scores, average="macro"),
    }
    assert score(predictions) == pytest.approx(expected, rel=1e-9)
    assert set(expected) == set(metrics_of(binary=False))


def test_decision_scores_have_no_log_loss(predictions):
    decided = Predictions(predictions.rows, predictions.y_true, predictions.scores * 7 - 3, "decision")
    values = score(decided)
    assert values["log_loss"] is None
    assert values["roc_auc_ovr"] == pytest.approx(score(predictions)["roc_auc_ovr"])


def test_a_class_that_does_not_occur_is_left_out_of_the_mean():
    scores = np.array([[0.8, 0.1, 0.1], [0.2, 0.7, 0.1], [0.6, 0.3, 0.1]], dtype="f4")
    values = score(Predictions(np.arange(3), np.array([0, 1, 0], "i4"), scores, "probability"))
    assert values["balanced_accuracy"] == 1.0
    assert values["roc_auc_ovr"] == 1.0
