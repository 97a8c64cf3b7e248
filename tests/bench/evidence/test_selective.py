import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.evidence.out_of_fold import OutOfFold
from bench.evidence.selective import accuracy_at, risk_coverage, risk_coverage_area

rows = st.lists(st.tuples(st.integers(0, 6), st.booleans()), min_size=1, max_size=40)


def two_classes(confidence, wrong, kind="probability"):
    shares = np.stack([confidence, 1 - np.asarray(confidence)], axis=1).astype("f4")
    y_true = np.asarray(wrong, "i4")
    fold = (np.arange(len(y_true)) % 2).astype("i2")
    return OutOfFold(("m",), (0, 1), y_true, (shares,), (kind,), fold, None, "sha")


def test_the_curve_by_hand():
    frame = risk_coverage(two_classes([0.9, 0.8, 0.7, 0.6], [False, True, False, True]), "m")
    assert frame["coverage"].tolist() == [0.25, 0.5, 0.75, 1]
    assert frame["risk"].to_numpy() == pytest.approx([0, 1 / 2, 1 / 3, 1 / 2])
    assert frame["threshold"].to_numpy() == pytest.approx([0.9, 0.8, 0.7, 0.6])
    assert frame["accuracy"].to_numpy() == pytest.approx(1 - frame["risk"].to_numpy())
    assert risk_coverage_area(
        np.array([0.9, 0.8, 0.7, 0.6]), np.array([False, True, False, True])
    ) == pytest.approx((1 / 2 + 1 / 3 + 1 / 2) / 4)


@settings(max_examples=50, deadline=None)
@given(rows, st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(pairs, random):
    shuffled = random.sample(pairs, len(pairs))
    areas = [
        risk_coverage_area(np.array([c for c, _ in some], float), np.array([w for _, w in some]))
        for some in (pairs, shuffled)
    ]
    assert areas[0] == pytest.approx(areas[1])


@settings(max_examples=50, deadline=None)
@given(rows)
def test_everything_answered_is_the_accuracy(pairs):
    confidence, wrong = np.array([c for c, _ in pairs], float), np.array([w for _, w in pairs])
    assert accuracy_at(confidence, wrong, 1) == pytest.approx(1 - wrong.mean())


def test_equal_confidence_is_the_mean_over_orders():
    rng = np.random.default_rng(0)
    confidence, wrong = np.array([2.0, 1, 1, 1, 0]), np.array([False, True, False, False, True])
    areas = [risk_coverage_area(confidence + rng.random(5) * 1e-9, wrong) for _ in range(3000)]
    assert risk_coverage_area(confidence, wrong) == pytest.approx(np.mean(areas), rel=0.02)


def test_a_coverage_is_met_by_whole_rows():
    confidence = np.arange(100, 0, -1.0)
    wrong = np.arange(100) >= 98
    assert accuracy_at(confidence, wrong, 0.95) == 1
    assert accuracy_at(confidence, wrong, 0.99) == pytest.approx(98 / 99)
    assert accuracy_at(confidence[:10], wrong[:10], 0.99) == 1


def test_a_curve_is_thinned():
    rng = np.random.default_rng(0)
    frame = risk_coverage(two_classes(0.5 + rng.random(5000) / 2, rng.random(5000) < 0.1), "m")
    assert len(frame) == 200
    assert frame["coverage"].is_monotonic_increasing
    assert frame["coverage"].iloc[-1] == 1


def test_decision_scores_say_so():
    frame = risk_coverage(two_classes([0.9, 0.8, 0.7, 0.6], [False, True, False, True], "decision"), "m")
    assert set(frame["scores"]) == {"temperature-scaled decision scores"}
    assert frame["risk"].iloc[-1] == 0.5
