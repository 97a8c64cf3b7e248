"""What fits draw: labelled, refused where it cannot be told, and without a trace outside the run folder."""

from __future__ import annotations

import csv
import importlib.util
import sys
import threading
from pathlib import Path

import pytest

from bench.api import open_run
from bench.energy import metered

BASE = ("run", "dummy", "--rows", "150", "--cv", "3", "-q", "--refit", "none", "--threads", "1")


@pytest.fixture(autouse=True)
def no_page(monkeypatch):
    monkeypatch.setattr("reports.derive.render", lambda sources: "<p>left out")


def columns() -> set[str]:
    with Path("runs/digits-rows-150/leaderboard.csv").open(newline="") as file:
        return set(next(csv.reader(file)))


def test_several_fits_at_once_cannot_be_metered(bench):
    assert "--energy needs --jobs 1, got 2" in bench.refused(*BASE, "--energy", "--jobs", "2")


def test_without_codecarbon_the_way_out_is_told(bench, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert "pip install 'honest-bench[energy]'" in bench.refused(*BASE, "--energy", code=4)


def test_what_nobody_asked_for_is_not_metered(bench):
    bench.ok(*BASE, "--jobs", "1")
    store, run = open_run("runs/digits-rows-150")
    assert {(r.energy_kwh, r.energy_source) for r in store.read_results(run.rows[0])} == {(None, "")}
    assert not {name for name in columns() if "energy" in name}


def test_a_meter_that_cannot_be_read_spoils_nothing(monkeypatch):
    monkeypatch.setitem(sys.modules, "codecarbon", None)
    with metered(True) as reading:
        pass
    assert (reading.kwh, reading.source) == (None, "")


def test_what_fails_leaves_no_thread_that_samples():
    pytest.importorskip("codecarbon")
    before, within = threading.active_count(), []

    def failing():
        with metered(True):
            within.append(threading.active_count())
            raise ArithmeticError

    with pytest.raises(ArithmeticError):
        failing()
    assert threading.active_count() == before < within[0]


def test_every_fit_carries_kwh_and_where_they_come_from(bench, monkeypatch, tmp_path):
    pytest.importorskip("codecarbon")
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    bench.ok(*BASE, "--energy")
    store, run = open_run("runs/digits-rows-150")
    results = store.read_results(run.rows[0])
    assert len(results) == 3
    for result in results:
        assert result.energy_kwh >= 0
        assert result.energy_source in ("measured", "estimated")
        assert result.warnings == ()
    assert columns() >= {"energy_kwh_mean", "energy_source"}
    assert list(home.iterdir()) == []
    assert {path.name for path in Path.cwd().iterdir()} == {"home", "runs"}
