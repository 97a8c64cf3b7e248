"""A competition as downloaded, or a single table: train.csv, test.csv and sample_submission.csv."""

from __future__ import annotations

import difflib
import posixpath
from collections.abc import Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np

from bench.datasets.assemble import Raw
from bench.datasets.columns import (
    ID_NAMES,
    are_pixels,
    as_pixels,
    dtype_of,
    ordered,
    pixels_shape,
    plain_values,
)
from bench.datasets.files import File
from bench.datasets.sizes import MAX_TEXT, check_features
from bench.datasets.tables import Table, open_table, read_table
from bench.errors import DataError

N_COMPARED = 1_000

_LABEL_NAMES = {"label", "target", "class", "y"}
_STRAYS = ("test.csv", "test.csv.zip", "test.csv.gz")


def read_competition(
    where: str, members: Mapping[str, File], test: File | None, label: str | None, *, images: bool
) -> Raw:
    """Read the tables of a folder or a zip.

    Raises
    ------
    DataError
        If there is no train.csv, test rows lie elsewhere, or the tables do not fit together.
    """
    if "train.csv" not in members:
        sought = "neither train.csv nor train-images-idx3-ubyte"
        raise DataError(
            f"{where}: holds {sought}; give a competition, a folder of idx files, a csv or an npz"
        )
    if test is None and "test.csv" not in members:
        _check_strays(where, members)
    submission = members.get("sample_submission.csv") if test is None else None
    test = test or members.get("test.csv")
    raw = read_tables(members["train.csv"], test, submission, label, images=images)
    return replace(raw, competition=submission is not None and test is not None)


def read_tables(
    train: File, test: File | None, submission: File | None, label: str | None, *, images: bool
) -> Raw:
    """Read labelled rows and, if there are any, test rows and the heads and ids of the submission.

    The column called like the submission's first, or ImageId or id, identifies rows and is no feature.

    Parameters
    ----------
    train, test, submission : File or None
        The three tables.
    label : str or None
        Column of the labels; None to find it.
    images : bool
        Whether the features are pixels whatever their names.

    Raises
    ------
    DataError
        If the tables cannot be read or do not fit together.
    """
    with ThreadPoolExecutor(max_workers=2) as pool:
        opening = pool.map(open_table, [file for file in (train, test) if file is not None])
        id_name, label_name, ids = read_submission(submission)
        tables = list(opening)
    label = _find_label(tables, label, {*ID_NAMES, id_name})
    features = _find_features(tables, {label, *ID_NAMES, id_name}, images=images)
    X, texts = read_table(tables[0], features, dtype_of(features), (label,))
    X_test = y_test = test_ids = None
    for table in tables[1:]:
        X_test, y_test, own_ids = read_rows(table, features, label, {*ID_NAMES, id_name})
        test_ids = match_ids(table.where, len(X_test), own_ids, ids)
    if images and X.dtype != np.uint8:
        X, X_test = as_pixels(X, X_test)
    own_id_name = next((name for name in tables[-1].header if name in ID_NAMES), "ImageId")
    return Raw(
        where=train.where,
        X=X,
        y=texts[label],
        feature_names=features,
        image_shape=pixels_shape(features),
        X_test=X_test,
        y_test=y_test,
        test_ids=test_ids,
        id_name=id_name or own_id_name,
        label_name=label_name or ("Label" if label.lower() == "label" else label),
    )


def _check_strays(where: str, names: Iterable[str]) -> None:
    if stray := next((name for name in names if posixpath.basename(name) in _STRAYS), None):
        found = f"holds {stray[:100]!r}, but no test.csv beside train.csv"
        raise DataError(f"{where}: {found}; put it there unpacked, or remove it")


def check_columns(table: Table, features: Sequence[str], extra: Collection[str], train: str) -> None:
    """Refuse a table of test rows that lacks features, or has columns that nobody knows.

    Parameters
    ----------
    table : Table
        The test rows.
    features : sequence of str
        Columns that must be there.
    extra : collection of str
        Columns that may be there.
    train : str
        How messages call the training data.
    """
    present = set(table.header)
    if lacking := [name for name in features if name not in present]:
        raise DataError(f"{table.where}: lacks {_columns(lacking)} of {train}; add what is missing")
    known = {*features, *extra}
    if unknown := [name for name in table.header if name not in known]:
        raise DataError(
            f"{table.where}: has {_columns(unknown)}, unknown to {train}; remove what is too much"
        )


