"""kill -9 at any moment: no finished fit is lost or repeated, nothing is left behind."""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import msgspec
import numpy as np
import psutil
import pytest
from bench_models import LOCAL, MODELS, spec
from kill_driver import MARKER
from marked import wait_until

from bench import archive
from bench.api import digest, open_run
from bench.records import Study

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")]

N_KILLS = 50
N_TUNE_KILLS = 6
N_STRESS_KILLS = 3
PATIENCE_SECONDS = 120
NOTICE_SECONDS = 15
MACHINE = ("--jobs", "1", "--threads", "1")
RUN = ("run", "witness-a", "witness-b", *MACHINE)
TUNE = ("tune", "witness-a", *MACHINE, "--trials", "8")


class Driver:
    """Starts `bench` from a process that has imported everything, and kills it."""

    def __init__(
        self, process: subprocess.Popen[str], marker: str, witness: Path, options: tuple[str, ...]
    ) -> None:
        self.process, self.marker, self.witness, self.options = process, marker, witness, options
        assert self._answer() == "ready"

    def start(self, *words: str) -> int:
        self.process.stdin.write(f"{json.dumps([*words, *self.options])}\n")
        self.process.stdin.flush()
        return int(self._answer())

    def wait(self) -> int:
        return int(self._answer())

    def _answer(self) -> str:
        return self.process.stdout.readline().strip()

    def notes(self, event: str) -> list[str]:
        """What was fitted: class, parameter and fingerprint of the rows."""
        lines = self.witness.read_text().splitlines() if self.witness.exists() else []
        return [line.partition(" ")[2] for line in lines if line.startswith(f"{event} ")]

    def left_behind(self) -> list[psutil.Process]:
        """Processes that a dead `bench` has started and that are still there after a while."""
        deadline = time.monotonic() + NOTICE_SECONDS
        while (alive := _marked(self.marker)) and time.monotonic() < deadline:
            time.sleep(0.1)
        return alive


def _marked(marker: str) -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get(MARKER) == marker and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return found


@pytest.fixture
def driver(two_kinds: tuple[str, ...], tmp_path: Path) -> Iterator[Driver]:
    models = tmp_path / "models"
    models.mkdir()
    (models / f"{LOCAL}.py").write_text(MODELS)
    root, here = Path(__file__).parents[2], Path(__file__).parent
    witness, marker = tmp_path / "witness.txt", tmp_path.name
    paths = os.pathsep.join(map(str, (root, here, models)))
    with (tmp_path / "driver.log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, str(here / "kill_driver.py"), marker],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            env={**os.environ, "PYTHONPATH": paths, "BENCH_TEST_WITNESS": str(witness), "MPLBACKEND": "agg"},
        )
        with process:
            yield Driver(process, marker, witness, two_kinds)
            process.stdin.close()
            process.wait(PATIENCE_SECONDS)


def fits_of_stored(folder: Path, rows: dict[tuple[str, int], str]) -> set[str]:
    """What the stored results were fitted on, in the words of the witness."""
    found = set()
    for path in folder.glob("results/*/*.npz"):
        record = msgspec.json.decode(archive.decode(path.read_bytes())[0])
        found.add(f"{path.parent.name} {rows[record['role'], record['fold']]}")
    return found


def rows_of_jobs(monkeypatch: pytest.MonkeyPatch) -> dict[tuple[str, int], str]:
    """Fingerprint of the rows that each fold, the half of the first, and the refit are fitted on."""
    from bench.api import Request, prepare
    from bench.folds import nested_share
    from bench.plan import half_job
    from bench.registry import ESTIMATORS

    monkeypatch.setitem(ESTIMATORS, "any", spec("any", "sklearn.naive_bayes:GaussianNB"))
    session = prepare(Request(models=("any",), data="rows.csv", test="new.csv", label="kind", cv=3)).session
    X, y, folds = session.dataset.X, session.dataset.y, session.folds
    half = half_job(ESTIMATORS["any"], {}, folds)
    few = nested_share(y, folds.rows(0, 0)[0], half.share, folds.seed)
    parts = {("fold", fold): X[folds.rows(0, fold)[0]] for fold in range(3)}
    parts |= {(half.role, half.fold): X[few], ("refit", 0): X}
    return {name: _fingerprint(part) for name, part in parts.items()}


def _fingerprint(X: np.ndarray) -> str:
    return hashlib.sha256(np.ascontiguousarray(X).tobytes()).hexdigest()[:12]


def words(note: str) -> str:
    """A witness's note in the form of `fits_of_stored`."""
    kind, _, rows = note.split()
    return f"{ {'WitnessA': 'witness-a', 'WitnessB': 'witness-b'}[kind] } {rows}"


