import inspect
import io
import json
import webbrowser
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from matplotlib.image import imread

import reports
from bench.api import report
from bench.cli.app import _exit_code
from bench.store import RunStore
from bench.stresses import variants
from reports.exports import drawn, exported
from reports.figures import OF_ALL, TABLES, figures, tables
from reports.markdown import code, markdown, text
from reports.sources import gathered
from reports.verdict import verdict

from .conftest import Model, make_run
from .studies import make_study
from .test_stress import with_stress

MODELS = (
    Model("dummy", skill=0.1),
    Model("forest", skill=2.0, importance=True),
    Model("forest (tuned)", skill=3.0, stamp="tuned on these rows: optimistic"),
    Model("cnn", family="deep", skill=2.5, epochs=3),
    Model("late", missing=(1,)),
    Model("broken", failing=dict.fromkeys(range(3), "no | such\n<b>solver</b>")),
)


@pytest.fixture(scope="module")
def kept(digits, tmp_path_factory):
    made = make_run(tmp_path_factory.mktemp("kept") / "run", digits, MODELS, n_splits=3, best="cnn")
    made.store.study_path("forest")
    made.store.write_study(make_study(made.run))
    return with_stress(made, variants((8, 8)))


@pytest.fixture
def folder(digits, tmp_path):
    """A run whose page is drawn quickly, as no model has all folds."""
    return make_run(
        tmp_path / "run", digits, [Model("one", missing=(1,)), Model("two", skipped="needs more")]
    )


@pytest.fixture(scope="module")
def listed(kept):
    return list(figures(gathered(kept.store, kept.run)))


