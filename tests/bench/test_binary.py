"""One class against the rest, from the command line to the files."""

from __future__ import annotations

import csv
import json
import shlex
from pathlib import Path

import numpy as np
import pytest
from sklearn import metrics as reference

from bench import Request, open_run, run
from bench.errors import UsageError
from reports.pooled import out_of_fold

WORDS = ("--binary", "8", "--rows", "0.5", "--cv", "3", "-q", "--jobs", "1", "--refit", "none")
FOLDER = Path("runs/digits-binary-8-rows-0.5")


def board(folder: Path = FOLDER) -> dict[str, dict]:
    return {line["name"]: line for line in json.loads((folder / "leaderboard.json").read_text())["rows"]}


def pooled(name: str, folder: Path = FOLDER):
    store, stored = open_run(folder)
    row = next(row for row in stored.rows if row.name == name)
    found = out_of_fold(store, stored, row)
    return found.y_true == stored.info.positive_index, found.scores[:, stored.info.positive_index]


def test_a_study_has_the_figures_of_its_class(bench):
    out = bench.ok("run", "sgd", "forest", "dummy", *WORDS, "--precision", "0.9")
    assert "never says 8" in out
    assert "not reached" in out
    store, stored = open_run(FOLDER)
    for name in ("sgd", "forest"):
        (first, *_), line = [r for r in stored.rows if r.name == name], board()[name]
        folds = [store.read_predictions(name, key) for key in first.keys]
        positive = stored.info.positive_index
        pairs = [(fold.y_true == positive, fold.y_pred == positive) for fold in folds]
        scores = [(fold.y_true == positive, fold.scores[:, positive]) for fold in folds]
        for metric, function, given in (
            ("accuracy", reference.accuracy_score, pairs),
            ("precision", reference.precision_score, pairs),
            ("recall", reference.recall_score, pairs),
            ("f1", reference.f1_score, pairs),
            ("roc_auc_ovr", reference.roc_auc_score, scores),
            ("average_precision", reference.average_precision_score, scores),
        ):
            assert line[f"{metric}_mean"] == pytest.approx(np.mean([function(*pair) for pair in given]))
    share = np.mean(pooled("dummy")[0])
    assert board()["dummy"]["accuracy_mean"] == pytest.approx(1 - share, abs=1e-4)


def test_the_threshold_is_the_lowest_with_the_precision(bench):
    bench.ok("run", "sgd", "forest", *WORDS, "--precision", "0.9")
    document = json.loads((FOLDER / "leaderboard.json").read_text())
    assert (document["positive"], document["precision"]) == ("8", 0.9)
    for line in document["thresholds"]:
        member, scores = pooled(line["model"])
        reached = [t for t in np.unique(scores) if member[scores >= t].mean() >= 0.9]
        assert line["threshold"] == reached[0]
        assert line["precision"] == member[scores >= reached[0]].mean()
        assert line["recall"] == pytest.approx(reference.recall_score(member, scores >= reached[0]))


def test_another_precision_needs_no_fit(bench):
    bench.ok("run", "forest", *WORDS, "--precision", "0.9")
    before = {path: path.stat().st_mtime_ns for path in FOLDER.rglob("*.npz")}
    assert "precision 0.95" in bench.ok("show", str(FOLDER), "--precision", "0.95")
    assert "precision 0.9\n" in bench.ok("show", str(FOLDER))
    bench.ok("report", str(FOLDER), "--precision", "0.95")
    assert "Lowest threshold with precision 0.95" in (FOLDER / "report.html").read_text()
    assert "precision 0.95" in bench.ok("show", str(FOLDER))
    bench.ok("run", "forest", *WORDS, "--precision", "0.9")
    assert "Lowest threshold with precision 0.9<" in (FOLDER / "report.html").read_text()
    assert {path: path.stat().st_mtime_ns for path in FOLDER.rglob("*.npz")} == before


def test_all_classes_have_thresholds_in_a_run_of_all(bench):
    bench.ok("run", "tree", "--rows", "300", "--cv", "3", "-q", "--precision", "0.5")
    folder = Path("runs/digits-rows-300")
    thresholds = json.loads((folder / "leaderboard.json").read_text())["thresholds"]
    assert [line["class"] for line in thresholds] == [str(k) for k in range(10)]
    assert "Lowest threshold with precision 0.5" in (folder / "report.html").read_text()


@pytest.mark.parametrize(
    ("change", "told"), [((), "--binary 8, not none"), (("--binary", "3"), "--binary 8, not 3")]
)
def test_another_class_in_the_same_folder_is_refused(bench, change, told):
    base = ("--rows", "300", "--cv", "3", "-q", "--out", "here")
    bench.ok("run", "dummy", *base, "--binary", "8")
    assert told in bench.refused("run", "dummy", *base, *change)
    assert told in bench.refused("tune", "tree", *base, *change)


def test_two_classes_are_told_apart_by_the_request_not_by_the_labels(bench):
    Path("two.csv").write_text("a,label\n" + "".join(f"{i},{'not x' if i % 2 else 'x'}\n" for i in range(12)))
    base = ("run", "dummy", "--data", "two.csv", "--cv", "2", "-q", "--out", "here")
    bench.ok(*base)
    assert "--binary none, not x" in bench.refused(*base, "--binary", "x")


