"""One class against the rest: any data set as a problem of two classes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from bench.datasets.assemble import fingerprint
from bench.errors import UsageError, unknown
from bench.records import Dataset


def one_against_rest(dataset: Dataset, positive: str | None) -> Dataset:
    """Return the same rows under two labels, the positive class and "not" it; both are text.

    Parameters
    ----------
    dataset : Dataset
        Labels of any kind; those of its test rows, if it has any, are reduced likewise.
    positive : str or None
        The class as it is written; None leaves the data as they are.

    Returns
    -------
    Dataset
        With `positive` set and a fingerprint of its own.

    Raises
    ------
    UsageError
        If there is no such class, or no other one.

    Examples
    --------
    >>> from bench import datasets
    >>> eights = one_against_rest(datasets.load("digits"), "8")
    >>> eights.y[:9].tolist()[-2:]
    ['not 8', '8']
    """
    if positive is None:
        return dataset
    labels = {str(label): label for label in np.unique(dataset.y).tolist()}
    if positive not in labels:
        raise unknown("--binary", positive, labels)
    if len(labels) == 1:
        raise UsageError(f"--binary {positive}: every row is of this class; give rows of another one too")
    reduced = replace(
        dataset,
        y=_reduced(dataset.y, labels[positive], positive),
        y_test=None if dataset.y_test is None else _reduced(dataset.y_test, labels[positive], positive),
        positive=positive,
    )
    return replace(reduced, sha256=fingerprint(reduced))


def _reduced(y: np.ndarray, label: int | str, positive: str) -> np.ndarray:
    return np.where(y == label, positive, f"not {positive}")
