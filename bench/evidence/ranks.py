"""Ranks that say ties: which models the rows cannot tell apart.

All that is here follows from the column "different" of `bench.evidence.pairs.pairs`.
"""

from __future__ import annotations

from collections.abc import Sequence
from string import ascii_letters

import numpy as np
import pandas as pd

from bench.evidence.out_of_fold import OutOfFold
from bench.evidence.pairs import DIGITS
from bench.evidence.resampling import replicates
from bench.metrics import METRICS


def ranks(table: pd.DataFrame, models: Sequence[str]) -> pd.DataFrame:
    """Return the rank range and the letters of every model.

    Parameters
    ----------
    table : DataFrame
        What `pairs` returns.
    models : sequence of str
        In order of merit.

    Returns
    -------
    DataFrame
        One line for each model, in the given order: model, first and last (int64, the ranks that it may have:
        1 + models that are significantly better, n - models that are significantly worse), ranks ("1-2", or
        "3"), letters (two models share one if and only if they cannot be told apart).
    """
    better = _better(table, models)
    first, last = 1 + better.sum(axis=0), len(models) - better.sum(axis=1)
    shown = [f"{low}" if low == high else f"{low}-{high}" for low, high in zip(first, last, strict=True)]
    letters = compact_letters(better | better.T)
    return pd.DataFrame(
        {"model": list(models), "first": first, "last": last, "ranks": shown, "letters": letters}
    )


def compact_letters(different: np.ndarray) -> list[str]:
    """Return the compact letter display of models: insert and absorb (Piepho 2004).

    Parameters
    ----------
    different : ndarray of shape (n_models, n_models), bool
        Symmetric.

    Returns
    -------
    list of str
        The letters of every model; those of the first model come first. After 52 letters they have primes.
    """
    n_models = len(different)
    groups = [frozenset(range(n_models))]
    for i, j in zip(*np.nonzero(np.triu(different)), strict=True):
        groups = _absorbed([part for group in groups for part in _separated(group, int(i), int(j))])
    groups.sort(key=sorted)
    return ["".join(_letter(k) for k, group in enumerate(groups) if i in group) for i in range(n_models)]


def p_best(data: OutOfFold, metric: str, n_resamples: int = 1000, seed: int = 0) -> np.ndarray:
    """Return in which share of resamples of the rows each model is the best.

    Parameters
    ----------
    data : OutOfFold
    metric : str
        A name in `bench.metrics.METRICS`.
    n_resamples : int
    seed : int

    Returns
    -------
    ndarray of shape (n_models,), float64
        Models that tie for the best share the resample. NaN where the metric is undefined.
    """
    sign = 1 if METRICS[metric].greater_is_better else -1
    drawn = np.round(sign * replicates(data, metric, n_resamples, seed), DIGITS)
    told = ~np.isnan(drawn).any(axis=0)
    shares = np.full(len(data.models), np.nan)
    if told.any():
        leads = drawn[:, told] == drawn[:, told].max(axis=1, keepdims=True)
        shares[told] = (leads / leads.sum(axis=1, keepdims=True)).mean(axis=0)
    return shares


def _better(table: pd.DataFrame, models: Sequence[str]) -> np.ndarray:
    """Return whether the model of a line is significantly better than that of a column."""
    place = {model: i for i, model in enumerate(models)}
    better = np.zeros((len(models), len(models)), dtype=bool)
    for line in table[table["different"]].itertuples():
        a, b = place[line.model_a], place[line.model_b]
        better[(a, b) if line.difference > 0 else (b, a)] = True
    return better


def _separated(group: frozenset[int], i: int, j: int) -> list[frozenset[int]]:
    return [group - {i}, group - {j}] if {i, j} <= group else [group]


def _absorbed(groups: list[frozenset[int]]) -> list[frozenset[int]]:
    distinct = list(dict.fromkeys(groups))
    return [group for group in distinct if not any(group < other for other in distinct)]


def _letter(k: int) -> str:
    return ascii_letters[k % len(ascii_letters)] + "'" * (k // len(ascii_letters))
