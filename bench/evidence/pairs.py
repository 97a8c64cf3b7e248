"""Which differences between two models would outlast another choice of rows, and of training sets.

One rule decides whether two models differ: the p value over rows (McNemar's exact test for accuracy, the
paired bootstrap for other metrics), corrected over all pairs (Holm 1979), below 5 %. The tests on folds
qualify it.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from bench.evidence.fold_tests import corrected_t_test, probabilities
from bench.evidence.intervals import Z
from bench.evidence.out_of_fold import OutOfFold
from bench.evidence.resampling import resampled, standard_errors
from bench.metrics import METRICS

ALPHA = 0.05
ROPE = 0.0005
DIGITS = 12


def pairs(
    data: OutOfFold,
    fold_values: np.ndarray,
    metric: str,
    rope: float = ROPE,
    n_resamples: int = 1000,
    seed: int = 0,
) -> pd.DataFrame:
    """Return the paired tests of every two models.

    Parameters
    ----------
    data : OutOfFold
    fold_values : ndarray of shape (n_models, n_repeats * n_splits)
        The metric of every fold, in the order of `data.models`; NaN where it is undefined.
    metric : str
        A name in `bench.metrics.METRICS`.
    rope : float
        Half-width of the region of practical equivalence, in units of the metric.
    n_resamples : int
    seed : int

    Returns
    -------
    DataFrame
        One line for each unordered pair:

        - model_a, model_b: in the order of `data.models`
        - difference, low, high: by how much a is better (for losses: lower), see `resampled`, and the normal
          interval of 95 % with the standard error of a paired bootstrap; NaN where no resample differs
        - only_a, only_b: rows that only one of them gets right
        - p_mcnemar: exact, of accuracy (McNemar 1947); NaN for other metrics
        - p_bootstrap: of the difference by its bootstrap standard error, as normal
        - p, p_holm: the one that the rule uses, and corrected over all pairs
        - different: whether p_holm is below 5 %
        - t_folds, p_folds: `corrected_t_test` on the folds
        - p_worse, p_equivalent, p_better: `probabilities` that a is worse, equivalent, better
    """
    a, b = np.triu_indices(len(data.models), k=1)
    sign = 1 if METRICS[metric].greater_is_better else -1
    names = np.asarray(data.models, dtype=object)
    table = pd.DataFrame({"model_a": names[a], "model_b": names[b]})
    table = table.assign(**_on_rows(data, metric, sign, (a, b), n_resamples, seed))
    return corrected(table).assign(
        **_on_folds(sign * (fold_values[a] - fold_values[b]), _n_splits(data), rope)
    )


def corrected(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table with p_holm, which is p corrected over its lines, and different."""
    p_holm = holm(table["p"].to_numpy())
    return table.assign(p_holm=p_holm, different=p_holm < ALPHA)


def only_right(correct: np.ndarray) -> np.ndarray:
    """Return how many rows the model of a line gets right and that of a column wrong.

    Parameters
    ----------
    correct : ndarray of shape (n_models, n), bool

    Returns
    -------
    ndarray of shape (n_models, n_models), int64
    """
    right = correct.astype(float)
    return (right @ (1 - right).T).round().astype(np.int64)


def mcnemar(only_a: np.ndarray, only_b: np.ndarray) -> np.ndarray:
    """Return the two-sided exact p values of McNemar's test.

    Parameters
    ----------
    only_a, only_b : ndarray of shape (n,), int64
        Rows that only one of two models gets right.
    """
    from scipy.stats import binom

    return np.minimum(1.0, 2 * binom.cdf(np.minimum(only_a, only_b), only_a + only_b, 0.5))


def holm(p: np.ndarray) -> np.ndarray:
    """Return p values corrected over all that are defined (Holm 1979); NaN stays NaN."""
    from statsmodels.stats.multitest import multipletests

    corrected, told = np.full(p.shape, np.nan), ~np.isnan(p)
    if told.any():
        corrected[told] = multipletests(p[told], alpha=ALPHA, method="holm")[1]
    return corrected


def _on_rows(
    data: OutOfFold,
    metric: str,
    sign: int,
    pair: tuple[np.ndarray, np.ndarray],
    n_resamples: int,
    seed: int,
) -> dict[str, np.ndarray]:
    """Return the columns from difference to p."""
    a, b = pair
    drawn = resampled(data, [metric], n_resamples, seed)[metric]
    difference = np.round(sign * (drawn.value[a] - drawn.value[b]), DIGITS)
    error = standard_errors(drawn.replicates[:, a] - drawn.replicates[:, b])
    low, high = difference - Z * error, difference + Z * error
    only = only_right(data.correct)
    found = {"difference": difference, "low": low, "high": high, "only_a": only[a, b], "only_b": only[b, a]}
    p_bootstrap = _p_normal(difference, error, _smallest_p(data, metric, pair))
    p_mcnemar = mcnemar(only[a, b], only[b, a]) if metric == "accuracy" else np.full(len(a), np.nan)
    p = p_mcnemar if metric == "accuracy" else p_bootstrap
    return found | {"p_mcnemar": p_mcnemar, "p_bootstrap": p_bootstrap, "p": p}


def _p_normal(difference: np.ndarray, error: np.ndarray, smallest: np.ndarray) -> np.ndarray:
    """Return two-sided p values; where no resample differs, the smallest is all that is known."""
    from scipy.stats import norm

    p = np.fmax(2 * norm.sf(np.abs(difference / error)), smallest)
    p = np.where(difference == 0, 1.0, np.minimum(p, 1.0))
    return np.where(np.isnan(difference), np.nan, p)


def _smallest_p(data: OutOfFold, metric: str, pair: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    """Return the smallest p that exchanging the two models' answers row by row can yield: 2 / 2**k.

    k is the number of rows whose answers differ. A normal approximation knows nothing of it.
    """
    if METRICS[metric].needs != "labels":
        return np.full(len(pair[0]), 2.0 ** (1 - data.n_rows))
    n_unlike = [(data.y_pred[a] != data.y_pred[b]).sum() for a, b in zip(*pair, strict=True)]
    return 2.0 ** (1 - np.asarray(n_unlike, dtype=float))


def _n_splits(data: OutOfFold) -> int:
    return len(np.unique(data.fold))


def _on_folds(differences: np.ndarray, n_splits: int, rope: float) -> dict[str, np.ndarray]:
    """Return the columns from t_folds on."""
    t, p = corrected_t_test(differences, n_splits)
    worse, equivalent, better = probabilities(differences, n_splits, rope)
    return {"t_folds": t, "p_folds": p, "p_worse": worse, "p_equivalent": equivalent, "p_better": better}
