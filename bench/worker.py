"""The only place that fits a model."""

from __future__ import annotations

import importlib
import importlib.util
import os
import pickle
import sys
import time
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from bench import metrics, models, registry
from bench.anatomy import anatomy
from bench.energy import metered
from bench.folds import nested_share
from bench.importance import importance
from bench.records import Dataset, FoldResult, Folds, Job, Predictions
from bench.scoring import score_rows
from bench.stresses import stressed

PICKLE_PROTOCOL = 5

# TensorFlow's results depend on its thread count, and it reads these only when it is imported. Several fits
# share an accelerator, so none may take all of its memory. oneDNN's kernels are off by default on processors
# where they save a third of the time.
TENSORFLOW_ENVIRONMENT = {
    "TF_ENABLE_ONEDNN_OPTS": "1",
    "TF_FORCE_GPU_ALLOW_GROWTH": "true",
    "TF_NUM_INTRAOP_THREADS": "1",
    "TF_NUM_INTEROP_THREADS": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
}


@dataclass(frozen=True)
class Outcome:
    """What a job leaves behind: predictions if it succeeded, the file of the model if it was a refit."""

    result: FoldResult
    predictions: Predictions | None = None
    model: bytes | None = None


@dataclass(frozen=True)
class Rows:
    """The rows that a job fits and those that it predicts."""

    X_fit: np.ndarray
    y_fit: np.ndarray
    X_new: np.ndarray
    y_new: np.ndarray | None
    positions: np.ndarray


def fit_job(job: Job, dataset: Dataset, folds: Folds, threads: int, *, energy: bool = False) -> Outcome:
    """Fit one model, let it predict the rows that it has not seen, and score it.

    Parameters
    ----------
    job : Job
    dataset : Dataset
    folds : Folds
    threads : int
        Upper limit; a job that is not `parallel` uses one.
    energy : bool
        Whether to meter what fit and prediction draw.

    Returns
    -------
    Outcome
        Of status "failed", with the reason, if the model raised or answered nonsense.
    """
    from threadpoolctl import threadpool_limits

    threads = threads_of(job, threads)
    blank = failure(job, threads, "").result
    with warnings.catch_warnings(record=True) as caught, threadpool_limits(threads):
        warnings.simplefilter("always")
        try:
            import_libraries(job.versions)
            outcome = _fit(job, dataset, folds, threads, blank, energy=energy)
        except Exception as error:
            outcome = failure(job, threads, sentence(error))
    texts = tuple(dict.fromkeys(sentence(item.message) for item in caught))
    return replace(outcome, result=replace(outcome.result, warnings=texts))


def failure(job: Job, threads: int, reason: str, *, status: str = "failed", seconds: float = 0.0) -> Outcome:
    """Return what is known of a job that left no predictions, after so many seconds."""
    result = FoldResult(
        job.key,
        job.estimator,
        job.role,
        job.repeat,
        job.fold,
        status,
        reason,
        fit_seconds=seconds,
        threads=threads_of(job, threads),
        versions=job.versions,
        folds_sha256=job.folds_sha256,
        share=job.share,
        variants=job.variants,
    )
    return Outcome(result)


def threads_of(job: Job, threads: int) -> int:
    """Return how many of the threads a job may use: one, unless it is `parallel`."""
    return threads if job.parallel else 1


def sentence(error: object) -> str:
    """Return an error or a warning in one line of at most 500 characters."""
    text = " ".join(str(error).encode(errors="replace").decode().split())
    return f"{type(error).__name__}: {text}"[:500]


