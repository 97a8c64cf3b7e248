"""What the registry's settings of XGBoost gain over the library's own.

Both fit the same rows with the same threads, alternately, and predict the same held-out rows. CPU seconds
stand beside the seconds: other programs disturb them less.

    python tests/benchmarks/boosting.py --data digit-recognizer.zip --rounds 2
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from typing import Any

import numpy as np
from sklearn.model_selection import train_test_split
from xgboost import XGBClassifier

from bench import datasets, registry


def main() -> None:
    """Print seconds, CPU seconds and accuracy of every round, and the ratios of the medians."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", default="digits")
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("models", nargs="*", default=["xgboost"])
    wish = parser.parse_args()
    dataset = datasets.load(wish.data)
    codes = np.unique(dataset.y, return_inverse=True)[1]
    parts = train_test_split(dataset.X, codes, test_size=1 / 3, random_state=0, stratify=codes)
    for model in wish.models:
        compare(model, parts, wish.rounds, wish.threads)


def compare(name: str, parts: list[np.ndarray], rounds: int, threads: int) -> None:
    """Print what a row of the registry and the library's defaults take and reach."""
    spec = registry.ESTIMATORS[name]
    given = registry.resolve(spec, "quick")
    makers = {
        "stock": lambda seed: XGBClassifier(n_jobs=threads, random_state=seed),
        name: lambda seed: registry.load(spec.target)(n_jobs=threads, random_state=seed, **given),
    }
    found: dict[str, dict[str, list[float]]] = {
        what: {key: [] for key in makers} for what in ("fit_seconds", "cpu_seconds", "accuracy")
    }
    for seed in range(rounds):
        for key, make in makers.items():
            for what, value in measure(make(seed), *parts).items():
                found[what][key].append(round(value, 4))
    print(json.dumps(found))
    for what, unit in (("fit_seconds", "s"), ("cpu_seconds", "CPU s")):
        own, stock = (statistics.median(found[what][key]) for key in (name, "stock"))
        print(f"{name} {own:.1f} {unit}, stock {stock:.1f} {unit}, ratio {own / stock:.3f} (n = {rounds})")


def measure(
    model: Any, X: np.ndarray, X_new: np.ndarray, y: np.ndarray, y_new: np.ndarray
) -> dict[str, float]:
    """Return seconds and CPU seconds of one fit, and its share of right answers on held-out rows."""
    start, cpu_start = time.perf_counter(), time.process_time()
    model.fit(X, y)
    taken, cpu_taken = time.perf_counter() - start, time.process_time() - cpu_start
    right = float(np.mean(model.predict(X_new) == y_new))
    return {"fit_seconds": taken, "cpu_seconds": cpu_taken, "accuracy": right}


if __name__ == "__main__":
    main()
