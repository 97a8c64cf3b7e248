import csv
import io
import json
import shlex
from dataclasses import replace

import numpy as np
import pytest

from bench.errors import DataError, FolderError
from bench.store import RunStore
from reports.derive import derive, derive_submission
from reports.submission import available, expectation, may_be_submitted, submission, summary

from .conftest import Model, make_dataset, make_run
from .test_stress import with_stress


@pytest.fixture
def folder(digits, tmp_path):
    return make_run(
        tmp_path / "run",
        digits,
        [Model("cnn", refit=True), Model("sgd", missing=(0,))],
        n_splits=2,
        best="cnn",
    )


def rewrite(made, **changes):
    """Store changed test predictions of the refitted model."""
    row = made.row("cnn")
    result = made.store.read_result(row.estimator, row.refit_key)
    made.store.write_result(
        result, replace(made.store.read_predictions(row.estimator, row.refit_key), **changes)
    )


def with_ids(made, ids):
    made.store.write_data(replace(made.dataset, test_ids=np.asarray(ids)), made.run.info.classes)


def submit(made):
    return submission(made.store, made.run, made.row("cnn"))


def test_one_line_per_test_row_with_the_heads_of_the_data(folder):
    lines = list(csv.reader(io.StringIO(submit(folder))))
    predicted = folder.store.read_predictions("cnn", folder.row("cnn").refit_key).y_pred
    assert lines[0] == ["ImageId", "Label"]
    assert lines[1:] == [[str(i), str(label)] for i, label in enumerate(predicted, start=1)]


def test_predictions_out_of_order_are_put_in_order(folder):
    before = submit(folder)
    stored = folder.store.read_predictions("cnn", folder.row("cnn").refit_key)
    rewrite(folder, rows=stored.rows[::-1], scores=stored.scores[::-1])
    assert submit(folder) == before


def test_string_labels_and_ids(tmp_path):
    X = np.arange(80, dtype=np.float32).reshape(20, 4)
    ids = [f"id {i}, «{i}»" for i in range(20)]
    data = make_dataset(X, ["no", "yes, surely"] * 10, X_test=X, test_ids=np.asarray(ids))
    made = make_run(tmp_path / "run", data, [Model("cnn", refit=True)], n_splits=2)
    lines = list(csv.reader(io.StringIO(submit(made))))[1:]
    assert [line[0] for line in lines] == ids
    assert {line[1] for line in lines} <= {"no", "yes, surely"}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda p: {"rows": p.rows[:-1], "scores": p.scores[:-1]}, "hold 49 rows, the test set 50"),
        (lambda p: {"rows": np.zeros_like(p.rows)}, "each test row exactly once"),
        (lambda p: {"rows": p.rows + 1}, "each test row exactly once"),
        (lambda p: {"scores": p.scores[:, :9]}, "know 9 labels, the data 10"),
        (lambda p: {"scores": np.full_like(p.scores, np.nan)}, "not finite"),
    ],
)
def test_unfit_predictions_are_refused(folder, change, message):
    rewrite(folder, **change(folder.store.read_predictions("cnn", folder.row("cnn").refit_key)))
    with pytest.raises(FolderError, match=message):
        submit(folder)


@pytest.mark.parametrize(
    ("ids", "message"),
    [
        (range(49), "are 49, the test rows 50"),
        ([1, *range(1, 50)], "repeat 1;"),
        ([np.nan, *range(1, 50)], "have gaps"),
        (["", *map(str, range(1, 50))], "have gaps"),
    ],
)
def test_unfit_ids_are_refused(folder, ids, message):
    with_ids(folder, list(ids))
    with pytest.raises(DataError, match=message):
        submit(folder)


def test_a_model_that_was_not_refitted_cannot_submit(folder):
    row = folder.row("sgd")
    assert not available(folder.store, folder.run, row)
    with pytest.raises(FolderError, match="not refitted"):
        submission(folder.store, folder.run, row)


@pytest.mark.parametrize("changes", [{"X_test": None, "test_ids": None}, {"y_test": "labels"}])
def test_data_without_unlabelled_test_rows_cannot_submit(digits, tmp_path, changes):
    changes = {name: digits.y[:50] if value == "labels" else value for name, value in changes.items()}
    made = make_run(
        tmp_path / "run", replace(digits, **changes), [Model("cnn", refit=True)], n_splits=2, best="cnn"
    )
    with pytest.raises(DataError, match="no unlabelled test rows"):
        submit(made)
    assert not available(made.store, made.run, made.row("cnn"))


