from dataclasses import replace

import numpy as np
import pytest
from scipy.special import logit
from scipy.stats import binomtest, bootstrap, t

from bench.evidence.intervals import intervals
from bench.evidence.resampling import degrees_of_freedom, resampled, standard_errors
from bench.metrics import metrics_of


def test_every_metric_of_every_model_has_a_line(made):
    data = made(200, 2)
    metrics = list(metrics_of(binary=False))
    table = intervals(data, metrics, n_resamples=200)
    assert list(zip(table["model"], table["metric"], strict=True)) == [
        (model, metric) for model in data.models for metric in metrics
    ]
    assert (table["low"] <= table["value"]).all()
    assert (table["value"] <= table["high"]).all()
    assert set(table["level"]) == {0.95}
    assert set(table["covers"]) == {"images"}


def test_accuracy_has_wilsons_interval(made):
    data = made(333, 1)
    line = intervals(data, ["accuracy"]).loc[0]
    known = binomtest(int(data.correct.sum()), 333).proportion_ci(method="wilson")
    assert (line["low"], line["high"]) == pytest.approx((known.low, known.high))
    assert line["method"] == "Wilson"


def test_log_loss_has_the_error_of_scipys_bootstrap_on_the_log_scale(made):
    data = made(400, 1)
    line = intervals(data, ["log_loss"], n_resamples=4000, seed=1).loc[0]
    losses = -np.log(data.scores[0][np.arange(400), data.y_true].astype(float))
    known = bootstrap((losses,), np.mean, n_resamples=4000, method="percentile", rng=2).standard_error
    width = 2 * t.ppf(0.975, degrees_of_freedom(losses[None])[0])
    error = np.log(line["high"] / line["low"]) / width * line["value"]
    assert error == pytest.approx(known, rel=0.06)
    assert line["low"] * line["high"] == pytest.approx(line["value"] ** 2)
    assert line["method"] == "bootstrap over rows, n=4000"


def test_an_error_that_few_rows_decide_reaches_further(made):
    data = made(400, 1)
    drawn = resampled(data, ["roc_auc_ovr"])["roc_auc_ovr"]
    line = intervals(data, ["roc_auc_ovr"]).loc[0]
    value, error = drawn.value[0], standard_errors(drawn.replicates)[0]
    reach = (logit(line["high"]) - logit(line["low"])) / 2 * value * (1 - value)
    assert drawn.freedom[0] < 30
    assert reach / error == pytest.approx(t.ppf(0.975, drawn.freedom[0]), rel=1e-6)


def test_on_the_logit_scale_the_interval_of_accuracy_is_nearly_wilsons(made):
    data = made(3000, 1, n_classes=4)
    table = intervals(data, ["accuracy", "recall_macro"], n_resamples=4000).set_index("metric")
    wilson, other = (table.loc[name, ["low", "high"]].astype(float) for name in ("accuracy", "recall_macro"))
    assert np.abs(wilson - other).max() < 0.1 * (wilson["high"] - wilson["low"])


def test_bounds_stay_between_zero_and_one(made):
    table = intervals(made(150, 2), ["roc_auc_ovr", "f1_macro"], n_resamples=100)
    assert ((table["low"] > 0) & (table["high"] < 1)).all()


def test_bounds_come_from_the_seed(made):
    data = made(100, 1)
    tables = [intervals(data, ["f1_macro"], n_resamples=50, seed=seed) for seed in (1, 1, 2)]
    assert tables[0].equals(tables[1])
    assert not tables[0].equals(tables[2])


@pytest.mark.parametrize("n_rows", [1, 30])
def test_without_an_error_only_wilson_knows_how_far_below_one_the_truth_may_be(made, n_rows):
    data = made(n_rows, 1, step=0.0)
    right = replace(data, y_true=data.y_pred[0])
    table = intervals(right, ["accuracy", "balanced_accuracy", "f1_macro"], n_resamples=20).set_index(
        "metric"
    )
    assert table.loc["accuracy", "high"] == pytest.approx(1.0)
    assert table.loc["accuracy", "low"] == pytest.approx(n_rows / (n_rows + 1.959964**2))
    others = table.drop("accuracy")
    assert others[["low", "high"]].isna().all(axis=None)
    assert set(others["method"]) == {"none"}


def test_what_is_undefined_has_no_bounds(made):
    data = replace(made(40, 2), score_kinds=("decision", "probability"))
    table = intervals(data, ["log_loss"], n_resamples=20)
    assert table["value"].isna().tolist() == [True, False]
    assert table["method"].tolist() == ["none", "bootstrap over rows, n=20"]


def test_a_class_that_resamples_may_lack_gives_no_warning(made):
    data = made(40, 1, n_classes=2, positive=1)
    y_true = (np.arange(40) == 0).astype(np.int32)
    perfect = replace(data, y_true=y_true, scores=(np.eye(2, dtype="f4")[y_true],))
    table = intervals(perfect, list(metrics_of(binary=True)), n_resamples=50).set_index("metric")
    assert table.loc["recall", "value"] == 1
    assert table["low"].drop("accuracy").isna().sum() >= 4
