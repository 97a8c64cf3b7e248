"""The process between a coordinator and the process that fits: it starts, watches over and clears away.

A warden imports what nearly every model needs once, and forks a fresh process for each model. It adopts all
that its fitter leaves behind, so that nothing outlives the fit, and it clears away everything when the
coordinator disappears, however that ends. It never runs a model's code itself.
"""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import signal
import socket
import struct
import sys
import time
from collections.abc import Callable

from bench.processes import adopt_orphans, descendants, die_first, die_with, send

# Orders, one byte each; FORK comes with the descriptor of the fitter's channel.
FORK, STOP, KILL, QUIT = b"F", b"S", b"K", b"Q"

# Answers: what has happened, and the fitter's process id or its exit code.
ANSWER = struct.Struct("!ci")
STARTED, ENDED = b"P", b"E"

GRACE_SECONDS = 2.0
TICK_SECONDS = 0.1
PATIENCE_SECONDS = 10.0


class Warden:
    """Keeps at most one fitter.

    Parameters
    ----------
    control : socket
        Brings orders, and ends with the coordinator.
    serve : callable
        What a fitter does with its channel.
    root : str
        Folder that is deleted if the coordinator disappears.
    """

    def __init__(self, control: socket.socket, serve: Callable[[socket.socket], None], root: str) -> None:
        self.control = control
        self.serve = serve
        self.root = root
        self.fitter = 0
        self.exit_code = 0

    def watch(self) -> None:
        """Obey until the coordinator is done with us, or gone."""
        adopt_orphans()
        while True:
            ready, _, _ = select.select([self.control], [], [], TICK_SECONDS if self.fitter else None)
            if self._reap():
                self._clear(0)
                self._answer(ENDED, self.exit_code)
            if ready and not self._obey():
                return

    def _obey(self) -> bool:
        """Carry out one order; return whether more can come."""
        try:
            order, descriptors, _, _ = socket.recv_fds(self.control, 1, 1)
        except ConnectionError:
            order, descriptors = b"", []
        if order == FORK:
            self._fork(descriptors[0])
        elif self.fitter:
            self._clear(0 if order in (KILL, QUIT) else GRACE_SECONDS)
            self._answer(ENDED, self.exit_code)
        if not order:
            shutil.rmtree(self.root, ignore_errors=True)
        return order not in (b"", QUIT)

    def _fork(self, descriptor: int) -> None:
        warden = os.getpid()
        self.fitter = os.fork()
        if self.fitter == 0:
            self._become_fitter(warden, descriptor)
        os.close(descriptor)
        self._answer(STARTED, self.fitter)

    def _become_fitter(self, warden: int, descriptor: int) -> None:
        code = 1
        try:
            self.control.close()
            die_with(warden)
            die_first()
            os.setsid()
            self.serve(socket.socket(fileno=descriptor))
            code = 0
        except BaseException:
            sys.excepthook(*sys.exc_info())
        finally:
            os._exit(code)

    def _answer(self, kind: bytes, number: int) -> None:
        with contextlib.suppress(OSError):  # the coordinator may be gone
            self.control.sendall(ANSWER.pack(kind, number))

    def _clear(self, grace: float) -> None:
        """End all that has been started: ask, wait, then kill until none is left."""
        end = time.monotonic() + grace
        if grace:
            self._signal(signal.SIGTERM)
        while time.monotonic() < end and self._alive():
            time.sleep(0.01)
        end = time.monotonic() + PATIENCE_SECONDS
        while self._alive() and time.monotonic() < end:
            self._signal(signal.SIGKILL)
            time.sleep(0.001)
        self.fitter = 0

    def _signal(self, number: int) -> None:
        for pid in descendants(os.getpid()):
            send(pid, number)

    def _alive(self) -> bool:
        self._reap()
        return bool(descendants(os.getpid()))

    def _reap(self) -> bool:
        """Take note of all that has ended; return whether the fitter has."""
        ended = False
        with contextlib.suppress(ChildProcessError):
            while (found := os.waitpid(-1, os.WNOHANG))[0]:
                if found[0] == self.fitter:
                    self.exit_code, ended = os.waitstatus_to_exitcode(found[1]), True
        return ended
