"""How often the expected interval of a submission holds the score that the test rows really give.

    python tests/benchmarks/expected_score.py sgd tree forest --data IDX_FOLDER --splits 20 --cv 5

Each split draws 42,000 of MNIST's 70,000 images with a seed of its own; a model's out-of-fold scores on them
give the interval, with those of a fit on half of the first fold's training rows, and its refit is scored on
the other 28,000. Prints a line per fit, then hits and the mean half-width over that of a binomial proportion
of the test rows alone.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Sequence

import numpy as np
from fits import fit, joined, split

from bench import datasets
from bench.evidence import OutOfFold
from bench.evidence.expected import Expectation, Growth, expected_of
from bench.folds import make_folds
from bench.plan import fold_jobs, half_job
from bench.records import Dataset, EstimatorSpec, Folds
from bench.registry import resolve, select
from bench.worker import Outcome, fit_job

N_TEST = 28_000
Z = 1.96


def main() -> None:
    """Print one line for each model and split, then one for each model."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("models", nargs="+")
    parser.add_argument("--data", required=True)
    parser.add_argument("--splits", type=int, default=20)
    parser.add_argument("--first", type=int, default=0, help="seed of the first split")
    parser.add_argument("--cv", type=int, default=5)
    parser.add_argument("--test", type=int, default=N_TEST)
    wish = parser.parse_args()
    given = datasets.load(wish.data)
    whole = given if given.y_test is None else joined(given)
    for spec in select(wish.models):
        hits, widths = 0, []
        for seed in range(wish.first, wish.first + wish.splits):
            data = split(whole, wish.test, seed=seed, stratified=True)
            promise = promised(spec, data, wish.cv, seed)
            true = fit(spec, resolve(spec, "quick"), data, seed=seed, threads=1).accuracy
            hit = promise.low <= true <= promise.high
            hits += hit
            widths.append((promise.high - promise.low) / 2 / (Z * math.sqrt(true * (1 - true) / wish.test)))
            print(
                f"{spec.name} {seed}: {true:.4f} in {promise.low:.4f} to {promise.high:.4f}: {hit}",
                flush=True,
            )
        print(
            f"{spec.name}: {hits} of {wish.splits}, half-width {np.mean(widths):.2f} binomial ones",
            flush=True,
        )


def promised(spec: EstimatorSpec, data: Dataset, n_splits: int, seed: int) -> Expectation:
    """Return the interval that the out-of-fold accuracy of the training rows promises for the test rows.

    Raises
    ------
    RuntimeError
        If a fit failed.
    """
    folds = make_folds(data, n_splits, 1, seed)
    params = resolve(spec, "quick")
    jobs = [*fold_jobs(spec, params, folds), half_job(spec, params, folds)]
    outcomes = [fit_job(job, data, folds, 1) for job in jobs]
    if failed := [one.result.reason for one in outcomes if one.predictions is None]:
        raise RuntimeError(f"{spec.name}: {failed[0]}")
    *done, half = outcomes
    values = np.array([one.result.metrics["accuracy"] for one in done], dtype=float)
    together = pooled(done, data, folds)
    share = half.result.n_train / done[0].result.n_train
    growth = Growth.of(together, half.predictions, done[0].predictions, share)
    found = expected_of(together, "accuracy", values, len(data.y_test), growth)
    assert found is not None, "accuracy is always known"
    return found


def pooled(done: Sequence[Outcome], data: Dataset, folds: Folds) -> OutOfFold:
    """Return what the fits of the folds said of all training rows."""
    classes, y = np.unique(data.y, return_inverse=True)
    scores = np.empty((len(y), len(classes)), dtype=np.float32)
    for one in done:
        scores[one.predictions.rows] = one.predictions.scores
    return OutOfFold(
        models=(done[0].result.key,),
        classes=tuple(classes.tolist()),
        y_true=y.astype(np.int32),
        scores=(scores,),
        score_kinds=(done[0].predictions.score_kind,),
        fold=folds.assignment[0],
        positive=None,
        folds_sha256=folds.sha256,
    )


if __name__ == "__main__":
    main()
