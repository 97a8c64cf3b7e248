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

GO_ON = "what was finished is kept, go on with the same command"


class Terminated(KeyboardInterrupt):
    """The process is asked to end by somebody who is not at its keyboard."""


@contextmanager
def stoppable() -> Iterator[Asked]:
    """Let SIGTERM and SIGHUP stop what is going on as Ctrl-C does, unless whoever started us ignores them."""
    handler = Asked()
    heard = ASKING if threading.current_thread() is threading.main_thread() else []
    before = {number: signal.getsignal(number) for number in heard}
    before = {number: found for number, found in before.items() if found is not signal.SIG_IGN}
    for number in before:
        signal.signal(number, handler)
    try:
        yield handler
    finally:
        if handler.stop is not None:
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
    """Return how a command was stopped, and what it said of going on."""
    how = "terminated" if isinstance(stop, Terminated) else "interrupted"
    return f"{how}; {str(stop) or GO_ON}"


class Asked:
    """Raises once, and again only if that has not helped for a while.

    Attributes
    ----------
    stop : KeyboardInterrupt or None
        What was raised last.
    """

    def __init__(self) -> None:
        self.stop: KeyboardInterrupt | None = None
        self._deaf_until = 0.0

    def __call__(self, number: int, frame: FrameType | None) -> None:
        """Hear a signal."""
        if time.monotonic() < self._deaf_until:
            return
        self._deaf_until = time.monotonic() + STOP_SECONDS
        self.stop = KeyboardInterrupt() if number == signal.SIGINT else Terminated()
        raise self.stop

    def check(self) -> None:
        """Raise again what somebody has caught on its way: typer makes a bare exit code of it."""
        if self.stop is not None:
            raise self.stop
