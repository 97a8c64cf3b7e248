"""Children: what they share, what they are given, when they are replaced, and that they never stay."""

from __future__ import annotations

import os
import pickle
import signal
import socket
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import psutil
import pytest
from bench_models import spec
from marked import left, wait_until

from bench import child, execute, handover, limits, models, supervise, watch, wire
from bench.errors import EnvironmentProblem
from bench.limits import Limits
from bench.plan import fold_jobs, refit_job
from bench.supervise import Crew, Dismissed, fit
from bench.worker import fit_job

AMPLE = Limits(600, 4_000_000_000)


@pytest.fixture
def crew(bench_case):
    with Crew(bench_case.dataset, bench_case.folds, AMPLE) as crew:
        yield crew


def jobs(case, name="Tells", **more):
    return fold_jobs(spec(name.lower(), f"hostile:{name}", **more), {}, case.folds)


def told(crew, job, threads=1):
    outcome = fit(crew.task(job, threads))
    assert outcome.result.status == "ok", outcome.result.reason
    return outcome.predictions.history


def answers(model, job, folder):
    """What a saved model says of rows; its file differs from one to the next."""
    if model is None:
        return None
    (folder / "saved.model").write_bytes(model)
    return models.read(folder / "saved.model", job.target).decision_function(np.eye(64)).tolist()


def test_a_supervised_fit_gives_what_an_unsupervised_one_gives(bench_case, crew, tmp_path):
    last = refit_job(bench_case.models[0], {}, bench_case.folds)
    for job in (*bench_case.plan.jobs, last):
        plain = fit_job(job, bench_case.dataset, bench_case.folds, 1)
        watched = fit(crew.task(job, 1))
        np.testing.assert_array_equal(plain.predictions.scores, watched.predictions.scores)
        np.testing.assert_array_equal(plain.predictions.rows, watched.predictions.rows)
        assert plain.result.metrics == watched.result.metrics
        assert answers(plain.model, job, tmp_path) == answers(watched.model, job, tmp_path)
        assert watched.result.peak_memory_bytes > 10_000_000


def test_a_models_fits_share_a_process_and_no_other_model_does(bench_case, crew):
    own = {told(crew, job)["pid"][0] for job in jobs(bench_case)}
    other = {told(crew, job)["pid"][0] for job in jobs(bench_case, "TellsToo")}
    assert (len(own), len(other)) == (1, 1)
    assert own != other


def test_a_child_whose_warden_was_killed_between_fits_is_left(bench_case, crew):
    first = int(told(crew, jobs(bench_case)[0])["pid"][0])
    psutil.Process(first).parent().kill()
    wait_until(lambda: not psutil.pid_exists(first))
    assert told(crew, jobs(bench_case)[0])["pid"][0] != first


def test_a_process_that_grows_is_replaced(bench_case):
    small = Limits(600, 1_500_000_000)  # a tenth of it may be kept from fit to fit
    with Crew(bench_case.dataset, bench_case.folds, small) as crew:
        job = jobs(bench_case, "Grows")[0]
        pids = [told(crew, job)["pid"][0] for _ in range(6)]
    assert 2 <= len(set(pids)) <= 4


@pytest.mark.parametrize(("parallel", "threads", "given"), [(True, 2, 2), (False, 2, 1), (True, 1, 1)])
def test_threads_are_pinned_before_anything_is_imported(bench_case, crew, parallel, threads, given):
    found = told(crew, jobs(bench_case, parallel=parallel)[0], threads)
    assert found["OMP_NUM_THREADS"] == found["OPENBLAS_NUM_THREADS"] == [given]
    assert found["TF_NUM_INTRAOP_THREADS"] == [1]


def test_what_a_model_does_to_its_rows_harms_no_other_fit(bench_case, crew):
    before = told(crew, jobs(bench_case)[0])
    assert before["shared"] == [False]
    for job in (
        jobs(bench_case, "Mutates")[0],
        refit_job(spec("m", "hostile:Mutates"), {}, bench_case.folds),
    ):
        assert fit(crew.task(job, 1)).result.status == "ok"
    assert told(crew, jobs(bench_case)[0])["sum"] == before["sum"]


