import csv
import io
import json
import math
import subprocess
import sys
from dataclasses import replace

import pytest

from bench.metrics import metrics_of
from reports.board import board_section
from reports.leaderboard import DECISION, best_row, leaderboard
from reports.sources import Sources

from .conftest import Model, make_run


def board_of(made):
    return leaderboard(made.store, made.run)


def by_name(made):
    return board_of(made).frame().set_index("name")


def test_ranked_rows_come_first_sorted_by_the_mean(made):
    frame = board_of(made).frame()
    ranked = frame[frame["rank"].notna()]
    assert ranked["rank"].tolist() == [1, 2, 3, 4]
    assert ranked["accuracy_mean"].is_monotonic_decreasing
    assert frame.index[frame["rank"].notna()].tolist() == [0, 1, 2, 3]


def test_states_are_told_in_words_and_never_ranked(made):
    frame = by_name(made)
    assert frame.loc["boosting", "status"] == "4/5 folds: memory ran out"
    assert frame.loc["broken", "status"] == "failed: no such <solver>"
    assert frame.loc["late", "status"] == "3/5 folds: not finished"
    assert frame.loc["mlp", "status"] == "skipped: needs keras"
    assert frame.loc["cnn", "status"] == "ok"
    assert frame.loc[["boosting", "broken", "late", "mlp"], "rank"].isna().all()
    assert frame.loc["late", ["folds_done", "folds_expected"]].tolist() == [3, 5]


def test_means_and_deviations_are_over_folds(made):
    frame, row = by_name(made), made.row("cnn")
    values = [result.metrics["log_loss"] for result in made.store.read_results(row)]
    mean = sum(values) / 5
    assert frame.loc["cnn", "log_loss_mean"] == pytest.approx(mean)
    deviation = math.sqrt(sum((value - mean) ** 2 for value in values) / 4)
    assert frame.loc["cnn", "log_loss_std"] == pytest.approx(deviation)
    accuracies = [result.metrics["accuracy"] for result in made.store.read_results(row)]
    assert frame.loc["cnn", [f"accuracy_fold_{i}" for i in range(1, 6)]].tolist() == accuracies


def test_a_missing_fold_leaves_a_gap_in_its_own_place(made):
    late = by_name(made).loc["late"]
    gaps = [math.isnan(late[f"accuracy_fold_{i}"]) for i in range(1, 6)]
    assert gaps == [False, False, True, False, True]


def test_costs(made):
    line = by_name(made).loc["cnn"]
    assert line["fit_seconds_mean"] == pytest.approx(60 * 1.2)
    assert line["predict_ms_per_1000_rows"] == pytest.approx(1e6 * 0.01 / 120)
    assert line["model_bytes"] == 123_456


def test_stamped_rows_are_ranked_but_never_best(made):
    assert board_of(made).frame()["name"].iloc[0] == "forest (tuned)"
    assert best_row(made.store, made.run).name == "cnn"
    assert best_row(made.store, made.run, allow_stamped=True).name == "forest (tuned)"


def test_the_direction_follows_the_metric(made):
    frame = leaderboard(made.store, replace(made.run, metric="log_loss")).frame()
    ranked = frame[frame["rank"].notna()]
    assert ranked["log_loss_mean"].is_monotonic_increasing
    assert "sgd" not in set(ranked["name"])


def test_ties_share_a_rank_and_keep_the_order_of_the_run(digits, tmp_path):
    models = [Model("b", skill=50), Model("a", skill=50), Model("c", skill=1)]
    made = make_run(tmp_path / "run", digits, models)
    frame = board_of(made).frame()
    assert frame["name"].tolist() == ["b", "a", "c"]
    assert frame["rank"].tolist() == [1, 1, 3]


def test_nothing_scored_gives_no_best_row(digits, tmp_path):
    made = make_run(
        tmp_path / "run", digits, [Model("late", missing=range(5)), Model("no", skipped="why not")]
    )
    assert best_row(made.store, made.run) is None
    assert board_of(made).frame()["status"].tolist() == ["0/5 folds: not finished", "skipped: why not"]


