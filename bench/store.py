"""The only module that writes or reads a run folder.

One finished job is one file that checks itself. Whoever writes holds the folder's lock.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from bench import archive, models
from bench.errors import DamagedFile, FolderError
from bench.folder import DAMAGED, Folder
from bench.layout import decode_folds, decode_predictions, encode_folds, encode_result, own_result
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
)
from bench.shown import StoredRows, shown_arrays

RUN, FOLDS, DATA = "run.json", "folds.npz", "data.npz"
FAILED = ".failed.json"


class RunStore(Folder):
    """A run folder.

    Parameters
    ----------
    path : path-like
        The folder; it need not exist yet.
    """

    def exists(self) -> bool:
        """Whether the folder holds a run."""
        with self._disk("look into"):
            return (self.path / RUN).is_file()

    def is_foreign(self) -> bool:
        """Whether the folder is somebody else's: it holds files, and none that a run starts with."""
        with self._disk("look into"):
            if not self.path.is_dir():
                return self.path.exists()
            names = {item.name.partition(DAMAGED)[0] for item in self.path.iterdir()}
        return any(not name.startswith(".") for name in names) and not names & {RUN, FOLDS}

    def read_run(self) -> Run:
        """Return the run.

        Raises
        ------
        FolderError
            If there is none, or if it is damaged or of another schema version.
        """
        if not self.exists():
            made = f"make one with `bench run --out {self.path}`"
            way_out = "name a run folder" if self.path.is_file() else made
            raise FolderError(f"{self.path}: holds no run; {way_out}")
        path = self.path / RUN
        self._check_schema(self._read(path, bytes))
        return self._read(path, partial(archive.decode_json, kind=Run))

    def write_run(self, run: Run) -> None:
        """Store the run record."""
        self._write(self.path / RUN, archive.encode_json(run))

    def read_folds(self) -> Folds:
        """Return the shared folds.

        Raises
        ------
        DamagedFile
            If they are not as they were written.
        """
        return self._read(self.path / FOLDS, decode_folds)

    def write_folds(self, folds: Folds) -> None:
        """Store the shared folds."""
        self._write(self.path / FOLDS, encode_folds(folds))

    def check_data(self, dataset_sha256: str) -> None:
        """Compare the rows that were kept with their checksum, and with the data set they are of.

        Raises
        ------
        DamagedFile
            If they differ.
        """
        record, _ = self._read(self.path / DATA, archive.decode)
        if msgspec.json.decode(record).get("dataset_sha256") != dataset_sha256:
            raise DamagedFile("holds other data", self.path / DATA)

    def read_data(self) -> StoredRows:
        """Return the rows that were kept for reports."""
        return self._read(self.path / DATA, lambda content: StoredRows.of(archive.decode(content)[1]))

    def write_data(self, dataset: Dataset, classes: Iterable[Any]) -> None:
        """Keep what reports may show; see `bench.shown`."""
        record = msgspec.json.encode({"dataset_sha256": dataset.sha256})
        self._write(self.path / DATA, archive.encode(record, shown_arrays(dataset, classes), compress=True))

    def has(self, job: Job) -> bool:
        """Whether the job is finished; a refit is when its model is saved too, or cannot be."""
        stored = self._result_path(job.estimator, job.key).is_file()
        if not stored or job.role != "refit" or self.has_model(job.estimator, job.key):
            return stored
        result = self.read_result(job.estimator, job.key)
        return result is not None and bool(result.unsaved)

    def ended(self, job: Job, *, retry_failed: bool = False) -> FoldResult | None:
        """Return how a job ended; None if it has to be run, as a failed one has if it shall be retried."""
        if self.has(job):
            return self.read_result(job.estimator, job.key)
        return None if retry_failed else self.read_failure(job.estimator, job.key)

    def read_result(self, estimator: str, key: str) -> FoldResult | None:
        """Return how a job ended, success or failure; None if it never ended.

        Raises
        ------
        DamagedFile
            If the file is not as it was written, or another job's.
        """
        path = self._result_path(estimator, key)
        if not path.is_file():
            return self.read_failure(estimator, key)
        return self._read(path, lambda content: own_result(archive.decode(content)[0], estimator, key))

    def read_failure(self, estimator: str, key: str) -> FoldResult | None:
        """Return how a job failed, if it did."""
        path = self._failure_path(estimator, key)
        if not path.is_file():
            return None
        return self._read(path, lambda content: own_result(archive.unsealed(content), estimator, key))

    def read_results(self, row: Row) -> list[FoldResult]:
        """Return the ended fold jobs of a row, by repeat and fold."""
        return self.read_each(row.estimator, row.keys)

    def read_each(self, estimator: str, keys: Iterable[str]) -> list[FoldResult]:
        """Return the ended ones of some jobs of a model, in the given order."""
        results = (self.read_result(estimator, key) for key in keys)
        return [result for result in results if result is not None]

    def read_predictions(self, estimator: str, key: str) -> Predictions:
        """Return what the model of a finished job said."""
        return self._read(self._result_path(estimator, key), decode_predictions)

    def write_result(self, result: FoldResult, predictions: Predictions) -> None:
        """Store a finished job, its model being saved before, and forget an earlier failure of it."""
        model = self._model_sha256(result.estimator, result.key) if result.role == "refit" else ""
        content = encode_result(result, predictions, model)
        self._write(self._result_path(result.estimator, result.key), content)
        self._delete(self._failure_path(result.estimator, result.key))

    def write_failure(self, result: FoldResult) -> None:
        """Store how a job failed, beside the results."""
        self._write(self._failure_path(result.estimator, result.key), archive.encode_json(result))

    def read_study(self, estimator: str) -> Study | None:
        """Return the last search for a model's parameters, if there was one.

        Raises
        ------
        DamagedFile
            If it is not as it was written, or another model's.
        """
        path = self._study_json(estimator)
        if not path.is_file():
            return None
        study = self._read(path, partial(archive.decode_json, kind=Study))
        if study.estimator != estimator:
            raise DamagedFile(f"holds the study of {study.estimator}", path)
        return study

    def write_study(self, study: Study) -> None:
        """Store the outcome of a search."""
        self._write(self._study_json(study.estimator), archive.encode_json(study))

    def results(self) -> list[tuple[str, str, Path]]:
        """Return model, key and path of every stored result, in a fixed order."""
        paths = sorted((self.path / "results").glob("*/*.npz"))
        return [(path.parent.name, path.stem, path) for path in paths]

    def failures(self) -> list[tuple[str, str, Path]]:
        """Return model, key and path of every stored failure, in a fixed order."""
        paths = sorted((self.path / "results").glob(f"*/*{FAILED}"))
        return [(path.parent.name, path.name.removesuffix(FAILED), path) for path in paths]

    def studies(self) -> list[tuple[str, Path]]:
        """Return model and path of every stored search, in a fixed order."""
        return [(path.stem, path) for path in sorted((self.path / "studies").glob("*.json"))]

    def study_path(self, estimator: str) -> Path:
        """Return where the trials of a model's studies are kept, its folder made."""
        path = self.path / "studies" / f"{estimator}.db"
        with self._disk("write"):
            self._make(path.parent)
        return path

    def model_path(self, estimator: str, key: str) -> Path:
        """Return where the estimator that a refit job fitted is saved."""
        return self.path / "models" / f"{estimator}-{key[:12]}.model"

    def has_model(self, estimator: str, key: str) -> bool:
        """Whether the estimator that a refit job fitted is saved."""
        return self.model_path(estimator, key).is_file()

    def read_model(self, estimator: str, key: str, target: str) -> Any:
        """Return a saved estimator, if its file holds one of the class "module:Class" and nothing else.

        Raises
        ------
        DamagedFile
            If it is not the one that the refit job saved.
        FolderError
            If it cannot be loaded.
        """
        self.check_model(estimator, key)
        return models.read(self.model_path(estimator, key), target)

    def check_model(self, estimator: str, key: str) -> None:
        """Compare a saved estimator with the checksum that its refit's result holds.

        Raises
        ------
        DamagedFile
            If they differ.
        """
        path, result = self.model_path(estimator, key), self._result_path(estimator, key)
        if not result.is_file():
            raise DamagedFile("nothing vouches for it, its result is lost", path)
        record, _ = self._read(result, archive.decode)
        if self._model_sha256(estimator, key) != msgspec.json.decode(record)["model_sha256"]:
            raise DamagedFile("contents do not match the checksum in its result", path)

    def write_model(self, estimator: str, key: str, content: bytes) -> None:
        """Save the estimator that a refit job fitted, as `bench.models.encode` gives it."""
        self._write(self.model_path(estimator, key), content)

    def _check_schema(self, content: bytes) -> None:
        """Refuse another schema, which every layout tells in the open; what is damaged tells nothing."""
        try:
            head = msgspec.json.decode(content, type=_Head)
        except ValueError:
            return
        if head.schema_version != SCHEMA_VERSION and archive.is_sealed(content) == bool(head.sha256):
            raise FolderError(
                f"{self.path}: written under schema {head.schema_version}, this bench reads "
                f"{SCHEMA_VERSION}; use another --out, or --fresh"
            )

    def _model_sha256(self, estimator: str, key: str) -> str:
        path = self.model_path(estimator, key)
        if not path.is_file():
            return ""
        return self._read(path, lambda content: hashlib.sha256(content).hexdigest())

    def _result_path(self, estimator: str, key: str) -> Path:
        return self.path / "results" / estimator / f"{key}.npz"

    def _failure_path(self, estimator: str, key: str) -> Path:
        return self.path / "results" / estimator / f"{key}{FAILED}"

    def _study_json(self, estimator: str) -> Path:
        return self.path / "studies" / f"{estimator}.json"


class _Head(msgspec.Struct):
    schema_version: int
    sha256: str = ""
