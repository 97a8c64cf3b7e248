import re
from dataclasses import replace

import numpy as np
import pytest
from matplotlib.figure import Figure
from sklearn.metrics import (
    auc,
    average_precision_score,
    confusion_matrix,
    f1_score,
    precision_recall_curve,
    precision_recall_fscore_support,
    precision_score,
    recall_score,
    roc_auc_score,
    roc_curve,
)

from bench.errors import FolderError
from bench.records import Predictions
from reports import theme
from reports.comparison import Cost, FoldSpread
from reports.confusion import class_report, confusion
from reports.curves import Comparison
from reports.data import DataCard
from reports.images import gallery, mistakes
from reports.importance import Importance
from reports.leaderboard import leaderboard
from reports.pooled import out_of_fold
from reports.precision_recall import precision_recall
from reports.roc import GRID, roc
from reports.sources import Sources
from reports.thresholds import thresholds
from reports.training import training_curves
from reports.wording import data_size, quantity, shortened, visible

from .conftest import Model, make_dataset, make_run, make_scores


@pytest.fixture(scope="module")
def predictions(made):
    return out_of_fold(made.store, made.run, made.row("sgd"))


def fresh(n_classes, kind="probability", n=400):
    y = np.arange(n) % n_classes
    scores = make_scores(y, n_classes, Model("m", skill=1.5, kind=kind), 3)
    return Predictions(np.arange(n), y.astype(np.int32), scores, kind)


def drawn(display):
    with theme.applied():
        figure = theme.figure()
        display.plot(figure.subplots())
        return theme.svg(figure, "figure", "about")


def test_out_of_fold_holds_each_row_once_in_order(made):
    found = out_of_fold(made.store, made.run, made.row("forest"))
    np.testing.assert_array_equal(found.rows, np.arange(600))
    np.testing.assert_array_equal(found.scores, made.scores["forest"])
    np.testing.assert_array_equal(found.y_true, made.y())
    np.testing.assert_allclose(found.importance, np.linspace(0, 1, 64), rtol=1e-6)


@pytest.mark.parametrize("name", ["boosting", "late", "mlp"])
def test_out_of_fold_needs_every_fold(made, name):
    with pytest.raises(FolderError, match="out-of-fold predictions need all"):
        out_of_fold(made.store, made.run, made.row(name))


def test_results_of_other_folds_are_refused(made):
    other = replace(made.run, protocol=replace(made.run.protocol, folds_sha256="0" * 64))
    with pytest.raises(FolderError, match="results are of other data or other folds"):
        out_of_fold(made.store, other, made.row("forest"))


def test_out_of_fold_takes_the_first_repeat(digits, tmp_path):
    made = make_run(tmp_path / "run", digits, [Model("a")], n_splits=3, n_repeats=2)
    assert len(out_of_fold(made.store, made.run, made.row("a")).rows) == 600


@pytest.mark.parametrize("kind", ["probability", "decision"])
@pytest.mark.parametrize("n_classes", [2, 10, 30])
def test_roc_agrees_with_scikit_learn(n_classes, kind):
    given = fresh(n_classes, kind)
    curves = roc(given, range(n_classes), "#000000")
    assert len(curves.grid) <= 200
    for k in range(n_classes):
        false, true, _ = roc_curve(given.y_true == k, given.scores[:, k])
        assert curves.areas[k] == auc(false, true)
        np.testing.assert_allclose(curves.values[k, 1:], np.interp(GRID[1:], false, true))
    expected = np.mean([roc_auc_score(given.y_true == k, given.scores[:, k]) for k in range(n_classes)])
    assert curves.area == pytest.approx(expected)
    assert set(curves.frame()["kind"]) == {"class", "macro"}


@pytest.mark.parametrize("kind", ["probability", "decision"])
@pytest.mark.parametrize("n_classes", [2, 10, 30])
def test_precision_and_recall_agree_with_scikit_learn(n_classes, kind):
    given = fresh(n_classes, kind)
    curves = precision_recall(given, range(n_classes), "#000000")
    found = thresholds(given, range(n_classes))
    for k in range(n_classes):
        member, scores = given.y_true == k, given.scores[:, k]
        assert curves.areas[k] == average_precision_score(member, scores)
        precision, recall, _ = precision_recall_curve(member, scores)
        known = {(p, r) for p, r in zip(precision, recall, strict=True)}
        assert set(curves.values[k]) <= {p for p, _ in known}
        for i in (30, 50, 70):
            said = scores >= found.thresholds[i]
            assert found.recall[k, i] == pytest.approx(recall_score(member, said))
            assert found.precision[k, i] == pytest.approx(
                precision_score(member, said, zero_division=np.nan), nan_ok=True
            )
            assert found.f1[k, i] == pytest.approx(f1_score(member, said, zero_division=0))
            assert found.said[k, i] == said.sum()


