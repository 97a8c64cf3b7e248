"""Ctrl-C in a real process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

COMMAND = ("run", "dummy", "forest", "--cv", "3", "--set", "forest.n_estimators=3000")
PATIENCE_SECONDS = 120


@pytest.mark.slow
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_ctrl_c_keeps_what_is_finished_and_says_how_to_resume(in_tmp, jobs):
    words = [sys.executable, "-m", "bench", *COMMAND, "--jobs", jobs]
    process = subprocess.Popen(
        words,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        # Whoever started the tests in the background has made them ignore Ctrl-C.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    deadline = time.monotonic() + PATIENCE_SECONDS
    while len(list(Path("runs").rglob("dummy/*.npz"))) < 3:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == 130
    assert "Traceback" not in err
    last = err.splitlines()[-1]
    assert "resume with: bench run dummy forest --cv 3" in last
    assert len(list(Path("runs").rglob("dummy/*.npz"))) == 3
