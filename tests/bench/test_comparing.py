"""``bench compare``, ``bench diff`` and ``bench errors``, from the command line."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import binomtest
from test_main_job import board

from bench.api import Request, open_run, run
from bench.api.differing import pace
from bench.datasets import load, take
from bench.evidence.pairs import holm
from reports.pooled import out_of_fold

BASE = ("--rows", "300", "--cv", "3", "-q", "--jobs", "1", "--refit", "none")
REQUEST = Request(rows="300", cv=3, jobs=1, refit="none")
MODELS = ("sgd", "tree", "dummy")
ROWS = take(load("digits"), "300", 0)


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A run of three models, which no test changes."""
    folder = tmp_path_factory.mktemp("compare") / "three"
    run(replace(REQUEST, models=MODELS, out=str(folder)))
    return str(folder)


def right(model: str, folder: str) -> np.ndarray:
    store, run = open_run(folder)
    said = out_of_fold(store, run, next(row for row in run.rows if row.name == model))
    return said.y_pred == said.y_true


def test_compare_says_who_can_be_told_apart(bench, three):
    out = bench.ok("compare", three)
    assert "sgd is right about" in out
    assert out.index("sgd") < out.index("tree") < out.index("dummy")
    told = json.loads(bench.ok("compare", three, "--json"))
    assert [line["model"] for line in told["models"]] == list(MODELS)
    assert [line["ranks"] for line in told["models"]] == [board(three)[m]["ranks"] for m in MODELS]
    assert len(told["pairs"]) == 3
    assert len(told["sentences"]) == 2


def test_two_models_are_compared_image_by_image(bench, three):
    pair = json.loads(bench.ok("compare", three, "tree", "sgd", "--json"))["pairs"][0]
    tree, sgd = right("tree", three), right("sgd", three)
    only_tree, only_sgd = int((tree & ~sgd).sum()), int((sgd & ~tree).sum())
    assert (pair["model_a"], pair["only_a"], pair["only_b"]) == ("tree", only_tree, only_sgd)
    assert pair["difference"] == pytest.approx(tree.mean() - sgd.mean())
    assert pair["p"] == pytest.approx(binomtest(only_tree, only_tree + only_sgd).pvalue)
    out = bench.ok("compare", three, "tree", "sgd")
    assert "p over folds" in out
    assert "one alone gets right" in out


def test_two_models_stand_as_they_do_among_all(bench, three):
    whole, part = (json.loads(bench.ok("compare", three, *two, "--json")) for two in ((), ("sgd", "dummy")))
    one = next(pair for pair in whole["pairs"] if {pair["model_a"], pair["model_b"]} == {"dummy", "sgd"})
    assert part["pairs"][0]["p_holm"] == one["p_holm"] > part["pairs"][0]["p"]
    ranks = {line["model"]: line["ranks"] for line in whole["models"]}
    assert {line["model"]: line["ranks"] for line in part["models"]} == {
        name: ranks[name] for name in ("sgd", "dummy")
    }
    rows = ROWS.row_ids[right("dummy", three) != right("sgd", three)]
    assert [line["row"] for line in part["flipped"]] == rows.tolist()
    assert set(part["flipped"][0]) == {"row", "label", "dummy", "sgd"}


def test_within_a_wide_region_all_are_practically_equal(bench, three):
    pair = json.loads(bench.ok("compare", three, "sgd", "dummy", "--rope", "1", "--json"))["pairs"][0]
    assert pair["p_equivalent"] > 0.9


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("tree",), "takes two models"),
        (("tree", "tree"), "takes two models"),
        (("tree", "sdg"), "Did you mean 'sgd'?"),
        (("--rope", "-1"), "--rope must be 0 or more"),
    ],
)
def test_what_cannot_be_compared_is_refused(bench, three, words, sentence):
    assert sentence in bench.refused("compare", three, *words)


def test_limits_choose_the_best_within_them(bench, three):
    lines = board(three)
    seconds = sorted(line["fit_seconds_mean"] for line in lines.values())[1]
    told = json.loads(bench.ok("compare", three, "--seconds", repr(seconds), "--json"))
    within = [name for name, line in lines.items() if line["fit_seconds_mean"] <= seconds]
    assert [line["model"] for line in told["models"]] == within
    bench.ok("compare", three, "--milliseconds", "1000", "--megabytes", "1000")
    assert "no model within these limits" in bench.refused("compare", three, "--megabytes", "0")
    assert "leave out the two names" in bench.refused("compare", three, "sgd", "tree", "--seconds", "9")


def test_one_model_has_nothing_to_compare(bench):
    bench.ok("run", "dummy", *BASE, "--out", "one")
    assert "fewer than two ranked models" in bench.refused("compare", "one")
    assert "fewer than two ranked models" in bench.refused("errors", "one")


