"""Whether the evidence is true: simulations in which the truth is known.

    python tests/benchmarks/evidence_truth.py coverage equal power training [--runs 1000] [--rows 500]
    python tests/benchmarks/evidence_truth.py forest [--data digits] [--rows 1797]

coverage: share of 95 % intervals that hold the metric of a million other rows. equal: share of runs in which
any of 12 equally good models is said to differ from another. power: share of runs in which a true difference
of half a point on 42,000 rows is found, 3 % of the rows being judged differently, among 66 pairs. training:
share of expected intervals that hold a refit's value, by how much more training moves it than the choice of
a fold's rows does; gains by more rows aside. forest:
pairs said to differ among random forests that differ in the seed alone; here models are not equal, since two
fitted forests are not the same function.
"""

from __future__ import annotations

import argparse

import numpy as np
from synthetic import CORRELATION, ERROR_RATE, equally_right, out_of_fold

from bench import datasets
from bench.evidence import OutOfFold
from bench.evidence.expected import training_variance
from bench.evidence.intervals import Z, intervals
from bench.evidence.pairs import ALPHA, mcnemar, only_right, pairs
from bench.evidence.resampling import resampled
from bench.folds import make_folds

METRICS = ("accuracy", "balanced_accuracy", "f1_macro", "log_loss", "roc_auc_ovr", "average_precision")
N_MODELS = 12
N_PAIRS = N_MODELS * (N_MODELS - 1) // 2
N_ROWS = 42_000
SIZES = (500, 2000, 10_000)
DIFFERENCE, DISCORDANT = 0.005, 0.03
RATIOS, SPLITS = (0, 0.3, 0.5, 0.7, 1, 1.5, 2), (3, 5, 10)
NEW_OVER_SEEN = 28_000 / 42_000


