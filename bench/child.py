"""A child as its coordinator has it: a warden, and the fitter that it keeps for one model at a time."""

from __future__ import annotations

import contextlib
import os
import secrets
import socket
import subprocess
import sys
import threading
import time
from multiprocessing.connection import wait
from pathlib import Path
from signal import SIGKILL

from psutil import Process

from bench import warden, wire
from bench.errors import EnvironmentProblem
from bench.processes import bearing, descendants, identified, kill, resident_bytes, send
from bench.wire import Setting, Task
from bench.worker import TENSORFLOW_ENVIRONMENT

STARTUP_SECONDS = 600.0
STOP_SECONDS = 4.0
POLL_SECONDS = 0.05

# A fitter that has grown by more than this since its first fit is replaced.
GROWTH_BYTES = 500_000_000
GROWTH_SHARE = 0.1

LOG_BYTES = 2**20
TAIL_BYTES = 2_000
N_LAST_WORDS = 200

# Libraries read these once, when they are imported.
THREAD_VARIABLES = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "BLIS_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "NUMBA_NUM_THREADS",
)

# By this variable all that a child has started is found, even if its warden was killed.
MARK = "BENCH_CHILD"

BOOT = "import sys; control, root, *sys.path = sys.argv[1:]; import bench.fitter as f; f.main(control, root)"


class Dismissed(Exception):
    """Nobody waits for the fit any more."""


