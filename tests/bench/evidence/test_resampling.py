from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, roc_auc_score

from bench.evidence.components import average_precision_components, delong_components, roc_auc_components
from bench.evidence.resampling import degrees_of_freedom, replicates, resampled, resamples
from bench.metrics import METRICS, metrics_of, score

EXACT = [name for name, metric in METRICS.items() if metric.needs != "scores"]
OF_RANKS = {"roc_auc_ovr": roc_auc_components, "average_precision": average_precision_components}
REFERENCE = {"roc_auc_ovr": roc_auc_score, "average_precision": average_precision_score}


def exact(data, metric, counts):
    """Return a metric of the drawn rows, of every model."""
    rows = np.repeat(np.arange(data.n_rows), counts.astype(int))
    y, entry = data.y_true[rows], METRICS[metric]
    classes = np.unique(y) if data.positive is None else np.array([data.positive])
    if entry.needs == "scores":
        return [by_fold(entry.function, data, scores, rows) for scores in data.scores]
    given = data.y_pred if entry.needs == "labels" else data.scores
    return [entry.function(y, one[rows], classes) for one in given]


def by_fold(function, data, scores, rows):
    """Return the mean of a metric of ranks over folds."""
    found = []
    for fold in np.unique(data.fold):
        own = rows[data.fold[rows] == fold]
        y = data.y_true[own]
        found.append(function(y, scores[own], np.unique(y) if data.positive is None else [data.positive]))
    return np.mean(found)


def of_run(made, metric, **settings):
    binary = METRICS[metric].runs == "--binary"
    return made(150, n_classes=2 if binary else 4, positive=1 if binary else None, **settings)


def mean_of_folds(data, model, metric):
    """Return the leaderboard's value of ranks, and that of all rows at once of all else."""
    whole = data.predictions(model)
    if METRICS[metric].needs != "scores":
        return score(whole, data.positive)[metric]
    parts = [np.flatnonzero(data.fold == fold) for fold in np.unique(data.fold)]
    folds = [
        replace(whole, rows=part, y_true=whole.y_true[part], scores=whole.scores[part]) for part in parts
    ]
    return np.mean([score(fold, data.positive)[metric] for fold in folds])


@pytest.mark.parametrize("metric", METRICS)
def test_rows_as_they_are_have_the_value_of_the_leaderboard(made, metric):
    data = of_run(made, metric)
    expected = [mean_of_folds(data, model, metric) for model in data.models]
    assert resampled(data, [metric], n_resamples=1)[metric].value == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("metric", EXACT)
def test_replicates_are_the_metric_of_the_drawn_rows(made, metric):
    data = of_run(made, metric, n_models=2)
    found = replicates(data, metric, n_resamples=20, seed=3)
    for counts, values in zip(next(resamples(data.n_rows, 20, 3)), found, strict=True):
        assert values == pytest.approx(exact(data, metric, counts))


@pytest.mark.parametrize("metric", ["balanced_accuracy", "f1_macro", "f1_weighted", "precision_macro"])
def test_a_class_that_a_resample_lacks_does_not_count_there(made, metric):
    data = made(6, 1, n_classes=3, seed=1)
    found = replicates(data, metric, n_resamples=30, seed=0)
    for counts, values in zip(next(resamples(6, 30, 0)), found, strict=True):
        assert values == pytest.approx(exact(data, metric, counts))


