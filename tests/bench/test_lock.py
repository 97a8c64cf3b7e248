"""One process at a time in a run folder."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bench.errors import FolderInUse
from bench.folder import Folder
from bench.lock import LOCK

ROOT = Path(__file__).parents[2]
PATIENCE_SECONDS = 120
BASE = ("--rows", "100", "--cv", "2", "-q", "--jobs", "1", "--out", "here")
HOLD = """
import sys
from bench.folder import Folder
with Folder(sys.argv[1]).locked("bench run cnn"):
    print("held", flush=True)
    sys.stdin.read()
"""


@contextmanager
def held(path: str | Path) -> Iterator[subprocess.Popen[str]]:
    """Let another process hold a folder until it is told to go, or killed."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    with process:
        assert process.stdout.readline() == "held\n"
        yield process
        process.stdin.close()
        process.wait(PATIENCE_SECONDS)


@pytest.mark.parametrize(
    "verb", [("run", "dummy", *BASE), ("tune", "tree", *BASE), ("report", "here"), ("submit", "here")]
)
def test_a_second_process_is_told_who_works_there_since_when(bench, verb):
    bench.ok("run", "dummy", *BASE)
    before = {path: path.read_bytes() for path in Path("here").rglob("*") if path.is_file()}
    with held("here") as process:
        error = bench.refused(*verb, code=75)
        assert f"here: folder is in use by process {process.pid} on " in error
        assert " since 20" in error
        assert "(bench run cnn)" in error
        assert "--wait" in error
    assert {path: path.read_bytes() for path in Path("here").rglob("*") if path.is_file()} == before


def test_whoever_waits_says_so_and_goes_on_when_the_folder_is_free(bench):
    bench.ok("run", "dummy", *BASE)
    with held("here") as process:
        threading.Timer(1.0, process.stdin.close).start()
        code, _, err = bench("run", "dummy", *BASE, "--wait")
    assert code == 0
    assert err.count(f"waiting for process {process.pid} on ") == 1


def test_reading_needs_no_lock(bench):
    bench.ok("run", "dummy", *BASE)
    with held("here"):
        assert "dummy" in bench.ok("show", "here")
        bench.ok("run", "dummy", *BASE, "--dry-run")


def test_the_lock_goes_with_its_process(tmp_path):
    with held(tmp_path) as process:
        process.kill()
        process.wait(PATIENCE_SECONDS)
        assert (tmp_path / LOCK).exists()
        with Folder(tmp_path).locked("bench run") as waited:
            assert not waited
    assert not (tmp_path / LOCK).exists()


def test_a_folder_that_is_moved_away_takes_its_lock_along(tmp_path):
    folder = Folder(tmp_path / "run")
    with folder.locked("first"):
        aside = folder.set_aside()
        with folder.locked("second"):
            assert (tmp_path / "run" / LOCK).exists()
    assert not list(tmp_path.rglob(LOCK))
    assert aside.is_dir()


def test_turns_never_overlap(tmp_path):
    """Threads have handles of their own, so that they exclude each other as processes do."""
    inside, most, turns = [0], [0], 50

    def work() -> None:
        for _ in range(turns):
            with Folder(tmp_path).locked("turn", wait=True):
                inside[0] += 1
                most[0] = max(most[0], inside[0])
                time.sleep(0)
                inside[0] -= 1

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
    assert (inside, most) == ([0], [1])
    assert not any(thread.is_alive() for thread in threads)


def test_an_unsigned_lock_is_somebodys_too(tmp_path):
    with held(tmp_path):
        (tmp_path / LOCK).write_bytes(b"")
        with pytest.raises(FolderInUse, match="in use by another process"), Folder(tmp_path).locked("x"):
            pass


def test_what_was_added_while_waiting_is_kept(bench):
    """The plan of a run that waited is made on what the folder holds then."""
    bench.ok("run", "dummy", *BASE)
    script = "import sys; from bench.cli import main; main(sys.argv[1:])"
    with held("here") as process:
        waiting = subprocess.Popen(
            [sys.executable, "-c", script, "run", "tree", *BASE, "--wait"],
            stderr=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
        assert "waiting" in waiting.stderr.readline()
        process.stdin.close()
        process.wait(PATIENCE_SECONDS)
        _, err = waiting.communicate(timeout=PATIENCE_SECONDS)
    assert waiting.returncode == 0, err
    assert {"dummy", "tree"} <= set(bench.ok("show", "here").split())
