"""Whoever stops the command, in a real process: at the keyboard, by SIGTERM, by hanging up."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from marked import left, wait_until

RUN = ("run", "dummy", "forest", "--cv", "3", "--set", "forest.n_estimators=3000")
TUNE = ("tune", "forest", "--cv", "3", "--trials", "50")
START_SECONDS = 300
PATIENCE_SECONDS = 120

CODES = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 143}


def hear() -> None:
    """Undo what whoever started the tests in the background has made them ignore."""
    for number in CODES:
        signal.signal(number, signal.SIG_DFL)


def start(*words: str, code: tuple[str, ...] = ("-m", "bench")) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, *code, *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=hear,
    )


def finished(model: str) -> list[Path]:
    return list(Path("runs").rglob(f"{model}/*.npz"))


def stop(process: subprocess.Popen[str], *numbers: int) -> str:
    """Send signals to the whole group, as a terminal does; return the last line of stderr."""
    for number in numbers:
        os.killpg(process.pid, number)
        time.sleep(0.2)
    _, err = process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == CODES[numbers[0]]
    assert "Traceback" not in err
    wait_until(lambda: not left())
    return err.splitlines()[-1]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("jobs", "number"),
    [("1", signal.SIGINT), ("2", signal.SIGINT), ("2", signal.SIGTERM), ("1", signal.SIGHUP)],
)
def test_a_stop_keeps_what_is_finished_and_says_how_to_resume(in_tmp, jobs, number):
    process = start(*RUN, "--jobs", jobs)
    wait_until(lambda: len(finished("dummy")) == 3, START_SECONDS)
    last = stop(process, number)
    assert "resume with: bench run dummy forest --cv 3" in last
    assert len(finished("dummy")) == 3
    assert not list(Path("runs").rglob("*.failed.json"))


@pytest.mark.slow
def test_a_second_ctrl_c_leaves_nothing_behind(in_tmp):
    process = start(*RUN, "--jobs", "2")
    wait_until(lambda: len(finished("dummy")) == 3, START_SECONDS)
    stop(process, signal.SIGINT, signal.SIGINT, signal.SIGINT)
    assert len(finished("dummy")) == 3


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_search_stops_too(in_tmp, number):
    process = start(*TUNE, "--jobs", "1", "--retry-failed")
    wait_until(lambda: len(finished("forest")) >= 3, START_SECONDS)
    last = stop(process, number)
    assert "finished trials are kept, resume with: bench tune forest --cv 3" in last
    assert last.endswith(" --retry-failed")


@pytest.mark.slow
def test_a_partial_runs_report_says_so(in_tmp):
    process = start(*RUN, "--jobs", "1", "--retry-failed")
    wait_until(lambda: len(finished("dummy")) == 3, START_SECONDS)
    last = stop(process, signal.SIGTERM)
    assert last.startswith("bench: terminated; finished fits are kept (shown by `bench report runs/digits`)")
    assert last.endswith(" --retry-failed")
    subprocess.run([sys.executable, "-m", "bench", "report"], check=True, stdout=subprocess.DEVNULL)
    page = next(Path("runs").rglob("report.html")).read_text()
    assert "This run is partial, 3 of 6 fits have ended; go on with bench run dummy forest" in page


ELSEWHERE = """
import sys, time
import bench.api
from bench.cli import main

def wait(*_, **__):
    print("waiting", flush=True)
    time.sleep(600)

bench.api.prepare = bench.api.open_run = wait
main(sys.argv[1:])
"""


@pytest.mark.slow
@pytest.mark.parametrize("number", CODES)
@pytest.mark.parametrize("words", [("run", "dummy"), ("report",), ("show",)])
def test_a_stop_is_a_sentence_at_any_time(in_tmp, words, number):
    Path("runs/digits").mkdir(parents=True)
    Path("runs/digits/run.json").touch()
    process = start(*words, code=("-c", ELSEWHERE))
    assert process.stdout.readline() == "waiting\n"
    how = "interrupted" if number == signal.SIGINT else "terminated"
    assert stop(process, number) == f"bench: {how}; what was finished is kept, go on with the same command"