def kill(pid: int, seconds: float, *, group: bool) -> None:
    """Kill a run after some seconds, if it still lives."""
    time.sleep(seconds)
    with suppress(ProcessLookupError):
        (os.killpg if group else os.kill)(pid, signal.SIGKILL)


def test_a_run_survives_being_killed_at_any_moment(driver, monkeypatch):
    rows = rows_of_jobs(monkeypatch)
    start = time.monotonic()
    driver.start(*RUN, "--out", "whole")
    assert driver.wait() == 0
    seconds = time.monotonic() - start
    whole, submission = digest(*open_run("whole")), Path("whole/submission.csv").read_bytes()
    moments, kills, folders = random.Random(0), 0, 0
    while kills < N_KILLS:
        folder, status = Path(f"killed-{folders}"), -signal.SIGKILL
        folders += 1
        while status:
            stored, begun = fits_of_stored(folder, rows), len(driver.notes("begin"))
            pid = driver.start(*RUN, "--out", str(folder))
            if kills < N_KILLS:
                kill(pid, moments.uniform(0, seconds), group=bool(kills % 2))
            status = driver.wait()
            assert status in (0, -signal.SIGKILL)
            kills += status != 0
            now = [words(note) for note in driver.notes("begin")[begun:]]
            assert not stored & set(now), "a finished fit was repeated"
            assert len(now) == len(set(now))
            lost = set(now) - fits_of_stored(folder, rows)
            assert len(lost) <= 2, "more was lost than the fit in flight and the one on its way to the disk"
            assert driver.left_behind() == []
        assert digest(*open_run(folder)) == whole
        assert (folder / "submission.csv").read_bytes() == submission
        assert [path for path in folder.rglob(".*") if path.is_file()] == []
        assert not list(folder.rglob("*.damaged*"))
    print(f"{kills} kills in {folders} folders; a whole run takes {seconds:.1f} s")


def test_stress_survives_being_killed(driver):
    driver.start(*RUN, "--out", "whole")
    assert driver.wait() == 0
    shutil.copytree("whole", "killed")
    driver.options = ()
    driver.start("stress", "whole", *MACHINE)
    assert driver.wait() == 0
    begun = len(driver.notes("begin"))
    for number in range(N_STRESS_KILLS):
        before = len(driver.notes("begin"))
        pid = driver.start("stress", "killed", *MACHINE)
        wait_until(lambda: len(driver.notes("begin")) > before)  # noqa: B023
        kill(pid, 0, group=bool(number % 2))
        assert driver.wait() == -signal.SIGKILL
        assert driver.left_behind() == []
    driver.start("stress", "killed", *MACHINE)
    assert driver.wait() == 0
    assert digest(*open_run("killed")) == digest(*open_run("whole"))
    fits = driver.notes("begin")[begun:]
    assert len(fits) - len(set(fits)) <= 2 * N_STRESS_KILLS, "more was lost than what was in flight"
    assert [path for path in Path("killed").rglob(".*") if path.is_file()] == []


def test_a_search_survives_being_killed_at_any_moment(driver):
    start = time.monotonic()
    driver.start(*TUNE, "--out", "whole")
    assert driver.wait() == 0
    seconds = time.monotonic() - start
    moments, folder, statuses = random.Random(1), Path("killed"), []
    for number in range(N_TUNE_KILLS + 1):
        stored, begun = len(list(folder.glob("results/*/*.npz"))), len(driver.notes("begin"))
        pid = driver.start(*TUNE, "--out", str(folder))
        if number < N_TUNE_KILLS:
            kill(pid, moments.uniform(seconds / 4, seconds / 2), group=bool(number % 2))
        statuses.append(driver.wait())
        new = len(list(folder.glob("results/*/*.npz"))) - stored
        assert len(driver.notes("begin")) - begun - new <= 2
        assert driver.left_behind() == []
    assert statuses[-1] == 0
    assert -signal.SIGKILL in statuses
    study = archive.decode_json((folder / "studies" / "witness-a.json").read_bytes(), Study)
    states = [trial.state for trial in study.trials]
    assert states.count("complete") + states.count("pruned") == 8
    assert "running" not in states
    for trial in study.trials:
        if trial.state == "fail" and trial.params:
            assert trial.params in [later.params for later in study.trials[trial.number + 1 :]]
    assert len(driver.notes("begin")) - len(driver.notes("end")) <= N_TUNE_KILLS
    assert not list(folder.rglob("*.damaged*"))
