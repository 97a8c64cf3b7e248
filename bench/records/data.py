"""The data and the one split of it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.records.coding import Label, digest

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class Dataset:
    """Labelled rows, and perhaps test rows, as parsed.

    Parameters
    ----------
    name : str
        Short name; the default run folder is called after it.
    source : str
        What the user gave as ``--data``.
    X : ndarray of shape (n, n_features), uint8 or float32
        One row per sample. Image pixels run row by row (then channel).
    y : ndarray of shape (n,)
        Labels, integers or strings.
    row_ids : ndarray of shape (n,), int64
        Position of each row in the source; differs from 0..n-1 after ``--rows``.
    feature_names : tuple of str
        In the order of the columns of `X`.
    image_shape : tuple of int or None
        (height, width) or (height, width, channels) if the features are pixels.
    X_test : ndarray of shape (n_test, n_features) or None
    y_test : ndarray of shape (n_test,) or None
        Known only where the source brings labelled test data.
    test_ids : ndarray of shape (n_test,) or None
        Identifiers for the submission, integers or strings.
    id_name, label_name : str
        Column heads of the submission.
    sha256 : str
        Fingerprint of all arrays, names and labels above (never of file bytes).
    positive : str or None
        The class that stands against the rest, if the labels were reduced to these two.
    competition : bool
        Whether the test rows came with a sample submission, as those of a competition do.
    """

    name: str
    source: str
    X: np.ndarray
    y: np.ndarray
    row_ids: np.ndarray
    feature_names: tuple[str, ...]
    image_shape: tuple[int, ...] | None
    X_test: np.ndarray | None
    y_test: np.ndarray | None
    test_ids: np.ndarray | None
    id_name: str
    label_name: str
    sha256: str
    positive: str | None = None
    competition: bool = False


@dataclass(frozen=True)
class DatasetInfo:
    """A `Dataset` without its arrays: what is stored and shown of it.

    Parameters
    ----------
    n_duplicates : int
        Rows that equal an earlier one in every feature.
    n_contradictory : int
        Rows that equal a row of another label.
    n_test_in_train : int
        Test rows that equal a training row.
    warnings : tuple of str
        What is odd about the data, a sentence each.
    competition : bool
        Whether the test rows came with a sample submission, as those of a competition do. Runs of earlier
        versions do not say it.
    """

    name: str
    source: str
    sha256: str
    n_rows: int
    n_features: int
    classes: tuple[Label, ...]
    class_counts: tuple[int, ...]
    image_shape: tuple[int, ...] | None
    dtype: str
    value_min: float
    value_max: float
    n_missing: int
    n_duplicates: int
    n_test: int
    test_labelled: bool
    id_name: str
    label_name: str
    positive: str | None = None
    n_contradictory: int = 0
    n_test_in_train: int = 0
    warnings: tuple[str, ...] = ()
    competition: bool = False

    @property
    def positive_index(self) -> int | None:
        """Index in `classes` of the class that stands against the rest; None for a run of all classes."""
        return None if self.positive is None else self.classes.index(self.positive)


@dataclass(frozen=True)
class Folds:
    """The one assignment of rows to folds that every model shares.

    Parameters
    ----------
    assignment : ndarray of shape (n_repeats, n), int16
        The fold that tests each row.
    """

    dataset_sha256: str
    kind: str
    n_splits: int
    n_repeats: int
    seed: int
    assignment: np.ndarray

    @property
    def sha256(self) -> str:
        """Fingerprint of the data and of the whole assignment."""
        head = digest([self.dataset_sha256, self.kind, self.n_splits, self.n_repeats, self.seed])
        return hashlib.sha256(head.encode() + self.assignment.tobytes()).hexdigest()

    def rows(self, repeat: int, fold: int) -> tuple[np.ndarray, np.ndarray]:
        """Return the training and the test positions of one fold, each ascending."""
        tests = self.assignment[repeat] == fold
        return (~tests).nonzero()[0], tests.nonzero()[0]
