from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import ttest_1samp
from statsmodels.stats.contingency_tables import mcnemar as reference

from bench.evidence.fold_tests import corrected_t_test, probabilities
from bench.evidence.pairs import holm, mcnemar, only_right, pairs
from bench.evidence.resampling import replicates, resampled
from bench.metrics import METRICS

ALL_CLASSES = [name for name, metric in METRICS.items() if metric.runs != "--binary"]


def folds_of(data, n_values=5, seed=0):
    return 0.9 + 0.01 * np.random.default_rng(seed).random((len(data.models), n_values))


@settings(deadline=None)
@given(only_a=st.integers(0, 400), only_b=st.integers(0, 400))
def test_mcnemar_is_statsmodels_exact_test(only_a, only_b):
    known = reference([[0, only_a], [only_b, 0]], exact=True).pvalue if only_a + only_b else 1.0
    assert mcnemar(np.array([only_a]), np.array([only_b]))[0] == pytest.approx(known)


def test_holm_is_by_hand_and_leaves_out_what_is_undefined():
    p = np.array([0.01, np.nan, 0.04, 0.03, 0.005])
    assert holm(p) == pytest.approx([0.03, np.nan, 0.06, 0.06, 0.02], nan_ok=True)
    assert np.isnan(holm(np.full(2, np.nan))).all()


def test_discordant_rows_are_counted(made):
    data = made(300, 3)
    only = only_right(data.correct)
    for i in range(3):
        for j in range(3):
            assert only[i, j] == (data.correct[i] & ~data.correct[j]).sum()


@pytest.mark.parametrize("metric", ALL_CLASSES)
def test_differences_are_those_of_the_leaderboard_and_positive_if_a_is_better(made, metric):
    data = made(250, 3, step=0.5)
    table = pairs(data, folds_of(data), metric, n_resamples=100)
    found = resampled(data, [metric], n_resamples=1)[metric].value
    sign = 1 if METRICS[metric].greater_is_better else -1
    expected = [sign * (found[a] - found[b]) for a, b in ((0, 1), (0, 2), (1, 2))]
    assert table["difference"].to_numpy() == pytest.approx(expected)
    assert table.loc[1, "difference"] < 0
    inside = (table["low"] <= table["difference"]) & (table["difference"] <= table["high"])
    assert inside.all()


def test_the_order_of_models_turns_the_signs_only(made):
    data = made(200, 3, step=0.4)
    turned = data.only(data.models[::-1])
    values = folds_of(data)
    one = pairs(data, values, "log_loss", n_resamples=100).set_index(["model_a", "model_b"])
    other = pairs(turned, values[::-1], "log_loss", n_resamples=100).set_index(["model_b", "model_a"])
    other = other.reindex(one.index)
    assert one["p_holm"].to_numpy() == pytest.approx(other["p_holm"].to_numpy())
    assert one["difference"].to_numpy() == pytest.approx(-other["difference"].to_numpy())
    assert one["low"].to_numpy() == pytest.approx(-other["high"].to_numpy())
    assert one["p_worse"].to_numpy() == pytest.approx(other["p_better"].to_numpy())
    assert one["only_a"].tolist() == other["only_b"].tolist()


def test_one_rule_decides(made):
    data = made(400, 4, step=0.5)
    for metric in ("accuracy", "f1_macro"):
        table = pairs(data, folds_of(data), metric, n_resamples=200)
        own = "p_mcnemar" if metric == "accuracy" else "p_bootstrap"
        assert table["p"].equals(table[own].rename("p"))
        assert table["p_holm"].to_numpy() == pytest.approx(holm(table["p"].to_numpy()))
        assert (table["different"] == (table["p_holm"] < 0.05)).all()
    assert table["p_mcnemar"].isna().all()


def test_the_bootstrap_of_accuracy_nearly_agrees_with_mcnemar(made):
    data = made(4000, 3, n_classes=4, step=0.3)
    table = pairs(data, folds_of(data), "accuracy", n_resamples=1000)
    assert np.log(table["p_bootstrap"]).to_numpy() == pytest.approx(
        np.log(table["p_mcnemar"]).to_numpy(), rel=0.25, abs=0.2
    )
    drawn = replicates(data, "accuracy")
    error = (drawn[:, 0] - drawn[:, 1]).std(ddof=1)
    assert table.loc[0, "high"] - table.loc[0, "low"] == pytest.approx(2 * 1.96 * error, rel=1e-4)


