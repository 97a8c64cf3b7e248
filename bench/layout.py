"""How records with arrays lie in an archive."""

from __future__ import annotations

import msgspec

from bench import archive
from bench.errors import DamagedFile
from bench.records import FoldResult, Folds, Predictions, from_json

FOLDS_FIELDS = ("dataset_sha256", "kind", "n_splits", "n_repeats", "seed")
PREDICTIONS_ARRAYS = ("rows", "y_true", "scores", "importance", "stressed")


def encode_folds(folds: Folds) -> bytes:
    """Return the archive of the shared folds."""
    head = msgspec.json.encode({name: getattr(folds, name) for name in FOLDS_FIELDS})
    return archive.encode(head, {"assignment": folds.assignment})


def encode_result(result: FoldResult, predictions: Predictions, model_sha256: str) -> bytes:
    """Return the archive of a finished job; it vouches for the model that a refit has saved."""
    extra = {"score_kind": predictions.score_kind, "history": predictions.history}
    fields = {**msgspec.to_builtins(result), "predictions": extra, "model_sha256": model_sha256}
    arrays = {name: getattr(predictions, name) for name in PREDICTIONS_ARRAYS}
    kept = {name: value for name, value in arrays.items() if value is not None}
    return archive.encode(msgspec.json.encode(fields, order="sorted"), kept)


def decode_folds(content: bytes) -> Folds:
    """Return the folds that an archive holds."""
    record, arrays = archive.decode(content)
    return Folds(**msgspec.json.decode(record), assignment=arrays["assignment"])


def decode_predictions(content: bytes) -> Predictions:
    """Return what the model of a finished job said."""
    record, arrays = archive.decode(content)
    extra = msgspec.json.decode(record)["predictions"]
    return Predictions(
        rows=arrays["rows"],
        y_true=arrays.get("y_true"),
        scores=arrays["scores"],
        score_kind=extra["score_kind"],
        history=extra["history"],
        importance=arrays.get("importance"),
        stressed=arrays.get("stressed"),
    )


def own_result(record: bytes, estimator: str, key: str) -> FoldResult:
    """Return how a job ended.

    Raises
    ------
    DamagedFile
        If the record is another job's.
    """
    result = from_json(record, FoldResult)
    if (result.estimator, result.key) != (estimator, key):
        raise DamagedFile(f"holds another job's result, {result.estimator} {result.key[:12]}")
    return result
