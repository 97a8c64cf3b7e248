"""What a child process runs: its warden, and the fitter that the warden forks for each model."""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import shutil
import socket
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from bench.warden import TICK_SECONDS, Warden

if TYPE_CHECKING:
    from bench.wire import Setting, Task

# What nearly every model needs and what takes long to import. Importing computes nothing, so that a process
# forked afterwards inherits no pool of threads that has been at work.
COMMON = (
    "bench.handover",
    "bench.wire",
    "threadpoolctl",
    "sklearn.metrics",
    "sklearn.ensemble",
    "skops.io",  # imports all of scikit-learn: seconds, which every refit would pay
)


def main(control: str, root: str) -> None:
    """Be a warden.

    Parameters
    ----------
    control : str
        File descriptor of the socket that brings orders.
    root : str
        Folder that is deleted if the coordinator disappears.
    """
    with _mortal(root):
        for name in COMMON:
            importlib.import_module(name)
    gc.collect()
    gc.freeze()
    Warden(socket.socket(fileno=int(control)), serve, root).watch()


@contextlib.contextmanager
def _mortal(root: str) -> Iterator[None]:
    """End, and delete the folder, as soon as the coordinator disappears; later the warden sees to it."""
    parent, done = os.getppid(), threading.Event()

    def watch() -> None:
        while not done.wait(TICK_SECONDS):
            if os.getppid() != parent:
                shutil.rmtree(root, ignore_errors=True)
                os._exit(1)

    watching = threading.Thread(target=watch)
    watching.start()
    try:
        yield
    finally:
        done.set()
        watching.join()


def serve(channel: socket.socket) -> None:
    """Be a fitter: fit one job after another until the channel ends."""
    import msgspec

    from bench import registry, wire
    from bench.worker import import_libraries

    _settle(msgspec.msgpack.decode(wire.receive(channel) or b"", type=wire.Setting))
    while frame := wire.receive(channel):
        task = msgspec.msgpack.decode(frame, type=wire.Task)
        with contextlib.suppress(BaseException):  # the fit meets it again, and says so
            import_libraries(task.job.versions)
            registry.load(task.job.target)
        wire.send(channel, b"")
        for part in _answer(task):
            wire.send(channel, part)
        gc.collect()


def _settle(setting: Setting) -> None:
    """Take over the coordinator's modules, directory and environment, but not its random numbers."""
    import numpy as np

    sys.path[:] = setting.sys_path
    os.environ.clear()
    os.environ.update(setting.environment)
    os.chdir(setting.directory)
    np.random.seed()  # noqa: NPY002 (it is the global generator that was copied)


def _answer(task: Task) -> tuple[bytes, bytes]:
    """Return the frames that say how a job has ended, whatever its model raises."""
    from bench import handover, wire
    from bench.worker import failure, fit_job, sentence

    dataset, folds = handover.load(Path(task.folder))
    try:
        return wire.parts(fit_job(task.job, dataset, folds, task.threads, energy=task.energy))
    except BaseException as error:
        return wire.parts(failure(task.job, task.threads, sentence(error)))
