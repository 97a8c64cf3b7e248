"""How long the main job's steps take on this machine.

    python tests/benchmarks/main_job.py [--data digit-recognizer.zip]

Prints CPU seconds of `bench --help` and `bench list models`, wall seconds of a fresh `bench run --all` on
the embedded digits (5 folds) and of the same command again, and, with --data, seconds and peak memory of
reading that source in a new process.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time

BENCH = (sys.executable, "-m", "bench")
READ = """
import resource, time
import pandas
from bench import datasets
start = time.perf_counter()
dataset = datasets.load({source!r})
seconds = time.perf_counter() - start
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(f"read {{dataset.X.shape}} in {{seconds:.2f}} s, pandas imported before; peak {{peak:.0f}} MiB")
"""


def main() -> None:
    """Print one line for each step."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data")
    parser.add_argument("--rounds", type=int, default=3)
    wish = parser.parse_args()
    for words in (("--help",), ("list", "models")):
        seconds = [cpu_seconds(words) for _ in range(wish.rounds)]
        print(f"bench {' '.join(words)}: {min(seconds):.2f} to {max(seconds):.2f} s CPU (n = {wish.rounds})")
    with tempfile.TemporaryDirectory() as folder:
        for name in ("fresh", "again"):
            seconds = wall_seconds(("run", "--all", "-q", "--out", f"{folder}/run"))
            print(f"bench run --all on digits, 5 folds, {name}: {seconds:.1f} s wall")
    if wish.data:
        subprocess.run([sys.executable, "-c", READ.format(source=wish.data)], check=True)


def cpu_seconds(words: tuple[str, ...]) -> float:
    """Return user and system seconds of a command."""
    before = os.times()
    wall_seconds(words)
    after = os.times()
    return after.children_user - before.children_user + after.children_system - before.children_system


def wall_seconds(words: tuple[str, ...]) -> float:
    """Return the wall seconds of a command that must succeed."""
    start = time.perf_counter()
    subprocess.run([*BENCH, *words], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
