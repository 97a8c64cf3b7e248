"""Small versions of `tests/benchmarks/evidence_truth.py`, with bounds that a sound method keeps."""

import pytest


@pytest.fixture(scope="module")
def truth(from_benchmarks):
    return from_benchmarks("evidence_truth")


@pytest.mark.slow
def test_intervals_hold_the_truth(truth):
    shares = truth.coverage(2000, 100, n_true=300_000)
    assert all(0.88 <= share <= 1 for share in shares.values()), shares


def test_equal_models_are_seldom_told_apart(truth):
    assert truth.false_alarms(1000, 60) <= 0.12


@pytest.mark.slow
@pytest.mark.parametrize("metric", ["balanced_accuracy", "log_loss"])
def test_equal_models_are_seldom_told_apart_by_the_bootstrap(truth, metric):
    assert truth.false_alarms_of(metric, 1000, 40) <= 0.15


def test_half_a_point_is_found(truth):
    assert truth.power(300) >= 0.95


@pytest.mark.parametrize(
    ("ratio", "least", "most"), [(0, 0.985, 1), (0.5, 0.97, 0.999), (1, 0.925, 0.955), (2, 0.84, 0.89)]
)
def test_five_folds_tell_enough_of_training_unless_it_outweighs_the_rows(truth, ratio, least, most):
    held, width = truth.training(ratio, 5, 1000)
    assert least <= held <= most
    assert width < 2.5 or ratio >= 1
