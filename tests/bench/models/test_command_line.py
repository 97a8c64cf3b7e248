"""Saved models from the command line: predicted with, refused, lacking."""

from __future__ import annotations

import pickle
from dataclasses import replace
from pathlib import Path

import pytest

from bench.store import RunStore

FOLDER = "runs/competition"


@pytest.fixture
def data(bench, competition) -> str:
    """Where new rows are, beside a run whose tree is refitted."""
    bench.ok("run", "tree", "--data", str(competition), "--cv", "3", "-q", "--jobs", "1")
    return str(competition / "test.csv")


def model_file() -> Path:
    (path,) = Path(FOLDER, "models").iterdir()
    return path


def test_a_saved_model_is_one_file_that_answers_like_the_submission(bench, data):
    assert model_file().suffix == ".model"
    submission = Path(FOLDER, "submission.csv").read_text()
    assert bench.ok("predict", FOLDER, "--data", data) == submission


def test_a_pickle_in_its_place_is_refused_and_runs_nothing(bench, data):
    class Bomb:
        def __reduce__(self):
            return Path.touch, (Path("witness"),)

    model_file().write_bytes(pickle.dumps(Bomb()))
    assert "do not match" in bench.refused("predict", FOLDER, "--data", data)
    assert not Path("witness").exists()


def test_a_model_that_could_not_be_saved_is_said_and_not_fitted_again(bench, data):
    store = RunStore(FOLDER)
    row = store.read_run().rows[0]
    result = store.read_result("tree", row.refit_key)
    predictions = store.read_predictions("tree", row.refit_key)
    store.write_result(replace(result, unsaved="TypeError: a lock is no plain value"), predictions)
    model_file().unlink()
    (written,) = Path(FOLDER, "results/tree").glob(f"{row.refit_key}*")
    before = written.stat().st_mtime_ns
    bench.ok("run", "tree", "--data", str(Path(data).parent), "--cv", "3", "-q", "--jobs", "1")
    assert written.stat().st_mtime_ns == before
    assert "model not saved: TypeError: a lock" in " ".join(bench.ok("show", FOLDER).split())
    error = bench.refused("predict", FOLDER, "--data", data)
    assert "could not be saved (TypeError: a lock is no plain value)" in error


def test_a_row_of_no_model_of_ours_is_refused(bench, data):
    store = RunStore(FOLDER)
    run = store.read_run()
    store.write_run(replace(run, rows=(replace(run.rows[0], estimator="../../elsewhere"),)))
    assert "no model of ours" in bench.refused("predict", FOLDER, "--data", data)
