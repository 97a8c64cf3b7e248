"""What changes a result changes its key, and nothing else does."""

from __future__ import annotations

import os
from dataclasses import fields, replace
from pathlib import Path

import pytest

from bench.api import Request, prepare
from bench.records import Job

JOB = Job("tree", "m:Tree", {"depth": 3}, "f" * 64, 0, 1, 7, "fold", {"numpy": "2.1"}, True)
OTHER = {
    "target": "m:Bush",
    "params": {"depth": 4},
    "folds_sha256": "0" * 64,
    "repeat": 1,
    "fold": 2,
    "seed": 8,
    "role": "refit",
    "versions": {"numpy": "2.2"},
    "share": 0.5,
    "variants": ("shift=7",),
}
NEVER_DECISIVE = {"estimator": "oak", "parallel": False}
ROWS = [[i % 7, i % 5, "xy"[i % 3 == 0]] for i in range(48)]
HEADS = ["a", "b", "kind"]


def test_a_job_of_an_older_version_keeps_its_key():
    assert JOB.key == "75e7b6914898b2ee411e2c1418f9bad83d22243e75ddc2e973cc584914a5d4e3"


def test_every_field_of_a_job_is_known_here():
    assert {field.name for field in fields(Job)} == OTHER.keys() | NEVER_DECISIVE.keys()


@pytest.mark.parametrize("name", OTHER)
def test_what_decides_a_result_changes_its_key(name):
    assert replace(JOB, **{name: OTHER[name]}).key != JOB.key


@pytest.mark.parametrize("name", NEVER_DECISIVE)
def test_a_name_and_the_leave_to_use_threads_do_not(name):
    assert replace(JOB, **{name: NEVER_DECISIVE[name]}).key == JOB.key


def test_the_order_of_parameters_and_versions_does_not():
    job = replace(JOB, params={"a": 1, "b": 2}, versions={"x": "1", "y": "2"})
    assert replace(job, params={"b": 2, "a": 1}, versions={"y": "2", "x": "1"}).key == job.key


def test_an_integer_is_no_float_and_no_truth():
    assert len({replace(JOB, params={"depth": value}).key for value in (1, 1.5, True, "1", None)}) == 5


def write(path: str, columns: tuple[int, ...] = (0, 1, 2), rows: list = ROWS, end: str = "\n") -> str:
    lines = [",".join(str(line[i]) for i in columns) for line in [HEADS, *rows]]
    Path(path).parent.mkdir(exist_ok=True)
    Path(path).write_bytes((end.join(lines) + end).encode())
    return path


def keys(data: str, models: tuple[str, ...] = ("tree", "dummy"), **more: object) -> set[tuple[str, str]]:
    plan = prepare(Request(**{"models": models, "data": data, "label": "kind", "cv": 3} | more)).plan
    refits = {("refit", row.refit_key) for row in plan.rows}
    return refits | {(job.estimator, job.key) for job in plan.jobs}


@pytest.fixture
def data(in_tmp) -> str:
    return write("rows.csv")


@pytest.mark.parametrize(
    "more",
    [
        {"models": ("dummy", "tree")},
        {"jobs": 2},
        {"threads": 2},
        {"out": "elsewhere"},
        {"refit": "none"},
        {"metric": "log_loss"},
        {"retry_failed": True},
        {"wait": True},
        {"fresh": True},
        {"overrides": ("tree.max_depth=None",)},
    ],
    ids=str,
)
def test_how_a_run_is_made_does_not_change_keys(data, more):
    assert keys(data, **more) == keys(data)


@pytest.mark.parametrize(
    "more",
    [
        {"seed": 1},
        {"cv": 4},
        {"repeats": 2},
        {"rows": "40"},
        {"overrides": ("tree.max_depth=2", "dummy.strategy=uniform")},
    ],
    ids=str,
)
def test_what_is_fitted_changes_keys(data, more):
    assert not keys(data, **more) & keys(data)


@pytest.mark.parametrize(
    "same",
    [
        lambda: write("other/name.csv"),
        lambda: write("rows.csv", columns=(2, 1, 0)),
        lambda: write("rows.csv", end="\r\n"),
    ],
    ids=["path", "columns", "line ends"],
)
def test_how_the_data_are_written_does_not_change_keys(data, same):
    before = keys(data)
    assert keys(same()) == before


def test_the_time_of_a_file_does_not(data):
    before = keys(data)
    os.utime(data, (0, 0))
    assert keys(data) == before


def test_compression_does_not(in_tmp):
    import numpy as np

    parts = {"X": np.array([row[:2] for row in ROWS]), "y": np.array([row[2] for row in ROWS])}
    np.savez("plain.npz", **parts)
    np.savez_compressed("small.npz", **parts)
    assert Path("plain.npz").stat().st_size > Path("small.npz").stat().st_size
    assert keys("plain.npz", label=None) == keys("small.npz", label=None)


@pytest.mark.parametrize(
    "rows", [[[1, 1, "x"], *ROWS[1:]], ROWS[::-1], [*ROWS, [1, 1, "x"]]], ids=["cell", "order", "more"]
)
def test_other_rows_change_every_key(data, rows):
    before = keys(data)
    assert not keys(write("rows.csv", rows=rows)) & before