def test_few_rows_that_differ_cannot_prove_a_difference(made):
    data = made(500, 2, n_classes=3)
    scores = np.eye(3, dtype="f4")[data.y_true]
    missed = scores.copy()
    missed[:4] = np.roll(scores[:4], 1, axis=1)
    almost = replace(data, scores=(scores, missed))
    line = pairs(almost, folds_of(data), "balanced_accuracy").loc[0]
    assert line["p_bootstrap"] == 2 / 2**4
    assert not line["different"]


def test_twins_and_two_rows_and_a_single_model(made):
    data = made(60, 1)
    twins = replace(data, models=("a", "b"), scores=data.scores * 2, score_kinds=data.score_kinds * 2)
    for metric in ALL_CLASSES:
        line = pairs(twins, np.ones((2, 5)), metric, n_resamples=30).loc[0]
        assert (line["difference"], line["p"], line["t_folds"], line["p_folds"]) == (0, 1, 0, 1)
        assert (line["p_worse"], line["p_equivalent"], line["p_better"]) == (0, 1, 0)
    assert pairs(data, np.ones((1, 5)), "accuracy").empty
    two = made(2, 2, n_classes=2, n_splits=2)
    assert pairs(two, np.ones((2, 2)), "log_loss", n_resamples=10).loc[0, "p"] >= 0.5


def test_a_model_without_the_metric_is_left_out_of_the_correction(made):
    data = made(300, 3, step=1.0)
    mixed = replace(data, score_kinds=("probability", "decision", "probability"))
    values = folds_of(data)
    values[1] = np.nan
    table = pairs(mixed, values, "log_loss", n_resamples=50)
    assert table["p_holm"].isna().tolist() == [True, False, True]
    assert table["different"].dtype == bool
    assert table.loc[1, "p_holm"] == table.loc[1, "p"]
    assert table[["t_folds", "p_better"]].isna().any(axis=1).tolist() == [True, False, True]


def test_scikit_learns_worked_example_of_the_corrected_t_test():
    """Their user guide, "Statistical comparison of models using grid search", prints these figures."""
    from sklearn.datasets import make_moons
    from sklearn.model_selection import RepeatedStratifiedKFold, cross_val_score
    from sklearn.svm import SVC

    X, y = make_moons(noise=0.352, random_state=1, n_samples=100)
    split = RepeatedStratifiedKFold(n_splits=10, n_repeats=10, random_state=0)
    rbf, linear = (
        cross_val_score(SVC(kernel=kernel, random_state=0), X, y, scoring="roc_auc", cv=split)
        for kernel in ("rbf", "linear")
    )
    differences = (rbf - linear)[None]
    t, p = corrected_t_test(differences, 10)
    assert t[0] == pytest.approx(0.750, abs=5e-4)
    assert p[0] / 2 == pytest.approx(0.227, abs=5e-4)
    worse, equivalent, better = probabilities(differences, 10, rope=0.01)
    assert (worse[0], equivalent[0], better[0]) == pytest.approx((0.068, 0.432, 0.500), abs=5e-4)


@settings(deadline=None, max_examples=50)
@given(seed=st.integers(0, 2**16), n_splits=st.integers(2, 10), n_repeats=st.integers(1, 5))
def test_the_correction_only_widens_the_paired_t_test(seed, n_splits, n_repeats):
    J = n_splits * n_repeats
    differences = np.random.default_rng(seed).normal(0.1, 1, size=(3, J))
    known = ttest_1samp(differences, 0, axis=1)
    t, p = corrected_t_test(differences, n_splits)
    assert t == pytest.approx(known.statistic / np.sqrt(1 + J / (n_splits - 1)))
    worse, equivalent, better = probabilities(differences, n_splits, rope=0.2)
    assert worse + equivalent + better == pytest.approx(np.ones(3))
    above = probabilities(differences, n_splits, rope=0.0)[2]
    assert p == pytest.approx(2 * np.minimum(above, 1 - above))


def test_folds_that_differ_by_the_same_leave_the_variance_unknown():
    differences = np.array([[0.03 - 0.02, 0.04 - 0.03], [0.0, 0.0], [0.01, np.nan]])
    t, p = corrected_t_test(differences, 2)
    assert np.isnan([t[0], p[0], t[2], p[2]]).all()
    assert (t[1], p[1]) == (0, 1)
    parts = np.stack(probabilities(differences, 2, rope=0.0005))
    assert np.isnan(parts[:, [0, 2]]).all()
    assert parts[:, 1].tolist() == [0, 1, 0]