def import_libraries(names: Iterable[str]) -> None:
    """Import the packages that decide a result, so that no import is timed as a fit."""
    os.environ.update(TENSORFLOW_ENVIRONMENT)
    waiting = [name for name in names if name not in sys.modules and importlib.util.find_spec(name)]
    if waiting:
        with _native_stderr_hidden(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for name in waiting:
                importlib.import_module(name)


def build(job: Job, threads: int = 1, image_shape: tuple[int, ...] | None = None) -> Any:
    """Return the unfitted estimator of a job, its seed, threads and image shape set where it has them."""
    estimator = registry.load(job.target)()
    offered = estimator.get_params()
    given = {"random_state": job.seed, "n_jobs": threads, "image_shape": image_shape}
    return estimator.set_params(**{k: v for k, v in given.items() if k in offered}, **job.params)


@contextmanager
def _native_stderr_hidden() -> Iterator[None]:
    """Keep the notices that TensorFlow's native code prints while it loads off the terminal."""
    sys.stderr.flush()
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def _fit(
    job: Job, dataset: Dataset, folds: Folds, threads: int, blank: FoldResult, *, energy: bool
) -> Outcome:
    rows = _rows(job, dataset, folds)
    classes = np.unique(dataset.y)
    estimator = build(job, threads, dataset.image_shape or (1, dataset.X.shape[1]))
    with metered(energy) as reading:
        cpu, start = time.process_time(), time.perf_counter()
        estimator.fit(rows.X_fit, rows.y_fit)
        fitted = time.perf_counter()
        scores, kind = _scores(estimator, rows.X_new, classes)
        done, cpu = time.perf_counter(), time.process_time() - cpu
    predictions = _predictions(rows, scores, kind, classes, estimator)
    predictions = replace(predictions, stressed=_stressed(job, estimator, rows, classes, dataset.image_shape))
    model, unsaved = _saved(estimator, job) if job.role == "refit" else (None, "")
    result = replace(
        blank,
        status="ok",
        metrics=_metrics(predictions, classes, dataset.positive),
        score_kind=kind,
        fit_seconds=fitted - start,
        predict_seconds=done - fitted,
        cpu_seconds=cpu,
        model_bytes=_memory_bytes(estimator) if model is None else len(model),
        unsaved=unsaved,
        device=str(getattr(estimator, "device_", "cpu")),
        n_train=len(rows.X_fit),
        n_test=len(rows.X_new),
        anatomy=anatomy(estimator),
        energy_kwh=reading.kwh,
        energy_source=reading.source,
    )
    return Outcome(result, predictions, model)


def _saved(estimator: Any, job: Job) -> tuple[bytes | None, str]:
    """Return the file of a fitted model, or why it cannot be saved, which spoils no result."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what is said here is not of the fit
            return models.encode(estimator, job.target), ""
    except Exception as error:
        return None, sentence(error)


def _memory_bytes(estimator: Any) -> int:
    """Return the size of a fitted model, as a pickle measures it; 0 for one that no pickle holds."""
    try:
        return len(pickle.dumps(estimator, protocol=PICKLE_PROTOCOL))
    except Exception:
        return 0


def _rows(job: Job, dataset: Dataset, folds: Folds) -> Rows:
    X, y = dataset.X, dataset.y
    if job.role != "refit":
        train, test = folds.rows(job.repeat, job.fold)
        train = train if job.share == 1 else nested_share(y, train, job.share, folds.seed)
        return Rows(X[train], y[train], X[test], y[test], test)
    # Copies, like the rows of a fold: a model that changes what it is given changes its own.
    X_new = np.array(X[:0] if dataset.X_test is None else dataset.X_test)
    return Rows(np.array(X), np.array(y), X_new, dataset.y_test, np.arange(len(X_new)))


def _stressed(
    job: Job, estimator: Any, rows: Rows, classes: np.ndarray, image_shape: tuple[int, ...] | None
) -> np.ndarray | None:
    """Return the class that a fitted model predicts for each row under each of the job's variants."""
    if not job.variants or image_shape is None:
        return None
    changed = (stressed(rows.X_new, name, image_shape, rows.X_fit, job.seed) for name in job.variants)
    answers = [score_rows(estimator, X, classes)[0].argmax(axis=1) for X in changed]
    return np.stack(answers).astype(np.int16)


def _scores(estimator: Any, X: np.ndarray, classes: np.ndarray) -> tuple[np.ndarray, str]:
    if len(X) == 0:
        return np.empty((0, len(classes)), dtype=np.float32), "probability"
    return score_rows(estimator, X, classes)


def _predictions(
    rows: Rows, scores: np.ndarray, kind: str, classes: np.ndarray, estimator: Any
) -> Predictions:
    y_true = None if rows.y_new is None else np.searchsorted(classes, rows.y_new).astype(np.int32)
    return Predictions(
        rows=rows.positions,
        y_true=y_true,
        scores=scores,
        score_kind=kind,
        history={k: [float(v) for v in values] for k, values in getattr(estimator, "history_", {}).items()},
        importance=importance(estimator, rows.X_new, rows.y_new),
    )


def _metrics(predictions: Predictions, classes: np.ndarray, positive: str | None) -> dict[str, float | None]:
    if predictions.y_true is None:
        return {}
    return metrics.score(predictions, None if positive is None else classes.tolist().index(positive))
