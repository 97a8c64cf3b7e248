"""Signals that ask the command to stop: each becomes an exception in the main thread."""

from __future__ import annotations

import atexit
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from bench.errors import INTERRUPTED_EXIT_CODE, TERMINATED_EXIT_CODE

ASKING = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]

# Stopping takes less; whoever asks again meanwhile need not disturb it.
STOP_SECONDS = 5.0


class Terminated(KeyboardInterrupt):
    """The process is asked to end by somebody who is not at its keyboard."""


@contextmanager
def stoppable() -> Iterator[None]:
    """Let SIGTERM and SIGHUP stop what is going on as Ctrl-C does, unless whoever started us ignores them."""
    handler = _Handler()
    heard = ASKING if threading.current_thread() is threading.main_thread() else []
    before = {number: signal.getsignal(number) for number in heard}
    before = {number: found for number, found in before.items() if found is not signal.SIG_IGN}
    for number in before:
        signal.signal(number, handler)
    try:
        yield
    finally:
        if handler.has_been_asked:
            atexit.register(_ignore, list(before))  # the interpreter's own end would let a signal kill it
        else:
            for number, found in before.items():
                signal.signal(number, found)


def _ignore(numbers: list[int]) -> None:
    for number in numbers:
        signal.signal(number, signal.SIG_IGN)


def exit_code(stop: BaseException) -> int:
    """Return the exit code of a command that was stopped."""
    return TERMINATED_EXIT_CODE if isinstance(stop, Terminated) else INTERRUPTED_EXIT_CODE


def stopped(stop: BaseException) -> str:
    """Return how a command was stopped."""
    return "terminated" if isinstance(stop, Terminated) else "interrupted"


class _Handler:
    """Raises once, and again only if that has not helped for a while."""

    def __init__(self) -> None:
        self._deaf_until = 0.0

    def __call__(self, number: int, frame: FrameType | None) -> None:
        if time.monotonic() < self._deaf_until:
            return
        self._deaf_until = time.monotonic() + STOP_SECONDS
        raise KeyboardInterrupt if number == signal.SIGINT else Terminated

    @property
    def has_been_asked(self) -> bool:
        return self._deaf_until > 0
