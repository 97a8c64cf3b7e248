"""What `held_out.py` and `references.py` share: one fit on training rows, scored on labelled test rows."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from bench.datasets.assemble import fingerprint
from bench.plan import refit_job
from bench.records import Dataset, EstimatorSpec, Folds, Params
from bench.worker import fit_job


@dataclass(frozen=True)
class Fit:
    """How one model did on test rows that it had not seen; accuracy with its 95 % Wilson interval."""

    model: str
    n_train: int
    n_test: int
    accuracy: float
    low: float
    high: float
    log_loss: float | None
    fit_seconds: float
    predict_seconds: float
    threads: int

    def __str__(self) -> str:
        loss = "none" if self.log_loss is None else f"{self.log_loss:.4f}"
        return (
            f"{self.model}: accuracy {self.accuracy:.4f} ({self.low:.4f} to {self.high:.4f}) "
            f"on {self.n_test:,} rows, log loss {loss}, "
            f"fit {self.fit_seconds:.1f} s on {self.n_train:,} rows, "
            f"predict {self.predict_seconds:.1f} s, threads {self.threads}"
        )


def fit(spec: EstimatorSpec, params: Params, data: Dataset, *, seed: int, threads: int) -> Fit:
    """Fit a model on all training rows and score it on the labelled test rows.

    Raises
    ------
    RuntimeError
        If the model failed.
    """
    from scipy.stats import binomtest

    blank = Folds(data.sha256, "one split", 1, 1, seed, np.zeros((1, len(data.y)), dtype=np.int16))
    result = fit_job(refit_job(spec, params, blank), data, blank, threads).result
    if result.status != "ok":
        raise RuntimeError(f"{spec.name}: {result.reason}")
    accuracy = float(result.metrics["accuracy"] or 0.0)
    interval = binomtest(round(accuracy * result.n_test), result.n_test).proportion_ci(method="wilson")
    costs = {name: getattr(result, name) for name in ("fit_seconds", "predict_seconds", "threads")}
    sizes = {"n_train": result.n_train, "n_test": result.n_test}
    bounds = {"low": float(interval.low), "high": float(interval.high)}
    return Fit(spec.name, accuracy=accuracy, log_loss=result.metrics["log_loss"], **sizes, **bounds, **costs)


def joined(data: Dataset) -> Dataset:
    """Return training and labelled test rows as training rows."""
    X, y = np.concatenate([data.X, data.X_test]), np.concatenate([data.y, data.y_test])
    return replace(data, X=X, y=y, row_ids=np.arange(len(y)), X_test=None, y_test=None, test_ids=None)


def split(data: Dataset, n_test: int | float, *, seed: int, stratified: bool) -> Dataset:
    """Return training rows divided into training and labelled test rows; earlier test rows are dropped."""
    from sklearn.model_selection import train_test_split

    strata = data.y if stratified else None
    train, test = train_test_split(
        np.arange(len(data.y)), test_size=n_test, random_state=seed, stratify=strata
    )
    parts = {"X": data.X[train], "y": data.y[train], "X_test": data.X[test], "y_test": data.y[test]}
    divided = replace(data, row_ids=data.row_ids[train], test_ids=data.row_ids[test], **parts)
    return replace(divided, sha256=fingerprint(divided))


@contextmanager
def table(path: str | None, columns: Iterable[str]) -> Iterator[Any]:
    """Yield a function that writes one line of a csv at once; it does nothing without a path."""
    if path is None:
        yield lambda line: None
        return
    with Path(path).open("w", newline="", encoding="utf-8", buffering=1) as file:
        writer = csv.DictWriter(file, list(columns))
        writer.writeheader()
        yield writer.writerow