class Child:
    """A warden and its fitter.

    Parameters
    ----------
    threads : int
        Threads of its libraries.
    root : path
        Folder for its log; the warden deletes it if this process disappears.

    Attributes
    ----------
    stopping : Event
        Set by whoever wants the present fit to end.
    channel, control : socket
        To the fitter, and to the warden.
    """

    def __init__(self, threads: int, root: Path) -> None:
        self.threads = threads
        self.stopping = threading.Event()
        self._model: tuple[str, str, str] | None = None
        self._first_bytes: int | None = None
        self._seen: list[Process] = []
        self._mark = secrets.token_hex(8)
        self._log = (root / f"{id(self)}.log").open("ab+", buffering=0)
        self.channel, self.control = _closed(), _closed()
        self._warden = self._start_warden(root)

    def serves(self, task: Task) -> bool:
        """Whether the present fitter is that model's, in good health."""
        if self._model != task.model or wait([self.control], 0):
            return False
        used = self.resident_bytes()
        self._first_bytes = self._first_bytes or used
        return used - self._first_bytes < min(GROWTH_BYTES, GROWTH_SHARE * task.limits.memory_bytes)

    def hand_over(self, task: Task) -> None:
        """Give a task to the model's fitter, which is started if there is none yet.

        Raises
        ------
        EnvironmentProblem
            If no process can be started.
        Dismissed
            If the child is told to stop meanwhile.
        """
        if not self.serves(task):
            self.clear(warden.KILL)
            self._start_fitter(task)
        os.ftruncate(self._log.fileno(), 0)
        with contextlib.suppress(ConnectionError):  # it has just ended, and the warden will tell how
            wire.send(self.channel, wire.pack(task))

    def resident_bytes(self) -> int:
        """Return the resident memory of the fitter and of all that it has started."""
        found = descendants(self._warden.pid)
        if found and found != [process.pid for process in self._seen]:
            self._seen = identified(found)
        return resident_bytes(found)

    def cap_log(self) -> None:
        """Keep a model that prints without end from filling the disk."""
        if os.fstat(self._log.fileno()).st_size > LOG_BYTES:
            os.ftruncate(self._log.fileno(), 0)

    def last_words(self) -> str:
        """Return the last line that the child has printed, or ""."""
        length = os.fstat(self._log.fileno()).st_size
        tail = os.pread(self._log.fileno(), TAIL_BYTES, max(0, length - TAIL_BYTES))
        lines = tail.decode(errors="replace").split("\n")
        return next((line.strip()[-N_LAST_WORDS:] for line in reversed(lines) if line.strip()), "")

    def answer(self, seconds: float) -> int | None:
        """Return the number that the warden answers; None if it does not in time, or is gone."""
        if not wait([self.control], seconds):
            return None
        with contextlib.suppress(ConnectionError):
            data = self.control.recv(warden.ANSWER.size, socket.MSG_WAITALL)
            return warden.ANSWER.unpack(data)[1] if data else None
        return None

    def clear(self, order: bytes = warden.STOP) -> None:
        """End the fitter and all that it has started: asked first, or killed at once."""
        if self._model is None:
            return
        with contextlib.suppress(OSError):
            self.control.sendall(order)
        if self.answer(STOP_SECONDS) is None:
            self.destroy()
        self.forget()

    def forsake(self, folder: str) -> None:
        """End a fitter that works on the data of that folder."""
        if self._model is not None and self._model[0] == folder:
            self.clear(warden.KILL)

    def forget(self) -> None:
        """Take note that the fitter has ended."""
        self._model = self._first_bytes = None
        self.channel.close()

    def close(self) -> None:
        """End all; `join` waits for it."""
        with contextlib.suppress(OSError):
            self.control.sendall(warden.QUIT)
        self.forget()
        self.control.close()
        self._log.close()

    def join(self, seconds: float) -> None:
        """Wait until the warden has ended, at last by force."""
        try:
            self._warden.wait(max(seconds, 0))
        except subprocess.TimeoutExpired:
            self.destroy()

    def destroy(self) -> None:
        """Kill a warden that does not obey, what was last seen below it, and all that bears its mark."""
        self._warden.kill()
        self._warden.wait()
        kill(self._seen)
        end = time.monotonic() + STOP_SECONDS
        while (left := bearing(MARK, self._mark)) and time.monotonic() < end:
            for pid in left:
                send(pid, SIGKILL)

    @property
    def usable(self) -> bool:
        """Whether the warden lives, and has nothing left to say."""
        open_still = self.control.fileno() >= 0 and self._warden.poll() is None
        return open_still and not wait([self.control], 0)

    def _start_warden(self, root: Path) -> subprocess.Popen[bytes]:
        self.control, other = socket.socketpair()
        with other:
            try:
                return subprocess.Popen(
                    [sys.executable, "-c", BOOT, str(other.fileno()), str(root), *sys.path],
                    env=self._environment(),
                    stdin=subprocess.DEVNULL,
                    stdout=self._log,
                    stderr=self._log,
                    pass_fds=(other.fileno(),),
                    start_new_session=True,
                )
            except OSError as error:
                raise _no_process(str(error.strerror)) from error

    def _start_fitter(self, task: Task) -> None:
        self.channel, other = socket.socketpair()
        with other, contextlib.suppress(OSError):
            socket.send_fds(self.control, [warden.FORK], [other.fileno()])
        if not self._has_started():
            self.destroy()
            self.forget()
            if self.stopping.is_set():
                raise Dismissed
            raise _no_process(self.last_words() or "it ended at once")
        self._model = task.model
        with contextlib.suppress(ConnectionError):
            wire.send(self.channel, wire.pack(Setting(sys.path, os.getcwd(), self._environment())))

    def _has_started(self) -> bool:
        """Whether the warden says that its fitter has begun, before it is told to stop."""
        end = time.monotonic() + STARTUP_SECONDS
        while time.monotonic() < end and not self.stopping.is_set():
            if wait([self.control], POLL_SECONDS):
                return self.answer(0) is not None
        return False

    def _environment(self) -> dict[str, str]:
        threads = dict.fromkeys(THREAD_VARIABLES, str(self.threads))
        return {**os.environ, **TENSORFLOW_ENVIRONMENT, **threads, MARK: self._mark}


def _no_process(finding: str) -> EnvironmentProblem:
    return EnvironmentProblem(
        f"no process can be started to fit in ({finding}); see whether memory and processes are left"
    )


def _closed() -> socket.socket:
    found = socket.socket(socket.AF_UNIX)
    found.close()
    return found
