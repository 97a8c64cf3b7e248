import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.evidence.cost import best_within, cost, price

HEADS = ["model", "score", "fit_seconds", "cpu_seconds", "predict_ms_per_row", "model_bytes"]


@pytest.fixture
def frame():
    lines = [
        ("linear", 0.90, 2.0, 2.0, 0.01, 80_000),
        ("forest", 0.96, 20.0, 40.0, 0.10, 90_000_000),
        ("slow", 0.95, 30.0, 30.0, 0.20, 1_000_000),
        ("svm", 0.99, 60.0, 60.0, 0.50, 30_000_000),
        ("unsaved", 0.97, 50.0, 99.0, 0.60, np.nan),
    ]
    return pd.DataFrame(lines, columns=HEADS)


several = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=12)


def of(pairs):
    lines = [(f"m{i}", score / 10, paid, paid, paid, paid) for i, (score, paid) in enumerate(pairs)]
    return pd.DataFrame(lines, columns=HEADS).astype({"fit_seconds": float})


def test_who_is_on_each_front(frame):
    marked = cost(frame)
    assert marked["pareto_fit_seconds"].tolist() == [True, True, False, True, True]
    assert marked["pareto_predict_ms_per_row"].tolist() == [True, True, False, True, False]
    assert marked["pareto_model_bytes"].tolist() == [True, False, True, True, False]
    assert marked[HEADS].equals(frame)


@settings(max_examples=25, deadline=None)
@given(several)
def test_a_model_is_on_the_front_if_none_beats_it(pairs):
    front = cost(of(pairs))["pareto_fit_seconds"]
    for (score, paid), on_front in zip(pairs, front, strict=True):
        beaten = any(s >= score and p <= paid and (s, p) != (score, paid) for s, p in pairs)
        assert on_front == (not beaten)


@settings(max_examples=25, deadline=None)
@given(several)
def test_prices_add_up_from_the_cheapest_to_the_best(pairs):
    frame = of(pairs)
    lines = price(frame, 1000)
    assert lines["score"].iloc[-1] == frame["score"].max()
    assert lines["fit_seconds"].iloc[0] == frame["fit_seconds"].min()
    assert (lines["seconds_per_correct"].iloc[1:] > 0).all()
    assert lines["further_seconds"].sum() == lines["fit_seconds"].iloc[-1] - lines["fit_seconds"].iloc[0]
    assert lines["further_correct"].sum() == pytest.approx(
        1000 * (lines["score"].iloc[-1] - lines["score"].iloc[0])
    )


def test_what_each_step_costs(frame):
    lines = price(frame, 1000)
    assert lines["model"].tolist() == ["linear", "forest", "unsaved", "svm"]
    assert lines["next_cheaper"].tolist()[1:] == ["linear", "forest", "unsaved"]
    assert lines["next_cheaper"].isna().tolist() == [True, False, False, False]
    assert lines["seconds_per_correct"].to_numpy() == pytest.approx([np.nan, 0.3, 3, 0.5], nan_ok=True)
    assert price(frame, 1000, "cpu_seconds")["model"].tolist() == ["linear", "slow", "forest", "svm"]


def test_the_best_within_limits(frame):
    assert best_within(frame)["model"].tolist()[0] == "svm"
    assert best_within(frame, seconds=30)["model"].tolist() == ["forest", "slow", "linear"]
    assert best_within(frame, megabytes=1)["model"].tolist() == ["slow", "linear"]
    assert best_within(frame, milliseconds=0.1, megabytes=50)["model"].tolist() == ["linear"]
    assert best_within(frame, seconds=0).empty


def test_models_without_a_score_are_passed_over(frame):
    failed = frame.assign(score=frame["score"].where(frame["model"] != "svm"))
    assert "svm" not in best_within(failed)["model"].tolist()
    assert not cost(failed)["pareto_fit_seconds"][3]
    assert price(failed, 10)["model"].tolist() == ["linear", "forest", "unsaved"]


def test_of_equal_models_the_one_fitted_faster_is_first():
    assert best_within(of([(5, 3), (5, 1), (4, 0)]))["model"].tolist() == ["m1", "m0", "m2"]
