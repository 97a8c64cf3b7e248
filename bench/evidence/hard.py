"""Which rows are hard, and whose errors are whose."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from bench.evidence.out_of_fold import OutOfFold
from bench.metrics import normalised

if TYPE_CHECKING:
    import pandas as pd


def difficulty(data: OutOfFold) -> pd.DataFrame:
    """Return how hard each row is.

    Returns
    -------
    DataFrame
        A line for each row, in their order: row, label, n_wrong (models that miss it), true_share (mean
        probability of the true class over the models with probabilities; NaN if there are none), taken_for
        (the most common wrong answer, the first class of equally common ones; missing if no model is wrong).
    """
    import pandas as pd

    return pd.DataFrame(
        {
            "row": np.arange(data.n_rows),
            "label": _labels(data)[data.y_true],
            "n_wrong": _n_wrong(data),
            "true_share": _true_share(data),
            "taken_for": _taken_for(data),
        }
    )


def missed_by_every(data: OutOfFold) -> pd.DataFrame:
    """Return the rows that no model gets right, and what each said.

    Returns
    -------
    DataFrame
        A line for each row: row, label, and "MODEL says" for each model; lowest mean probability of the true
        class first.
    """
    return _said(data, _n_wrong(data) == len(data.models))


def missed_only_by(data: OutOfFold, model: str) -> pd.DataFrame:
    """Return the rows that one model misses and all others get right; columns as in `missed_by_every`."""
    return _said(data, ~_own(data, model) & (_n_wrong(data) == 1))


def rescued_by(data: OutOfFold, model: str) -> pd.DataFrame:
    """Return the rows that one model gets right and all others miss; columns as in `missed_by_every`."""
    return _said(data, _own(data, model) & (_n_wrong(data) == len(data.models) - 1))


def overlap(data: OutOfFold) -> pd.DataFrame:
    """Return how far each two models fail on the same rows.

    Returns
    -------
    DataFrame
        A line for each unordered pair: model_a, model_b, errors_a, errors_b, shared (both wrong), same_answer
        (both wrong in the same way), jaccard (shared over all errors of either; NaN without any), q (Yule's Q
        of right and wrong: 1 if they fail alike, 0 if independently, negative if on different rows; NaN where
        it is 0 / 0). Kuncheva and Whitaker (2003), "Measures of diversity in classifier ensembles and their
        relationship with the ensemble accuracy", section 2.
    """
    import pandas as pd

    columns = ["model_a", "model_b", "errors_a", "errors_b", "shared", "same_answer", "jaccard", "q"]
    pairs = combinations(range(len(data.models)), 2)
    return pd.DataFrame([_pair(data, a, b) for a, b in pairs], columns=columns)


def oracle(data: OutOfFold) -> pd.DataFrame:
    """Return the accuracy of choosing, for each row, a right model if there is one among so many.

    Sets grow by the model that is right about most rows that are still missed; such a set covers at least
    1 - 1/e of what the best of its size does (Nemhauser, Wolsey and Fisher 1978).

    Returns
    -------
    DataFrame
        A line for each size: size, added (the model that joins), accuracy. The last is the oracle of all.
    """
    import pandas as pd

    covered, left = np.zeros(data.n_rows, bool), list(range(len(data.models)))
    lines: list[tuple[int, str, float]] = []
    while left:
        best = max(left, key=lambda i: np.count_nonzero(data.correct[i] & ~covered))
        left.remove(best)
        covered = covered | data.correct[best]
        lines.append((len(lines) + 1, data.models[best], float(covered.mean())))
    return pd.DataFrame(lines, columns=["size", "added", "accuracy"])


def _labels(data: OutOfFold) -> np.ndarray:
    return np.array(data.classes)


def _n_wrong(data: OutOfFold) -> np.ndarray:
    return np.asarray((~data.correct).sum(axis=0))


def _true_share(data: OutOfFold) -> np.ndarray:
    rows = np.arange(data.n_rows)
    kinds = zip(data.scores, data.score_kinds, strict=True)
    shares = [normalised(scores)[rows, data.y_true] for scores, kind in kinds if kind == "probability"]
    return np.stack(shares).mean(axis=0) if shares else np.full(data.n_rows, np.nan)


def _taken_for(data: OutOfFold) -> np.ndarray:
    rows = np.arange(data.n_rows)
    votes = np.zeros((data.n_rows, len(data.classes)), np.int32)
    for answers in data.y_pred:
        votes[rows, answers] += 1
    votes[rows, data.y_true] = 0
    names = np.array(data.classes, dtype=object)[votes.argmax(axis=1)]
    names[~votes.any(axis=1)] = None
    return names


def _own(data: OutOfFold, model: str) -> np.ndarray:
    return data.correct[data.models.index(model)]


def _said(data: OutOfFold, chosen: np.ndarray) -> pd.DataFrame:
    import pandas as pd

    rows = chosen.nonzero()[0]
    rows = rows[np.argsort(_true_share(data)[rows], kind="stable")]
    labels = _labels(data)
    answers = zip(data.models, data.y_pred, strict=True)
    said = {f"{model} says": labels[predicted[rows]] for model, predicted in answers}
    return pd.DataFrame({"row": rows, "label": labels[data.y_true[rows]], **said})


def _pair(data: OutOfFold, a: int, b: int) -> tuple[object, ...]:
    wrong_a, wrong_b = ~data.correct[a], ~data.correct[b]
    errors_a, errors_b, shared = int(wrong_a.sum()), int(wrong_b.sum()), int((wrong_a & wrong_b).sum())
    alike = int((wrong_a & (data.y_pred[a] == data.y_pred[b])).sum())
    only_a, only_b = errors_a - shared, errors_b - shared
    neither = data.n_rows - shared - only_a - only_b
    jaccard = _ratio(shared, shared + only_a + only_b)
    agree, differ = neither * shared, only_a * only_b
    q = _ratio(agree - differ, agree + differ)
    return data.models[a], data.models[b], errors_a, errors_b, shared, alike, jaccard, q


def _ratio(above: int, below: int) -> float:
    return above / below if below else float("nan")
