"""What `bench run` costs beside a script that only fits.

Both fit the same estimators on the same folds with the same threads, one fit at a time, refit the
best on all rows and predict the test rows; both are timed from process start, alternately. Reading,
scoring, storing, report and submission count against `bench` alone: the script finds its rows and
folds in a file that numpy loads.

    python tests/benchmarks/overhead.py --data digit-recognizer.zip --cv 3 --rounds 2
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from bench.api import Request, prepare
from bench.api.running import Prepared
from bench.plan import refit_job
from bench.registry import ESTIMATORS
from bench.store import RunStore
from bench.worker import TENSORFLOW_ENVIRONMENT

PLAIN = Path(__file__).with_name("plain.py")


def main() -> None:
    """Print seconds of every round and the ratio of the medians."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", default="digits")
    parser.add_argument("--cv", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("models", nargs="*")
    wish = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        seconds = compare(wish, Path(folder))
    print(json.dumps(seconds))
    middle = {name: statistics.median(values) for name, values in seconds.items()}
    print(f"bench {middle['bench']:.1f} s, script {middle['script']:.1f} s,", end=" ")
    print(f"ratio {middle['bench'] / middle['script']:.3f} (n = {wish.rounds})")


def compare(wish: argparse.Namespace, folder: Path) -> dict[str, list[float]]:
    """Return the seconds of every round of both."""
    models = wish.models or ["--all"]
    options = ["--data", wish.data, "--cv", str(wish.cv), "--jobs", "1", "--threads", str(wish.threads)]
    out = folder / "run"
    bench = [sys.executable, "-m", "bench", "run", *models, *options, "-q", "--out", str(out)]
    prepared = prepare(
        Request(
            models=tuple(wish.models),
            every=not wish.models,
            data=wish.data,
            cv=wish.cv,
            jobs=1,
            threads=wish.threads,
            out=str(out),
        )
    )
    seconds: dict[str, list[float]] = {"bench": [], "script": []}
    for _ in range(wish.rounds):
        seconds["bench"].append(timed(bench))
        write_case(prepared, RunStore(out).read_run().best, folder)
        shutil.rmtree(out)
        seconds["script"].append(timed([sys.executable, str(PLAIN), str(folder)]))
    return seconds


def write_case(prepared: Prepared, best: str, folder: Path) -> None:
    """Store rows, folds and jobs for the script."""
    session, plan = prepared.session, prepared.plan
    chosen = next(row for row in plan.rows if row.name == best)
    last = refit_job(ESTIMATORS[chosen.estimator], chosen.params, session.folds)
    jobs = [
        {"target": job.target, "params": job.params, "fold": job.fold if job.role == "fold" else None}
        | {"seed": job.seed, "threads": prepared.threads if job.parallel else 1}
        for job in (*plan.jobs, last)
    ]
    (folder / "jobs.json").write_text(json.dumps({"jobs": jobs, "environment": TENSORFLOW_ENVIRONMENT}))
    X_test = session.dataset.X[:0] if session.dataset.X_test is None else session.dataset.X_test
    np.savez(
        folder / "rows.npz",
        X=session.dataset.X,
        y=session.dataset.y,
        X_test=X_test,
        assignment=session.folds.assignment[0],
    )


def timed(command: list[str]) -> float:
    """Return the wall seconds of a command that must succeed."""
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
