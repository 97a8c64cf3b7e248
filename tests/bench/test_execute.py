import numpy as np
import pytest
from bench_models import local

from bench import execute
from bench.errors import UsageError
from bench.plan import Choice, fold_jobs, make_plan, refit_job
from bench.registry import ESTIMATORS, resolve
from bench.worker import fit_job

SLOW = {"deep": [pytest.mark.slow], "classical": []}


def run(case, jobs, **machine):
    machine = {"n_jobs": 1, "threads": 1} | machine
    return list(execute.run(jobs, case.dataset, case.folds, case.store, **machine))


def test_every_row_is_tested_once(bench_case):
    run(bench_case, bench_case.plan.jobs)
    for row in bench_case.plan.rows:
        rows = [bench_case.store.read_predictions(row.estimator, key).rows for key in row.keys]
        assert sorted(np.concatenate(rows)) == list(range(len(bench_case.dataset.X)))


def test_what_is_stored_is_not_fitted_again(bench_case, monkeypatch):
    first = run(bench_case, bench_case.plan.jobs)
    monkeypatch.setattr(execute, "fit_job", lambda *args: pytest.fail("fitted again"))
    assert run(bench_case, bench_case.plan.jobs) == first


@pytest.mark.usefixtures("local_models")
def test_a_failure_is_stored_and_tried_again_and_ends_nothing(bench_case):
    jobs = fold_jobs(local("Raises"), {}, bench_case.folds)
    results = run(bench_case, [*jobs, *bench_case.plan.jobs])
    assert [result.status for result in results] == ["failed"] * 3 + ["ok"] * 6
    assert bench_case.store.read_result("raises", jobs[0].key).reason == "RuntimeError: no luck today"
    assert not bench_case.store.has(jobs[0])


def test_a_refit_counts_as_done_only_with_its_model(bench_case):
    job = refit_job(bench_case.models[0], {}, bench_case.folds)
    run(bench_case, [job])
    assert bench_case.store.has(job)
    model = bench_case.store.read_model(job.estimator, job.key, job.target)
    assert model.predict(bench_case.dataset.X).shape == (200,)
    next((bench_case.store.path / "models").iterdir()).unlink()
    assert not bench_case.store.has(job)


def test_processes_give_the_same_scores_as_one(bench_case, tmp_path):
    from bench.store import RunStore

    run(bench_case, bench_case.plan.jobs)
    other = RunStore(tmp_path / "other")
    results = execute.run(
        bench_case.plan.jobs, bench_case.dataset, bench_case.folds, other, n_jobs=2, threads=1
    )
    assert {result.key for result in results} == {job.key for job in bench_case.plan.jobs}
    for job in bench_case.plan.jobs:
        one = bench_case.store.read_predictions(job.estimator, job.key).scores
        np.testing.assert_array_equal(one, other.read_predictions(job.estimator, job.key).scores)


@pytest.mark.parametrize(
    ("wish", "cores", "free", "given"),
    [
        ((None, None), 8, 64e9, (8, 1)),
        ((None, None), 8, 5e9, (2, 4)),
        ((None, None), 2, 1e9, (1, 2)),
        ((1, None), 8, 64e9, (1, 8)),
        ((3, None), 8, 64e9, (3, 2)),
        ((16, 4), 8, 64e9, (16, 4)),
        ((None, 4), 8, 64e9, (2, 4)),
    ],
)
def test_the_machine_is_split(monkeypatch, wish, cores, free, given):
    monkeypatch.setattr(execute, "usable_cores", lambda: cores)
    monkeypatch.setattr(execute, "free_memory_bytes", lambda: int(free))
    assert execute.split_machine(*wish) == given


@pytest.mark.parametrize("wish", [(0, None), (None, 0), (-1, 1)])
def test_less_than_one_is_refused(wish):
    with pytest.raises(UsageError, match="must be at least 1"):
        execute.split_machine(*wish)


@pytest.mark.parametrize(
    "spec",
    [
        pytest.param(spec, id=name, marks=SLOW[spec.family])
        for name, spec in ESTIMATORS.items()
        if spec.smallest_side <= 8
    ],
)
def test_threads_leave_every_score_bit_equal(bench_case, spec):
    plan = make_plan(bench_case.info, bench_case.folds, [Choice(spec, resolve(spec, "smoke"))], lambda _: "")
    one = fit_job(plan.jobs[0], bench_case.dataset, bench_case.folds, 1)
    two = fit_job(plan.jobs[0], bench_case.dataset, bench_case.folds, 2)
    np.testing.assert_array_equal(one.predictions.scores, two.predictions.scores)
    assert (one.result.threads, two.result.threads) == (1, 2 if spec.parallel else 1)
