import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import softmax
from sklearn import metrics as reference

from bench.evidence.calibration import (
    brier_score,
    calibration,
    expected_calibration_error,
    log_loss,
    reliability,
)
from bench.evidence.out_of_fold import OutOfFold
from bench.metrics import score


@pytest.fixture(scope="module")
def data():
    """An honest model, one twice as sure as it should be, one that gives decision scores."""
    rng = np.random.default_rng(0)
    logits = 2 * rng.normal(size=(6000, 4))
    honest = softmax(logits, axis=1)
    y_true = (honest.cumsum(axis=1) > rng.random((6000, 1))).argmax(axis=1).astype("i4")
    scores = tuple(x.astype("f4") for x in (honest, softmax(2 * logits, axis=1), 5 * logits))
    kinds = ("probability", "probability", "decision")
    fold = (np.arange(6000) % 3).astype("i2")
    return OutOfFold(("honest", "sure", "raw"), tuple("abcd"), y_true, scores, kinds, fold, None, "sha")


def test_a_line_for_each_model(data):
    frame = calibration(data).set_index("model")
    assert list(frame.columns) == [
        "score_kind", "ece", "brier", "log_loss", "temperature", "ece_scaled", "brier_scaled",
        "log_loss_scaled", "risk_coverage_area", "accuracy_at_99", "accuracy_at_95", "accuracy_at_90",
    ]  # fmt: skip
    assert frame["temperature"].to_numpy() == pytest.approx([1, 2, 5], rel=0.05)
    assert frame["ece"]["honest"] < 0.02
    assert frame["ece"]["sure"] > 0.1
    assert frame.loc["raw", ["ece", "brier", "log_loss"]].isna().all()


def test_scaling_mends_a_model_that_is_too_sure(data):
    frame = calibration(data).set_index("model")
    for name in ("ece_scaled", "brier_scaled", "log_loss_scaled"):
        assert frame[name]["sure"] == pytest.approx(frame[name]["raw"], rel=0.01)
        assert frame[name]["sure"] == pytest.approx(frame[name.removesuffix("_scaled")]["honest"], rel=0.1)


def test_the_log_loss_is_that_of_the_leaderboard(data):
    frame = calibration(data).set_index("model")
    assert frame["log_loss"]["sure"] == pytest.approx(score(data.predictions("sure"))["log_loss"], rel=1e-9)


@settings(max_examples=25, deadline=None)
@given(st.integers(2, 5), st.integers(0, 999))
def test_losses_are_scikit_learns(n_classes, seed):
    rng = np.random.default_rng(seed)
    shares = rng.dirichlet(np.ones(n_classes), 30)
    y_true = rng.integers(0, n_classes, 30)
    labels = np.arange(n_classes)
    full = reference.brier_score_loss(y_true, shares, labels=labels, scale_by_half=False)
    assert brier_score(shares, y_true) == pytest.approx(full)
    assert log_loss(shares, y_true) == pytest.approx(reference.log_loss(y_true, shares, labels=labels))


def test_certain_and_wrong_has_a_finite_loss():
    shares, y_true = np.array([[1.0, 0.0]]), np.array([1])
    assert log_loss(shares, y_true) == pytest.approx(reference.log_loss(y_true, shares, labels=[0, 1]))
    assert brier_score(shares, y_true) == 2


def test_bins_hold_equally_many_rows_and_all_of_them(data):
    frame = reliability(data, "honest")
    assert list(frame.columns) == [
        "model", "scores", "low", "high", "n", "confidence", "accuracy", "accuracy_low", "accuracy_high"
    ]  # fmt: skip
    assert frame["n"].tolist() == [400] * 15
    assert (frame["low"].iloc[1:].to_numpy() > frame["high"].iloc[:-1].to_numpy()).all()
    assert np.average(frame["accuracy"], weights=frame["n"]) == pytest.approx(data.correct[0].mean())
    assert frame["confidence"].between(frame["low"], frame["high"]).all()


def test_an_honest_model_lies_within_most_intervals(data):
    frame = reliability(data, "honest")
    assert frame["confidence"].between(frame["accuracy_low"], frame["accuracy_high"]).sum() >= 12
    sure = reliability(data, "sure")
    assert sure["confidence"].between(sure["accuracy_low"], sure["accuracy_high"]).sum() <= 3


def test_decision_scores_are_scaled_and_say_so(data):
    assert set(reliability(data, "raw")["scores"]) == {"temperature-scaled decision scores"}
    assert set(reliability(data, "sure", scale=True)["scores"]) == {"temperature-scaled probabilities"}
    assert set(reliability(data, "sure")["scores"]) == {"probabilities as stored"}


@settings(max_examples=25, deadline=None)
@given(st.lists(st.sampled_from([0.5, 0.6, 0.75, 1.0]), min_size=1, max_size=60), st.integers(1, 20))
def test_equal_confidences_share_a_bin(confidences, n_bins):
    n = len(confidences)
    shares = np.array([confidences, 1 - np.array(confidences)], "f4").T
    data = OutOfFold(
        ("m",), (0, 1), np.zeros(n, "i4"), (shares,), ("probability",), np.arange(n, dtype="i2"), None, ""
    )
    frame = reliability(data, "m", n_bins)
    assert frame["n"].sum() == n
    assert len(frame) <= min(n_bins, len(set(confidences)))
    assert (frame["low"].iloc[1:].to_numpy() > frame["high"].iloc[:-1].to_numpy()).all()


def test_the_expected_calibration_error_by_hand():
    shares = np.array([[0.9, 0.1], [0.9, 0.1], [0.4, 0.6], [0.4, 0.6]])
    y_true = np.array([0, 1, 1, 1])
    assert expected_calibration_error(shares, y_true, 2) == pytest.approx((0.4 + 0.4) / 2)


def test_one_row_is_enough():
    scores = np.array([[0.3, 0.7]], "f4")
    data = OutOfFold(
        ("m",), (0, 1), np.ones(1, "i4"), (scores,), ("probability",), np.zeros(1, "i2"), None, "sha"
    )
    assert reliability(data, "m")[["n", "accuracy"]].to_numpy().tolist() == [[1, 1]]
