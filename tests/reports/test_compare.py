"""What the scripts of the comparison and of the models' sections read, against scikit-learn."""

from dataclasses import replace

import numpy as np
import pytest
from matplotlib.figure import Figure
from sklearn.calibration import calibration_curve
from sklearn.metrics import (
    average_precision_score,
    confusion_matrix,
    precision_recall_curve,
    roc_auc_score,
    roc_curve,
)

from bench.records import Part
from reports.comparison_data import comparison_data
from reports.confusion import Confusion
from reports.drawable import Drawable
from reports.evidence import evidence
from reports.figures import figures
from reports.folds import folds_frame, folds_table
from reports.leaderboard import leaderboard
from reports.matrix import levels, matrix
from reports.model_data import models_data
from reports.sections import model_section
from reports.sources import Sources
from reports.wording import MISSING

from .conftest import Model, make_dataset, make_run

MODELS = (
    Model("good", skill=4),
    Model("fair", skill=2.5, kind="decision"),
    Model("weak", skill=1.5),
    Model("part", missing=(1,)),
)


@pytest.fixture(scope="module")
def few(digits, tmp_path_factory):
    return make_run(tmp_path_factory.mktemp("few") / "run", digits, MODELS, n_splits=3)


@pytest.fixture(scope="module")
def parts(few):
    board = leaderboard(few.store, few.run)
    sources = Sources(few.store, board, evidence(few.store, board))
    return sources, [model_section(Drawable(sources, outcome)) for outcome in board.outcomes]


@pytest.fixture(scope="module")
def data(parts):
    return comparison_data(*parts)


@pytest.mark.parametrize("name", ["good", "fair", "weak"])
def test_curves_and_areas_are_scikit_learns(few, data, name):
    model = next(model for model in data["models"] if model["name"] == name)
    for k in data["present"]:
        member, scores = few.y() == k, few.scores[name][:, k]
        false, true, _ = roc_curve(member, scores)
        grid, values = data["kinds"]["roc"]["grid"], model["roc"]["values"][k] / 10_000
        np.testing.assert_allclose(values[1:], np.interp(grid[1:], false, true), atol=2e-3)
        assert model["roc"]["areas"][k] == pytest.approx(roc_auc_score(member, scores), abs=1e-5)
        precision, recall, _ = precision_recall_curve(member, scores)
        grid = data["kinds"]["pr"]["grid"]
        for wanted, found in zip(grid[:-1], model["pr"]["values"][k][:-1], strict=True):
            # A recall that is the wanted one but for rounding may count as reached or not.
            reached = [precision[np.flatnonzero(recall >= wanted + by)[-1]] for by in (-1e-9, 1e-9)]
            assert np.abs(np.array(reached) - found / 10_000).min() <= 1e-4
        assert model["pr"]["areas"][k] == pytest.approx(average_precision_score(member, scores), abs=1e-5)


def test_curves_are_thin(data):
    assert max(len(kind["grid"]) for kind in data["kinds"].values()) <= 80


def test_only_complete_models_are_compared_best_first(data):
    assert [model["name"] for model in data["models"]] == ["good", "fair", "weak"]


def test_every_pair_is_told_with_its_rows(few, data):
    right = {name: few.scores[name].argmax(axis=1) == few.y() for name in ("good", "fair", "weak")}
    assert [(pair["a"], pair["b"]) for pair in data["pairs"]] == [
        ("good", "fair"),
        ("good", "weak"),
        ("fair", "weak"),
    ]
    for pair in data["pairs"]:
        a, b = right[pair["a"]], right[pair["b"]]
        expected = [(a & b).sum(), (a & ~b).sum(), (~a & b).sum(), (~a & ~b).sum()]
        assert pair["right"].tolist() == expected
        assert pair["a"] in pair["words"]
        assert float(pair["difference"].split()[1]) == pytest.approx(a.mean() - b.mean(), abs=5e-5)


def test_confusion_as_a_table_shows_the_counts(few, parts, data):
    section = next(section for section in parts[1] if section.outcome.row.name == "weak")
    expected = confusion_matrix(few.y(), few.scores["weak"].argmax(axis=1))
    shown = [[cell.text for cell in cells] for _, cells in section.matrix.lines]
    assert np.array_equal([[int(text.replace(",", "") or 0) for text in line] for line in shown], expected)
    np.testing.assert_array_equal(data["models"][2]["confusion"], expected)


def test_the_most_frequent_error_is_the_darkest():
    counts = np.array([[90, 9, 1], [0, 100, 0], [4, 0, 96]])
    found = levels(Confusion(counts, ("a", "b", "c"), "#000000"))
    assert found.tolist() == [[-1, 9, 3], [0, -1, 0], [6, 0, -1]]
    assert levels(Confusion(np.eye(3, dtype=int), ("a", "b", "c"), "#000000")).max() == 0
    assert matrix(Confusion(np.eye(41, dtype=int), tuple(range(41)), "#000000")) is None


def test_calibration_is_scikit_learns_and_risk_ends_at_the_error(few, parts):
    found = models_data(*parts)[parts[0].anchors["good"]]["calibration"]
    scores, y = few.scores["good"].astype(float), few.y()
    sure, right = scores.max(axis=1), scores.argmax(axis=1) == y
    accuracy, confidence = calibration_curve(right, sure, n_bins=15, strategy="quantile")
    bins = np.array(found["bins"])
    np.testing.assert_allclose(bins[:, 0], confidence, atol=3e-3)
    np.testing.assert_allclose(bins[:, 1], accuracy, atol=0.03)
    assert bins[:, 4].sum() == len(y)
    assert found["ece"] == pytest.approx(
        np.average(abs(bins[:, 0] - bins[:, 1]), weights=bins[:, 4]), abs=2e-4
    )
    assert found["answered"][-1][:2] == pytest.approx([1, (~right).mean()], abs=1e-4)