def test_repeats_add_folds(digits, tmp_path):
    made = make_run(tmp_path / "run", digits, [Model("a")], n_splits=3, n_repeats=2)
    line = by_name(made).loc["a"]
    assert line["folds_expected"] == 6
    assert not math.isnan(line["accuracy_fold_6"])


def test_summary_shows_strings_and_why_a_metric_is_missing(made):
    summary = board_of(made).summary()
    assert list(summary) == [
        "Rank", "Model", "Family", "Accuracy", "Log loss", "ROC AUC", "Fit s", "Predict ms/1k rows", "Status",
    ]  # fmt: skip
    lines = summary.set_index("Model")
    assert lines.loc["sgd", "Log loss"] == DECISION
    assert " ± " in lines.loc["cnn", "Accuracy"]
    assert lines.loc["forest (tuned)", "Status"] == "ok [tuned on these rows: optimistic]"
    assert lines.loc["mlp", "Accuracy"] == "\u2013"


def test_a_labelled_test_set_adds_its_score(digits, tmp_path):
    labelled = replace(digits, X_test=digits.X[:50], y_test=digits.y[:50])
    made = make_run(tmp_path / "run", labelled, [Model("a", refit=True), Model("b")])
    refit = made.store.read_result("a", made.row("a").refit_key)
    assert by_name(made).loc["a", "test_accuracy"] == refit.metrics["accuracy"]
    summary = board_of(made).summary().set_index("Model")
    assert summary.loc["a", "Test"] == f"{refit.metrics['accuracy']:.4f}"
    assert summary.loc["b", "Test"] == "\u2013"


def test_csv_and_json_carry_the_same_numbers(made):
    board = board_of(made)
    document = json.loads(board.to_json())
    lines = list(csv.DictReader(io.StringIO(board.to_csv())))
    assert document["folds_sha256"] == made.run.protocol.folds_sha256
    assert len(lines) == len(document["rows"]) == 8
    for line, row in zip(lines, document["rows"], strict=True):
        assert list(line) == list(row)
        for name, value in row.items():
            if isinstance(value, float | int):
                assert float(line[name]) == value
            else:
                assert line[name] == (value or "")
    assert {f"{metric}_mean" for metric in metrics_of(binary=False)} <= set(document["rows"][0])


def test_a_single_fold_has_no_deviation(digits, tmp_path):
    made = make_run(tmp_path / "run", digits, [Model("a")], n_splits=1)
    assert math.isnan(by_name(made).loc["a", "accuracy_std"])
    assert "±" not in board_of(made).summary()["Accuracy"].iloc[0]


@pytest.mark.parametrize("module", ["reports", "reports.leaderboard", "reports.submission"])
def test_printing_a_leaderboard_does_not_wait_for_matplotlib(module):
    code = f"import sys, {module}; sys.exit('matplotlib' in sys.modules or 'seaborn' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def metered(board, **sources):
    """The leaderboard as if some rows had drawn 2 Wh on every fold."""
    outcomes = tuple(
        replace(
            outcome,
            results=tuple(
                replace(result, energy_kwh=0.002, energy_source=source)
                for result, source in zip(outcome.results, sources[outcome.row.name], strict=False)
            ),
        )
        if outcome.row.name in sources
        else outcome
        for outcome in board.outcomes
    )
    return replace(board, outcomes=outcomes)


def test_energy_is_told_with_its_source_if_any_fit_was_metered(made):
    board = leaderboard(made.store, made.run)
    assert not [name for name in board.frame() if "energy" in name]
    told = metered(board, sgd=["measured"] * 5, forest=["measured", "estimated"] * 2 + ["measured"])
    frame = told.frame().set_index("name")
    assert frame.loc[["sgd", "forest"], "energy_kwh_mean"].tolist() == pytest.approx([0.002, 0.002])
    assert frame.loc[["sgd", "forest", "cnn"], "energy_source"].tolist() == ["measured", "estimated", ""]
    lines = {line.name: line.energy for line in board_section(Sources(made.store, told, None)).lines}
    assert (lines["sgd"], lines["forest"]) == ("2.00 Wh, measured", "2.00 Wh, estimated")
