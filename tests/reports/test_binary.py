"""What the report says of one class against the rest."""

import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics as reference

from bench.datasets import one_against_rest
from reports.binary import pooled
from reports.drawable import Drawable
from reports.html import page
from reports.leaderboard import leaderboard
from reports.operating import lowest_threshold, operating_points
from reports.pooled import out_of_fold
from reports.precision_recall import precision_recall
from reports.roc import roc
from reports.submission import available
from reports.thresholds import thresholds

from .conftest import Model, make_dataset, make_run

MODELS = (
    Model("sgd", skill=1.5, kind="decision"),
    Model("forest", skill=1.0, refit=True),
    Model("never", skill=0.0),
    Model("late", missing=(1,)),
)


@pytest.fixture(scope="module", params=["8", "0"])
def made(request, digits, tmp_path_factory):
    """Four rows; the one that is called never gives the class the lowest score."""
    data = one_against_rest(digits, request.param)
    run = make_run(tmp_path_factory.mktemp("binary") / "run", data, MODELS, n_splits=3, best="forest")
    row, k = run.row("never"), run.run.info.positive_index
    for result in run.store.read_results(row):
        predictions = run.store.read_predictions("never", result.key)
        scores = np.full_like(predictions.scores, 0.9)
        scores[:, k] = 0.1
        metrics = result.metrics | {"recall": 0.0, "precision": 0.0, "balanced_accuracy": 0.5}
        run.store.write_result(replace(result, metrics=metrics), replace(predictions, scores=scores))
    return replace(run, run=replace(run.run, precision=0.9))


@pytest.fixture(scope="module")
def html(made):
    return page(made.store, made.run)


@given(
    scores=st.lists(st.floats(-5, 5, width=32), min_size=2, max_size=40),
    wish=st.floats(0.01, 1),
    data=st.data(),
)
def test_no_lower_threshold_has_the_precision(scores, wish, data):
    scores = np.array(scores, dtype=np.float32)
    member = np.array(data.draw(st.lists(st.booleans(), min_size=len(scores), max_size=len(scores))))
    member[0] = True
    threshold, precision, recall = lowest_threshold(member, scores, wish)
    known = {float(t): member[scores >= t].mean() for t in np.unique(scores)}
    reached = [t for t, value in known.items() if value >= wish]
    if not reached:
        assert np.isnan([threshold, precision, recall]).all()
    else:
        assert (threshold, precision) == (min(reached), known[min(reached)])
        assert recall == pytest.approx(member[scores >= threshold].sum() / member.sum())


def test_pooled_figures_are_scikit_learns(made):
    from reports.sections import model_section
    from reports.sources import Sources

    board = leaderboard(made.store, made.run)
    sources = Sources(made.store, board, None)
    sections = [model_section(Drawable(sources, outcome)) for outcome in board.outcomes]
    k = made.run.info.positive_index
    table = pooled(sections, k).set_index("model")
    assert set(table.index) == {"sgd", "forest", "never"}
    for name, line in table.iterrows():
        found = out_of_fold(made.store, made.run, made.row(name))
        true, said = found.y_true == k, found.y_pred == k
        assert line["precision"] == pytest.approx(reference.precision_score(true, said, zero_division=0))
        assert line["recall"] == pytest.approx(reference.recall_score(true, said))
        assert line["f1"] == pytest.approx(reference.f1_score(true, said))
        assert line["roc_auc"] == pytest.approx(reference.roc_auc_score(true, found.scores[:, k]))
        names = ["true_negatives", "false_positives", "false_negatives", "true_positives"]
        assert line[names].tolist() == reference.confusion_matrix(true, said).ravel().tolist()


def test_curves_are_of_the_positive_class_alone(made):
    found, info = out_of_fold(made.store, made.run, made.row("sgd")), made.run.info
    curve = roc(found, info.classes, "#000000", info.positive_index)
    by_recall = precision_recall(found, info.classes, "#000000", info.positive_index)
    by_threshold = thresholds(found, info.classes, info.positive_index)
    assert curve.classes == by_recall.classes == by_threshold.classes == (info.positive,)
    assert curve.area == reference.roc_auc_score(
        found.y_true == info.positive_index, found.scores[:, info.positive_index]
    )
    scores = found.scores[:, info.positive_index]
    assert scores.min() <= by_threshold.thresholds[0] < by_threshold.thresholds[-1] <= scores.max()


def test_a_row_that_never_says_the_class_is_told(made, html):
    board, positive = leaderboard(made.store, made.run), made.run.info.positive
    titles = board.frame().set_index("name")["title"]
    assert titles["never"] == f"The never model: never says {positive}"
    assert titles["forest"] == "The forest model"
    assert board.summary().set_index("Model").loc["never", "Status"] == f"ok, never says {positive}"
    assert f"never says {positive}" in html


def test_the_page_has_the_section_once_and_no_mirror_images(made, html):
    positive = made.run.info.positive
    share = (made.dataset.y == positive).mean()
    assert f"has an accuracy of {1 - share:.4f}" in html
    assert html.count('id="binary"') == 1
    assert "True positives" in html
    assert "Lowest threshold with precision 0.9" in html
    assert not re.search("Most confused pairs|per class|acro average", html)
    assert not re.search(f"class not {positive}<", html)
    assert f"{positive} against the rest" in html


def test_operating_points_tell_what_is_not_reached(made):
    points = operating_points(made.store, made.run, leaderboard(made.store, made.run).outcomes)
    lines = points.summary().set_index("Model")
    assert set(lines.index) == {"sgd", "forest", "never"}
    assert lines.loc["never", "Threshold"] == "not reached"
    assert {record["model"]: record["threshold"] for record in points.records()}["never"] is None
    assert operating_points(made.store, replace(made.run, precision=None), []) is None


def test_no_submission_of_two_classes(made, html):
    assert not available(made.store, made.run, made.row("forest"))
    assert "There is no submission" in html


def test_other_runs_have_no_such_section(digits, tmp_path):
    made = make_run(tmp_path / "run", digits, [Model("a")])
    assert 'id="binary"' not in page(made.store, made.run)


def test_a_hostile_class_stays_text(tmp_path):
    X = np.random.default_rng(0).random((60, 3)).astype(np.float32)
    hostile = "<b>$x$\x1b"
    data = make_dataset(X, np.resize([hostile, "b", "c"], 60))
    made = make_run(tmp_path / "run", one_against_rest(data, hostile), [Model("a")], n_splits=3)
    text = page(made.store, replace(made.run, precision=0.5))
    assert "<b>$x$" not in text
    assert "\x1b" not in text