def test_thresholds_count_rows(few, parts):
    found = models_data(*parts)[parts[0].anchors["fair"]]["thresholds"]
    steps = np.linspace(found["low"], found["high"], found["n"])
    scores = few.scores["fair"]
    for k, i in ((0, 10), (3, 50), (9, 90)):
        assert found["said"][k, i] == (scores[:, k] >= steps[i]).sum()
        assert found["found"][k, i] == (scores[few.y() == k, k] >= steps[i]).sum()
    assert found["there"].tolist() == np.bincount(few.y()).tolist()


@pytest.mark.parametrize("name", ["good", "fair"])
def test_page_and_export_have_the_same_precision(parts, name):
    section = next(section for section in parts[1] if section.outcome.row.name == name)
    said, found, there = (
        models_data(*parts)[section.anchor]["thresholds"][k] for k in ("said", "found", "there")
    )
    table = section.scored.thresholds.frame()
    page = [f / s if s else None for f, s in zip(found.flat, said.flat, strict=True)]
    assert None in page
    assert [None if np.isnan(value) else value for value in table["precision"]] == page
    np.testing.assert_array_equal(table["recall"], (found / there[:, None]).ravel())
    axes = Figure().subplots()
    section.scored.thresholds.plot(axes)
    drawn = np.ma.masked_invalid(axes.lines[0].get_ydata()).filled(-1)
    by_step = np.array(page, dtype=object).reshape(said.shape).T
    known = [[value for value in step if value is not None] for step in by_step]
    np.testing.assert_allclose(drawn, [np.mean(values) if values else -1 for values in known])


def test_calibration_of_the_page_is_that_of_the_figures(parts):
    sources, sections = parts
    listed = {figure.name: figure.display for figure in figures(sources)}
    for section in sections[:3]:
        name = section.outcome.row.name
        found = models_data(*parts)[section.anchor]["calibration"]
        believed, answered = listed[f"reliability-{name}"], listed[f"risk-coverage-{name}"]
        bins = believed.frame()
        assert bins["n"].tolist() == [n for *_, n in found["bins"]]
        np.testing.assert_allclose(bins["accuracy"], [right for _, right, *_ in found["bins"]], atol=5e-5)
        risks = answered.frame().set_index("coverage")["risk"].round(4)
        assert {tuple(step[:2]) for step in found["answered"]} <= set(
            zip(risks.index.round(4), risks, strict=True)
        )
        for display in (believed, answered):
            display.plot(Figure().subplots())
    assert not {"reliability-part", "risk-coverage-part"} & listed.keys()


def test_each_fold_has_its_time(few, parts):
    outcome = parts[1][0].outcome
    frame = folds_frame(outcome, "accuracy")
    assert frame["fit_seconds"].tolist() == pytest.approx([1.0, 1.1, 1.2])
    assert frame["predict_ms_per_1000_rows"][0] == pytest.approx(1e6 * 0.01 / 200)
    table = folds_table(outcome, "accuracy")
    assert [row[0] for row in table.rows] == ["1", "2", "3"]
    assert table.rows[0][-1] == MISSING


def test_folds_of_repeats_are_told_apart(digits, tmp_path):
    made = make_run(tmp_path / "run", digits, [Model("a")], n_splits=2, n_repeats=2)
    outcome = leaderboard(made.store, made.run).outcomes[0]
    assert [row[0] for row in folds_table(outcome, "accuracy").rows] == ["1.1", "1.2", "2.1", "2.2"]


def test_no_complete_model_no_comparison(digits, tmp_path):
    made = make_run(tmp_path / "run", digits, [Model("part", missing=(1,))])
    board = leaderboard(made.store, made.run)
    sources = Sources(made.store, board, evidence(made.store, board))
    sections = [model_section(Drawable(sources, outcome)) for outcome in board.outcomes]
    assert comparison_data(sources, sections) is None
    assert models_data(sources, sections) == {}


def test_a_model_that_the_metric_does_not_rank_has_curves_but_no_pair(digits, tmp_path):
    models = [Model("a"), Model("b"), Model("c", kind="decision")]
    made = make_run(tmp_path / "run", digits, models, metric="log_loss")
    board = leaderboard(made.store, made.run)
    sources = Sources(made.store, board, evidence(made.store, board))
    sections = [model_section(Drawable(sources, outcome)) for outcome in board.outcomes]
    found = comparison_data(sources, sections)
    assert len(found["models"]) == 3
    assert len(found["pairs"]) == 1
    assert "calibration" not in models_data(sources, sections)[sources.anchors["c"]]


def test_results_without_anatomy_tell_none(few, parts):
    outcome = parts[1][0].outcome
    assert outcome.anatomy is None
    whole = Part("", "SVM", (("C", "3.0", True),))
    told = replace(outcome, results=tuple(replace(result, anatomy=whole) for result in outcome.results))
    assert told.anatomy == whole


def test_classes_of_text_and_many_classes(tmp_path):
    y = np.resize([f"class {k:02d}" for k in range(45)], 450)
    made = make_run(
        tmp_path / "run", make_dataset(np.random.default_rng(0).random((450, 2)), y), [Model("a")], n_splits=2
    )
    board = leaderboard(made.store, made.run)
    section = model_section(Drawable(Sources(made.store, board, None), board.outcomes[0]))
    assert section.matrix is None
    assert [picture.title for picture in section.pictures] == ["Confusion, rows"]