def test_data_and_folds_are_handed_over_bit_by_bit(bench_case, tmp_path):
    data = replace(
        bench_case.dataset, X_test=bench_case.dataset.X[:5], test_ids=np.array(["a", "b", "c", "d", "e"])
    )
    handover.save(tmp_path, data, bench_case.folds)
    dataset, folds = handover.load(tmp_path)
    for one, other in ((data, dataset), (bench_case.folds, folds)):
        for name, value in vars(one).items():
            found = getattr(other, name)
            np.testing.assert_array_equal(found, value)
            assert type(found) is type(value) or isinstance(found, np.memmap)
    assert folds.sha256 == bench_case.folds.sha256


def test_a_task_may_travel(bench_case, crew):
    task = crew.task(jobs(bench_case)[0], 1)
    assert pickle.loads(pickle.dumps(task)) == task


def test_the_import_of_a_model_is_not_counted(bench_case, tmp_path, monkeypatch):
    (tmp_path / "slowly.py").write_text(
        "import time; time.sleep(4)\nfrom sklearn.dummy import DummyClassifier as Model"
    )
    monkeypatch.syspath_prepend(tmp_path)
    job = fold_jobs(spec("slowly", "slowly:Model"), {}, bench_case.folds)[0]
    with Crew(bench_case.dataset, bench_case.folds, Limits(3.5, AMPLE.memory_bytes)) as crew:
        assert fit(crew.task(job, 1)).result.status == "ok"


def test_a_stopped_fit_says_what_it_used(bench_case):
    with Crew(bench_case.dataset, bench_case.folds, Limits(1.5, AMPLE.memory_bytes)) as crew:
        result = fit(crew.task(jobs(bench_case, "Hangs")[0], 1)).result
    assert (result.status, result.reason) == ("timeout", "took longer than --time-limit 1.5s")
    assert result.fit_seconds >= 1.5
    assert result.peak_memory_bytes > 10_000_000


def test_fits_in_a_thread_end_when_their_crew_is_dismissed(bench_case):
    ended = []

    def work(task):
        with pytest.raises(Dismissed):
            fit(task)
        ended.append(task)

    with Crew(bench_case.dataset, bench_case.folds, AMPLE) as crew:
        task = crew.task(jobs(bench_case, "IgnoresSigterm")[0], 1)
        thread = threading.Thread(target=work, args=(task,))
        thread.start()
        wait_until(lambda: bool(left()))
    thread.join(60)
    assert ended
    wait_until(lambda: not left())
    assert not Path(task.folder).exists()
    with pytest.raises(Dismissed):
        fit(task)


@pytest.fixture
def slow_wardens(monkeypatch):
    """Children of this test alone, which take a minute to start."""
    monkeypatch.setattr(child, "BOOT", f"import time; time.sleep(60); {child.BOOT}")
    monkeypatch.setattr(supervise, "_CHILDREN", supervise._Children())
    return supervise._CHILDREN


def test_children_that_are_still_starting_are_left_at_once(bench_case, slow_wardens):
    ended = []

    def work(task):
        with pytest.raises(Dismissed):
            fit(task)
        ended.append(task)

    with Crew(bench_case.dataset, bench_case.folds, AMPLE) as crew:
        tasks = [crew.task(job, 1) for job in jobs(bench_case)]
        threads = [threading.Thread(target=work, args=(task,)) for task in tasks]
        for thread in threads:
            thread.start()
        wait_until(lambda: len(slow_wardens._busy) == 3)
        begin = time.monotonic()
    assert time.monotonic() - begin < supervise.STOP_SECONDS
    for thread in threads:
        thread.join(60)
    assert len(ended) == 3


def test_wardens_that_do_not_obey_are_waited_for_together(bench_case, slow_wardens, tmp_path):
    with Crew(bench_case.dataset, bench_case.folds, AMPLE):
        deaf = [child.Child(1, tmp_path) for _ in range(4)]
        slow_wardens._idle += deaf
        begin = time.monotonic()
    assert time.monotonic() - begin < 2 * supervise.PARTING_SECONDS + 1
    assert not any(one.usable for one in deaf)


