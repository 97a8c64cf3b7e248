"""The main job from the command line: run, resume, add, change, refuse, fail, submit, predict."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from bench.cli import main

BASE = ("--rows", "300", "--cv", "3", "-q", "--jobs", "1")


class Bench:
    """Calls the command line in this process."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self.capsys = capsys

    def __call__(self, *words: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(words)
        out, err = self.capsys.readouterr()
        return ended.value.code or 0, out, err

    def ok(self, *words: str) -> str:
        code, out, err = self(*words)
        assert code == 0, err
        return out

    def refused(self, *words: str, code: int = 2) -> str:
        found, out, err = self(*words)
        assert (found, out) == (code, "")
        assert err.startswith("bench: error: ")
        assert err.count("\n") == 1
        return err


@pytest.fixture
def bench(capsys: pytest.CaptureFixture[str], in_tmp: Path) -> Bench:
    return Bench(capsys)


def board(folder: str | Path = "runs/digits-rows-300") -> dict[str, dict]:
    return {line["name"]: line for line in json.loads(Path(folder, "leaderboard.json").read_text())["rows"]}


def stored(folder: str | Path = "runs/digits-rows-300") -> dict[str, int]:
    return {str(path): path.stat().st_mtime_ns for path in Path(folder, "results").rglob("*.npz")}


@pytest.fixture
def competition(small, in_tmp: Path) -> Path:
    folder = in_tmp / "competition"
    folder.mkdir()
    heads = list(small.feature_names)
    for name, part, extra in (("train.csv", slice(0, 160), ["label"]), ("test.csv", slice(160, 200), [])):
        with (folder / name).open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow([*extra, *heads])
            for label, pixels in zip(small.y[part], small.X[part].tolist(), strict=True):
                writer.writerow([label, *pixels] if extra else pixels)
    return folder


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
    assert "--fresh" in bench.refused("run", "dummy", *BASE, "--out", "thesis")
    assert [path.name for path in Path("thesis").iterdir()] == ["chapter.tex"]


def test_a_model_that_raises_is_a_row_with_its_reason(bench):
    code, _, err = bench("run", "sgd", "dummy", *BASE, "--set", "sgd.penalty=nonsense")
    assert code == 3
    assert "penalty" in err
    assert board()["sgd"]["rank"] is None
    assert "penalty" in board()["sgd"]["status"]
    assert board()["dummy"]["rank"] == 1
    assert "penalty" in Path("runs/digits-rows-300/report.html").read_text()
    bench.ok("run", "sgd", *BASE)
    assert board()["sgd"]["rank"] == 1


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


def test_tuned_without_a_study_is_refused(bench):
    assert "bench tune tree" in bench.refused("run", "tree", "--tuned", *BASE)
    assert not Path("runs").exists()


def test_show_json_is_the_leaderboard(bench):
    bench.ok("run", "dummy", *BASE)
    assert json.loads(bench.ok("show", "--json")) == json.loads(
        Path("runs/digits-rows-300/leaderboard.json").read_text()
    )


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
        (("run", "tree", "--time-limit", "3"), "--time-limit"),
        (("tune", "dummy"), "no search space"),
        (("tune", "tree", "--trials", "0"), "--trials"),
        (("stress",), "stress"),
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
