"""Every operation on the disk made to fail in turn, as SQLite is tested."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from contextlib import suppress
from functools import cache, partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from bench_models import local

from bench import environment, folder, lock
from bench.api import Request, digest, run
from bench.api.running import Silent
from bench.errors import EnvironmentProblem
from bench.registry import ESTIMATORS
from bench.store import RunStore

OPERATIONS = (
    "open",
    "write",
    "fsync",
    "replace",
    "rename",
    "unlink",
    "mkdir",
    "makedirs",
    "ftruncate",
)
CRASHES = ("crash", "half")
ERRORS = {"full": errno.ENOSPC, "broken": errno.EIO, "denied": errno.EACCES, "read-only": errno.EROFS}
STRIDE = 9  # of the quick suite; the slow one leaves no operation out


class Crash(BaseException):
    """The end of the process, at some operation."""


class Disk:
    """The `os` module, an operation of which fails: once, for ever, or with the end of the process.

    After a crash no operation has any effect, and what was open is closed as the system would do.
    """

    def __init__(self, fault: str = "", at: int = -1) -> None:
        self.fault, self.at = fault, at
        self.n_done, self.dead = 0, False
        self.handles: set[int] = set()

    def __getattr__(self, name: str) -> Any:
        real = getattr(os, name)
        if name not in (*OPERATIONS, "close", "fdopen"):
            return real
        return lambda *words, **named: self._do(name, partial(real, **named), *words)

    def _do(self, name: str, real: Callable[..., Any], *words: Any) -> Any:
        if self.dead:
            raise Crash
        if name in ("close", "fdopen"):
            self.handles.discard(words[0])
            return real(*words)
        self.n_done += 1
        number = self.n_done - 1
        if number == self.at or (self.fault in ("full", "read-only") and 0 <= self.at < number):
            self._fail(name, real, *words)
        done = real(*words)
        if name == "open":
            self.handles.add(done)
        return done

    def _fail(self, name: str, real: Callable[..., Any], *words: Any) -> None:
        if self.fault in CRASHES:
            self.dead = True
            if self.fault == "half":
                with suppress(OSError):
                    self._half(name, real, *words)
            for handle in self.handles:
                os.close(handle)
            raise Crash
        # Nobody is kept from deleting by a full disk.
        if not (self.fault == "full" and name in ("unlink", "rename", "replace")):
            raise OSError(ERRORS[self.fault], os.strerror(ERRORS[self.fault]))

    def _half(self, name: str, real: Callable[..., Any], *words: Any) -> None:
        """Write the first half, or do the whole of what cannot be halved."""
        if name == "write":
            real(words[0], bytes(words[1])[: len(words[1]) // 2])
        elif name == "open":
            os.close(real(*words))
        else:
            real(*words)


class Told(Silent):
    def __init__(self) -> None:
        self.warnings: list[str] = []

    def warn(self, text: str) -> None:
        self.warnings.append(text)


@pytest.fixture
def case(two_kinds, local_models, monkeypatch) -> SimpleNamespace:
    """A run of a good and a failing model, its report's page left out: drawing it takes longest."""
    monkeypatch.setattr("reports.derive.render", lambda sources: "<p>left out")
    monkeypatch.setitem(ESTIMATORS, "raises", local("Raises"))
    request = Request(
        models=("raises", "dummy"),
        data="rows.csv",
        test="new.csv",
        label="kind",
        cv=2,
        metric="accuracy",
        jobs=1,
        threads=1,
    )

    def start(out: str, disk: Any = os) -> tuple[str, list[str]]:
        told = Told()
        with monkeypatch.context() as patch:
            patch.setattr(folder, "os", disk)
            patch.setattr(lock, "os", disk)
            done = run(Request(**{**vars(request), "out": out}), told)
        return digest(RunStore(out), done), told.warnings

    monkeypatch.setattr("bench.environment._version", cache(environment._version))
    counting = Disk()
    whole, _ = start("whole", counting)
    return SimpleNamespace(start=start, whole=whole, n_operations=counting.n_done)


def survives(case: SimpleNamespace, fault: str, number: int) -> None:
    out = f"{fault}-{number}"
    try:
        case.start(out, Disk(fault, number))
    except Crash:
        assert fault in CRASHES
    except EnvironmentProblem:
        assert fault in ERRORS
    again, warnings = case.start(out)
    store = RunStore(out)
    assert again == case.whole, (fault, number)
    assert not [text for text in warnings if "failed earlier" not in text], (fault, number)
    assert not [path for path in store.path.rglob("*") if path.name.endswith((".tmp", ".damaged", ".lock"))]
    texts = [(RunStore("whole").path / "submission.csv"), store.path / "submission.csv"]
    assert texts[0].read_bytes() == texts[1].read_bytes()


@pytest.mark.parametrize("fault", [*CRASHES, *ERRORS])
def test_a_run_survives_a_fault_now_and_then(case, fault):
    assert case.n_operations > 100
    for number in range(0, case.n_operations, case.n_operations // STRIDE):
        survives(case, fault, number)


@pytest.mark.slow
@pytest.mark.parametrize("fault", [*CRASHES, *ERRORS])
def test_a_run_survives_a_fault_of_every_operation(case, fault):
    for number in range(case.n_operations):
        survives(case, fault, number)


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "disk is full"),
        (errno.EDQUOT, "quota"),
        (errno.EROFS, "read-only"),
        (errno.EACCES, "permission denied"),
        (errno.EIO, "reports an error"),
        (errno.EFBIG, "ulimit -f"),
        (errno.EISDIR, "a folder is where a file should be"),
        (errno.EMFILE, "Too many open files"),
    ],
)
def test_the_disks_trouble_is_a_sentence_and_exit_4(bench, monkeypatch, number, words):
    def fail(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    broken = Disk()
    broken.replace = fail
    monkeypatch.setattr(folder, "os", broken)
    assert words in bench.refused("run", "dummy", "--rows", "100", "--cv", "2", "-q", code=4)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (
            ("run", "dummy", "--out", "x" * 300),
            "cannot look into: the name is too long; choose",
        ),
        (("show", "x" * 300), "cannot look into: the name is too long; choose"),
        (("run", "dummy", "--rows", "100", "--out", "/proc/x"), "cannot be made; bring it back, or choose"),
    ],
)
def test_a_folder_that_cannot_be_is_a_sentence(bench, words, says):
    assert says in bench.refused(*words, code=4)


def test_a_file_is_no_run_folder(bench):
    Path("file").touch()
    assert bench.refused("show", "file") == "bench: error: file: holds no run; name a run folder\n"


def test_a_folder_that_vanishes_is_not_made_again(tmp_path):
    store = RunStore(tmp_path / "run")
    store.write_text("a.txt", "x")
    os.rename(store.path, tmp_path / "elsewhere")
    with pytest.raises(EnvironmentProblem, match="vanished"):
        store.write_text("b.txt", "x")
    assert not store.path.exists()


def test_a_disk_too_small_is_said_before_anything_is_fitted(bench, monkeypatch):
    monkeypatch.setattr("bench.execute.run", lambda *_, **__: pytest.fail("fitted"))
    usage = SimpleNamespace(free=1_000)
    monkeypatch.setattr("shutil.disk_usage", lambda path: usage)
    error = bench.refused("run", "dummy", "--rows", "100", "--cv", "2", code=4)
    assert "MB left; free space" in error
