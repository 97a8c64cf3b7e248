"""One fit under watch: it answers, ends, or is stopped at a limit."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from multiprocessing.connection import wait
from pathlib import Path

from bench import handover, warden
from bench.child import POLL_SECONDS, Child, Dismissed
from bench.limits import duration, size
from bench.processes import signal_name
from bench.sweep import is_about
from bench.wire import Garbled, Inbox, Task, read
from bench.worker import Outcome, failure

LOST_SECONDS = 1.0

# "Libraries are imported", the result, the model.
N_FRAMES = 3


class Watch:
    """A fit from its order to its end.

    Parameters
    ----------
    child : Child
        Has just been handed the task.
    task : Task
    """

    def __init__(self, child: Child, task: Task) -> None:
        self._child = child
        self._task = task
        self._inbox = Inbox(child.channel, task.limits.memory_bytes)
        self._frames: list[bytes] = []
        self._begin = time.monotonic()
        self._peak_bytes = 0

    @property
    def imported(self) -> bool:
        """Whether the fitter has imported what the fit needs."""
        return bool(self._frames)

    def outcome(self) -> Outcome:
        """Wait for the end, and say what it was.

        Raises
        ------
        Dismissed
            If the child is told to stop meanwhile.
        """
        found = None
        while found is None:
            ready = wait([self._child.channel, self._child.control], POLL_SECONDS)
            if self._child.stopping.is_set():
                raise Dismissed
            found = self._heard(ready) or self._exceeded()
        return replace(found, result=replace(found.result, peak_memory_bytes=self._peak_bytes))

    def _heard(self, ready: Sequence[object]) -> Outcome | None:
        """Return the outcome if the fitter has told it, or cannot tell it any more."""
        try:
            if self._child.channel in ready:
                self._receive()
            if len(self._frames) == N_FRAMES:
                return self._told()
        except EOFError:
            return self._ended(LOST_SECONDS)
        except Garbled as error:
            self._child.clear(warden.KILL)
            return self._failure(f"its process broke the rules of the wire ({error})")
        return self._ended(0) if self._child.control in ready else None

    def _receive(self) -> None:
        begun = self.imported
        self._frames += self._inbox.receive()
        if self.imported and not begun:
            self._begin = time.monotonic()
        if len(self._frames) > N_FRAMES:
            raise Garbled(f"{len(self._frames)} messages")

    def _told(self) -> Outcome:
        self._measure()
        found = read(*self._frames[1:])
        check(found, self._task)
        return found

    def _ended(self, seconds: float) -> Outcome:
        code = self._child.answer(seconds)
        if code is not None:
            self._child.forget()
            return self._failure(_end(code), words=self._child.last_words())
        if self._child.usable:
            self._child.clear(warden.KILL)
            return self._failure("it closed its connection")
        self._child.destroy()
        return self._failure("the process that watches over it was killed")

    def _exceeded(self) -> Outcome | None:
        limits = self._task.limits
        self._child.cap_log()
        if self._measure() > limits.memory_bytes:
            self._child.clear(warden.KILL)
            used, most = size(self._peak_bytes), size(limits.memory_bytes)
            return self._failure(f"took {used} of memory, more than --memory-limit {most}", status="memory")
        if time.monotonic() - self._begin > (limits.seconds if self.imported else limits.import_seconds):
            self._child.clear(warden.STOP)
            late = f"took longer than --time-limit {duration(limits.seconds)}"
            hung = f"took longer than {duration(limits.import_seconds)} to import its libraries"
            return self._failure(late if self.imported else hung, status="timeout")
        return None

    def _measure(self) -> int:
        used = self._child.resident_bytes()
        self._peak_bytes = max(self._peak_bytes, used)
        return used

    def _failure(self, reason: str, *, status: str = "failed", words: str = "") -> Outcome:
        task = self._task
        told = f"{reason}; its last words: {words}" if words else reason
        seconds = time.monotonic() - self._begin if self.imported else 0.0
        return failure(task.job, task.threads, told, status=status, seconds=seconds)


def _end(code: int) -> str:
    return f"ended with exit code {code}" if code >= 0 else f"killed by {signal_name(-code)}"


def check(found: Outcome, task: Task) -> None:
    """Refuse what is no outcome of the task.

    Raises
    ------
    Garbled
        Saying what is wrong.
    """
    told = found.predictions
    if found.result.key != task.job.key or found.result.status != ("failed" if told is None else "ok"):
        raise Garbled("the result of another job")
    if told is None:
        return
    if not is_about(told, task.job, *handover.load(Path(task.folder))):
        raise Garbled("an answer about other rows, classes or features")
