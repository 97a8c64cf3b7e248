"""``bench stress``, from one job to the command line."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from bench_models import local
from sklearn.neighbors import KNeighborsClassifier
from test_main_job import stored

from bench.api import open_run
from bench.api.stressing import Wish, prepare
from bench.errors import FolderError
from bench.folds import nested_share
from bench.plan import SHARES, stress_jobs
from bench.shown import N_SHOWN_ROWS
from bench.store import RunStore
from bench.stresses import stressed
from bench.worker import fit_job

BASE = ("--rows", "150", "--cv", "3", "-q", "--jobs", "1", "--refit", "none")
QUIET = ("-q", "--jobs", "1")
RUN = "runs/digits-rows-150"


@pytest.fixture(scope="module", autouse=True)
def no_page():
    """Leave the report's page out: drawing it takes longer than all the rest."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("reports.derive.render", lambda sources: "<p>left out")
        yield


def fit(case, share):
    jobs = stress_jobs(case.models[1], {}, case.folds, case.info)
    (job,) = [job for job in jobs if job.share == share]
    return job, fit_job(job, case.dataset, case.folds, 1)


@pytest.mark.parametrize("share", [*SHARES, 1])
def test_a_share_of_the_training_rows_is_fitted_and_only_test_rows_are_scored(bench_case, share):
    X, y = bench_case.dataset.X, bench_case.dataset.y
    train, test = bench_case.folds.rows(0, 0)
    part = nested_share(y, train, share, 0)
    _, outcome = fit(bench_case, share)
    assert (outcome.result.n_train, outcome.result.share) == (len(part), share)
    np.testing.assert_array_equal(outcome.predictions.rows, test)
    assert not set(part) & set(test)
    alone = KNeighborsClassifier().fit(X[part], y[part])
    assert outcome.result.metrics["accuracy"] == alone.score(X[test], y[test])
    assert (outcome.predictions.stressed is None) == (share < 1)


def test_answers_under_stress_are_those_of_the_model_that_was_scored_clean(bench_case):
    X, y = bench_case.dataset.X, bench_case.dataset.y
    train, test = bench_case.folds.rows(0, 0)
    job, outcome = fit(bench_case, 1)
    alone = KNeighborsClassifier().fit(X[train], y[train])
    for name, answers in zip(job.variants, outcome.predictions.stressed, strict=True):
        changed = stressed(X[test], name, (8, 8), X[train], 0)
        np.testing.assert_array_equal(alone.classes_[answers], alone.predict(changed))


def test_answers_survive_the_disk(bench_case):
    job, outcome = fit(bench_case, 1)
    bench_case.store.write_result(outcome.result, outcome.predictions)
    assert bench_case.store.read_result(job.estimator, job.key) == outcome.result
    read = bench_case.store.read_predictions(job.estimator, job.key).stressed
    np.testing.assert_array_equal(read, outcome.predictions.stressed)
    assert read.dtype == np.int16


@pytest.fixture(scope="module")
def two(tmp_path_factory) -> Path:
    """A run of two models, stressed; no test changes it."""
    from bench.api import Request, run
    from bench.api.stressing import stress

    folder = tmp_path_factory.mktemp("stress") / "run"
    run(Request(models=("sgd", "dummy"), rows="150", cv=3, jobs=1, refit="none", out=str(folder)))
    stress(Wish(str(folder), jobs=1))
    return folder


def test_a_second_call_fits_nothing_and_writes_nothing(bench, two):
    before, page = stored(two), (two / "report.html").stat().st_mtime_ns
    out = bench.ok("stress", str(two), *QUIET)
    assert "Accuracy by share" in out
    assert "keeps the highest accuracy of these models under stress" in out
    assert (stored(two), (two / "report.html").stat().st_mtime_ns) == (before, page)


def test_json_holds_every_model_condition_and_share(bench, two):
    told = json.loads(bench.ok("stress", str(two), *QUIET, "--json"))
    store, run = open_run(two)
    names = [row.name for row in run.rows]
    variants = store.read_result("sgd", run.rows[names.index("sgd")].stress_keys[-1]).variants
    assert len(told["robustness"]) == len(names) * (1 + len(variants))
    assert [line["share"] for line in told["learning_curve"]] == [*SHARES, 1.0] * len(names)
    for row in run.rows:
        (clean,) = [
            line for line in told["robustness"] if (line["model"], line["variant"]) == (row.name, "clean")
        ]
        whole = [line for line in told["learning_curve"] if line["model"] == row.name][-1]
        fold = store.read_result(row.estimator, row.keys[0])
        assert clean["accuracy"] == whole["accuracy"] == fold.metrics["accuracy"]