def read_rows(
    table: Table,
    features: Sequence[str],
    label: str | None,
    id_names: Collection[str],
    dtype: str | None = None,
) -> tuple[np.ndarray, np.ndarray | None, np.ndarray | None]:
    """Read one table into features, labels and identifiers.

    Parameters
    ----------
    table : Table
        What to read.
    features : sequence of str
        Columns of numbers, in the order wanted.
    label : str or None
        Column of labels, if there is one.
    id_names : collection of str
        How a column of identifiers may be called.
    dtype : {"uint8", "float32"}, optional
        Kind of the numbers; by default what the names of the features say.

    Returns
    -------
    X : ndarray of shape (n, n_features)
    y : ndarray of shape (n,), str, or None
    ids : ndarray of shape (n,), int64 or str, or None
    """
    id_columns = [name for name in table.header if name in id_names and name not in (label, *features)]
    text = [*id_columns[:1], *([label] if label in table.header else [])]
    X, texts = read_table(table, features, dtype or dtype_of(features), text)
    ids = plain_values(texts[id_columns[0]]) if id_columns else None
    return X, None if label is None else texts.get(label), ids


def read_submission(file: File | None) -> tuple[str, str, np.ndarray | None]:
    """Return the two column heads and the identifiers of a sample submission; "", "" and None without one."""
    if file is None:
        return "", "", None
    table = open_table(file)
    if len(table.header) != 2:
        found = f"has {len(table.header)} columns"
        raise DataError(f"{table.where}: {found}; a submission has two, identifier and label")
    id_name, label_name = table.header
    _, texts = read_table(table, (), "float32", (id_name,))
    return id_name, label_name, plain_values(texts[id_name])


def _find_label(tables: Sequence[Table], label: str | None, id_names: Collection[str]) -> str:
    train, *tests = tables
    if label is not None:
        if label not in train.header:
            raise DataError(f"{train.where}: has no column {label[:100]!r}; {_nearest(label, train.header)}")
        return label
    if "label" in train.header:
        return "label"
    for test in tests:
        known = {*test.header, *id_names}
        lacking = [name for name in train.header if name not in known]
        if len(lacking) == 1 and not are_pixels(lacking) and not _holds_label(test):
            return lacking[0]
    raise DataError(
        f"{train.where}: which column is the label is not clear; {_nearest('label', train.header)}"
    )


def _holds_label(table: Table) -> bool:
    """Return whether a column sounds like the label; y beside x is a place."""
    names = {name.casefold() for name in table.header}
    return bool(names & _LABEL_NAMES - ({"y"} if "x" in names else set()))


def _find_features(tables: Sequence[Table], others: set[str], *, images: bool) -> tuple[str, ...]:
    train, *tests = tables
    features = ordered([name for name in train.header if name not in others], images=images)
    check_features(train.where, len(features))
    if not features:
        raise DataError(f"{train.where}: has no column beside its label; give one with features")
    for test in tests:
        check_columns(test, features, others, train.where)
    return features


def _nearest(label: str, names: Sequence[str]) -> str:
    by_lower = {name.lower(): name for name in names[:N_COMPARED] if len(name) <= MAX_TEXT}
    near = difflib.get_close_matches(label.lower(), list(by_lower), n=3, cutoff=0.5)
    chosen = [by_lower[name] for name in near] or [*names[:2], *names[2:][-1:]]
    return f"name it with --label, perhaps one of {', '.join(repr(name[:100]) for name in chosen)}"


def match_ids(where: str, n: int, own: np.ndarray | None, wanted: np.ndarray | None) -> np.ndarray:
    """Return the identifiers of `n` test rows: the submission's, their own, or numbers from 1.

    Raises
    ------
    DataError
        If those of the submission are others or not as many.
    """
    if wanted is None:
        return np.arange(1, n + 1) if own is None else own
    if len(wanted) != n:
        found = f"has {n} rows, but sample_submission.csv has {len(wanted)}"
        raise DataError(f"{where}: {found}; take both from the same download")
    if own is not None and not np.array_equal(own, wanted):
        raise DataError(
            f"{where}: its ids are not those of sample_submission.csv; take both from one download"
        )
    return wanted


def _columns(names: Sequence[str]) -> str:
    more = f" and {len(names) - 1} more" if len(names) > 1 else ""
    return f"the column {names[0][:100]!r}{more}"
