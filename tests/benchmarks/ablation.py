"""What each part of the recipe of `cnn` is worth: the same folds with one part changed at a time.

    python tests/benchmarks/ablation.py --data digit-recognizer.zip --cv 3 --folds 1

Prints one line of a Markdown table per variant, as it is finished.
"""

from __future__ import annotations

import argparse
import inspect
from dataclasses import dataclass

from bench import datasets
from bench.folds import make_folds
from bench.plan import fold_jobs
from bench.records import Dataset, Folds, Params
from bench.registry import ESTIMATORS, resolve
from bench.worker import fit_job
from estimators import CNN
from estimators.architectures import pyramid

PRESET = "quick"
_OWN = {name: CNN().get_params()[name] for name in inspect.signature(pyramid).parameters} | {"blocks": 2}
_LAYERS = pyramid(**_OWN)

VARIANTS: dict[str, Params] = {
    "as it is": {},
    "images not moved": {"rotation": 0, "zoom": 0, "shift": 0},
    "moved twice as far": {"rotation": 16, "zoom": 0.16, "shift": 0.12},
    "bent too": {"elastic": 0.02},
    "no batch normalisation": {"architecture": _LAYERS.replace(" norm.9", "")},
    "padded": {"architecture": _LAYERS.replace("t ", " ")},
    "dropout .3": {"dropout": 0.3},
    "constant step size": {"schedule": "constant", "learning_rate": 1e-3},
    "label smoothing .05": {"label_smoothing": 0.05},
    "averaged weights": {"averaging": 0.99},
    "one convolution per block": {"depth": 1},
    "first windows of 3 pixels": {"kernel_size": 3},
    "twice the epochs": {"epochs": 2 * CNN().epochs},
    "5 views": {"views": 5},
}


@dataclass(frozen=True)
class Part:
    """What one variant reached over the folds that were run."""

    name: str
    wrong: int
    rows: int
    log_loss: float
    cpu_seconds: float

    def __str__(self) -> str:
        return (
            f"| {self.name} | {1 - self.wrong / self.rows:.4f} | {self.wrong} | {self.log_loss:.4f} "
            f"| {self.cpu_seconds:.0f} |"
        )


def main() -> None:
    """Measure every variant."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", default="digits")
    parser.add_argument("--cv", type=int, default=3)
    parser.add_argument("--folds", type=int, default=1, help="how many of them")
    parser.add_argument("--seed", type=int, default=0)
    wish = parser.parse_args()
    dataset = datasets.load(wish.data)
    folds = make_folds(dataset, wish.cv, 1, wish.seed)
    print(f"{dataset.name}, {wish.folds} of {wish.cv} folds, seed {wish.seed}, preset {PRESET}\n")
    print("| cnn | accuracy | wrong | log loss | CPU s per fold, fit and predict |")
    print("|---|---|---|---|---|", flush=True)
    for name, changed in VARIANTS.items():
        print(measure(name, changed, dataset, folds, wish.folds), flush=True)


def measure(name: str, changed: Params, dataset: Dataset, folds: Folds, n_folds: int) -> Part:
    """Fit one variant on the first folds.

    Raises
    ------
    RuntimeError
        If a fit failed.
    """
    spec = ESTIMATORS["cnn"]
    jobs = fold_jobs(spec, resolve(spec, PRESET) | changed, folds)[:n_folds]
    results = [fit_job(job, dataset, folds, 1).result for job in jobs]
    failed = [result.reason for result in results if result.status != "ok"]
    if failed:
        raise RuntimeError(f"{name}: {failed[0]}")
    rows = sum(result.n_test for result in results)
    return Part(
        name=name,
        wrong=sum(round((1 - result.metrics["accuracy"]) * result.n_test) for result in results),
        rows=rows,
        log_loss=sum(result.metrics["log_loss"] * result.n_test for result in results) / rows,
        cpu_seconds=sum(result.cpu_seconds for result in results) / n_folds,
    )


if __name__ == "__main__":
    main()