def test_a_worse_run_is_found(bench, three):
    shallow = ("--set", "tree.max_depth=2", "--out", "shallow")
    bench.ok("run", "tree", "dummy", *BASE, *shallow)
    out = bench.ok("diff", three, "shallow")
    assert "tree: max_depth" in out
    code, out, err = bench("diff", three, "shallow", "--fail-if-worse", "0.001", "--json")
    assert code == 6
    assert "worse by more than 0.001, or failed: tree" in err
    assert "sgd is complete in the first run alone; second: not run" in err
    told = json.loads(out)
    assert (told["worse"], told["lost"], told["gained"]) == (["tree"], {"sgd": "not run"}, [])
    tree = next(model for model in told["models"] if model["name"] == "tree")
    assert tree["params"] == {"max_depth": [None, 2]}
    before, after = right("tree", three), right("tree", "shallow")
    assert tree["test"]["difference"] == pytest.approx(after.mean() - before.mean())
    assert [flip["row"] for flip in tree["flipped"]] == ROWS.row_ids[before != after].tolist()
    p = [model["test"]["p"] for model in told["models"]]
    assert [model["test"]["p_holm"] for model in told["models"]] == pytest.approx(holm(np.array(p)))
    assert p != [model["test"]["p_holm"] for model in told["models"]]
    assert bench("diff", "shallow", three, "--fail-if-worse", "0.001")[0] == 0


def test_a_model_that_fails_in_the_second_run_is_worse(bench, three):
    broken = ("--set", "tree.max_depth=-1", "--out", "broken")
    assert bench("run", "tree", "dummy", *BASE, *broken)[0] == 3
    code, out, _ = bench("diff", three, "broken", "--fail-if-worse", "1", "--json")
    told = json.loads(out)
    assert (code, told["worse"]) == (6, ["tree"])
    assert told["lost"]["tree"].startswith("failed")
    assert bench("diff", three, "broken")[0] == 0


@pytest.mark.parametrize(
    ("seconds", "sentence"),
    [(0.0, "cannot be compared"), (1.0, "the same pace"), (2.0, "took 2.00 times as long in the second")],
)
def test_times_of_two_machines_are_set_in_relation(three, seconds, sentence):
    stored = open_run(three)[1]
    first, second = (
        replace(stored, environment=replace(stored.environment, yardstick_seconds=own))
        for own in (1.0, seconds)
    )
    assert sentence in pace(first, second)


def test_equal_runs_do_not_differ(bench, three):
    bench.ok("run", "tree", *BASE, "--out", "again")
    told = json.loads(bench.ok("diff", three, "again", "--fail-if-worse", "0", "--json"))
    assert [model["name"] for model in told["models"]] == ["tree"]
    assert told["models"][0]["test"]["difference"] == 0
    assert told["models"][0]["flipped"] == []
    out = bench.ok("diff", three, "again")
    assert "no row tells" in out
    assert "nan" not in out


@pytest.mark.parametrize("other", [("--seed", "1"), ("--rows", "200"), ("--metric", "log_loss")])
def test_runs_on_other_folds_are_never_compared(bench, three, other):
    bench.ok("run", "tree", *BASE, *other, "--out", "other")
    assert "never compared" in bench.refused("diff", three, "other")


def test_runs_without_a_common_model_are_refused(bench, three):
    bench.ok("run", "knn", *BASE, "--out", "other")
    assert "no complete model in common" in bench.refused("diff", three, "other")
    assert "--fail-if-worse must be" in bench.refused("diff", three, "other", "--fail-if-worse", "-1")


@pytest.mark.parametrize(
    ("words", "chosen"),
    [
        ((), lambda sgd, tree, dummy: ~sgd & ~tree & ~dummy),
        (("--every-model",), lambda sgd, tree, dummy: ~sgd & ~tree & ~dummy),
        (("--only", "sgd"), lambda sgd, tree, dummy: ~sgd & tree & dummy),
        (("--rescued-by", "tree"), lambda sgd, tree, dummy: ~sgd & tree & ~dummy),
    ],
)
def test_errors_lists_the_rows_of_the_source(bench, three, words, chosen):
    told = json.loads(bench.ok("errors", three, *words, "--json", "--limit", "300"))
    rows = np.flatnonzero(chosen(*(right(model, three) for model in MODELS)))
    assert sorted(line["row"] for line in told["rows"]) == sorted(ROWS.row_ids[rows].tolist())
    for line in told["rows"]:
        assert line["label"] == load("digits").y[line["row"]]
    bench.ok("errors", three, *words)


def test_doubtful_labels_are_listed_with_another(bench, three):
    told = json.loads(bench.ok("errors", three, "--labels", "--json"))
    assert "have a label that the models doubt" in told["summary"]
    assert all(line["label"] != line["suggested"] for line in told["rows"])


def test_errors_answers_one_question_at_a_time(bench, three):
    assert "one at a time" in bench.refused("errors", three, "--only", "sgd", "--labels")
    assert "stands alone" in bench.refused("errors", three, "--every-model", "--labels")
    assert "Did you mean 'sgd'?" in bench.refused("errors", three, "--only", "sdg")


def test_ensembles_are_no_witnesses_of_hard_rows(bench, three):
    bench.ok("run", *MODELS, *BASE, "--ensembles", "--out", "more")
    assert Path("more", "results", "ensemble-vote").is_dir()
    assert bench.ok("errors", "more", "--json") == bench.ok("errors", three, "--json")
