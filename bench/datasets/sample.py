"""Fewer rows: a seeded subsample that keeps the proportions of the classes."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

import numpy as np

from bench.datasets.assemble import fingerprint
from bench.errors import DataError, UsageError
from bench.records import Dataset


def take(dataset: Dataset, rows: str | None, seed: int) -> Dataset:
    """Return as many rows as asked for, stratified by class; test rows are all kept.

    Rows keep their order and their `row_ids`, and every class keeps at least one row. Under one seed,
    a smaller subsample consists of rows of a larger one wherever each class loses rows.

    Parameters
    ----------
    dataset : Dataset
        What to choose from.
    rows : str or None
        A number such as "500", a fraction such as "0.7", or None for everything.
    seed : int
        Decides which rows are chosen.

    Raises
    ------
    UsageError
        If `rows` is no positive number, or a fraction above 1.
    DataError
        If the data set has fewer rows, or more classes.
    """
    plain = plain_rows(rows)
    if plain is None:
        return dataset
    n_rows = _n_rows(plain, len(dataset.y))
    if n_rows == len(dataset.y):
        return dataset
    classes, codes, counts = np.unique(dataset.y, return_inverse=True, return_counts=True)
    if n_rows < max(2, len(classes)):
        found = f"{rows!r} makes {n_rows} rows for {len(classes)} classes"
        raise DataError(f"--rows: {found}; ask for at least one row of every class")
    chosen = _choose(codes, _quotas(counts, n_rows), seed)
    sample = replace(
        dataset,
        X=np.ascontiguousarray(dataset.X[chosen]),
        y=dataset.y[chosen],
        row_ids=dataset.row_ids[chosen],
    )
    return replace(sample, sha256=fingerprint(sample))


def plain_rows(rows: str | None) -> str | None:
    """Return `rows` of `take` as it is written at its shortest, such as "0.7" for ".70"; None for "1.0".

    Raises
    ------
    UsageError
        If it is no positive number, or a fraction above 1.
    """
    if rows is None:
        return None
    text = rows.strip()
    if re.fullmatch(r"\d{1,15}", text, re.ASCII) and int(text):
        return str(int(text))
    if re.fullmatch(r"0?\.\d+|1\.0*", text, re.ASCII) and float(text):
        return None if float(text) == 1 else f"{Decimal(text).normalize():f}"
    raise UsageError(
        f"--rows: {rows!r} is no share of the rows; give a number such as 500 or a fraction such as 0.7"
    )


def _n_rows(rows: str, available: int) -> int:
    if "." in rows:
        return round(float(rows) * available)
    if int(rows) > available:
        raise DataError(f"--rows: {rows} rows are more than the {available} that there are; ask for fewer")
    return int(rows)


def _quotas(counts: np.ndarray, n_rows: int) -> np.ndarray:
    shares = counts * (n_rows / counts.sum())
    quotas = np.maximum(np.floor(shares).astype(np.int64), 1)
    while quotas.sum() < n_rows:
        quotas[np.where(quotas < counts, shares - quotas, -np.inf).argmax()] += 1
    while quotas.sum() > n_rows:
        quotas[np.where(quotas > 1, quotas - shares, -np.inf).argmax()] -= 1
    return quotas


def _choose(codes: np.ndarray, quotas: np.ndarray, seed: int) -> np.ndarray:
    generator = np.random.default_rng(seed)
    chosen = [
        generator.permutation(np.flatnonzero(codes == code))[:quota] for code, quota in enumerate(quotas)
    ]
    return np.sort(np.concatenate(chosen))
