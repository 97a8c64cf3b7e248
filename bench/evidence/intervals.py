"""How far a metric would move if other rows of the same kind had been tested."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from bench.evidence.out_of_fold import OutOfFold
from bench.evidence.resampling import Resampled, resampled, standard_errors
from bench.metrics import METRICS

LEVEL = 0.95
Z = 1.959963984540054
COVERS = "images"


def intervals(
    data: OutOfFold, metrics: Sequence[str], n_resamples: int = 1000, seed: int = 0
) -> pd.DataFrame:
    """Return the interval of each metric of each model.

    Accuracy has the score interval of Wilson (1927). Other metrics have the interval of Student's t with the
    standard error of a bootstrap over rows (Efron & Tibshirani 1993), taken on the scale of the logit, or of
    the logarithm for losses, and transformed back (so Pepe 2003 for ROC AUC); near 1 it holds the truth more
    often than percentiles do. The degrees of freedom say how well the error itself is known. Both hold for
    these fitted models: they cover the choice of the rows, not that of the training sets.

    Parameters
    ----------
    data : OutOfFold
    metrics : sequence of str
        Names in `bench.metrics.METRICS`.
    n_resamples : int
    seed : int

    Returns
    -------
    DataFrame
        One line for each model and metric: model, metric, value (see `resampled`), low, high, level, method,
        covers. Bounds are NaN if the metric is undefined, 0 or 1, or if all resamples agree: then they tell
        nothing.
    """
    drawn = resampled(data, [metric for metric in metrics if metric != "accuracy"], n_resamples, seed)
    parts = [
        _bootstrap(data, metric, drawn[metric]) if metric in drawn else _wilson(data) for metric in metrics
    ]
    place = {model: i for i, model in enumerate(data.models)}
    table = pd.concat(parts).assign(level=LEVEL, covers=COVERS)
    table = table.sort_values("model", key=lambda names: names.map(place), kind="stable", ignore_index=True)
    return table[["model", "metric", "value", "low", "high", "level", "method", "covers"]]


def _wilson(data: OutOfFold) -> pd.DataFrame:
    from statsmodels.stats.proportion import proportion_confint

    n_right = data.correct.sum(axis=1)
    low, high = proportion_confint(n_right, data.n_rows, alpha=1 - LEVEL, method="wilson")
    return _lines(data, "accuracy", n_right / data.n_rows, (low, high), "Wilson")


def _bootstrap(data: OutOfFold, metric: str, drawn: Resampled) -> pd.DataFrame:
    from scipy.special import expit, logit
    from scipy.stats import t

    value, method = drawn.value, f"bootstrap over rows, n={len(drawn.replicates)}"
    reach = t.ppf((1 + LEVEL) / 2, drawn.freedom) * standard_errors(drawn.replicates)
    if METRICS[metric].greater_is_better:
        value = np.where((value > 0) & (value < 1), value, np.nan)
        reach = reach / (value * (1 - value))
        bounds = expit(logit(value) - reach), expit(logit(value) + reach)
    else:
        bounds = value * np.exp(-reach / value), value * np.exp(reach / value)
    return _lines(data, metric, drawn.value, bounds, method)


def _lines(
    data: OutOfFold, metric: str, value: np.ndarray, bounds: tuple[np.ndarray, np.ndarray], method: str
) -> pd.DataFrame:
    columns = {"model": data.models, "metric": metric, "value": value, "low": bounds[0], "high": bounds[1]}
    return pd.DataFrame(columns).assign(method=np.where(np.isnan(bounds[0]), "none", method))