@pytest.mark.parametrize(
    ("labels", "positive", "folder"),
    [
        (("-1", "0", "1"), "-1", "--1"),
        (("a cat", "dog", "猫"), "a cat", "-a-cat"),
        (("a", "猫", "b"), "猫", "--"),
    ],
)
def test_classes_of_every_kind(bench, labels, positive, folder):
    rows = [f"{i},{i % 5},{labels[i % 3]}\n" for i in range(45)]
    Path("kinds.csv").write_text("a,b,label\n" + "".join(rows))
    bench.ok("run", "tree", "--data", "kinds.csv", "--cv", "3", "-q", "--binary", positive)
    path = Path(f"runs/kinds-binary{folder}")
    Path("new.csv").write_text("a,b\n1,2\n3,4\n")
    answers = list(csv.reader(bench.ok("predict", str(path), "--data", "new.csv").splitlines()))[1:]
    assert {label for _, label in answers} <= {positive, f"not {positive}"}


def test_a_competition_gets_no_submission_of_two_classes(bench, competition):
    words = ("run", "tree", "--data", str(competition), "--cv", "3", "--binary", "3")
    _, _, told = bench(*words)
    assert 'no submission: --binary 3 answers with "3" and "not 3"' in told
    folder = Path("runs/competition-binary-3")
    assert not (folder / "submission.csv").exists()
    assert "run it without --binary" in bench.refused("submit", str(folder))
    assert "There is no submission" in (folder / "report.html").read_text()
    out = bench.ok("predict", str(folder), "--data", str(competition / "test.csv"))
    assert {line.partition(",")[2] for line in out.splitlines()[1:]} == {"3", "not 3"}


def test_a_metric_of_the_class_decides(bench):
    bench.ok("run", "tree", "dummy", *WORDS, "--metric", "f1")
    assert [line["rank"] for line in board().values()] == [1, 2]
    assert "Accuracy of every fold" in (FOLDER / "report.html").read_text()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--binary", "eight"), "--binary must be one of 0, 1, 2"),
        (("--binary", "8", "--metric", "f1_macro"), "is of all classes; leave out --binary"),
        (("--metric", "f1"), "say --binary CLASS"),
        (("--precision", "0"), "above 0 and at most 1"),
        (("--precision", "1.5"), "above 0 and at most 1"),
        (("--precision", "nan"), "above 0 and at most 1"),
        (("--precision", "high"), "--precision"),
    ],
)
def test_what_makes_no_sense_is_refused_before_anything_is_written(bench, words, sentence):
    assert sentence in bench.refused("run", "dummy", *words)
    assert not list(Path().iterdir())


def test_show_and_report_check_the_precision(bench):
    bench.ok("run", "dummy", *WORDS)
    for verb in ("show", "report"):
        assert "at most 1" in bench.refused(verb, str(FOLDER), "--precision", "2")


@pytest.mark.parametrize("binary", ["8", "a cat's", "-1"])
def test_the_command_asks_for_the_same(binary):
    from bench.cli.app import app

    asked = Request(models=("sgd",), binary=binary, rows="0.7", cv=3, precision=0.9)
    words = shlex.split(asked.command())
    assert words[:2] == ["bench", "run"]
    parsed = _parsed(app, words[1:])
    assert (parsed["binary"], parsed["precision"], parsed["rows"]) == (binary, 0.9, "0.7")
    assert "--precision" not in asked.for_row("sgd", tuned=False).command()


def _parsed(app, words):
    import typer.main

    command = typer.main.get_command(app).commands[words[0]]
    return command.make_context("run", list(words[1:])).params


def test_from_python_a_class_may_be_a_number(in_tmp):
    done = run(Request(models=("dummy",), binary=8, rows=".50", cv=3, jobs=1, refit="none"))
    assert done.command == "bench run dummy --rows 0.5 --binary 8 --cv 3 --jobs 1 --refit none"
    assert FOLDER.is_dir()
    with pytest.raises(UsageError, match="precision"):
        run(Request(models=("dummy",), precision=-0.1))


def test_tuning_searches_on_the_class(bench):
    base = (*WORDS[:7],)
    study = json.loads(bench.ok("tune", "tree", *base, "--trials", "2", "--metric", "f1", "--json"))
    bench.ok("run", "tree", "--tuned", *base, "--metric", "f1")
    assert board()["tree (tuned)"]["f1_mean"] == pytest.approx(study["best_value"])


def test_a_run_record_from_before_is_read(bench):
    bench.ok("run", "dummy", "--rows", "300", "--cv", "3", "-q", "--refit", "none")
    path = Path("runs/digits-rows-300/run.json")
    record = json.loads(path.read_text())
    del record["precision"], record["info"]["positive"]
    path.write_text(json.dumps(record))
    bench.ok("run", "dummy", "--rows", "300", "--cv", "3", "-q", "--refit", "none")


@pytest.mark.slow
def test_the_study_of_eights_on_the_real_competition(bench, real_data):
    bench.ok(
        "run", "sgd", "forest", "dummy", "--binary", "8", "--rows", "0.7", "--cv", "3", "--precision", "0.9",
        "--data", str(real_data / "digit-recognizer.zip"), "-q", "--jobs", "1", "--refit", "none",
    )  # fmt: skip
    rows = board(Path("runs/digit-recognizer-binary-8-rows-0.7"))
    member, _ = pooled("dummy", Path("runs/digit-recognizer-binary-8-rows-0.7"))
    assert len(member) == 29_400
    assert rows["dummy"]["accuracy_mean"] == pytest.approx(0.903, abs=0.005)
    for name, accuracy, auc in (("sgd", 0.924, 0.910), ("forest", 0.969, 0.985)):
        assert rows[name]["accuracy_mean"] >= accuracy - 0.005
        assert rows[name]["roc_auc_ovr_mean"] >= auc - 0.005
