"""Whoever reads the output and has seen enough, as `head` has: no error, and not a word."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LONG = """
import sys
from bench.cli.app import app, main
from bench.cli.console import print_json, print_table

@app.command("long")
def long() -> None:
    print("first", flush=True)
    sys.stdin.read()
    {statement}

main(["long"])
"""
LINE, BUFFER_BYTES = 64, 65_536
N_LINES = 2 * BUFFER_BYTES // LINE


def start(code: str) -> subprocess.Popen[bytes]:
    others = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    return subprocess.Popen(
        [sys.executable, "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=others | {"PYTHONPATH": str(ROOT)},
    )


@pytest.mark.parametrize(
    "statement",
    [
        f"print_json(['x' * {LINE}] * {N_LINES})",
        f"print_table(['head'], [['x' * {LINE}]] * {N_LINES})",
        "print('short enough to be written at the very end')",
    ],
)
def test_a_closed_pipe_ends_the_command_without_a_word(statement):
    with start(LONG.format(statement=statement)) as process:
        assert process.stdout.readline() == b"first\n"
        process.stdout.close()
        process.stdin.close()
        assert process.stderr.read() == b""
    assert process.returncode == 0


def test_an_exit_code_of_a_command_is_no_closed_pipe(bench, monkeypatch):
    def ended(path):
        raise SystemExit(1)

    monkeypatch.setattr("bench.api.deriving.RunStore", ended)
    error = bench.refused("show", "anything", code=1)
    assert "internal bug (SystemExit: 1)" in error
    Path(error.strip().rpartition(" ")[2]).unlink()
