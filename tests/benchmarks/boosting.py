"""What the registry's settings of XGBoost gain over the library's own.

Both fit the same rows with the same threads, alternately, and predict the same held-out rows.

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
    """Print seconds and accuracy of every round, and the ratio of the median seconds."""
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
    seconds: dict[str, list[float]] = {key: [] for key in makers}
    accuracy: dict[str, list[float]] = {key: [] for key in makers}
    for seed in range(rounds):
        for key, make in makers.items():
            taken, share = measure(make(seed), *parts)
            seconds[key].append(round(taken, 2))
            accuracy[key].append(round(share, 4))
    print(json.dumps({"fit_seconds": seconds, "accuracy": accuracy}))
    middle = {key: statistics.median(values) for key, values in seconds.items()}
    print(f"{name} {middle[name]:.1f} s, stock {middle['stock']:.1f} s,", end=" ")
    print(f"ratio {middle[name] / middle['stock']:.3f} (n = {rounds})")


def measure(
    model: Any, X: np.ndarray, X_new: np.ndarray, y: np.ndarray, y_new: np.ndarray
) -> tuple[float, float]:
    """Return the seconds of one fit and its share of right answers on held-out rows."""
    start = time.perf_counter()
    model.fit(X, y)
    return time.perf_counter() - start, float(np.mean(model.predict(X_new) == y_new))


if __name__ == "__main__":
    main()
