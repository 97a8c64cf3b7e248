"""Processes that a test has left behind: all carry the mark of this session in their environment."""

from __future__ import annotations

import os
import time
from collections.abc import Callable

import psutil
import pytest

MARK = "BENCH_TEST_MARK"
PATIENCE_SECONDS = 60


def left() -> list[psutil.Process]:
    """Return the processes of this session, but for itself and the children kept for later fits."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get(MARK) == os.environ[MARK]:
                found.append(process)
        except psutil.Error:
            continue
    return [process for process in found if os.getpid() not in (process.pid, _parent(process))]


def wait_until(condition: Callable[[], bool], seconds: float = PATIENCE_SECONDS) -> None:
    """Poll until the condition holds."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            pytest.fail("waited in vain")
        time.sleep(0.05)


def _parent(process: psutil.Process) -> int:
    try:
        return process.ppid()
    except psutil.Error:
        return os.getpid()