def test_names_are_unique_and_safe_on_every_disk(listed):
    names = [figure.name for figure in listed]
    assert len(set(names)) == len(names)
    assert all(name and set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-") for name in names)
    assert {"fold-spread", "cost", "class-counts", *OF_ALL, "confusion-forest-tuned"} <= set(names)


def test_names_stay_when_a_model_joins(kept, listed, digits, tmp_path):
    fewer = make_run(tmp_path / "run", digits, MODELS[1:3], n_splits=3)
    before = {figure.name for figure in figures(gathered(fewer.store, fewer.run))}
    assert before <= {figure.name for figure in listed}


def test_models_whose_names_differ_in_signs_alone_both_have_figures(digits, tmp_path):
    made = make_run(tmp_path / "run", digits, [Model("a b"), Model("a-b")], n_splits=2)
    names = {figure.name for figure in figures(gathered(made.store, made.run))}
    assert {"roc-a-b", "roc-a-b-2"} <= names


def test_every_figure_of_the_project_is_in_the_list(listed):
    modules = sorted(Path(reports.__file__).parent.glob("*.py"))
    classes = [
        value
        for path in modules
        for value in vars(import_module(f"reports.{path.stem}")).values()
        if inspect.isclass(value) and {"frame", "plot"} <= vars(value).keys() and value.__name__ != "Display"
    ]
    assert {type(figure.display) for figure in listed} == set(classes)


def test_every_figure_has_its_table_and_more_tables_follow(kept, listed):
    found = dict(tables(gathered(kept.store, kept.run)))
    assert list(found) == [*(figure.name for figure in listed), *TABLES]
    assert all(len(table.columns) for table in found.values())


def test_tables_say_what_their_figures_show(kept):
    files = dict(exported(gathered(kept.store, kept.run), ["csv"]))
    confused = pd.read_csv(io.BytesIO(files["figures/confusion-forest.csv"]))
    wrong = (kept.scores["forest"].argmax(axis=1) != kept.y()).sum()
    assert confused["count"].sum() == wrong
    spread = pd.read_csv(io.BytesIO(files["figures/fold-spread.csv"]))
    assert spread.groupby("model").size()["forest"] == 3
    assert np.isfinite(spread["value"]).all()


def test_drawings_are_whole_files_of_their_own(listed):
    figure = next(figure for figure in listed if figure.name == "cost")
    pixels = imread(io.BytesIO(drawn(figure, "png")))
    assert pixels.shape[1] > 600
    assert pixels[0, 0, :3].tolist() == [1, 1, 1]
    assert pixels.std() > 0
    assert ElementTree.fromstring(drawn(figure, "svg")).tag == "{http://www.w3.org/2000/svg}svg"
    assert drawn(figure, "svg") == drawn(figure, "svg")


def test_markdown_has_every_part_and_no_foreign_markup(kept):
    written = markdown(gathered(kept.store, kept.run))
    for part in (
        "# digits: benchmark report",
        "## Leaderboard",
        "## Warnings",
        "**W20**",
        "## How sure",
        "What accuracy costs",
        "Calibration: can the probabilities be believed",
        "## Hard cases",
        "## Robustness and sample size",
        "Accuracy by share of the training rows",
        "## Tuning",
        "## Protocol",
    ):
        assert part in written
    assert "<b>" not in written
    lines = [line for line in written.splitlines() if line.startswith("|")]
    cells = [len(line.replace("\\|", "").split("|")) for line in lines]
    board = next(i for i, line in enumerate(lines) if "| Model |" in line)
    assert set(cells[board : board + 2 + len(MODELS)]) == {cells[board]}


def test_markdown_says_the_whole_verdict(kept):
    sources = gathered(kept.store, kept.run)
    said, written = verdict(sources.board, sources.found), markdown(sources)
    assert said.interval
    assert said.rival
    assert f"{text(said.score)} {text(said.interval)}" in written
    assert text(said.rival) in written


def test_markdown_leaves_out_what_a_run_lacks(folder):
    written = markdown(gathered(folder.store, folder.run))
    for part in ("## How sure", "## Hard cases", "## Robustness"):
        assert part not in written


@pytest.mark.parametrize("hostile", ["a|b", "`x`", "<script>", "[a](b)", "**", "# x", "a\nb", "\u202ea"])
def test_text_means_nothing_to_markdown(hostile):
    bare = text(hostile)
    for sign in "|`<[*#":
        assert bare.count(sign) == bare.count(f"\\{sign}")
    assert "\n" not in bare
    assert "\u202e" not in bare


def test_code_stands_between_longer_fences():
    assert code("a `b` ``c``") == "``` a `b` ``c`` ```"
    assert code("") == ""


def test_formats_write_their_files_and_leave_the_rest(folder):
    path = folder.store.path
    report(folder.store, folder.run)
    page = (path / "report.html").read_bytes()
    assert json.loads((path / "leaderboard.json").read_text())["warnings"]
    (path / "figures").mkdir()
    (path / "figures" / "mine.txt").write_text("mine")
    written = report(folder.store, folder.store.read_run(), formats=["md", "csv"])
    assert written[0] == "report.md"
    assert all((path / name).is_file() for name in written)
    assert (path / "report.html").read_bytes() == page
    assert (path / "figures" / "mine.txt").read_text() == "mine"
    run = folder.store.read_run()
    assert set(written) | {"report.html", "leaderboard.csv", "leaderboard.json"} == run.derived_files.keys()
    assert all(folder.store.fingerprints(name)[name] == sha for name, sha in run.derived_files.items())


def test_exports_of_another_state_go_with_it(folder):
    report(folder.store, folder.run, formats=["html", "md"])
    assert (folder.store.path / "report.md").is_file()
    report(folder.store, replace(folder.store.read_run(), metric="balanced_accuracy"))
    assert not (folder.store.path / "report.md").exists()


def test_a_full_disk_is_one_sentence(folder, monkeypatch, capsys):
    def full(path, content):
        raise OSError(28, "No space left on device", str(path))

    report(folder.store, folder.run)
    monkeypatch.setattr("bench.folder._write_for_good", full)
    assert _exit_code(["report", str(folder.store.path), "--format", "md"]) == 4
    assert "the disk is full" in capsys.readouterr().err


def test_open_shows_the_page_and_only_where_one_is_written(folder, monkeypatch, capsys):
    shown = []
    monkeypatch.setattr(webbrowser, "open", lambda address: not shown.append(address))
    path = str(folder.store.path)
    assert _exit_code(["report", path, "--format", "md", "--open"]) == 2
    assert "--open shows the page" in capsys.readouterr().err
    assert shown == []
    assert _exit_code(["report", path, "--open"]) == 0
    assert shown == [(RunStore(path).path / "report.html").resolve().as_uri()]