def test_an_import_that_hangs_is_bounded_and_not_tried_again(bench_case, tmp_path, monkeypatch):
    (tmp_path / "hanging.py").write_text("import time; time.sleep(600)")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(limits, "LEAST_IMPORT_SECONDS", 3.0)
    first, *others = fold_jobs(spec("hanging", "hanging:Model"), {}, bench_case.folds)
    with Crew(bench_case.dataset, bench_case.folds, Limits(0.5, AMPLE.memory_bytes)) as crew:
        found = fit(crew.task(first, 1)).result
        begin = time.monotonic()
        again = [fit(crew.task(job, 1)).result for job in others]
        assert time.monotonic() - begin < 1
    assert {(one.status, one.reason) for one in (found, *again)} == {
        ("timeout", "took longer than 3s to import its libraries")
    }
    assert {one.key for one in again} == {job.key for job in others}


def test_what_a_model_hides_before_it_kills_its_warden_ends_too(bench_case, crew, tmp_path, monkeypatch):
    monkeypatch.setenv("BENCH_TEST_PID", str(tmp_path / "pid"))
    result = fit(crew.task(jobs(bench_case, "KillsItsParentUnmarked")[0], 1)).result
    assert "process that watches over it was killed" in result.reason
    hidden = int((tmp_path / "pid").read_text())
    wait_until(lambda: not psutil.pid_exists(hidden) or psutil.Process(hidden).status() == "zombie", 5)


def test_a_run_that_is_left_early_stops_its_fits(bench_case):
    mixed = [*bench_case.plan.jobs[:1], *jobs(bench_case, "Hangs")]
    results = execute.run(mixed, bench_case.dataset, bench_case.folds, bench_case.store, n_jobs=2, threads=1)
    assert next(results).status == "ok"
    with pytest.warns(UserWarning, match="still being processed"):
        results.close()
    wait_until(lambda: not left())


def test_a_log_is_capped_and_its_end_is_quoted(tmp_path, monkeypatch):
    monkeypatch.setattr(child, "LOG_BYTES", 1000)
    made = child.Child(1, tmp_path)
    (log,) = tmp_path.glob("*.log")
    with log.open("ab") as file:
        file.write(b"x" * 900 + b"\n the end \n\n")
    made.cap_log()
    assert made.last_words() == "the end"
    with log.open("ab") as file:
        file.write(b"x" * 900)
    made.cap_log()
    assert (log.stat().st_size, made.last_words()) == (0, "")
    made.close()
    made.join(1)
    assert not made.usable


def test_a_machine_that_starts_no_process_is_a_sentence(bench_case, crew, monkeypatch):
    monkeypatch.setattr(child, "BOOT", "import sys; sys.exit('no such machine')")
    monkeypatch.setattr("bench.supervise._CHILDREN._idle", [])
    with pytest.raises(EnvironmentProblem, match=r"no process can be started to fit in \(no such machine\)"):
        fit(crew.task(jobs(bench_case)[0], 1))