def main() -> None:
    """Print the figures of the wished simulations."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("what", nargs="+", choices=list(SIMULATIONS))
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--data", default="digits")
    parser.add_argument("--rows", help="of the data, for forest; simulated ones, for coverage")
    wish = parser.parse_args()
    for what in wish.what:
        SIMULATIONS[what](wish)


def coverage(n_rows: int, n_runs: int, n_true: int = 1_000_000) -> dict[str, float]:
    """Return for each metric the share of intervals that hold its true value."""
    truth = resampled(out_of_fold(n_true, 1, seed=n_runs), METRICS, n_resamples=1)
    hit = dict.fromkeys(METRICS, 0)
    for seed in range(n_runs):
        for line in intervals(out_of_fold(n_rows, 1, seed=seed), METRICS, seed=seed).itertuples():
            hit[line.metric] += line.low <= truth[line.metric].value[0] <= line.high
    return {metric: count / n_runs for metric, count in hit.items()}


def false_alarms(n_rows: int, n_runs: int, seed: int = 0) -> float:
    """Return the share of runs in which accuracy is said to differ among equal models."""
    rng = np.random.default_rng(seed)
    a, b = np.triu_indices(N_MODELS, k=1)
    alarms = 0
    for _ in range(n_runs):
        only = only_right(equally_right(N_MODELS, n_rows, rng))
        alarms += first_step_of_holm(mcnemar(only[a, b], only[b, a])) < ALPHA
    return alarms / n_runs


def first_step_of_holm(p: np.ndarray) -> float:
    """Return the smallest corrected p value: Holm rejects something if and only if Bonferroni does."""
    return len(p) * p.min()


def false_alarms_of(metric: str, n_rows: int, n_runs: int) -> float:
    """Return the share of runs in which another metric is said to differ among equal models."""
    alarms = 0
    for seed in range(n_runs):
        data = out_of_fold(n_rows, N_MODELS, seed=seed, step=0.0)
        alarms += pairs(data, np.zeros((N_MODELS, 5)), metric, seed=seed)["different"].any()
    return alarms / n_runs


def power(n_runs: int, seed: int = 0) -> float:
    """Return how often the true difference survives a correction by all 66 pairs."""
    rng = np.random.default_rng(seed)
    gained, lost = (DISCORDANT + DIFFERENCE) / 2, (DISCORDANT - DIFFERENCE) / 2
    counts = rng.multinomial(N_ROWS, [gained, lost, 1 - DISCORDANT], size=n_runs)
    p = mcnemar(counts[:, 0], counts[:, 1])
    return float((N_PAIRS * p < ALPHA).mean())


def training(ratio: float, n_splits: int, n_runs: int, seed: int = 0) -> tuple[float, float]:
    """Return the share of intervals that hold a refit's value of new rows, and their half-width.

    Values of folds are normal, with the variance 1 from their rows and `ratio` squared from training. The
    half-width is over that of the new rows alone.
    """
    rng = np.random.default_rng(seed)
    by_old, by_new = 1 / n_splits, 1 / (n_splits * NEW_OVER_SEEN)
    inside, reaches = 0, []
    for _ in range(n_runs):
        values = rng.normal(0, np.hypot(1, ratio), n_splits)
        refit = rng.normal(0, np.sqrt(by_new + ratio**2))
        by_training = training_variance(values, 1.0)
        reach = Z * np.sqrt(by_old + by_new + by_training * (1 + 1 / n_splits))
        inside += abs(refit - values.mean()) <= reach
        reaches.append(reach)
    return inside / n_runs, float(np.mean(reaches) / (Z * np.sqrt(by_new)))


def forests(source: str, rows: str | None, n_splits: int = 5) -> tuple[OutOfFold, np.ndarray]:
    """Return out-of-fold scores, and accuracies of folds, of one random forest under 12 seeds."""
    from sklearn.ensemble import RandomForestClassifier

    data = datasets.load(source)
    data = datasets.take(data, rows, 0) if rows else data
    fold = make_folds(data, n_splits, 1, 0).assignment[0]
    classes, y = np.unique(data.y, return_inverse=True)
    scores = np.zeros((N_MODELS, len(y), len(classes)), dtype=np.float32)
    for seed, own in enumerate(scores):
        for f in range(n_splits):
            forest = RandomForestClassifier(random_state=seed, n_jobs=-1).fit(data.X[fold != f], y[fold != f])
            own[fold == f] = forest.predict_proba(data.X[fold == f])
    names = tuple(f"seed {seed}" for seed in range(N_MODELS))
    found = OutOfFold(
        models=names,
        classes=tuple(classes.tolist()),
        y_true=y.astype(np.int32),
        scores=tuple(scores),
        score_kinds=("probability",) * N_MODELS,
        fold=fold,
        positive=None,
        folds_sha256="",
    )
    return found, np.stack([found.correct[:, fold == f].mean(axis=1) for f in range(n_splits)], axis=1)


def _coverage(wish: argparse.Namespace) -> None:
    for n_rows in [int(wish.rows)] if wish.rows else SIZES:
        shares = coverage(n_rows, wish.runs)
        print(f"coverage, {n_rows:,} rows (n = {wish.runs}):", *(f"{m} {s:.3f}" for m, s in shares.items()))


def _equal(wish: argparse.Namespace) -> None:
    shape = f"{ERROR_RATE:.0%} errors, correlation {CORRELATION}"
    for n_rows in (2000, N_ROWS):
        share = false_alarms(n_rows, wish.runs)
        print(f"any false difference, accuracy, {n_rows:,} rows, {shape} (n = {wish.runs}): {share:.3f}")
    for metric in METRICS[1:]:
        share = false_alarms_of(metric, 2000, wish.runs)
        print(f"any false difference, {metric}, 2,000 rows (n = {wish.runs}): {share:.3f}")


def _power(wish: argparse.Namespace) -> None:
    share = power(wish.runs)
    print(f"half a point found, {N_ROWS:,} rows, {DISCORDANT:.0%} discordant (n = {wish.runs}): {share:.3f}")


def _training(wish: argparse.Namespace) -> None:
    print(f"expected intervals that hold a refit (n = {wish.runs}), and half-width over the new rows' own")
    print("training over rows:", *(f"{ratio:>10g}" for ratio in RATIOS))
    for n_splits in SPLITS:
        found = [training(ratio, n_splits, wish.runs) for ratio in RATIOS]
        print(f"{n_splits:>11} folds:", *(f"{share:.3f} {width:.2f}".rjust(10) for share, width in found))


def _forest(wish: argparse.Namespace) -> None:
    data, folds = forests(wish.data, wish.rows)
    for metric in ("accuracy", "log_loss"):
        n = int(pairs(data, folds, metric)["different"].sum())
        print(f"{N_MODELS} seeds, {wish.data}, {data.n_rows:,} rows, {metric}: {n} of {N_PAIRS} differ")
    right = data.correct.mean(axis=1)
    print(f"    accuracies {right.min():.4f} to {right.max():.4f}")


SIMULATIONS = {
    "coverage": _coverage,
    "equal": _equal,
    "power": _power,
    "training": _training,
    "forest": _forest,
}


if __name__ == "__main__":
    main()
