"""How long the main job's steps take on this machine.

    python tests/benchmarks/main_job.py [--data digit-recognizer.zip]

Prints CPU seconds of `bench --help` and `bench list models`, wall seconds of a fresh `bench run --all` on
the embedded digits (5 folds) and of the same command again; with --data also seconds and peak memory of
reading that source in a new process, wall seconds of both runs on it (3 folds), each model's mean metric, the
size of the report and the rows of the submission.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

Words = tuple[str | Path, ...]
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
    run_twice("digits", n_splits=5)
    if wish.data:
        subprocess.run([sys.executable, "-c", READ.format(source=wish.data)], check=True)
        run_twice(wish.data, n_splits=3)


def run_twice(data: str, n_splits: int) -> None:
    """Print what a fresh `bench run --all` and the same command again cost, and what they leave."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder, "run")
        for name in ("fresh", "again"):
            seconds = wall_seconds(
                ("run", "--all", "-q", "--data", data, "--cv", str(n_splits), "--out", out)
            )
            print(f"bench run --all --data {data} --cv {n_splits}, {name}: {seconds:.1f} s wall")
        board = json.loads((out / "leaderboard.json").read_text())
        means = [f"{row['name']} {row[board['metric'] + '_mean']:.4f}" for row in board["rows"]]
        print(f"    {board['metric']}: {', '.join(means)}")
        print(f"    report.html: {(out / 'report.html').stat().st_size / 1e6:.2f} MB")
        if (out / "submission.csv").exists():
            print(f"    submission.csv: {len((out / 'submission.csv').read_text().splitlines()) - 1:,} rows")


def cpu_seconds(words: Words) -> float:
    """Return user and system seconds of a command."""
    before = os.times()
    wall_seconds(words)
    after = os.times()
    return after.children_user - before.children_user + after.children_system - before.children_system


def wall_seconds(words: Words) -> float:
    """Return the wall seconds of a command that must succeed."""
    start = time.perf_counter()
    subprocess.run([*BENCH, *words], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
