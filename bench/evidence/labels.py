"""Labels that are probably wrong, by what all models say of rows that they were not trained on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from bench.evidence.out_of_fold import OutOfFold
from bench.evidence.temperature import SMALLEST, scaled

if TYPE_CHECKING:
    import pandas as pd

TOLERANCE = 1e-10


def suspects(data: OutOfFold) -> pd.DataFrame:
    """Return all rows, those with the most doubtful label first.

    Confident learning (Northcutt, Jiang and Chuang 2021, "Confident learning: estimating uncertainty in
    dataset labels") by cleanlab, on `pooled` probabilities. Of the classes as probable as they are on average
    where they are the label, the likeliest is confident; a label is suspected if another class is, and if it
    is not the likeliest itself. At least two classes must occur.

    Returns
    -------
    DataFrame
        A line for each row, suspected ones first, then by score: row, label, suggested (the likeliest other
        class), score (normalised margin from 0, surely wrong, to 1), suspected (bool), n_models_against
        (models that do not predict the label).
    """
    import pandas as pd
    from cleanlab.filter import find_label_issues

    shares = pooled(data)
    suggested, score = _doubt(shares, data.y_true)
    suspected = find_label_issues(data.y_true, shares, filter_by="confident_learning", n_jobs=1)
    order = np.lexsort((score, ~suspected))
    labels = np.array(data.classes)
    return pd.DataFrame(
        {
            "row": order,
            "label": labels[data.y_true[order]],
            "suggested": labels[suggested[order]],
            "score": score[order],
            "suspected": suspected[order],
            "n_models_against": (~data.correct).sum(axis=0)[order],
        }
    )


def pooled(data: OutOfFold) -> np.ndarray:
    """Return one opinion of all models: the mean of their probabilities, weighted by what each adds.

    Each model's scores are scaled by temperature, cross-fitted. The weights are those under which the labels
    are likeliest, as proportions of a mixture: a linear opinion pool (Stone 1961) in which weak models do not
    outvote good ones.

    Returns
    -------
    ndarray of shape (n, n_classes), float64
    """
    opinions = np.stack([scaled(data, model) for model in data.models])
    true = opinions[:, np.arange(data.n_rows), data.y_true]
    return np.tensordot(_proportions(np.maximum(true, SMALLEST)), opinions, axes=1)


def corrected_accuracy(data: OutOfFold, ranked: pd.DataFrame, k: int) -> pd.DataFrame:
    """Return the accuracy of each model if the first k suspects had the suggested label.

    The suggestions are the models' own, so `corrected` flatters them; `left_out` does not. A person decides.

    Parameters
    ----------
    data : OutOfFold
    ranked : DataFrame
        Of `suspects`, or of those lines that a person has confirmed.
    k : int
        Fewer than all rows.

    Returns
    -------
    DataFrame
        A line for each model: model, accuracy, corrected, left_out (the accuracy on all other rows).
    """
    import pandas as pd

    top = ranked.head(k)
    rows = top["row"].to_numpy()
    y_true, kept = data.y_true.copy(), np.ones(data.n_rows, bool)
    y_true[rows], kept[rows] = [data.classes.index(label) for label in top["suggested"]], False
    return pd.DataFrame(
        {
            "model": data.models,
            "accuracy": data.correct.mean(axis=1),
            "corrected": (data.y_pred == y_true).mean(axis=1),
            "left_out": data.correct[:, kept].mean(axis=1),
        }
    )


def _proportions(likelihoods: np.ndarray) -> np.ndarray:
    """Return the likeliest proportions of a mixture of known parts; `likelihoods` of shape (n_parts, n)."""
    from scipy.optimize import LinearConstraint, minimize

    def loss(proportions: np.ndarray) -> tuple[float, np.ndarray]:
        mixed = proportions @ likelihoods
        return -np.log(mixed).mean(), -(likelihoods @ (1 / mixed)) / len(mixed)

    n = len(likelihoods)
    whole = LinearConstraint(np.ones(n), 1, 1)
    options = {"ftol": TOLERANCE}
    start, bounds = np.full(n, 1 / n), [(0, 1)] * n
    return minimize(
        loss, start, jac=True, method="SLSQP", bounds=bounds, constraints=whole, options=options
    ).x


def _doubt(shares: np.ndarray, y_true: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the likeliest class but the label, and the normalised margin."""
    rows = np.arange(len(y_true))
    others = shares.copy()
    others[rows, y_true] = -1
    suggested = others.argmax(axis=1)
    return suggested, (shares[rows, y_true] - others[rows, suggested] + 1) / 2