def test_summary_says_where_the_submission_comes_from(folder):
    found = summary(folder.store, folder.run, folder.row("cnn"))
    values = [result.metrics["accuracy"] for result in folder.store.read_results(folder.row("cnn"))]
    assert found["mean"] == pytest.approx(np.mean(values))
    assert found["std"] == pytest.approx(np.std(values, ddof=1))
    assert sum(found["labels"].values()) == found["n_rows"] == 50
    assert found["dataset_sha256"] == folder.run.info.sha256
    assert found["expected"]["low"] < found["mean"] < found["expected"]["high"] <= 1
    assert json.loads(json.dumps(found)) == found


def test_what_is_expected_is_said_and_narrowed_by_a_fit_on_half_of_the_rows(digits, tmp_path):
    model = Model("cnn", refit=True, skill=2.5)
    folder = make_run(tmp_path / "run", digits, [model], n_splits=2, best="cnn")
    before = summary(folder.store, folder.run, folder.row("cnn"))["expected"]
    assert before["gain_by_rows"].startswith("not measured")
    halved = with_stress(folder, ()).run
    after = summary(folder.store, halved, halved.rows[0])["expected"]
    assert after["gain_by_rows"] == "measured on a fit on 150 rows"
    assert after["high"] - after["low"] < before["high"] - before["low"]
    bounds = f"[{100 * after['low']:.2f}, {100 * after['high']:.2f}]"
    assert f"The submission, by cnn, may expect accuracy {bounds}" in expectation(folder.store, halved)
    assert expectation(folder.store, replace(folder.run, best="")) == ""


def test_a_failed_fit_on_half_of_the_rows_is_named(digits, tmp_path):
    folder = with_stress(make_run(tmp_path / "run", digits, [Model("cnn", refit=True)], best="cnn"), ())
    (row,) = folder.run.rows
    half = folder.store.read_result(row.estimator, row.stress_keys[-2])
    folder.store.write_failure(replace(half, key="half", status="timeout", reason="took 2 s"))
    found = summary(folder.store, folder.run, replace(row, stress_keys=("half",)))["expected"]
    assert found["gain_by_rows"].startswith("not measured (the fit on half of the rows: took 2 s):")
    assert found["low"] < found["high"]


@pytest.mark.parametrize("change", [{"n_test": 0}, {"test_labelled": True}, {"positive": 8}])
def test_only_unlabelled_rows_of_all_classes_are_submitted(folder, change):
    assert may_be_submitted(folder.run.info)
    assert not may_be_submitted(replace(folder.run.info, **change))


def test_a_competitions_submission_comes_with_the_command_that_uploads_it(digits, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    data = replace(digits, name="digit-recognizer", competition=True)
    made = make_run("a run", data, [Model("cnn", refit=True)], n_splits=2, best="cnn")
    words = shlex.split(summary(made.store, made.run, made.row("cnn"))["upload"])
    assert words[:4] == ["kaggle", "competitions", "submit", "digit-recognizer"]
    assert words[4:6] == ["-f", str(tmp_path / "a run" / "submission.csv")]


def test_no_command_uploads_to_a_competition_that_is_none(folder):
    assert summary(folder.store, folder.run, folder.row("cnn"))["upload"] is None


def test_derive_writes_every_file_and_brings_it_back(folder):
    paths = derive(folder.store, folder.run)
    assert [path.name for path in paths] == [
        "report.html", "leaderboard.csv", "leaderboard.json", "submission.csv", "submission.json",
    ]  # fmt: skip
    before = [path.read_bytes() for path in paths]
    for path in paths:
        path.unlink()
    again = derive(RunStore(folder.store.path), folder.run)
    assert [path.read_bytes() for path in again] == before


def test_derive_without_a_best_model_makes_no_submission(digits, tmp_path):
    made = make_run(tmp_path / "run", digits, [Model("late", missing=range(5))])
    assert [path.name for path in derive(made.store, made.run)] == [
        "report.html", "leaderboard.csv", "leaderboard.json",
    ]  # fmt: skip


def test_derive_submission_needs_a_best_model(folder):
    assert [path.name for path in derive_submission(folder.store, folder.run)] == [
        "submission.csv",
        "submission.json",
    ]
    with pytest.raises(FolderError, match="none can be submitted"):
        derive_submission(folder.store, replace(folder.run, best=""))
