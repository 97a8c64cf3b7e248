"""The main job from the command line: run, resume, add, change, refuse, fail, submit, predict."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import pytest

from bench.cli import main
from bench.store import RunStore

BASE = ("--rows", "300", "--cv", "3", "-q", "--jobs", "1")


def board(folder: str | Path = "runs/digits-rows-300") -> dict[str, dict]:
    return {line["name"]: line for line in json.loads(Path(folder, "leaderboard.json").read_text())["rows"]}


def uploads(folder: str) -> str | None:
    return json.loads(Path(folder, "submission.json").read_text())["upload"]


def stored(folder: str | Path = "runs/digits-rows-300") -> dict[str, int]:
    return {str(path): path.stat().st_mtime_ns for path in Path(folder, "results").rglob("*.npz")}


def test_a_run_leaves_leaderboard_report_and_exact_files(bench):
    out = bench.ok("run", "sgd", "tree", "dummy", *BASE)
    assert out.index("sgd") < out.index("tree") < out.index("dummy")
    folder = Path("runs/digits-rows-300")
    assert {path.name for path in folder.iterdir()} == {
        "run.json",
        "folds.npz",
        "data.npz",
        "results",
        "models",
        "report.html",
        "leaderboard.csv",
        "leaderboard.json",
    }
    assert len(stored()) == 3 * 3 + 1
    assert [line["rank"] for line in board().values()] == [1, 2, 3]


def test_csv_and_json_carry_the_same_numbers(bench):
    bench.ok("run", "tree", "dummy", *BASE)
    with Path("runs/digits-rows-300/leaderboard.csv").open(newline="") as file:
        lines = {line["name"]: line for line in csv.DictReader(file)}
    for name, row in board().items():
        for column, value in row.items():
            if isinstance(value, float):
                assert float(lines[name][column]) == value


def test_the_same_command_again_refits_nothing(bench):
    bench.ok("run", "tree", "dummy", *BASE)
    before, page = stored(), Path("runs/digits-rows-300/report.html").stat().st_mtime_ns
    bench.ok("run", "tree", "dummy", *BASE)
    assert stored() == before
    assert Path("runs/digits-rows-300/report.html").stat().st_mtime_ns == page


def test_another_model_adds_its_row_only(bench):
    bench.ok("run", "tree", *BASE)
    before = stored()
    bench.ok("run", "dummy", *BASE)
    assert before.items() <= stored().items()
    assert len(stored()) == len(before) + 3
    assert set(board()) == {"tree", "dummy"}


def test_another_parameter_refits_that_model_only_and_keeps_one_row(bench):
    bench.ok("run", "tree", "dummy", *BASE, "--refit", "none")
    before = stored()
    first = board()["tree"]["accuracy_mean"]
    bench.ok("run", "tree", "dummy", *BASE, "--refit", "none", "--set", "tree.max_depth=2")
    new = set(stored()) - set(before)
    assert len(new) == 3
    assert all("/tree/" in name for name in new)
    assert list(board()) == ["tree", "dummy"]
    assert board()["tree"]["accuracy_mean"] < first
    bench.ok("run", "tree", "dummy", *BASE, "--refit", "none")
    assert len(stored()) == len(before) + 3
    assert board()["tree"]["accuracy_mean"] == first


@pytest.mark.parametrize("change", [("--cv", "4"), ("--repeats", "2"), ("--seed", "1"), ("--rows", "200")])
def test_another_protocol_in_the_same_folder_is_refused(bench, change):
    bench.ok("run", "dummy", *BASE, "--out", "here")
    before = {path: path.read_bytes() for path in Path("here").rglob("*") if path.is_file()}
    error = bench.refused("run", "dummy", *BASE, *change, "--out", "here")
    assert change[0] in error or "data" in error
    assert "--out" in error
    assert "--fresh" in error
    assert {path: path.read_bytes() for path in Path("here").rglob("*") if path.is_file()} == before


def test_other_data_in_the_same_folder_are_refused(bench, competition):
    bench.ok("run", "dummy", *BASE, "--out", "here")
    assert "data" in bench.refused("run", "dummy", "--data", str(competition), "--cv", "3", "--out", "here")


def test_fresh_moves_the_old_folder_aside(bench):
    bench.ok("run", "dummy", *BASE, "--out", "here")
    old = Path("here/run.json").read_bytes()
    bench.ok("run", "dummy", "--rows", "200", "--cv", "4", "-q", "--out", "here", "--fresh")
    aside = next(path for path in Path().iterdir() if path.name.startswith("here."))
    assert (aside / "run.json").read_bytes() == old
    assert json.loads(Path("here/run.json").read_text())["protocol"]["n_splits"] == 4


def test_somebody_elses_folder_is_left_alone(bench):
    Path("thesis").mkdir()
    Path("thesis/chapter.tex").write_text("mine")
    for more in ((), ("--fresh",)):
        assert "another --out" in bench.refused("run", "dummy", *BASE, "--out", "thesis", *more)
    assert [path.name for path in Path("thesis").iterdir()] == ["chapter.tex"]


def test_a_model_that_raises_is_a_row_with_its_reason(bench):
    code, _, err = bench("run", "sgd", "dummy", *BASE, "--set", "sgd.penalty=nonsense")
    assert code == 3
    assert "penalty" in err
    assert board()["sgd"]["rank"] is None
    assert "penalty" in board()["sgd"]["status"]
    assert board()["dummy"]["rank"] == 1
    assert "penalty" in Path("runs/digits-rows-300/report.html").read_text()
    bench.ok("run", "dummy", *BASE)
    bench.ok("run", "sgd", *BASE)
    assert board()["sgd"]["rank"] == 1


def test_a_failed_fit_is_tried_again_only_if_that_is_wished(bench, monkeypatch):
    from bench import execute

    words = ("run", "sgd", *BASE, "--set", "sgd.penalty=nonsense")
    assert bench(*words)[0] == 3
    with monkeypatch.context() as patch:
        patch.setattr(execute, "fit", lambda *_: pytest.fail("tried again"))
        code, _, err = bench(*words)
    assert code == 3
    assert err.splitlines()[-1] == "3 fits failed earlier: --retry-failed tries again"
    code, _, err = bench(*words, "--retry-failed")
    assert code == 3
    assert "earlier" not in err


def test_an_image_model_on_plain_columns_is_skipped_with_the_reason(bench):
    Path("flowers.csv").write_text("a,b,kind\n" + "".join(f"{i},{i % 7},{'xy'[i % 2]}\n" for i in range(60)))
    out = bench.ok("run", "cnn", "tree", "--data", "flowers.csv", "--label", "kind", "--cv", "3", "-q")
    assert "skipped" in out
    assert "--image-shape" in board("runs/flowers")["cnn"]["status"]


def test_the_best_models_submission_is_valid_and_predict_agrees(bench, competition):
    bench.ok("run", "sgd", "dummy", "--data", str(competition), "--cv", "3", "-q")
    text = Path("runs/competition/submission.csv").read_text()
    lines = list(csv.reader(text.splitlines()))
    assert lines[0] == ["ImageId", "Label"]
    assert [line[0] for line in lines[1:]] == [str(i) for i in range(1, 41)]
    assert {line[1] for line in lines[1:]} <= {str(i) for i in range(10)}
    assert bench.ok("predict", "runs/competition", "--data", str(competition / "test.csv")) == text
    Path("runs/competition/submission.csv").unlink()
    assert bench.ok("submit", "runs/competition").strip() == "runs/competition/submission.csv"
    assert Path("runs/competition/submission.csv").read_text() == text
    summary = json.loads(Path("runs/competition/submission.json").read_text())
    assert summary["model"] == "sgd"


def test_a_model_of_another_time_is_submitted_without_a_measured_gain(bench, competition):
    _, _, err = bench("run", "sgd", "--data", str(competition), "--cv", "3", "--refit", "none")
    assert "on 50 %" not in err
    store = RunStore("runs/competition")
    run = store.read_run()
    store.write_run(replace(run, rows=tuple(replace(row, stress_keys=("older",)) for row in run.rows)))
    code, _, err = bench("run", "dummy", "--data", str(competition), "--cv", "3")
    assert code == 0
    assert "sgd on all rows" in err
    assert "on 50 %" not in err
    expected = json.loads(Path("runs/competition/submission.json").read_text())["expected"]
    assert expected["gain_by_rows"].startswith("not measured")


def test_a_submission_comes_with_a_measured_expectation(bench, competition):
    code, _, err = bench("run", "sgd", "dummy", "--data", str(competition), "--cv", "3")
    expected = json.loads(Path("runs/competition/submission.json").read_text())["expected"]
    assert code == 0
    assert "sgd on 50 % of the rows of fold 1" in err
    assert expected["gain_by_rows"].startswith("measured on a fit on ")
    sentence = next(line for line in err.splitlines() if line.startswith("The submission, by sgd, may "))
    page = Path("runs/competition/report.html").read_text()
    assert sentence in page
    assert 'id="stress"' not in page
    store = RunStore("runs/competition")
    parts = store.read_each("sgd", store.read_run().best_row.stress_keys)
    assert [part.share for part in parts] == [0.5]


def test_the_command_that_uploads_is_told_for_a_competition_alone(bench, competition):
    words = ("run", "tree", "--cv", "3", "-q", "--data")
    heads = "ImageId,Label\n" + "".join(f"{number},0\n" for number in range(1, 41))
    (competition / "sample_submission.csv").write_text(heads)
    bench.ok(*words, str(competition), "--out", "a")
    assert f"submit competition -f {Path('a/submission.csv').absolute()} -m " in uploads("a")
    bench.ok(*words, str(competition / "train.csv"), "--test", str(competition / "test.csv"), "--out", "b")
    assert uploads("b") is None


def test_a_submission_never_outlives_its_model(bench, competition):
    words = ("--data", str(competition), "--cv", "3", "-q")
    bench.ok("run", "dummy", *words)
    assert Path("runs/competition/submission.csv").exists()
    bench.ok("run", "tree", *words, "--refit", "none")
    assert not Path("runs/competition/submission.csv").exists()
    assert not Path("runs/competition/submission.json").exists()
    bench.ok("run", "tree", *words)
    assert json.loads(Path("runs/competition/submission.json").read_text())["model"] == "tree"


def test_a_failed_refit_is_said(bench, competition, monkeypatch):
    from bench import execute, supervise, worker

    def fail_on_all_rows(task):
        if task.job.role == "refit":
            return worker.failure(task.job, 1, "MemoryError: all rows are too many")
        return supervise.fit(task)

    monkeypatch.setattr(execute, "fit", fail_on_all_rows)
    code, _, _ = bench("run", "tree", "--data", str(competition), "--cv", "3", "-q", "--jobs", "1")
    assert code == 3
    assert "refit failed: MemoryError: all rows" in board("runs/competition")["tree"]["status"]
    assert "all rows are too many" in bench.refused("submit", "runs/competition")


@pytest.mark.parametrize("name", ["data.npz", "folds.npz"])
def test_a_lost_file_is_made_again(bench, name):
    bench.ok("run", "dummy", *BASE)
    before = stored()
    path = Path("runs/digits-rows-300", name)
    path.unlink()
    bench.ok("run", "dummy", *BASE)
    assert path.is_file()
    assert stored() == before


@pytest.mark.parametrize("name", ["run.json", "folds.npz", "data.npz", "leaderboard.csv"])
def test_a_damaged_file_is_named_kept_and_made_again(bench, name):
    bench.ok("run", "dummy", *BASE)
    before, path = stored(), Path("runs/digits-rows-300", name)
    path.write_bytes(b"PK nonsense")
    code, _, err = bench("run", "dummy", *BASE)
    assert code == 0
    assert f"{name}: " in err
    assert f"{name}.damaged" in err
    assert path.with_name(f"{name}.damaged").read_bytes() == b"PK nonsense"
    assert path.read_bytes() != b"PK nonsense"
    assert stored() == before


def test_text_labels_two_classes_and_repeats(bench):
    lines = [f"{i},{(i * 7) % 16},{'yes' if i > 44 else 'no'}" for i in range(90)]
    Path("two.csv").write_text("\n".join(["a,b,answer", *lines]))
    words = ("--data", "two.csv", "--label", "answer", "--cv", "3", "--repeats", "2", "-q")
    bench.ok("run", "sgd", "tree", "--tag", "baseline", "--not", "forest", *words, "--threads", "1")
    rows = board("runs/two")
    assert rows["tree"]["folds_done"] == 6
    assert rows["sgd"]["roc_auc_ovr_mean"] > 0.9
    assert rows["dummy"]["roc_auc_ovr_mean"] == 0.5
    assert "sgd" in Path("runs/two/report.html").read_text()


def test_a_metric_that_no_row_has_ranks_nothing(bench):
    bench.ok("run", "sgd", *BASE, "--metric", "log_loss")
    assert board()["sgd"]["rank"] is None
    assert "defined log_loss" in bench.refused("submit", "runs/digits-rows-300")
    assert "n/a: decision scores" in bench.ok("show")


def test_every_model_failing_still_leaves_a_report(bench):
    code, out, _ = bench("run", "sgd", *BASE, "--set", "sgd.penalty=nonsense")
    assert code == 3
    assert "failed" in out
    assert Path("runs/digits-rows-300/report.html").is_file()


def test_hostile_labels_are_text_on_the_terminal(bench):
    Path("hostile.csv").write_text("a,label\n" + "".join(f"{i},\x1b[31mred\n{i}.5,b\n" for i in range(9)))
    _, out, err = bench("run", "dummy", "--data", "hostile.csv", "--cv", "3")
    assert "\x1b" not in out + err
    error = bench.refused("run", "dummy", "--data", "hostile.csv", "--cv", "10", "--out", "x")
    assert "\x1b" not in error
    assert "[31mred" in error


def test_no_network_is_exit_4(bench, monkeypatch):
    monkeypatch.setenv("SCIKIT_LEARN_DATA", str(Path("cache").resolve()))
    monkeypatch.setattr("socket.socket.connect", _unreachable)
    monkeypatch.setattr("socket.getaddrinfo", _unreachable)
    assert "network" in bench.refused("run", "dummy", "--data", "mnist", code=4)


def _unreachable(*_: object, **__: object) -> None:
    raise OSError("no route")


def test_a_bug_is_one_line_and_a_log(bench, monkeypatch):
    monkeypatch.setattr("bench.api.deriving.RunStore", lambda path: 1 / 0)
    error = bench.refused("show", "anything", code=1)
    log = Path(error.strip().rpartition(" ")[2])
    assert "ZeroDivisionError" in log.read_text()
    log.unlink()
    with pytest.raises(ZeroDivisionError):
        main(["--debug", "show", "anything"])


def test_verbose_shows_every_fit_and_version_the_version(bench):
    import bench as package

    assert bench.ok("--version").strip() == package.__version__
    _, _, err = bench("run", "dummy", "--rows", "300", "--cv", "3", "-v", "--jobs", "1")
    assert "[1/3] dummy fold 1  accuracy 0.1" in err
    _, _, again = bench("run", "dummy", "--rows", "300", "--cv", "3", "-v")
    assert "dummy fold" not in again


def test_derived_files_come_back(bench, competition):
    bench.ok("run", "sgd", "--data", str(competition), "--cv", "3", "-q")
    names = ("report.html", "leaderboard.csv", "leaderboard.json", "submission.csv", "submission.json")
    before = {name: Path("runs/competition", name).read_bytes() for name in names}
    for name in names:
        Path("runs/competition", name).unlink()
    bench.ok("report", "runs/competition")
    assert {name: Path("runs/competition", name).read_bytes() for name in names[1:]} == {
        name: content for name, content in before.items() if name != "report.html"
    }
    assert Path("runs/competition/report.html").is_file()


@pytest.mark.parametrize(("refit", "saved"), [("best", {"sgd"}), ("all", {"sgd", "dummy"}), ("none", set())])
def test_refit_decides_which_models_are_saved(bench, competition, refit, saved):
    bench.ok("run", "sgd", "dummy", "--data", str(competition), "--cv", "3", "-q", "--refit", refit)
    models = Path("runs/competition/models")
    assert {path.name.partition("-")[0] for path in models.glob("*")} == saved
    assert Path("runs/competition/submission.csv").exists() == bool(saved)
    if not saved:
        assert "--refit best" in bench.refused("submit", "runs/competition")
        bench.refused("predict", "runs/competition", "--data", str(competition / "test.csv"))


def test_labelled_test_rows_are_scored_beside_the_folds(bench, small):
    import numpy as np

    parts = {"X": small.X[:150], "y": small.y[:150], "X_test": small.X[150:], "y_test": small.y[150:]}
    np.savez("both.npz", **parts)
    bench.ok("run", "sgd", "tree", "--data", "both.npz", "--cv", "3", "-q", "--image-shape", "8x8")
    for row in board("runs/both").values():
        assert 0 < row["test_accuracy"] <= 1
    assert not Path("runs/both/submission.csv").exists()


def test_a_tuned_row_stands_beside_the_default_and_is_never_best(bench):
    study = json.loads(bench.ok("tune", "tree", *BASE, "--trials", "6", "--json"))
    assert len(study["trials"]) == 6
    bench.ok("run", "tree", "--tuned", *BASE)
    rows = board()
    assert set(rows) == {"tree", "tree (tuned)"}
    assert rows["tree (tuned)"]["accuracy_mean"] == pytest.approx(study["best_value"])
    assert rows["tree (tuned)"]["accuracy_mean"] >= rows["tree"]["accuracy_mean"]
    for text in (
        bench.ok("show"),
        Path("runs/digits-rows-300/report.html").read_text(),
        Path("runs/digits-rows-300/leaderboard.csv").read_text(),
    ):
        assert "optimistic" in text
    run = json.loads(Path("runs/digits-rows-300/run.json").read_text())
    assert run["best"] == "tree"
    bench.ok("run", "tree", "--tuned", *BASE, "--allow-optimistic")
    assert json.loads(Path("runs/digits-rows-300/run.json").read_text())["best"] == max(
        rows, key=lambda name: rows[name]["accuracy_mean"]
    )


def test_the_command_that_tune_names_works(bench):
    bench("tune", "tree", *BASE[:4], "--trials", "2")
    _, _, err = bench("tune", "tree", *BASE[:4], "--trials", "2")
    command = err.splitlines()[-1].partition("use them with: bench ")[2]
    bench.ok(*command.split(), "-q")
    assert "tree (tuned)" in board()


def test_a_tuned_row_reuses_the_folds_of_its_trial(bench):
    bench.ok("run", "tree", *BASE, "--refit", "none")
    study = json.loads(bench.ok("tune", "tree", *BASE, "--trials", "3", "--json"))
    before = stored()
    bench.ok("run", "tree", "--tuned", *BASE, "--refit", "none")
    assert stored() == before
    assert "optimistic" in study["stamp"]


def test_a_folder_with_a_study_only_is_told_so(bench):
    bench.ok("tune", "tree", *BASE, "--trials", "1")
    for words in (("show",), ("report",), ("submit",), ("predict", "--data", "x.csv")):
        assert "no model has been run" in bench.refused(*words)


def test_tuned_without_a_study_is_refused(bench):
    assert "bench tune tree" in bench.refused("run", "tree", "--tuned", *BASE)
    assert not Path("runs").exists()


def test_show_json_is_the_leaderboard(bench):
    bench.ok("run", "dummy", *BASE)
    shown = json.loads(bench.ok("show", "--json"))
    assert len(shown.pop("digest")) == 64
    assert shown == json.loads(Path("runs/digits-rows-300/leaderboard.json").read_text())


def test_metric_decides_the_order(bench):
    bench.ok("run", "tree", "dummy", *BASE)
    bench.ok("run", "tree", "dummy", *BASE, "--metric", "log_loss")
    assert {name: row["rank"] for name, row in board().items()} == {"dummy": 1, "tree": 2}


def test_dry_run_writes_nothing_and_names_every_fit(bench):
    plan = json.loads(bench.ok("run", "tree", "dummy", *BASE, "--dry-run", "--json"))
    assert len(plan["fits"]) == 6
    assert {fit["stored"] for fit in plan["fits"]} == {False}
    assert not Path("runs").exists()


def test_jobs_in_processes_give_the_same_leaderboard(bench):
    bench.ok("run", "tree", "dummy", *BASE, "--out", "one")
    bench.ok("run", "tree", "dummy", *BASE, "--jobs", "2", "--out", "two")
    scores = [{name: row["accuracy_mean"] for name, row in board(name_).items()} for name_ in ("one", "two")]
    assert scores[0] == scores[1]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("run", "xgbost"), "Did you mean 'xgboost'"),
        (("run",), "--all"),
        (("run", "tree", "--data", "no.csv"), "no.csv"),
        (("run", "tree", "--data", "digts"), "did you mean 'digits'"),
        (("run", "tree", "--cv", "1"), "--cv"),
        (("run", "tree", "--cv", "500"), "use a smaller --cv"),
        (("run", "tree", "--cv", "many"), "--cv"),
        (("run", "tree", "--metric", "acuracy"), "Did you mean 'accuracy'"),
        (("run", "tree", "--preset", "fast"), "--preset"),
        (("run", "tree", "--refit", "some"), "--refit"),
        (("run", "tree", "--jobs", "0"), "--jobs"),
        (("run", "tree", "--rows", "-5"), "--rows"),
        (("run", "tree", "--set", "tree.depth=3"), "Did you mean 'max_depth'"),
        (("run", "tree", "--set", "sgd.alpha=3"), "--set names sgd"),
        (("run", "tree", "--set", "tree.ccp_alpha=NaN"), "finite"),
        (("tune", "tree", "--set", "tree.max_depth=3"), "is searched"),
        (("run", "tree", "--seed", "5000000000"), "--seed"),
        (("run", "tree", "--time-limit", "3"), "--time-limit"),
        (("tune", "dummy"), "no search space"),
        (("tune", "tree", "--trials", "0"), "--trials"),
        (("stress",), "bench run --all"),
        (("strain",), "strain"),
        (("show",), "bench run --all"),
        (("show", "nowhere"), "nowhere"),
        (("report", "nowhere"), "nowhere"),
        (("predict", "nowhere", "--data", "x.csv"), "nowhere"),
        (("submit", "nowhere"), "nowhere"),
        (("lst",), "Did you mean 'list'"),
    ],
)
def test_bad_usage_is_one_line_and_nothing_written(bench, words, sentence):
    assert sentence in bench.refused(*words)
    assert not list(Path().iterdir())


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("label,pixel0\n1,2\n0,\n1,3\n0,4\n", "pixel0"),
        ("label,pixel0\n1,2\n0,x\n1,3\n0,4\n", "pixel0"),
        ("label,pixel0\n1,2\n0,256\n1,3\n0,4\n", "pixel0"),
        ("label,pixel0\n1,2\n1,3\n1,4\n", "class"),
        ("a,b\n1,2\n0,3\n", "--label"),
        ("", "empty"),
    ],
)
def test_bad_data_is_one_line_and_nothing_written(bench, content, sentence):
    Path("bad.csv").write_text(content)
    assert sentence in bench.refused("run", "tree", "--data", "bad.csv", "--cv", "2")
    assert not Path("runs").exists()


@pytest.mark.parametrize("table", ["models", "datasets", "metrics", "presets"])
def test_lists(bench, table):
    lines = json.loads(bench.ok("list", table, "--json"))
    text = bench.ok("list", table)
    assert lines
    assert all(line["name"] in text for line in lines)
