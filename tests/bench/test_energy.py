"""What fits draw: labelled, refused where it cannot be told, and without a trace outside the run folder."""

from __future__ import annotations

import csv
import importlib.util
import sys
import threading
from pathlib import Path
from types import SimpleNamespace

import pytest

from bench.api import open_run
from bench.energy import metered, source

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


@pytest.fixture
def hardware(monkeypatch):
    """codecarbon's own classes, on a machine without counters."""
    found = pytest.importorskip("codecarbon.external.hardware")
    for name in ("IntelRAPL", "IntelPowerGadget", "WindowsEMI", "ApplePowermetrics"):
        monkeypatch.setattr(found, name, lambda *_, **__: None)
    monkeypatch.setattr("codecarbon.core.cpu.is_rapl_available", lambda: pytest.fail("asked of the machine"))
    return found


@pytest.mark.parametrize(
    ("mode", "said"),
    [
        ("intel_rapl", "measured"),
        ("intel_power_gadget", "measured"),
        ("windows_emi", "measured"),
        ("cpu_load", "estimated"),
        ("constant", "estimated"),
    ],
)
def test_the_processor_that_was_read_says_whether_it_counts(hardware, mode, said):
    processor = hardware.CPU.from_utils(".", mode, "a processor", 65)
    assert source(SimpleNamespace(_hardware=[processor])) == said


@pytest.mark.parametrize(("kind", "other"), [("AppleSiliconChip", "GPU"), ("Raspberry", "RAM")])
def test_only_a_chips_own_sensor_makes_its_processor_measured(hardware, kind, other):
    chip = getattr(hardware, kind, None) or pytest.skip(f"this codecarbon knows no {kind}")
    beside = chip(".", "a chip", other)
    loaded = hardware.CPU.from_utils(".", "cpu_load", "a processor", 65)
    assert source(SimpleNamespace(_hardware=[beside, chip(".", "a chip", "CPU")])) == "measured"
    assert source(SimpleNamespace(_hardware=[beside, loaded])) == "estimated"


def test_a_started_tracker_holds_the_processor_that_it_reads(monkeypatch):
    pytest.importorskip("codecarbon")
    seen = []
    monkeypatch.setattr("bench.energy.source", lambda tracker: seen.extend(tracker._hardware) or "x")
    with metered(True) as reading:
        pass
    assert reading.source == "x"
    assert {type(part).__name__ for part in seen} & {"CPU", "AppleSiliconChip", "Raspberry"}


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
