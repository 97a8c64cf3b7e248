"""Ensembles from stored scores: what the models are worth together, without fitting any of them again.

Weights are chosen where the ensemble is not scored: those for the rows of one fold come from the rows of the
other folds, on which every score is out-of-fold too.

Greedy selection with replacement is that of Caruana et al. (2004), *Ensemble Selection from Libraries of
Models*, ICML. Weighted log-probabilities are a logarithmic opinion pool (Genest and Zidek, 1986, *Combining
Probability Distributions*, Statistical Science 1); its weights are those of stacking by a multinomial
logistic regression with one weight for each model.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from bench.evidence.out_of_fold import OutOfFold
from bench.evidence.temperature import SMALLEST, temperature, tempered
from bench.records import Recipe

N_DRAWS = 30
PENALTY = 1e-5

Weigh = Callable[[np.ndarray, np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Kind:
    """A way to combine models.

    Parameters
    ----------
    weigh : callable
        Gives the weights of shape (n_models,) for probabilities of shape (n_models, n, n_classes) and true
        class indices of shape (n,).
    geometric : bool
        Whether logarithms of probabilities are averaged, and not the probabilities.
    """

    name: str
    title: str
    weigh: Weigh
    geometric: bool = False


def cross_fitted(data: OutOfFold, kind: str) -> np.ndarray:
    """Return the scores of an ensemble whose weights for each fold come from the other folds.

    Parameters
    ----------
    data : OutOfFold
        Of two models or more, on two folds or more.
    kind : str
        A name in `KINDS`.

    Returns
    -------
    ndarray of shape (n, n_classes), float32
        Probabilities.
    """
    scores = np.empty((data.n_rows, len(data.classes)), dtype=np.float32)
    for fold in np.unique(data.fold):
        own = data.fold == fold
        found = _recipe(data, kind, ~own)
        scores[own] = blended(found, [part[own] for part in data.scores])
    return scores


def recipe(data: OutOfFold, kind: str) -> Recipe:
    """Return the ensemble whose weights come from all rows, to be used on new ones.

    Members of weight 0 are left out.
    """
    found = _recipe(data, kind, np.ones(data.n_rows, dtype=bool))
    used = np.flatnonzero(np.asarray(found.weights) > 0)
    return Recipe(
        kind=kind,
        members=tuple(found.members[i] for i in used),
        weights=tuple(found.weights[i] for i in used),
        temperatures=tuple(found.temperatures[i] for i in used),
    )


def blended(found: Recipe, scores: Sequence[np.ndarray]) -> np.ndarray:
    """Return what an ensemble says of rows.

    Parameters
    ----------
    found : Recipe
    scores : sequence of ndarray of shape (n, n_classes), float32
        What each member says of them, in the order of the recipe.

    Returns
    -------
    ndarray of shape (n, n_classes), float32
        Probabilities.
    """
    said = zip(scores, found.temperatures, strict=True)
    stacked = np.stack([_probabilities(part, divisor) for part, divisor in said])
    return _blend(stacked, np.asarray(found.weights), geometric=KINDS[found.kind].geometric)


def _recipe(data: OutOfFold, kind: str, rows: np.ndarray) -> Recipe:
    """Return the recipe whose weights come from the rows of a mask; every member is in it."""
    y, said = data.y_true[rows], [part[rows] for part in data.scores]
    temperatures = [
        None if known == "probability" else temperature(part, y, known)
        for part, known in zip(said, data.score_kinds, strict=True)
    ]
    stacked = np.stack([_probabilities(part, t) for part, t in zip(said, temperatures, strict=True)])
    weights = KINDS[kind].weigh(stacked, y)
    return Recipe(kind, data.models, tuple(weights.tolist()), tuple(temperatures))


def _probabilities(scores: np.ndarray, divisor: float | None) -> np.ndarray:
    return scores if divisor is None else tempered(scores, divisor)


def _logs(probabilities: np.ndarray) -> np.ndarray:
    return np.log(np.maximum(probabilities, SMALLEST))


def _blend(probabilities: np.ndarray, weights: np.ndarray, *, geometric: bool) -> np.ndarray:
    if not geometric:
        mean = np.einsum("m,mnk->nk", weights / weights.sum(), probabilities)
        return (mean / mean.sum(axis=1, keepdims=True)).astype(np.float32)
    mixed = np.einsum("m,mnk->nk", weights, _logs(probabilities))
    return tempered(mixed, 1.0)


def _vote(probabilities: np.ndarray, y: np.ndarray) -> np.ndarray:
    return np.full(len(probabilities), 1 / len(probabilities))


def _select(probabilities: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Draw models with replacement, each time the one that helps most; keep the best number of draws."""
    total = np.zeros_like(probabilities[0])
    drawn: list[int] = []
    merits: list[tuple[float, float]] = []
    for _ in range(N_DRAWS):
        tried = [_merit(total + part, y) for part in probabilities]
        best = max(range(len(tried)), key=tried.__getitem__)
        total += probabilities[best]
        drawn.append(best)
        merits.append(tried[best])
    n_kept = merits.index(max(merits)) + 1
    return np.bincount(drawn[:n_kept], minlength=len(probabilities)) / n_kept


def _merit(total: np.ndarray, y: np.ndarray) -> tuple[float, float]:
    """Return accuracy, and the mean log probability of the true class, which decides between equals."""
    share = total[np.arange(len(y)), y] / total.sum(axis=1)
    return float((total.argmax(axis=1) == y).mean()), float(_logs(share).mean())


def _stack(probabilities: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return non-negative weights of the models' log probabilities that make the true classes most likely."""
    from scipy.optimize import minimize

    said = _logs(probabilities).astype(np.float32)
    true = said[:, np.arange(len(y)), y].mean(axis=1)
    start = np.full(len(said), 1 / len(said))

    def loss(weights: np.ndarray) -> tuple[float, np.ndarray]:
        mixed = np.einsum("m,mnk->nk", weights.astype(np.float32), said)
        top = mixed.max(axis=1, keepdims=True)
        powers = np.exp(mixed - top)
        sums = powers.sum(axis=1, keepdims=True)
        value = float((np.log(sums) + top).mean() - weights @ true)
        slope = np.einsum("nk,mnk->m", powers / sums, said) / len(y) - true
        return value + PENALTY * float(weights @ weights), slope + 2 * PENALTY * weights

    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=[(0, None)] * len(said))
    return found.x if found.x.sum() else start


KINDS = {
    kind.name: kind
    for kind in (
        Kind("vote", "Mean of all models' probabilities", _vote),
        Kind("greedy", "Greedy selection by accuracy", _select),
        Kind("stack", "Weighted log-probabilities of all models", _stack, geometric=True),
    )
}
