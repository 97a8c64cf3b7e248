"""What there is to say about a data set: its numbers, and what is odd about it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from itertools import groupby

import numpy as np

from bench.datasets.copies import count_copies
from bench.records import Dataset, DatasetInfo, Label

APART = 100


def describe(dataset: Dataset) -> DatasetInfo:
    """Return what there is to say about a data set without its arrays.

    A duplicate is a row of `X` that equals an earlier one in every feature, whatever its label.
    """
    n_duplicates, n_contradictory, n_test_in_train = count_copies(dataset)
    classes, counts = np.unique(dataset.y, return_counts=True)
    return DatasetInfo(
        name=dataset.name,
        source=dataset.source,
        sha256=dataset.sha256,
        n_rows=len(dataset.y),
        n_features=dataset.X.shape[1],
        classes=tuple(classes.tolist()),
        class_counts=tuple(counts.tolist()),
        image_shape=dataset.image_shape,
        dtype=dataset.X.dtype.name,
        value_min=float(dataset.X.min()),
        value_max=float(dataset.X.max()),
        n_missing=0,
        n_duplicates=n_duplicates,
        n_test=0 if dataset.X_test is None else len(dataset.X_test),
        test_labelled=dataset.y_test is not None,
        id_name=dataset.id_name,
        label_name=dataset.label_name,
        positive=dataset.positive,
        competition=dataset.competition,
        n_contradictory=n_contradictory,
        n_test_in_train=n_test_in_train,
        warnings=(
            *_of_copies(n_duplicates, n_contradictory),
            *_of_test(n_test_in_train),
            *_of_scale(dataset),
            *_of_labels(classes.tolist()),
        ),
    )


def _of_copies(n_duplicates: int, n_contradictory: int) -> Iterator[str]:
    if n_duplicates:
        verb = "row is a copy" if n_duplicates == 1 else "rows are copies"
        yield f"{n_duplicates:,} {verb} of an earlier row; copies are kept in one fold"
    if n_contradictory:
        yield f"{n_contradictory:,} rows have a copy with another label; no model can get all of them right"


def _of_test(n_test_in_train: int) -> Iterator[str]:
    if n_test_in_train:
        verb = "row is" if n_test_in_train == 1 else "rows are"
        yield f"{n_test_in_train:,} test {verb} also in the training data; scores on them prove little"


def _of_scale(dataset: Dataset) -> Iterator[str]:
    if dataset.X_test is None:
        return
    train, test = (float(np.abs(values).max()) for values in (dataset.X, dataset.X_test))
    if max(train, test) >= APART * min(train, test) > 0:
        yield f"training values reach {train:g} and test values {test:g}; scale both alike"


def _of_labels(classes: Sequence[Label]) -> Iterator[str]:
    ordered = sorted((_plain(str(label)), str(label)) for label in classes)
    for _, group in groupby(ordered, key=lambda pair: pair[0]):
        names = [repr(name) for _, name in group]
        if len(names) > 1:
            yield f"the classes {' and '.join(names[:5])} look alike; make them one if they are"


def _plain(label: str) -> str:
    """Return a label without what the eye overlooks: white space, case, leading zeros, width."""
    text = unicodedata.normalize("NFKC", label).strip().casefold()
    try:
        return f"{float(text):g}" if text.isascii() and "_" not in text else text
    except ValueError:
        return text
