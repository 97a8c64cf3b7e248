"""Tests on the values of folds, which share most of their training rows and are not independent.

Differences come as ndarray of shape (n_pairs, n_repeats * n_splits); every pair has its line. Where a
difference is undefined in a fold, so are the tests of the pair.
"""

from __future__ import annotations

import numpy as np

ROUNDING = 12


def corrected_t_test(differences: np.ndarray, n_splits: int) -> tuple[np.ndarray, np.ndarray]:
    """Return t and two-sided p of the corrected resampled t-test (Nadeau & Bengio 2003).

    The variance over J folds is multiplied by 1 / J + n_test / n_train in place of 1 / J; the ratio is
    1 / (n_splits - 1).

    Parameters
    ----------
    differences : ndarray of shape (n_pairs, J)
    n_splits : int
        Folds of one repeat.

    Returns
    -------
    two ndarray of shape (n_pairs,), float64
        0 and 1 where two models are alike in every fold. NaN where they differ by the same in every fold:
        such folds leave the variance unknown.
    """
    from scipy.stats import t

    mean, error = _mean_and_error(differences, n_splits)
    statistic = mean / np.where(error > 0, error, np.nan)
    statistic = np.where((mean == 0) & (error == 0), 0.0, statistic)
    return statistic, 2 * t.sf(np.abs(statistic), differences.shape[1] - 1)


def probabilities(
    differences: np.ndarray, n_splits: int, rope: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the probabilities that the mean difference is below, within and above the rope.

    They are those of the Bayesian correlated t-test (Corani & Benavoli 2015; Benavoli, Corani, Demsar &
    Zaffalon 2017, section 3.1): a Student distribution around the mean with the correlation 1 / n_splits.

    Parameters
    ----------
    differences : ndarray of shape (n_pairs, J)
    n_splits : int
        Folds of one repeat.
    rope : float
        Half-width of the region of practical equivalence.

    Returns
    -------
    three ndarray of shape (n_pairs,), float64
        They sum to 1; NaN as in `corrected_t_test`.
    """
    from scipy.stats import t

    mean, error = _mean_and_error(differences, n_splits)
    unknown = np.isnan(mean) | ((error == 0) & (mean != 0))
    scale = np.where(error > 0, error, np.finfo(float).tiny)
    df = differences.shape[1] - 1
    below, above = t.cdf(-rope, df, mean, scale), t.sf(rope, df, mean, scale)
    parts = np.where(unknown, np.nan, np.stack([below, 1 - below - above, above]))
    return parts[0], parts[1], parts[2]


def _mean_and_error(differences: np.ndarray, n_splits: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the mean difference and its corrected standard error, both exactly 0 up to rounding."""
    rounded = np.round(differences, ROUNDING)
    variance = np.where(np.ptp(rounded, axis=1) == 0, 0.0, rounded.var(axis=1, ddof=1))
    error = np.sqrt((1 / rounded.shape[1] + 1 / (n_splits - 1)) * variance)
    return rounded.mean(axis=1), np.where(np.isnan(rounded).any(axis=1), np.nan, error)
