"""What supervision costs: the same fits in supervised children and, unsupervised, in one process.

Both fit the same jobs with the same threads one after another, alternately, each from a fresh process with
the data in memory. Starting children, their own imports, handing the data over, watching and sending the
models' answers back all count against supervision. Starting costs a few seconds once, so that the ratio is
that of the chosen models and preset.

    python tests/benchmarks/supervision.py --data digit-recognizer.zip --cv 3 --preset quick sgd xgboost
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable

from bench.api import Request, prepare
from bench.api.running import Prepared
from bench.supervise import Crew, fit
from bench.worker import Outcome, fit_job


def main() -> None:
    """Print seconds of every round and the ratios of the medians."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", default="digits")
    parser.add_argument("--cv", type=int, default=3)
    parser.add_argument("--preset", default="smoke")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--way", choices=WAYS)
    parser.add_argument("models", nargs="+")
    wish = parser.parse_args()
    if wish.way:
        print(json.dumps(measure(wish)))
        return
    found: dict[str, list[dict[str, float]]] = {way: [] for way in WAYS}
    for _ in range(wish.rounds):
        for way, measured in found.items():
            measured.append(once(way))
    print(json.dumps(found))
    for name in ("wall", "cpu"):
        one, other = (statistics.median(each[name] for each in found[way]) for way in WAYS)
        print(f"{name}: supervised {one:.1f} s, plain {other:.1f} s,", end=" ")
        print(f"ratio {one / other:.3f} (n = {wish.rounds})")


def once(way: str) -> dict[str, float]:
    """Return the seconds of one way, measured in a process of its own."""
    command = [sys.executable, __file__, *sys.argv[1:], "--way", way]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout)


def measure(wish: argparse.Namespace) -> dict[str, float]:
    """Return the wall and processor seconds of all fits, children included."""
    prepared = prepare(
        Request(
            models=tuple(wish.models),
            data=wish.data,
            cv=wish.cv,
            preset=wish.preset,
            jobs=1,
            threads=wish.threads,
            fresh=True,
        )
    )
    cpu, start = processor_seconds(), time.perf_counter()
    outcomes = WAYS[wish.way](prepared)
    wall = time.perf_counter() - start
    assert all(outcome.result.status == "ok" for outcome in outcomes)
    return {"wall": wall, "cpu": processor_seconds() - cpu}


def supervised(prepared: Prepared) -> list[Outcome]:
    """Fit in children."""
    session = prepared.session
    with Crew(session.dataset, session.folds, prepared.limits) as crew:
        return [fit(crew.task(job, prepared.threads)) for job in prepared.plan.jobs]


def plain(prepared: Prepared) -> list[Outcome]:
    """Fit here."""
    session = prepared.session
    return [fit_job(job, session.dataset, session.folds, prepared.threads) for job in prepared.plan.jobs]


def processor_seconds() -> float:
    """Return the processor time of this process and of its children that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


WAYS: dict[str, Callable[[Prepared], list[Outcome]]] = {"supervised": supervised, "plain": plain}


if __name__ == "__main__":
    main()
