"""How every model of a run compares with one of them on the same images.

    python tests/benchmarks/paired.py runs/digit-recognizer cnn

Prints a Markdown table, best first: accuracy over out-of-fold images, processor seconds per fold, images
that only the row's model and only the other gets right, and the p of McNemar's exact test. A model with fewer
folds is compared on those that both have, one without any is left out.
"""

from __future__ import annotations

import argparse

import numpy as np
from scipy.stats import binomtest

from bench.records import Row
from bench.store import RunStore


def main() -> None:
    """Print one line per model."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", help="of the run")
    parser.add_argument("model", help="the one that all others are compared with")
    wish = parser.parse_args()
    store = RunStore(wish.folder)
    rows = {row.name: row for row in store.read_run().rows if not row.skipped}
    if wish.model not in rows:
        raise SystemExit(f"{wish.folder}: has no row {wish.model!r}; choose from {', '.join(rows)}")
    seconds = {name: spent for name, row in rows.items() if (spent := costs(store, row))}
    if wish.model not in seconds:
        raise SystemExit(f"{wish.folder}: no fold of {wish.model} is finished; run it first")
    right = {name: answers(store, rows[name]) for name in seconds}
    print("| model | folds | accuracy | CPU s per fold | only it | only the other | p |")
    print("|---|---|---|---|---|---|---|")
    for name in sorted(right, key=lambda name: -np.nanmean(right[name])):
        print(line(name, right[name], right[wish.model], seconds[name]))


def answers(store: RunStore, row: Row) -> np.ndarray:
    """Return for each image of the first repeat 1 if right, 0 if wrong, NaN without an answer."""
    right = np.full(store.read_run().info.n_rows, np.nan)
    for result in store.read_results(row):
        if result.status == "ok" and result.repeat == 0:
            told = store.read_predictions(row.estimator, result.key)
            right[told.rows] = told.scores.argmax(axis=1) == told.y_true
    return right


def costs(store: RunStore, row: Row) -> list[float]:
    """Return the processor seconds of each finished fold."""
    return [result.cpu_seconds for result in store.read_results(row) if result.status == "ok"]


def line(name: str, own: np.ndarray, other: np.ndarray, seconds: list[float]) -> str:
    """Return a row of the table."""
    only_own, only_other = int((own > other).sum()), int((other > own).sum())
    p = binomtest(only_own, only_own + only_other).pvalue if only_own + only_other else 1.0
    return (
        f"| {name} | {len(seconds)} | {np.nanmean(own):.4f} | {np.mean(seconds):.1f} "
        f"| {only_own} | {only_other} | {p:.1g} |"
    )


if __name__ == "__main__":
    main()
