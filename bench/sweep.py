"""What a run folder holds, looked through before work begins: what is damaged or foreign is set aside.

Nothing is deleted but the temporary files of writes that were cut off. Only the holder of the lock may sweep.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path

import numpy as np

from bench.errors import DamagedFile
from bench.records import Dataset, FoldResult, Folds, Job, Predictions, Run
from bench.store import DATA, FOLDS, RUN, RunStore

Check = Callable[[], object]


def sweep(store: RunStore, run: Run | None, dataset: Dataset, folds: Folds) -> list[str]:
    """Set aside every stored file that is not as it was written, or is another one's.

    Parameters
    ----------
    store : RunStore
    run : Run or None
        The folder's record, which knows how derived files were written.
    dataset : Dataset
    folds : Folds
        What the folder's results have to be about.

    Returns
    -------
    list of str
        A sentence for each file.
    """
    store.sweep_temporary()
    return [
        said for path, check in _checks(store, run, dataset, folds) if (said := _swept(store, path, check))
    ]


def sweep_jobs(store: RunStore, jobs: Iterable[Job], dataset: Dataset, folds: Folds) -> list[str]:
    """Set aside what is stored of some jobs, none of them a refit, as `sweep` does."""
    store.sweep_temporary()
    stored = {(estimator, key): path for estimator, key, path in store.results()}
    found = [(job, stored[job.estimator, job.key]) for job in jobs if (job.estimator, job.key) in stored]
    checks = [
        (path, partial(_check_result, store, job.estimator, job.key, dataset, folds)) for job, path in found
    ]
    return [said for path, check in checks if (said := _swept(store, path, check))]


def _swept(store: RunStore, path: Path, check: Check) -> str:
    try:
        check()
    except DamagedFile as error:
        aside = store.set_file_aside(path)
        name = path.relative_to(store.path)
        return f"{name}: {error.finding}; kept as {aside.name}, and made anew by the run that needs it"
    return ""


def _checks(store: RunStore, run: Run | None, dataset: Dataset, folds: Folds) -> Iterator[tuple[Path, Check]]:
    """Yield every file with its check; a model comes after the result that knows its checksum."""
    whole: dict[str, Check] = {
        RUN: store.read_run,
        FOLDS: partial(_check_folds, store, folds),
        DATA: partial(store.check_data, dataset.sha256),
    }
    derived = {} if run is None else run.derived_files
    whole |= {name: partial(_check_derived, store, name, sha256) for name, sha256 in derived.items()}
    for name, check in whole.items():
        if store.has_files(name):
            yield store.path / name, check
    for estimator, key, path in store.results():
        yield path, partial(_check_result, store, estimator, key, dataset, folds)
        if store.has_model(estimator, key):
            yield store.model_path(estimator, key), partial(store.check_model, estimator, key)
    for estimator, key, path in store.failures():
        yield path, partial(store.read_failure, estimator, key)
    for estimator, path in store.studies():
        yield path, partial(store.read_study, estimator)


def _check_folds(store: RunStore, folds: Folds) -> None:
    if store.read_folds().sha256 != folds.sha256:
        raise DamagedFile("holds other folds")


def _check_derived(store: RunStore, name: str, sha256: str) -> None:
    if store.fingerprints(name)[name] != sha256:
        raise DamagedFile("not as it was written")


def _check_result(store: RunStore, estimator: str, key: str, dataset: Dataset, folds: Folds) -> None:
    result = store.read_result(estimator, key)
    if result is None or result.status != "ok":
        raise DamagedFile("holds no finished fit")
    if not is_about(store.read_predictions(estimator, key), result, dataset, folds):
        raise DamagedFile("is about other rows, classes or features")


def is_about(said: Predictions, of: Job | FoldResult, dataset: Dataset, folds: Folds) -> bool:
    """Whether predictions are finite, and about the rows, labels and features of a fit."""
    rows = np.arange(0 if dataset.X_test is None else len(dataset.X_test))
    labels = dataset.y_test
    if of.role != "refit":
        rows = folds.rows(of.repeat, of.fold)[1]
        labels = dataset.y[rows]
    classes = np.unique(dataset.y)
    codes = None if labels is None else np.searchsorted(classes, labels)
    return (
        np.array_equal(said.rows, rows)
        and _equal(said.y_true, codes)
        and _is_finite(said.scores, (len(rows), len(classes)))
        and (said.importance is None or _is_finite(said.importance, (dataset.X.shape[1],)))
        and _are_answers(said.stressed, (len(of.variants), len(rows)), len(classes))
    )


def _are_answers(found: np.ndarray | None, shape: tuple[int, int], n_classes: int) -> bool:
    if found is None or not shape[0]:
        return found is None and not shape[0]
    return found.shape == shape and bool(((found >= 0) & (found < n_classes)).all())


def _is_finite(found: np.ndarray, shape: tuple[int, ...]) -> bool:
    return found.shape == shape and bool(np.isfinite(found).all())


def _equal(one: np.ndarray | None, other: np.ndarray | None) -> bool:
    if one is None or other is None:
        return one is other
    return np.array_equal(one, other)
