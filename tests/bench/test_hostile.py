"""Hostile models beside good ones: each costs its own row, and nothing else."""

from __future__ import annotations

import re

import numpy as np
import pytest
from bench_models import spec
from marked import left, wait_until

from bench import execute
from bench.limits import Limits
from bench.plan import fold_jobs
from bench.store import RunStore
from bench.supervise import Crew

GOOD = ("Tree", "Bayes", "Linear")
LATE = ("timeout", "longer than --time-limit")
GREEDY = ("memory", "more than --memory-limit 2 GB")

# Class -> status and what the reason says; None: it comes to an end like a good one.
QUICK = {
    "Raises": ("failed", "RuntimeError: no luck today"),
    "Markup": ("failed", r"RuntimeError: <script>alert\(1\)</script> .*red"),
    "Speechless": ("failed", "ValueError: no words"),
    "Leaves": ("failed", "SystemExit: 3"),
    "Interrupts": ("failed", "KeyboardInterrupt"),
    "Exits": ("failed", "ended with exit code 3"),
    "Segfaults": ("failed", "killed by SIGSEGV"),
    "Aborts": ("failed", r"killed by SIGABRT; its last words: terminate called .*bad_alloc"),
    "KilledBySystem": ("failed", "killed by SIGKILL"),
    "SpawnsAndExits": ("failed", "ended with exit code 0"),
    "ClosesDescriptors": ("failed", "ended with exit code 1|closed its connection"),
    "ClosesDescriptorsAndHangs": ("failed", "closed its connection"),
    "Babbles": ("failed", "broke the rules of the wire"),
    "KillsItsParent": ("failed", "process that watches over it was killed"),
    "NaNScores": ("failed", "not all finite"),
    "Unnormalised": ("failed", "sum to one"),
    "TooFewScores": ("failed", "scores of shape"),
    "SpawnsAndReturns": None,
    "Mutates": None,
    "Reseeds": None,
}
LATE_ONES = {
    "Hangs": LATE,
    "HangsInPredict": LATE,
    "IgnoresSigterm": LATE,
    "StopsItself": LATE,
    "PrintsWithoutEnd": LATE,
    "SpawnsAndHangs": LATE,
    "ForksMany": LATE,
}
GREEDY_ONES = {
    "Allocates": GREEDY,
    "AllocatesElsewhere": GREEDY,
}


def jobs_of(case, name):
    model = spec(f"<b>{name}</b>\x1b[31m".replace("/", "|"), f"hostile:{name}")
    return fold_jobs(model, {}, case.folds)[:2]


def run(case, jobs, store, seconds=300.0):
    with Crew(case.dataset, case.folds, Limits(seconds, 2_000_000_000)) as crew:
        results = execute.run(jobs, case.dataset, case.folds, store, n_jobs=2, threads=1, crew=crew)
        return list(results)


def good_jobs(case):
    return [job for name in GOOD for job in fold_jobs(spec(name.lower(), f"hostile:{name}"), {}, case.folds)]


def scores(case, store):
    return [store.read_predictions(job.estimator, job.key).scores for job in good_jobs(case)]


def check_contained(case, tmp_path, hostile, seconds):
    run(case, good_jobs(case), case.store)
    bad = [job for name in hostile for job in jobs_of(case, name)]
    mixed = [*good_jobs(case), *bad]
    order = np.random.default_rng(0).permutation(len(mixed))
    beside = RunStore(tmp_path / "beside")
    run(case, [mixed[i] for i in order], beside, seconds)
    for alone, together in zip(scores(case, case.store), scores(case, beside), strict=True):
        np.testing.assert_array_equal(alone, together)
    for name, end in hostile.items():
        for job in jobs_of(case, name):
            found = beside.read_result(job.estimator, job.key)
            status, reason = end or ("ok", "")
            assert found.status == status, (name, found)
            assert re.search(reason, found.reason), (name, found)
            assert found.peak_memory_bytes > 0 or status == "failed"
    wait_until(lambda: not left())


def test_hostile_models_cost_their_own_rows_only(bench_case, tmp_path):
    check_contained(bench_case, tmp_path, QUICK, seconds=300.0)


@pytest.mark.slow
def test_models_without_end_are_stopped(bench_case, tmp_path):
    check_contained(bench_case, tmp_path, LATE_ONES, seconds=6.0)


@pytest.mark.slow
def test_models_that_take_all_memory_are_stopped(bench_case, tmp_path):
    check_contained(bench_case, tmp_path, GREEDY_ONES, seconds=300.0)


def test_a_model_that_cannot_be_pickled_fails_alone_or_not_at_all(bench_case):
    for result in run(bench_case, jobs_of(bench_case, "Unpicklable"), bench_case.store):
        assert result.status == "ok" or "not to be pickled" in result.reason