def test_precision_at_recall_is_reached_by_the_scores():
    given = fresh(3)
    curves = precision_recall(given, "abc", "#000000")
    precision, recall, _ = precision_recall_curve(given.y_true == 0, given.scores[:, 0])
    for wanted, found in zip(curves.grid[::20], curves.values[0, ::20], strict=True):
        first = np.flatnonzero(recall >= wanted)[-1]
        assert found in precision[recall == recall[first]]


def test_a_class_that_never_occurs_is_left_out_of_the_curves():
    given = fresh(3)
    four = Predictions(given.rows, given.y_true, np.pad(given.scores, ((0, 0), (0, 1))), "probability")
    curves = roc(four, "abcd", "#000000")
    assert curves.classes == ("a", "b", "c")
    assert class_report(four, "abcd").set_index("class").loc["d", "support"] == 0
    assert drawn(confusion(four, "abcd", "#0072b2")).startswith("<svg")


def test_confusion_agrees_with_scikit_learn(predictions):
    found = confusion(predictions, range(10), "#000000")
    expected = confusion_matrix(predictions.y_true, predictions.y_pred)
    np.testing.assert_array_equal(found.counts, expected)
    pairs = found.frame()
    assert pairs["count"].sum() == (predictions.y_true != predictions.y_pred).sum()
    assert pairs["count"].is_monotonic_decreasing
    first = pairs.iloc[0]
    assert expected[int(first["true"]), int(first["predicted"])] == first["count"]
    assert first["share"] == first["count"] / expected[int(first["true"])].sum()


def test_class_report_agrees_with_scikit_learn(predictions):
    labels = [f"class {k}" for k in range(10)]
    report = class_report(predictions, labels)
    expected = precision_recall_fscore_support(predictions.y_true, predictions.y_pred)
    for name, values in zip(("precision", "recall", "f1", "support"), expected, strict=True):
        np.testing.assert_allclose(report[name][:10], values)
    assert report["class"].tolist() == [*labels, "(macro avg)", "(weighted avg)"]


def test_training_curves_average_the_folds_that_got_so_far(made):
    folds = [made.store.read_predictions("cnn", key) for key in made.row("cnn").keys]
    curves = training_curves(folds, "#000000")
    assert [curve.quantity for curve in curves] == ["loss", "accuracy", "learning_rate"]
    table = curves[0].frame().set_index(["part", "epoch"])
    assert table.loc[("training", 1), "mean"] == pytest.approx(1.02)
    assert table.loc[("validation", 6), "n_folds"] == 3
    assert all(drawn(curve).startswith("<svg") for curve in curves)


def test_no_history_gives_no_curves(predictions):
    assert training_curves([predictions], "#000000") == []


def test_mistakes_put_the_most_confident_first(made):
    found = out_of_fold(made.store, made.run, made.row("forest"))
    table = mistakes(found, range(10), made.store.read_data(), only_stored=True).frame()
    assert (table["true"] != table["predicted"]).all()
    assert table["confidence"].is_monotonic_decreasing
    wrong = found.y_pred != found.y_true
    assert table["confidence"][0] == pytest.approx(found.scores[wrong].max(), rel=1e-5)


def test_mistakes_of_decision_scores_have_no_confidence(made, predictions):
    found = mistakes(predictions, range(10), made.store.read_data(), only_stored=True)
    assert found.frame()["confidence"].isna().all()
    assert found.frame()["margin"].is_monotonic_decreasing
    assert len(found.frame()) == 24 < found.n_wrong


def test_mistakes_that_can_be_drawn_are_among_the_stored_rows(made, predictions):
    stored = made.store.read_data()
    some = replace(stored, positions=stored.positions[100:200], X=stored.X[100:200])
    table = mistakes(predictions, range(10), some, only_stored=True).frame()
    assert table["position"].between(100, 199).all()
    samples = gallery(made.run.info, some).samples()
    assert [label for label, _ in samples] == list(range(10))


def test_dark_backgrounds_are_turned_round_and_light_ones_kept(made):
    stored = made.store.read_data()
    assert gallery(made.run.info, stored).inverted
    assert not gallery(made.run.info, replace(stored, X=16 - stored.X)).inverted
    assert gallery(replace(made.run.info, image_shape=None), stored) is None


