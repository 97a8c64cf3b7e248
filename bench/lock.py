"""One process at a time in a folder: a kernel lock, which ends with its process whatever ends that.

Lock libraries leave their file behind and do not notice that the folder was moved, as ``--fresh`` does;
this file names its holder and goes when the holder does.
"""

from __future__ import annotations

import os
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bench.errors import FolderInUse
from bench.records import from_json, to_json

LOCK = ".lock"
POLL_SECONDS = 0.1
MOST_LETTERS = 500
LOCKED_BYTE = 1_000_000


@dataclass(frozen=True)
class Holder:
    """Who works in a folder, and since when."""

    pid: int
    host: str
    since: str
    command: str

    def __str__(self) -> str:
        return f"process {self.pid} on {self.host} since {self.since} ({self.command})"


@contextmanager
def locked(
    folder: Path, command: str, *, wait: bool = False, say: Callable[[str], None] = lambda text: None
) -> Iterator[bool]:
    """Hold the lock of a folder that exists.

    Parameters
    ----------
    folder : Path
    command : str
        What is being done, for others to read.
    wait : bool
        Whether to wait for another holder's end.
    say : callable
        Told, once, that and for whom this process waits.

    Yields
    ------
    bool
        Whether it had to wait: the folder may have changed meanwhile.

    Raises
    ------
    FolderInUse
        If another process holds the lock and `wait` is false.
    OSError
        If the folder cannot be written, or its file system has no locks.
    """
    path = folder / LOCK
    handle, told = _acquire(path), False
    while handle is None:
        told = told or _tell(path, wait, say)
        time.sleep(POLL_SECONDS)
        handle = _acquire(path)
    try:
        _sign(handle, command)
        yield told
    finally:
        _release(handle, path)


def _acquire(path: Path) -> int | None:
    """Return the handle of the locked file, or None if another process holds it."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        if _lock(handle) and _is_at(handle, path):
            return handle
    except BaseException:
        os.close(handle)
        raise
    os.close(handle)
    return None


def _lock(handle: int) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            # Far behind the text: what is locked there cannot be read.
            os.lseek(handle, LOCKED_BYTE, os.SEEK_SET)
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    return True


def _is_at(handle: int, path: Path) -> bool:
    """Whether a locked file still has its name: its holder may have removed it, or moved the folder."""
    try:
        return os.path.samestat(os.fstat(handle), os.stat(path))
    except FileNotFoundError:
        return False


def _tell(path: Path, wait: bool, say: Callable[[str], None]) -> bool:
    """Refuse, or say for whom this process waits; return whether there was anybody to speak of."""
    holder = _holder(path)
    if holder is None and not path.exists():
        return False
    whom = str(holder) if holder else "another process"
    if not wait:
        raise FolderInUse(
            f"{path.parent}: folder is in use by {whom}; wait for it with --wait or choose another --out"
        )
    say(f"waiting for {whom} to leave {path.parent}")
    return True


def _holder(path: Path) -> Holder | None:
    try:
        return from_json(path.read_bytes(), Holder)
    except (FileNotFoundError, ValueError):
        return None


def _sign(handle: int, command: str) -> None:
    now = datetime.now().astimezone().isoformat(timespec="seconds")
    holder = Holder(os.getpid(), socket.gethostname(), now, command[:MOST_LETTERS])
    os.ftruncate(handle, 0)
    os.lseek(handle, 0, os.SEEK_SET)
    os.write(handle, to_json(holder))


def _release(handle: int, path: Path) -> None:
    # A file that stays is no matter: the kernel's lock on it has gone.
    with suppress(OSError):
        if sys.platform != "win32" and _is_at(handle, path):
            os.unlink(path)
    os.close(handle)
