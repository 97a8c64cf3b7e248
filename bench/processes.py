"""Processes and those that they have started, as the operating system tells of them."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil

PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
LINUX = sys.platform == "linux"
LISTS_CHILDREN = Path(f"/proc/self/task/{os.getpid()}/children").exists()

# From <linux/prctl.h>.
PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36


def descendants(pid: int) -> list[int]:
    """Return the processes below one, all generations."""
    if not LISTS_CHILDREN:
        return [process.pid for process in _children(pid)]
    found, waiting = [], [pid]
    while waiting:
        started = list(_started_by(waiting.pop()))
        found += started
        waiting += started
    return found


def bearing(name: str, value: str) -> list[int]:
    """Return the processes in whose environment a variable has that value."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.environ().get(name) == value and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process.pid)
    return found


def identified(pids: list[int]) -> list[psutil.Process]:
    """Return processes that stay themselves, whoever is given their numbers later."""
    found = []
    for pid in pids:
        with contextlib.suppress(psutil.Error):
            found.append(psutil.Process(pid))
    return found


def kill(processes: list[psutil.Process]) -> None:
    """Kill those that still live."""
    for process in processes:
        with contextlib.suppress(psutil.Error):
            process.kill()


def resident_bytes(pids: list[int]) -> int:
    """Return the sum of the processes' resident memory; those that have ended count nothing."""
    return sum(_resident(pid) for pid in pids)


def send(pid: int, number: int) -> None:
    """Send a signal to a process, or to nobody if it has ended."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(pid, number)


def signal_name(number: int) -> str:
    """Return the name of a signal, such as "SIGSEGV"."""
    known = {item.value: item.name for item in signal.Signals}
    return known.get(number, f"signal {number}")


def adopt_orphans() -> None:
    """Become the parent of every descendant whose own parent ends, so that none gets out of sight."""
    if LINUX:
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def die_with(parent: int) -> None:
    """Be killed when the parent ends, however it ends."""
    if LINUX:
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


def die_first() -> None:
    """Ask the system to take this process before any other when memory runs out."""
    if LINUX:
        with contextlib.suppress(OSError):
            Path("/proc/self/oom_score_adj").write_text("1000")


def _children(pid: int) -> list[psutil.Process]:
    try:
        return psutil.Process(pid).children(recursive=True)
    except psutil.Error:
        return []


def _started_by(pid: int) -> Iterator[int]:
    """Yield the children of all threads: reading them costs microseconds, psutil reads every process."""
    try:
        threads = os.listdir(f"/proc/{pid}/task")
    except OSError:
        return
    for thread in threads:
        with contextlib.suppress(OSError), open(f"/proc/{pid}/task/{thread}/children", "rb") as file:
            yield from map(int, file.read().split())


def _resident(pid: int) -> int:
    if not LINUX:
        with contextlib.suppress(psutil.Error):
            return psutil.Process(pid).memory_info().rss
        return 0
    try:
        with open(f"/proc/{pid}/statm", "rb") as file:
            return int(file.read().split()[1]) * PAGE_BYTES
    except (OSError, IndexError):
        return 0