@pytest.mark.parametrize("shape", [(4, 4, 3), (4, 4, 1), (8, 6), (100, 100)])
def test_images_of_every_shape_become_png(tmp_path, shape):
    X = np.random.default_rng(0).integers(0, 256, (20, int(np.prod(shape)))).astype(np.uint8)
    made = make_run(
        tmp_path / "run", make_dataset(X, [0, 1] * 10, image_shape=shape), [Model("a")], n_splits=2
    )
    uri = gallery(made.run.info, made.store.read_data()).uri([0, 1])
    assert uri.startswith("data:image/png;base64,")


def test_importance_ranks_features_and_draws_both_ways():
    values = np.arange(16.0)
    plain = Importance(tuple(f"$f_{i}$" for i in range(16)), values, None, "#0072b2")
    assert plain.frame()["feature"][0] == "$f_15$"
    assert "$f_15$" in drawn(plain)
    assert plain.sentence() == "Half of all importance lies in 5 of 16 features; $f_15$ has most."
    assert replace(plain, values=np.zeros(16)).sentence() == ""
    assert drawn(replace(plain, image_shape=(4, 4))).startswith("<svg")
    assert drawn(replace(plain, image_shape=(2, 4, 2))).startswith("<svg")


def test_data_card(made):
    card = DataCard(made.run.info)
    assert card.frame()["count"].sum() == 600
    assert card.frame()["share"].sum() == pytest.approx(1)
    facts = card.facts().set_index("fact")["value"]
    assert facts["Features"] == "64 (images of 8 \u00d7 8)"
    assert facts["Test rows"] == "50 rows, unlabelled"


def test_comparisons_hold_what_the_leaderboard_says(made):
    board, palette = (
        leaderboard(made.store, made.run),
        Sources(made.store, leaderboard(made.store, made.run), None).colours,
    )
    spread = FoldSpread(board, palette)
    assert spread.frame().groupby("model").size().to_dict()["boosting"] == 4
    cost = Cost(board, palette).frame()
    assert cost["name"].tolist() == ["forest (tuned)", "cnn", "forest", "sgd"]
    assert drawn(spread).count("sgd") == 1


def test_comparison_draws_the_chosen_corner(predictions):
    curves = roc(predictions, range(10), "#0072b2")
    both = Comparison({"a": curves, "b": curves})
    assert both.frame()["model"].unique().tolist() == ["a", "b"]
    axes = Figure().subplots()
    replace(both, corner=True).plot(axes)
    assert axes.get_xlim()[1] == 0.1


def test_many_models_are_named_beside_the_axes_and_dashed_in_turn(predictions):
    curves = roc(predictions, range(10), "#0072b2")
    for n_models, inside, dashed in ((8, 8, False), (9, 0, True)):
        axes = Figure(layout="constrained").subplots()
        Comparison({f"m{i}": curves for i in range(n_models)}).plot(axes)
        legend = axes.get_legend()
        assert len(legend.get_texts() if legend else []) == inside
        lines = [line for line in axes.get_lines() if "m" in line.get_label()]
        assert ({line.get_linestyle() for line in lines} != {"-"}) == dashed


def test_one_colour_per_model_by_its_place_in_the_run(made):
    colours = Sources(made.store, leaderboard(made.store, made.run), None).colours
    assert list(colours) == [row.name for row in made.run.rows]
    assert len(set(colours.values())) == 8


def test_svg_stands_alone_and_shares_no_id():
    given = fresh(3)
    curves = roc(given, ("<script>", "$x$", "\x1b[31m"), "#0072b2")
    with theme.applied():
        markups = []
        for name in ("one", "two"):
            figure = theme.figure()
            curves.plot(figure.subplots())
            markups.append(theme.svg(figure, name, 'a "label"'))
    assert all(word not in markups[0] for word in ("xmlns", "<?xml", "metadata", "<script", "\x1b", "http"))
    assert "class &lt;script&gt;" in markups[0]
    assert "class $x$" in markups[0]
    assert "\u241b[31m" in markups[0]
    ids = [set(re.findall(r' id="([^"]+)"', markup)) for markup in markups]
    assert ids[0]
    assert not ids[0] & ids[1]


def test_drawing_leaves_matplotlib_as_it_was():
    import matplotlib as mpl

    before = dict(mpl.rcParams)
    drawn(roc(fresh(2), "ab", "#000000"))
    assert dict(mpl.rcParams) == before


def test_words_for_numbers():
    assert [quantity(value) for value in (0, 0.0004, 0.01234, 4.5678, 1234.5)] == [
        "0", "<0.001", "0.0123", "4.57", "1,234",
    ]  # fmt: skip
    assert data_size(1_234_567) == "1.2 MB"
    assert visible("a\x1b\x00\u202eb") == "a\u241b\u2400\ufffdb"
    assert shortened("x" * 40, 10) == "x" * 9 + "…"