@pytest.mark.parametrize("metric", OF_RANKS)
@settings(deadline=None, max_examples=25)
@given(seed=st.integers(0, 2**16), n=st.integers(4, 60), n_distinct=st.integers(2, 30))
def test_components_are_the_derivative_by_the_weight_of_a_row(metric, seed, n, n_distinct):
    rng = np.random.default_rng(seed)
    positive = rng.permutation(np.arange(n) < max(1, n // 3))
    scores = rng.integers(0, n_distinct, n) / n_distinct
    value, components = OF_RANKS[metric](positive, scores)
    assert value == pytest.approx(REFERENCE[metric](positive, scores))
    assert components.mean() == pytest.approx(0, abs=1e-12)
    step = 1e-5
    row = rng.integers(n)
    moved = [
        REFERENCE[metric](positive, scores, sample_weight=np.ones(n) + sign * step * (np.arange(n) == row))
        for sign in (1, -1)
    ]
    assert components[row] / n == pytest.approx((moved[0] - moved[1]) / (2 * step), abs=1e-6)


def test_components_of_delong_have_his_variance():
    rng = np.random.default_rng(0)
    positive, scores = np.arange(30) < 8, rng.normal(size=30)
    above = (scores[positive][:, None] > scores[~positive]).astype(float)
    his = above.mean(axis=1).var(ddof=1) / 8 + above.mean(axis=0).var(ddof=1) / 22
    area, components = delong_components(positive, scores)
    assert area == pytest.approx(above.mean())
    assert components.mean() == pytest.approx(0, abs=1e-12)
    assert (components**2).mean() / 30 == pytest.approx(his)


@pytest.mark.parametrize("metric", OF_RANKS)
def test_the_expansion_is_close_to_the_metric_of_the_drawn_rows(made, metric):
    data = made(4000, 1, n_classes=3, n_splits=2)
    expanded = resampled(data, [metric], n_resamples=40, seed=1)[metric]
    drawn = np.array([exact(data, metric, counts)[0] for counts in next(resamples(4000, 40, 1))])
    spread = drawn.std()
    assert np.abs(expanded.replicates[:, 0] - drawn).max() < 0.3 * spread
    assert expanded.replicates.std() == pytest.approx(spread, rel=0.05)


@pytest.mark.parametrize("metric", OF_RANKS)
@pytest.mark.parametrize("positive", [None, 1])
def test_scores_of_two_folds_need_no_common_scale(made, metric, positive):
    data = made(200, 1, n_classes=2 if positive else 4, positive=positive)
    shifted = replace(data, scores=(data.scores[0] * 2 + 10 * data.fold[:, None],))
    one, other = (resampled(each, [metric], n_resamples=5)[metric] for each in (data, shifted))
    assert other.value == pytest.approx(one.value)
    assert other.replicates == pytest.approx(one.replicates)


def test_folds_of_one_class_rank_nothing(made):
    data = made(60, 1, n_classes=2, n_splits=3)
    lone = replace(data, y_true=np.where(data.fold == 0, 0, data.y_true))
    rest = lone.fold != 0
    without = replace(lone, y_true=lone.y_true[rest], scores=(lone.scores[0][rest],), fold=lone.fold[rest])
    found, expected = (
        resampled(each, ["roc_auc_ovr"], n_resamples=1)["roc_auc_ovr"].value for each in (lone, without)
    )
    assert found == pytest.approx(expected)


def test_degrees_of_freedom_are_those_of_normal_rows_and_fewer_with_rare_great_ones():
    rng = np.random.default_rng(0)
    rare = np.where(rng.random(10_000) < 0.002, 1.0, 0.0)
    normal, few, none = degrees_of_freedom(np.stack([rng.normal(size=10_000), rare, np.ones(10_000)]))
    assert normal == pytest.approx(10_000, rel=0.1)
    assert few == pytest.approx(2 * rare.sum(), rel=0.05)
    assert none == np.inf


def test_metrics_that_are_no_means_over_rows_have_no_limit_of_freedom(made):
    found = resampled(made(60, 2), ["f1_macro", "log_loss"], n_resamples=2)
    assert np.isinf(found["f1_macro"].freedom).all()
    assert ((found["log_loss"].freedom >= 1) & (found["log_loss"].freedom < 200)).all()


def test_decision_scores_have_no_log_loss_and_leave_others_theirs(made):
    data = made(50, 3)
    mixed = replace(data, score_kinds=("probability", "decision", "probability"))
    found, whole = (replicates(one, "log_loss", n_resamples=5) for one in (mixed, data))
    assert np.isnan(found[:, 1]).all()
    assert np.array_equal(found[:, [0, 2]], whole[:, [0, 2]])


def test_one_class_has_no_metric_of_ranks(made):
    data = made(20, 2, n_classes=1)
    assert np.isnan(replicates(data, "roc_auc_ovr", n_resamples=3)).all()


def test_resamples_draw_as_many_rows_as_there_are_whatever_the_memory(monkeypatch):
    whole = np.concatenate(list(resamples(7, 10, 5)))
    monkeypatch.setattr("bench.evidence.resampling.CELLS", 15)
    parts = list(resamples(7, 10, 5))
    assert [len(part) for part in parts] == [2] * 5
    assert np.array_equal(np.concatenate(parts), whole)
    assert (whole.sum(axis=1) == 7).all()
    assert not np.array_equal(whole, np.concatenate(list(resamples(7, 10, 6))))


def test_metrics_see_the_same_resamples(made):
    data = made(80, 2)
    together = resampled(data, list(metrics_of(binary=False)), n_resamples=7, seed=2)
    for metric, found in together.items():
        assert np.array_equal(found.replicates, replicates(data, metric, n_resamples=7, seed=2))
