"""What each part of the evidence costs on stored scores of 12 models x 42,000 rows x 10 classes.

    python tests/benchmarks/evidence_speed.py [part ...]

Prints a Markdown table: seconds of the processor, seconds by the clock, and the peak memory of a new process
that makes the scores and computes the part alone, above that of a process that only makes the scores.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import time
from collections.abc import Callable

import numpy as np
import pandas as pd
from synthetic import out_of_fold

from bench.evidence import OutOfFold
from bench.evidence.calibration import calibration, reliability
from bench.evidence.cost import cost, price
from bench.evidence.ensembles import KINDS, cross_fitted, recipe
from bench.evidence.hard import difficulty, missed_by_every, missed_only_by, oracle, overlap, rescued_by
from bench.evidence.intervals import intervals
from bench.evidence.labels import corrected_accuracy, suspects
from bench.evidence.pairs import pairs
from bench.evidence.ranks import p_best, ranks
from bench.evidence.selective import risk_coverage
from bench.evidence.sentences import sentences
from bench.metrics import metrics_of

N_MODELS, N_ROWS, N_SPLITS = 12, 42_000, 5


def main() -> None:
    """Print one line for each part, then their sum."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("parts", nargs="*", metavar="part", help=f"of {', '.join(PARTS)}; all by default")
    wish = parser.parse_args()
    _, _, least = measured("")
    total = np.zeros(2)
    print("| part | CPU s | wall s | MiB |", "|---|---|---|---|", sep="\n")
    for part in wish.parts or PARTS:
        cpu, wall, peak = measured(part)
        total += cpu, wall
        print(f"| {part} | {cpu:.2f} | {wall:.2f} | {peak - least:.0f} |", flush=True)
    print(f"| sum | {total[0]:.2f} | {total[1]:.2f} | |")


def measured(part: str) -> tuple[float, float, float]:
    """Return seconds of the processor and of the clock, and peak memory in MiB, in a new process."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_measure, (part,))


def _measure(part: str) -> tuple[float, float, float]:
    data = out_of_fold(N_ROWS, N_MODELS)
    cpu, wall = time.process_time(), time.perf_counter()
    if part:
        PARTS[part](data)
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    return cpu, wall, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _intervals(data: OutOfFold) -> None:
    intervals(data, list(metrics_of(binary=False)))


def _pairs(data: OutOfFold) -> None:
    pairs(data, _fold_accuracies(data), "accuracy")


def _pairs_of_log_loss(data: OutOfFold) -> None:
    pairs(data, -_fold_accuracies(data), "log_loss")


def _ranks(data: OutOfFold) -> None:
    table = pairs(data, _fold_accuracies(data), "accuracy")
    ranks(table, data.models)
    sentences(table, data.models, "accuracy")
    p_best(data, "accuracy")


def _hard(data: OutOfFold) -> None:
    difficulty(data)
    overlap(data)
    oracle(data)
    missed_by_every(data)
    for model in data.models:
        missed_only_by(data, model)
        rescued_by(data, model)


def _labels(data: OutOfFold) -> None:
    corrected_accuracy(data, suspects(data), 50)


def _calibration(data: OutOfFold) -> None:
    calibration(data)
    for model in data.models:
        reliability(data, model)
        risk_coverage(data, model)


def _cost(data: OutOfFold) -> None:
    seconds = np.linspace(1, 100, N_MODELS)
    frame = pd.DataFrame({"model": data.models, "score": data.correct.mean(axis=1), "fit_seconds": seconds})
    frame = frame.assign(cpu_seconds=seconds, predict_ms_per_row=seconds, model_bytes=seconds)
    price(cost(frame), data.n_rows)


def _ensembles(data: OutOfFold) -> None:
    for kind in KINDS:
        cross_fitted(data, kind)
        recipe(data, kind)


def _fold_accuracies(data: OutOfFold) -> np.ndarray:
    return np.stack([data.correct[:, data.fold == f].mean(axis=1) for f in range(N_SPLITS)], axis=1)


PARTS: dict[str, Callable[[OutOfFold], None]] = {
    "intervals": _intervals,
    "pairs, accuracy": _pairs,
    "pairs, log loss": _pairs_of_log_loss,
    "pairs, ranks, sentences": _ranks,
    "hard images": _hard,
    "label errors": _labels,
    "calibration": _calibration,
    "cost": _cost,
    "ensembles": _ensembles,
}


if __name__ == "__main__":
    main()
