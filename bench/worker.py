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
from bench.records import Dataset, FoldResult, Folds, Job, Predictions
from bench.stresses import stressed

PICKLE_PROTOCOL = 5
# Test images of which parts are covered, to tell where a network looks.
N_COVERED = 128

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


def score_rows(estimator: Any, X: np.ndarray, classes: np.ndarray) -> tuple[np.ndarray, str]:
    """Return the scores of a fitted estimator in the order of `classes`, and their kind.

    Parameters
    ----------
    estimator : classifier
        With ``predict_proba``, or else with ``decision_function``.
    X : ndarray of shape (n, n_features)
    classes : ndarray of shape (n_classes,)
        All classes, also those that the estimator has never seen.

    Returns
    -------
    scores : ndarray of shape (n, n_classes), float32
    kind : {"probability", "decision"}

    Raises
    ------
    ValueError
        If the scores have another shape, are not finite or no probabilities, or are of unknown classes.
    """
    kind = "probability" if hasattr(estimator, "predict_proba") else "decision"
    answer = estimator.predict_proba(X) if kind == "probability" else estimator.decision_function(X)
    raw = np.asarray(answer, dtype=np.float64)
    if raw.ndim == 1:
        raw = np.column_stack([-raw, raw])
    own = _known(estimator.classes_, classes)
    _check_scores(raw, (len(X), len(own)), kind)
    scores = np.full((len(X), len(classes)), 0.0 if kind == "probability" else raw.min(initial=0) - 1)
    scores[:, np.searchsorted(classes, own)] = raw
    return scores.astype(np.float32), kind


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


def _known(labels: Any, classes: np.ndarray) -> np.ndarray:
    """Return the classes that a model says it knows, each one of ours and named once."""
    own = np.asarray(labels)
    if own.ndim != 1 or not np.isin(own, classes).all() or len(np.unique(own)) < len(own):
        raise ValueError(f"the model's classes_ are {own.tolist()}, those of the data {classes.tolist()}")
    return own


def _check_scores(raw: np.ndarray, shape: tuple[int, int], kind: str) -> None:
    if raw.shape != shape:
        raise ValueError(f"scores of shape {shape} were expected, the model gave {raw.shape}")
    if not np.isfinite(raw).all():
        raise ValueError("the model's scores are not all finite")
    if kind == "probability" and (raw.min() < 0 or np.abs(raw.sum(axis=1) - 1).max() > 1e-3):
        raise ValueError("the model's probabilities are negative, or do not sum to one")


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
        importance=_importance(estimator, rows),
    )


def _metrics(predictions: Predictions, classes: np.ndarray, positive: str | None) -> dict[str, float | None]:
    if predictions.y_true is None:
        return {}
    return metrics.score(predictions, None if positive is None else classes.tolist().index(positive))


def _importance(estimator: Any, rows: Rows) -> np.ndarray | None:
    """Return a finite weight of every feature, if there is one.

    It is the model's own, a mean absolute coefficient, or what covering parts of some test images tells.
    """
    found = getattr(estimator, "feature_importances_", None)
    if found is None and hasattr(estimator, "coef_"):
        found = np.abs(estimator.coef_).mean(axis=0)
    if found is None and hasattr(estimator, "occlusion"):
        found = _occlusion(estimator, rows)
    try:
        weights = np.asarray(found, dtype=np.float32)
    except (TypeError, ValueError):
        return None
    return weights if weights.shape == rows.X_fit.shape[1:] and np.isfinite(weights).all() else None


def _occlusion(estimator: Any, rows: Rows) -> np.ndarray | None:
    if rows.y_new is None or not len(rows.X_new):
        return None
    few = np.linspace(0, len(rows.X_new) - 1, min(len(rows.X_new), N_COVERED)).astype(int)
    few = few[np.isin(rows.y_new[few], estimator.classes_)]
    return estimator.occlusion(rows.X_new[few], rows.y_new[few]) if len(few) else None
