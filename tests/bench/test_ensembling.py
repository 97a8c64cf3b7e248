"""Ensembles from the command line: rows made of stored scores, which may win and answer."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from test_main_job import board, stored

from bench.api import digest, open_run
from bench.evidence.ensembles import KINDS, blended, cross_fitted
from bench.metrics import score
from reports.pooled import out_of_fold, together

MODELS = ("logistic", "knn", "sgd", "dummy")
BASE = ("--rows", "300", "--cv", "3", "-q", "--jobs", "1")
ROWS = {f"ensemble-{kind}" for kind in KINDS}


def test_ensembles_are_rows_that_fit_nothing_and_leave_the_digest(bench):
    bench.ok("run", *MODELS, *BASE, "--refit", "none")
    before = digest(*open_run("runs/digits-rows-300"))
    fits = stored()
    out = bench.ok("run", *MODELS, *BASE, "--refit", "none", "--ensembles")
    assert all(name in out for name in ROWS)
    assert digest(*open_run("runs/digits-rows-300")) == before
    assert fits.items() <= stored().items()
    assert {Path(path).parent.name for path in stored().keys() - fits.keys()} == ROWS
    made = stored()
    bench.ok("run", *MODELS, *BASE, "--refit", "none", "--ensembles")
    assert stored() == made


def test_an_ensembles_row_says_what_its_scores_say(bench):
    bench.ok("run", *MODELS, *BASE, "--repeats", "2", "--ensembles")
    store, run = open_run("runs/digits-rows-300")
    models = [row for row in run.rows if row.recipe is None]
    for row in run.rows:
        if row.recipe is None:
            continue
        line, results = board()[row.name], store.read_results(row)
        assert (line["family"], line["folds_done"]) == ("ensemble", 6)
        assert line["accuracy_mean"] == np.mean([result.metrics["accuracy"] for result in results])
        for repeat in (0, 1):
            expected = cross_fitted(together(store, run, models, repeat), row.recipe.kind)
            assert np.array_equal(out_of_fold(store, run, row, repeat).scores, expected)
        first = store.read_predictions(row.estimator, row.keys[0])
        assert results[0].metrics == score(first)


def test_a_new_member_changes_the_ensembles_unasked(bench):
    bench.ok("run", "logistic", "dummy", *BASE, "--ensembles")
    two = {row.name: row for row in open_run("runs/digits-rows-300")[1].rows if row.recipe}
    bench.ok("run", "knn", *BASE)
    three = {row.name: row for row in open_run("runs/digits-rows-300")[1].rows if row.recipe}
    assert two.keys() == three.keys() == ROWS
    assert all(set(two[name].keys).isdisjoint(three[name].keys) for name in ROWS)
    assert three["ensemble-vote"].recipe.members == ("dummy", "logistic", "knn")


def test_one_model_is_no_ensemble(bench):
    bench.ok("run", "dummy", *BASE, "--ensembles")
    assert set(board()) == {"dummy"}


@pytest.fixture
def winner(bench, competition) -> str:
    """A competition's run whose best row by log loss is an ensemble."""
    words = ("--data", str(competition), "--cv", "3", "-q", "--metric", "log_loss")
    bench.ok("run", "logistic", "knn", "sgd", *words, "--ensembles")
    return json.loads(Path("runs/competition/submission.json").read_text())["model"]


def test_the_best_ensemble_makes_the_submission_and_answers_new_rows(bench, competition, winner):
    assert winner in ROWS
    store, run = open_run("runs/competition")
    row = run.best_row
    members = [other for other in run.rows if other.name in row.recipe.members]
    answers = [store.read_predictions(member.estimator, member.refit_key).scores for member in members]
    expected = blended(row.recipe, answers)
    assert np.array_equal(store.read_predictions(row.estimator, row.refit_key).scores, expected)
    text = Path("runs/competition/submission.csv").read_text()
    assert bench.ok("predict", "runs/competition", "--data", str(competition / "test.csv")) == text


def test_an_ensemble_whose_member_is_gone_says_so(bench, competition, winner):
    for path in Path("runs/competition/models").iterdir():
        path.unlink()
    err = bench.refused("predict", "runs/competition", "--data", str(competition / "test.csv"))
    assert "was not refitted and saved" in err


def test_a_run_whose_ranked_rows_are_all_ensembles_has_a_report(bench):
    bench.ok("run", "sgd", "svm", *BASE, "--refit", "none", "--metric", "log_loss", "--ensembles")
    assert {name for name, line in board().items() if line["rank"]} == ROWS
    assert "How sure is the order?" in Path("runs/digits-rows-300/report.html").read_text()
