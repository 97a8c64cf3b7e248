"""The interval in which a submission's score is expected."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.evidence.expected import expected, expected_of
from bench.evidence.resampling import resampled

shares = st.floats(0.5, 0.999)


def of(value: float, spread: float = 0.0, n_rows: int = 10_000, n_new: int = 5_000, n_splits: int = 5):
    error = math.sqrt(value * (1 - value) / n_rows)
    folds = value + spread * np.array([-1, 1, -1, 1, 0])[:n_splits]
    return expected("accuracy", value, error, folds, n_rows, n_new, n_splits)


@given(shares)
def test_it_holds_the_value_and_reaches_further_up_than_down(value):
    low, high = of(value)
    assert 0 <= low < value < high <= 1
    assert high == 1 or high - value > value - low


@given(shares, st.floats(0, 0.02))
def test_models_that_vary_between_trainings_are_less_certain(value, spread):
    low, high = of(value)
    wider_low, wider_high = of(value, spread)
    assert wider_low <= low
    assert wider_high >= high


def test_losses_are_expected_to_fall():
    low, high = expected("log_loss", 0.2, 0.01, np.full(5, 0.2), 1000, 1000, 5)
    assert 0 <= low < 0.2 < high
    assert 0.2 - low > high - 0.2


def test_what_more_rows_gain_is_between_nothing_and_a_power_of_their_number():
    exact = expected("accuracy", 0.9, 1e-9, np.full(5, 0.9), 1000, 10**9, 5)
    most = 0.1 * (1 - 0.8**0.5)
    assert np.mean(exact) == pytest.approx(0.9 + most / 2, abs=1e-6)
    assert exact[1] - exact[0] == pytest.approx(2 * 1.96 * most / math.sqrt(12), rel=1e-3)


@pytest.mark.parametrize("seed", range(3))
def test_new_rows_of_a_refitted_model_are_inside_most_of_the_time(seed):
    rng = np.random.default_rng(seed)
    truth, inside = 0.97, 0
    for _ in range(200):
        low, high = of(rng.binomial(10_000, truth) / 10_000)
        steepness = rng.uniform(0, 0.5)
        refitted = 1 - (1 - truth) * 0.8**steepness
        inside += low <= rng.binomial(5_000, refitted) / 5_000 <= high
    assert inside >= 184


def test_a_width_of_few_binomial_ones():
    low, high = of(0.96, n_rows=42_000, n_new=28_000)
    binomial = 1.96 * math.sqrt(0.96 * 0.04 / 28_000)
    assert (high - low) / 2 < 2.5 * binomial


@pytest.mark.parametrize("metric", ["accuracy", "f1_macro", "roc_auc_ovr"])
def test_the_error_of_one_models_rows_is_that_of_the_bootstrap(made, metric):
    data = made(2000, 1)
    drawn = resampled(data, [metric], n_resamples=4000, seed=5)[metric]
    values = np.full(5, drawn.value[0])
    known = expected(metric, drawn.value[0], drawn.replicates.std(), values, 2000, 1000, 5)
    assert expected_of(data, metric, values, 1000) == pytest.approx(known, rel=0.01)


def test_what_never_errs_is_expected_by_accuracy_alone(made):
    data = made(50, 1)
    perfect = replace(data, scores=(np.eye(10, dtype=np.float32)[data.y_true],))
    assert expected_of(perfect, "f1_macro", np.ones(5), 50) is None
    low, high = expected_of(perfect, "accuracy", np.ones(5), 50)
    assert 0.8 < low < high == 1