def test_the_plan_is_printed_and_nothing_written(bench):
    bench.ok("run", "dummy", "tree", *BASE)
    before = {path: path.stat().st_mtime_ns for path in Path(RUN).rglob("*")}
    fits = json.loads(bench.ok("stress", "--dry-run", "--json"))["fits"]
    assert [fit["stored"] for fit in fits] == [False] * 8
    assert bench.ok("stress", RUN, "tree", "--dry-run").count("tree") == 1
    assert {path: path.stat().st_mtime_ns for path in Path(RUN).rglob("*")} == before


def test_a_later_run_keeps_what_stress_has_found(bench):
    bench.ok("run", "dummy", *BASE)
    bench.ok("stress", RUN, "dummy", *QUIET)
    before = stored(RUN)
    bench.ok("run", "dummy", "tree", *BASE)
    assert before.items() <= stored(RUN).items()
    told = json.loads(bench.ok("stress", RUN, "dummy", *QUIET, "--json"))
    assert {line["model"] for line in told["learning_curve"]} == {"dummy"}
    assert not list(Path(RUN).rglob("*.damaged*"))


def test_a_damaged_result_is_set_aside_and_made_anew(bench):
    bench.ok("run", "dummy", *BASE)
    bench.ok("stress", RUN, *QUIET)
    row = open_run(RUN)[1].rows[0]
    path = Path(RUN, "results", "dummy", f"{row.stress_keys[-1]}.npz")
    path.write_bytes(path.read_bytes()[:-200])
    _, _, err = bench("stress", RUN, *QUIET)
    assert "kept as" in err
    assert RunStore(RUN).read_result("dummy", path.stem).variants
    assert len(list(path.parent.glob("*.damaged*"))) == 1


def test_without_images_there_are_learning_curves_only(bench, two_kinds):
    bench.ok("run", "dummy", *two_kinds, *QUIET, "--refit", "none", "--out", "run")
    before = stored("run")
    out = bench.ok("stress", "run", *QUIET)
    assert "Accuracy by share" in out
    assert "stressed" not in out
    assert len(stored("run")) == len(before) + len(SHARES)
    assert before.items() <= stored("run").items()


@pytest.mark.usefixtures("local_models")
def test_a_fit_that_fails_is_told_and_tried_again_on_demand(bench, monkeypatch):
    from bench.registry import ESTIMATORS

    monkeypatch.setitem(ESTIMATORS, "raises", local("Raises"))
    bench("run", "raises", *BASE)
    code, _, err = bench("stress", RUN, *QUIET)
    assert (code, err.count("no luck today")) == (3, 4)
    code, _, err = bench("stress", RUN, *QUIET)
    assert (code, "--retry-failed tries again" in err) == (3, True)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("nowhere",), "holds no run"),
        (("{}", "sdg"), "Did you mean 'sgd'?"),
        (("{}", "--jobs", "0"), "--jobs must be at least 1"),
        (("{}", "--time-limit", "soon"), "--time-limit takes a time"),
    ],
)
def test_what_cannot_be_stressed_is_refused(bench, two, words, says):
    assert says in bench.refused("stress", *(word.format(two) for word in words))


def test_a_folder_that_keeps_some_rows_only_is_refused(bench, monkeypatch):
    monkeypatch.setattr("bench.shown.DATA_LIMIT_BYTES", 0)
    monkeypatch.setattr("bench.shown.N_SHOWN_ROWS", 100)
    bench.ok("run", "dummy", *BASE)
    with pytest.raises(FolderError, match="keeps 100 of its 150 rows"):
        prepare(Wish(RUN))
    assert N_SHOWN_ROWS > 100


def test_the_command_that_resumes_says_what_was_wished():
    wish = Wish("a folder", ("knn",), jobs=2, time_limit="5m", retry_failed=True)
    assert wish.command() == "bench stress 'a folder' knn --jobs 2 --time-limit 5m --retry-failed"
