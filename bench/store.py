"""The only module that writes or reads a run folder.

One finished job is one npz file: its record as JSON, its arrays, and a sha256 over both. Every
write goes to a temporary name in the same folder and is renamed when it is complete.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from bench import archive, models
from bench.errors import FolderError
from bench.folder import Folder
from bench.records import (
    SCHEMA_VERSION,
    Dataset,
    FoldResult,
    Folds,
    Job,
    Predictions,
    Row,
    Run,
    Study,
    from_json,
    to_json,
)

DATA_LIMIT_BYTES = 500_000_000
N_SHOWN_ROWS = 5_000


@dataclass(frozen=True)
class StoredRows:
    """The pixels and labels that a report may show.

    Parameters
    ----------
    positions : ndarray of shape (m,), int64
        Position in the data set of each stored row, ascending; all of them unless the data are large.
    X : ndarray of shape (m, n_features)
    y : ndarray of shape (n,), int32
        Index of the class of every row of the data set, stored or not.
    row_ids : ndarray of shape (n,), int64
    X_test : ndarray of shape (n_test, n_features) or None
    test_ids : ndarray of shape (n_test,) or None
    feature_names : ndarray of shape (n_features,)
    """

    positions: np.ndarray
    X: np.ndarray
    y: np.ndarray
    row_ids: np.ndarray
    X_test: np.ndarray | None
    test_ids: np.ndarray | None
    feature_names: np.ndarray


class RunStore(Folder):
    """A run folder.

    Parameters
    ----------
    path : path-like
        The folder; it need not exist yet.
    """

    def exists(self) -> bool:
        """Whether the folder holds a run."""
        return (self.path / "run.json").is_file()

    def is_foreign(self) -> bool:
        """Whether the folder is somebody else's: it holds files, and none that a run starts with."""
        if not self.path.is_dir():
            return self.path.exists()
        names = {item.name for item in self.path.iterdir() if not item.name.startswith(".")}
        return bool(names) and not names & {"run.json", "folds.npz"}

    def read_run(self) -> Run:
        """Return the run.

        Raises
        ------
        FolderError
            If there is none, or if it is damaged or of another schema version.
        """
        if not self.exists():
            raise FolderError(f"{self.path}: holds no run; make one with `bench run --out {self.path}`")
        text = (self.path / "run.json").read_bytes()
        self._check_schema(text)
        try:
            return from_json(text, Run)
        except ValueError as error:
            raise FolderError(f"{self.path}/run.json: damaged ({error}); start anew with --fresh") from error

    def write_run(self, run: Run) -> None:
        """Store the run record."""
        self._write(self.path / "run.json", msgspec.json.format(to_json(run), indent=2))

    def read_folds(self) -> Folds:
        """Return the shared folds."""
        record, arrays = archive.read(self.path / "folds.npz")
        return Folds(**msgspec.json.decode(record), assignment=arrays["assignment"])

    def write_folds(self, folds: Folds) -> None:
        """Store the shared folds."""
        names = ("dataset_sha256", "kind", "n_splits", "n_repeats", "seed")
        head = msgspec.json.encode({name: getattr(folds, name) for name in names})
        self._write(self.path / "folds.npz", archive.encode(head, {"assignment": folds.assignment}))

    def read_data(self) -> StoredRows:
        """Return the rows that were kept for reports."""
        _, arrays = archive.read(self.path / "data.npz")
        required = {name: arrays[name] for name in ("positions", "X", "y", "row_ids", "feature_names")}
        return StoredRows(**required, X_test=arrays.get("X_test"), test_ids=arrays.get("test_ids"))

    def write_data(self, dataset: Dataset, classes: Iterable[Any]) -> None:
        """Keep what reports may show: all of it below `DATA_LIMIT_BYTES`, else rows evenly spread."""
        X_test = dataset.X_test
        size = dataset.X.nbytes + (0 if X_test is None else X_test.nbytes)
        most = N_SHOWN_ROWS if size > DATA_LIMIT_BYTES else sys.maxsize
        shown = _evenly(len(dataset.X), most)
        arrays = {
            "positions": shown,
            "X": dataset.X[shown],
            "y": np.searchsorted(np.asarray(list(classes)), dataset.y).astype(np.int32),
            "row_ids": dataset.row_ids,
            "feature_names": np.asarray(dataset.feature_names, dtype=np.str_),
        }
        if X_test is not None and dataset.test_ids is not None:
            arrays |= {"X_test": X_test[_evenly(len(X_test), most)], "test_ids": dataset.test_ids}
        self._write(self.path / "data.npz", archive.encode(b"{}", arrays, compress=True))

    def has(self, job: Job) -> bool:
        """Whether the job is finished; a refit is when its model is saved too, or cannot be."""
        stored = self._result_path(job.estimator, job.key).is_file()
        if not stored or job.role != "refit" or self.has_model(job.estimator, job.key):
            return stored
        result = self.read_result(job.estimator, job.key)
        return result is not None and bool(result.unsaved)

    def read_result(self, estimator: str, key: str) -> FoldResult | None:
        """Return how a job ended, success or failure; None if it never ended."""
        path = self._result_path(estimator, key)
        if path.is_file():
            return from_json(archive.read(path)[0], FoldResult)
        return self._read_json(self._failure_path(estimator, key), FoldResult)

    def read_results(self, row: Row) -> list[FoldResult]:
        """Return the ended fold jobs of a row, by repeat and fold."""
        results = (self.read_result(row.estimator, key) for key in row.keys)
        return [result for result in results if result is not None]

    def read_predictions(self, estimator: str, key: str) -> Predictions:
        """Return what the model of a finished job said."""
        record, arrays = archive.read(self._result_path(estimator, key))
        extra = msgspec.json.decode(record)["predictions"]
        return Predictions(
            rows=arrays["rows"],
            y_true=arrays.get("y_true"),
            scores=arrays["scores"],
            score_kind=extra["score_kind"],
            history=extra["history"],
            importance=arrays.get("importance"),
        )

    def write_result(self, result: FoldResult, predictions: Predictions) -> None:
        """Store a finished job, and forget an earlier failure of it."""
        extra = {"score_kind": predictions.score_kind, "history": predictions.history}
        record = msgspec.json.encode({**msgspec.to_builtins(result), "predictions": extra}, order="sorted")
        names = ("rows", "y_true", "scores", "importance")
        arrays = {name: getattr(predictions, name) for name in names}
        kept = {name: value for name, value in arrays.items() if value is not None}
        self._write(self._result_path(result.estimator, result.key), archive.encode(record, kept))
        self._failure_path(result.estimator, result.key).unlink(missing_ok=True)

    def write_failure(self, result: FoldResult) -> None:
        """Store how a job failed, beside the results."""
        self._write(self._failure_path(result.estimator, result.key), to_json(result))

    def read_study(self, estimator: str) -> Study | None:
        """Return the last search for a model's parameters, if there was one."""
        return self._read_json(self._study_json(estimator), Study)

    def write_study(self, study: Study) -> None:
        """Store the outcome of a search."""
        self._write(self._study_json(study.estimator), to_json(study))

    def study_path(self, estimator: str) -> Path:
        """Return where the trials of a model's studies are kept, its folder made."""
        path = self.path / "studies" / f"{estimator}.db"
        with self._disk():
            path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def has_model(self, estimator: str, key: str) -> bool:
        """Whether the estimator that a refit job fitted is saved."""
        return self._model_path(estimator, key).is_file()

    def read_model(self, estimator: str, key: str, target: str) -> Any:
        """Return a saved estimator, if its file holds one of the class "module:Class" and nothing else."""
        return models.read(self._model_path(estimator, key), target)

    def write_model(self, estimator: str, key: str, content: bytes) -> None:
        """Save the estimator that a refit job fitted, as `bench.models.encode` gives it."""
        self._write(self._model_path(estimator, key), content)

    def _check_schema(self, text: bytes) -> None:
        try:
            found = msgspec.json.decode(text)["schema_version"]
        except (ValueError, KeyError, TypeError) as error:
            raise FolderError(f"{self.path}/run.json: not a run record; start anew with --fresh") from error
        if found != SCHEMA_VERSION:
            raise FolderError(
                f"{self.path}: written under schema {found}, this bench reads {SCHEMA_VERSION}; "
                "use another --out, or --fresh"
            )

    def _result_path(self, estimator: str, key: str) -> Path:
        return self.path / "results" / estimator / f"{key}.npz"

    def _failure_path(self, estimator: str, key: str) -> Path:
        return self.path / "results" / estimator / f"{key}.failed.json"

    def _study_json(self, estimator: str) -> Path:
        return self.path / "studies" / f"{estimator}.json"

    def _model_path(self, estimator: str, key: str) -> Path:
        return self.path / "models" / f"{estimator}-{key[:12]}.model"


def _evenly(n_rows: int, most: int) -> np.ndarray:
    """Return at most `most` positions among `n_rows`, ascending and evenly spread."""
    return np.linspace(0, n_rows - 1, min(n_rows, most)).round().astype(np.int64)