def test_data_that_cannot_be_handed_over_are_a_sentence(bench_case, crew, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(handover, "save", full)
    with pytest.raises(EnvironmentProblem, match=r"No space left on device.*TMPDIR"):
        crew.task(jobs(bench_case)[0], 1)


@pytest.mark.parametrize(
    "frame",
    [b"", b"\xc1", b"\x93\x01\x02\x03", wire.msgspec.msgpack.encode({"result": 3})],
)
def test_what_is_no_outcome_is_refused(frame):
    with pytest.raises(wire.Garbled):
        wire.read(frame, b"")


def test_no_size_is_believed(bench_case):
    outcome = fit_job(bench_case.plan.jobs[0], bench_case.dataset, bench_case.folds, 1)
    frame, _ = wire.parts(outcome)
    reply = wire.msgspec.msgpack.decode(frame, type=wire.Reply)
    for packed in (
        wire.Packed("<f4", (10**15,), b""),
        wire.Packed("|O", (1,), b"12345678"),
        wire.Packed("nonsense", (1,), b"1"),
        wire.Packed("<f4", (-1, -1), b"1234"),
    ):
        bad = replace(reply, arrays={**reply.arrays, "scores": packed})
        with pytest.raises(wire.Garbled):
            wire.read(wire.msgspec.msgpack.encode(bad), b"")
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall((10**12).to_bytes(8, "big"))
        with pytest.raises(wire.Garbled):
            wire.Inbox(ours, 10**6).receive()


def test_the_outcome_of_another_job_is_refused(bench_case, crew):
    one, other = bench_case.plan.jobs[:2]
    outcome = fit_job(one, bench_case.dataset, bench_case.folds, 1)
    watch.check(outcome, crew.task(one, 1))
    said = outcome.predictions
    false = [
        {"rows": said.rows[:-1], "scores": said.scores[:-1]},
        {"scores": said.scores[:, :-1]},
        {"scores": said.scores * np.nan},
        {"y_true": said.y_true[::-1]},
        {"y_true": None},
        {"importance": np.zeros((3, 3), "f4")},
        {"importance": np.full(64, np.inf, "f4")},
    ]
    bad = [replace(outcome, predictions=replace(said, **change)) for change in false]
    for job, found in ((other, outcome), *((one, found) for found in bad)):
        with pytest.raises(wire.Garbled):
            watch.check(found, crew.task(job, 1))


LEFT_ALONE = """
import sys
from bench import datasets, execute
from bench.folds import make_folds
from bench.plan import fold_jobs
from bench.store import RunStore
from bench_models import spec
data = datasets.take(datasets.load("digits"), "200", 0)
folds = make_folds(data, 2, 1, 0)
jobs = fold_jobs(spec("bad", "hostile:SpawnsAndHangs"), {}, folds)
print("begun", flush=True)
list(execute.run(jobs, data, folds, RunStore(sys.argv[1]), n_jobs=2, threads=1))
"""


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_nothing_stays_when_the_coordinator_is_killed(tmp_path, number):
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    paths = os.pathsep.join(path for path in sys.path if path)
    process = subprocess.Popen(
        [sys.executable, "-c", LEFT_ALONE, str(tmp_path / "run")],
        env={**os.environ, "TMPDIR": str(temporary), "PYTHONPATH": paths},
    )
    wait_until(lambda: sum(found.name() == "sleep" for found in left()) >= 4, 300)
    process.send_signal(number)
    process.wait(60)
    wait_until(lambda: not left())
    wait_until(lambda: not list(temporary.iterdir()))


SLOW_IMPORTS = """
import sys, time
from pathlib import Path
from bench import child
child.BOOT = child.BOOT.replace("f.main(", "f.COMMON = ('slowly',); f.main(")
made = child.Child(1, Path(sys.argv[1]))
while made.last_words() != "importing":
    time.sleep(0.1)
print("begun", flush=True)
time.sleep(600)
"""


def test_a_warden_that_still_imports_ends_with_its_coordinator(tmp_path):
    (tmp_path / "slowly.py").write_text("import time; print('importing', flush=True); time.sleep(600)")
    root = tmp_path / "root"
    root.mkdir()
    process = subprocess.Popen(
        [sys.executable, "-c", SLOW_IMPORTS, str(root)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), *filter(None, sys.path)])},
        stdout=subprocess.PIPE,
        text=True,
    )
    with process.stdout:
        assert process.stdout.readline() == "begun\n"
    process.kill()
    process.wait(60)
    wait_until(lambda: not left(), 5)
    assert not root.exists()


IN_A_THREAD = """
import sys, threading
import bench
wish = bench.Request(models=("cnn", "xgboost"), rows="100", cv=2, preset="smoke", jobs=2, out=sys.argv[1])
runs = []
thread = threading.Thread(target=lambda: runs.append(bench.run(wish)))
thread.start()
thread.join()
print(runs[0].best, *{"tensorflow", "keras", "xgboost"} & set(sys.modules))
"""


@pytest.mark.slow
def test_the_coordinator_imports_no_models_library_and_may_be_a_thread(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", IN_A_THREAD, str(tmp_path / "run")], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() in (["cnn"], ["xgboost"])
    assert not left()
