"""New rows for a fitted model, matched by name to the features that it was trained on."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from bench.datasets import files
from bench.datasets.columns import ID_NAMES, are_counted
from bench.datasets.competition import check_columns, match_ids, read_rows, read_submission
from bench.datasets.files import File
from bench.datasets.npz import check_array, flat_numbers, read_arrays
from bench.datasets.sizes import in_memory, parse_max_input
from bench.datasets.tables import open_table
from bench.errors import DataError


def load_unlabelled(
    source: str,
    *,
    feature_names: Sequence[str],
    dtype: str,
    id_name: str = "ImageId",
    label_name: str = "Label",
    max_input: str | int = "2G",
) -> tuple[np.ndarray, np.ndarray]:
    """Read rows to be predicted.

    Columns may stand in any order. A label column is allowed and ignored; a column called `id_name`,
    ImageId or id gives the identifiers, otherwise rows are numbered from 1.

    Parameters
    ----------
    source : str
        A csv, a competition's folder or zip (its test.csv), a zip of one csv, or an npz with X_test or X.
    feature_names : sequence of str
        Features in the order of training.
    dtype : {"uint8", "float32"}
        Kind of the training features.
    id_name, label_name : str
        Column heads of the submission.
    max_input : str or int
        How large one file may be, unpacked: "2G", "800M" or a number of bytes.

    Returns
    -------
    X : ndarray of shape (n, n_features), `dtype`
    ids : ndarray of shape (n,), integers or strings

    Raises
    ------
    DataError
        If columns lack or are too many, or a cell is not what the features ask for.
    UsageError
        If `max_input` makes no sense.
    EnvironmentProblem
        If permission, disk or memory stand in the way.
    """
    max_bytes = parse_max_input(max_input)
    path = files.locate(source)
    if path is None:
        raise files.missing(Path(source))
    names = tuple(feature_names)
    with in_memory(source):
        if path.suffix.lower() == ".npz" and not path.is_dir():
            X = _read_npz(files.on_disk(path, max_bytes), names, dtype)
            return X, np.arange(1, len(X) + 1)
        rows, submission = _csv_files(path, max_bytes)
        return _read_csv(rows, submission, names, dtype, {id_name, *ID_NAMES}, {label_name, "label"})


def _csv_files(path: Path, max_bytes: int) -> tuple[File, File | None]:
    if path.suffix.lower() == ".csv" and not path.is_dir():
        return files.on_disk(path, max_bytes), None
    members = files.members(path, max_bytes)
    if "test.csv" in members:
        return members["test.csv"], members.get("sample_submission.csv")
    tables = [file for name, file in members.items() if name.lower().endswith(".csv")]
    if len(tables) != 1:
        raise DataError(f"{files.shown(path)}: holds no test.csv; name the csv with the rows to be predicted")
    return tables[0], None


def _read_csv(
    file: File,
    submission: File | None,
    names: tuple[str, ...],
    dtype: str,
    id_names: set[str],
    label_names: set[str],
) -> tuple[np.ndarray, np.ndarray]:
    table = open_table(file)
    _, _, wanted = read_submission(submission)
    check_columns(table, names, id_names | label_names, "the training data")
    X, _, ids = read_rows(table, names, None, id_names, dtype)
    return X, match_ids(table.where, len(X), ids, wanted)


def _read_npz(file: File, names: tuple[str, ...], dtype: str) -> np.ndarray:
    arrays = read_arrays(file)
    rows = next((arrays[name] for name in ("X_test", "X") if name in arrays), None)
    if rows is None:
        raise DataError(f"{file.where}: holds no array X; save it with numpy.savez(path, X=...)")
    if not are_counted(names):
        raise DataError(f"{file.where}: has no column names, which the training data has; give a csv")
    check_array(file.where, rows)
    n_features = int(np.prod(rows.shape[1:]))
    if n_features != len(names):
        found = f"has {n_features} features where the training data has {len(names)}"
        raise DataError(f"{file.where}: {found}; give rows of the same kind")
    return flat_numbers(file.where, rows, dtype, names)
