"""The interval in which a submission's score is expected."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from bench.evidence.expected import (
    ANY_STEEPNESS,
    Growth,
    Steepness,
    expected,
    expected_of,
    steepness_of,
    training_variance,
)
from bench.evidence.resampling import resampled
from bench.records import Predictions

shares = st.floats(0.5, 0.999)


def of(value: float, spread: float = 0.0, n_rows: int = 10_000, n_new: int = 5_000, n_splits: int = 5):
    error = math.sqrt(value * (1 - value) / n_rows)
    return expected("accuracy", value, error, spread**2, (n_rows, n_new), n_splits)


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
    low, high = expected("log_loss", 0.2, 0.01, 0.0, (1000, 1000), 5)
    assert 0 <= low < 0.2 < high
    assert 0.2 - low > high - 0.2


def test_what_more_rows_gain_is_between_nothing_and_the_rate_of_averages():
    low, high = expected("accuracy", 0.9, 1e-9, 0.0, (1000, 10**9), 5)
    most = 0.1 * (1 - 0.8**0.5)
    assert (low + high) / 2 == pytest.approx(0.9 + most / 2, rel=1e-3)
    assert high - low == pytest.approx(2 * 1.96 * most / math.sqrt(12), rel=2e-2)


@given(st.floats(0, 1), st.floats(0.01, 0.5), st.floats(0.5, 0.95))
def test_a_known_gain_narrows_the_interval_and_moves_it_there(mean, sd, share):
    joined = ANY_STEEPNESS.joined(Steepness(mean, sd))
    assert joined.sd < min(sd, ANY_STEEPNESS.sd)
    assert min(mean, ANY_STEEPNESS.mean) <= joined.mean <= max(mean, ANY_STEEPNESS.mean)
    assert joined.gain_sd(share) == pytest.approx(
        abs(share ** (joined.mean - joined.sd) - share ** (joined.mean + joined.sd)) / 2, rel=0.05
    )


@given(st.lists(st.floats(-5, 5), min_size=2, max_size=8), st.floats(0.1, 10), st.floats(1e-6, 1e3))
def test_what_training_adds_scales_with_its_unit_and_grows_with_the_spread(values, by_rows, unit):
    values = np.array(values)
    found = training_variance(values, by_rows)
    assert found > 0
    assert training_variance(unit * values, unit**2 * by_rows) == pytest.approx(unit**2 * found, rel=1e-6)
    assert training_variance(2 * values, by_rows) >= found * (1 - 1e-3)


@pytest.mark.parametrize("true", [0.25, 1.0, 9.0])
def test_many_folds_tell_what_training_adds(true):
    values = np.random.default_rng(0).normal(0, math.sqrt(1 + true), 20_000)
    assert training_variance(values, 1.0) == pytest.approx(true, abs=0.05 * (1 + true))


def test_what_training_adds_is_the_integral_over_all_spreads():
    values, sd = np.array([0.0, 1.0, 3.0, 3.5, 4.0]), np.linspace(0, 60, 600_001)
    seen, total = values.var(ddof=1), 1 + sd**2
    weights = (total**-2.0) * np.exp(-2 * seen / total) * stats.t.pdf(sd, 3)
    integral = np.average(sd**2, weights=weights)
    assert training_variance(values, 1.0) == pytest.approx(integral, rel=5e-3)


def right_with(probability: float, n: int, rng: np.random.Generator) -> Predictions:
    """Return predictions about rows of class 0 that are right that often."""
    said = np.where(rng.random(n) < probability, 0.9, 0.1)
    scores = np.stack([said, 1 - said], axis=1).astype(np.float32)
    return Predictions(np.arange(n), np.zeros(n, dtype=np.int32), scores, "probability")


def wrong(n_wrong: int, n: int) -> Predictions:
    """Return predictions about rows of class 0 of which the first are wrong."""
    said = np.where(np.arange(n) < n_wrong, 0.1, 0.9)
    scores = np.stack([said, 1 - said], axis=1).astype(np.float32)
    return Predictions(np.arange(n), np.zeros(n, dtype=np.int32), scores, "probability")


@pytest.mark.parametrize("true", [0.0, 0.25, 0.5])
def test_the_steepness_is_found_within_its_spread(made, true):
    rng, share, seen = np.random.default_rng(0), 0.5, []
    for _ in range(40):
        part, whole = (right_with(1 - 0.1 * r**-true, 5000, rng) for r in (share, 1.0))
        seen.append(steepness_of(Growth.of(made(5000, 1), part, whole, share), "accuracy"))
    distances = [(one.mean - true) / one.sd for one in seen]
    assert abs(np.mean(distances)) < 0.5
    assert 0.7 < np.std(distances) < 1.3


def test_training_sets_make_the_steepness_less_certain(made):
    rng = np.random.default_rng(0)
    growth = Growth.of(made(2000, 1), right_with(0.85, 2000, rng), right_with(0.9, 2000, rng), 0.5)
    alone, with_training = steepness_of(growth, "accuracy"), steepness_of(growth, "accuracy", 0.01**2)
    assert alone.mean == with_training.mean
    assert alone.sd < with_training.sd


def test_nothing_is_learnt_from_a_model_without_errors(made):
    rng = np.random.default_rng(0)
    growth = Growth.of(made(200, 1), right_with(0.9, 200, rng), right_with(1.1, 200, rng), 0.5)
    data, values = made(200, 1), np.full(5, 0.94)
    assert steepness_of(growth, "accuracy") is None
    assert expected_of(data, "accuracy", values, 100, growth) == expected_of(data, "accuracy", values, 100)


def test_few_errors_tell_little_of_the_steepness(made):
    few, many = (
        steepness_of(Growth.of(made(n, 1), wrong(2 * n // 40, n), wrong(n // 40, n), 0.5), "accuracy")
        for n in (40, 4000)
    )
    assert few.mean == many.mean == pytest.approx(1)
    assert few.sd == pytest.approx(10 * many.sd, rel=0.2)
    assert few.sd > 1


@pytest.mark.parametrize("metric", ["log_loss", "roc_auc_ovr", "f1_macro", "average_precision"])
def test_the_steepness_of_any_metric_is_measured(made, metric):
    """Of synthetic models the better one stands for the one trained on all rows."""
    two = made(4000, 2)
    part, whole = (Predictions(np.arange(4000), two.y_true, one, "probability") for one in two.scores)
    found = steepness_of(Growth.of(made(4000, 1), part, whole, 0.5), metric)
    value = resampled(replace(two, fold=0 * two.fold), [metric])[metric].value
    errors = value if metric == "log_loss" else 1 - value
    assert found.mean == pytest.approx(math.log2(errors[0] / errors[1]))
    assert 0 < found.sd < 0.3


def test_a_measured_gain_narrows_what_is_expected(made):
    rng, data, values = np.random.default_rng(0), made(5000, 1), np.full(5, 0.94)
    growth = Growth.of(data, right_with(0.92, 5000, rng), right_with(0.94, 5000, rng), 0.5)
    known, unknown = (expected_of(data, "accuracy", values, 5000, growth) for growth in (growth, None))
    assert known.measured
    assert not unknown.measured
    assert known.high - known.low < unknown.high - unknown.low


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
    error = drawn.replicates.std()
    training = training_variance(values, 5 * error**2)
    known = expected(metric, drawn.value[0], error, training, (2000, 1000), 5)
    found = expected_of(data, metric, values, 1000)
    assert (found.low, found.high) == pytest.approx(known, rel=0.01)


def test_what_never_errs_is_expected_by_accuracy_alone(made):
    data = made(50, 1)
    perfect = replace(data, scores=(np.eye(10, dtype=np.float32)[data.y_true],))
    assert expected_of(perfect, "f1_macro", np.ones(5), 50) is None
    found = expected_of(perfect, "accuracy", np.ones(5), 50)
    assert 0.8 < found.low < found.high == 1
