"""How models bear changed images, and what more training rows are worth; from refits on the first fold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from bench.evidence.intervals import LEVEL
from bench.evidence.pairs import ALPHA, holm, mcnemar, only_right
from bench.stresses import parse

CLEAN = "clean"


@dataclass(frozen=True)
class Refit:
    """A model fitted on a share of the training rows of the first fold.

    Parameters
    ----------
    model : str
        Name of a row of the leaderboard.
    share : float
        Of the training rows; 1 for all.
    n_rows : int
        How many they are.
    right : ndarray of shape (n,), bool
        Whether it is right about each test row of the fold.
    variants : tuple of str
        As `bench.stresses.variants` names them; empty if it met no stressed rows.
    stressed : ndarray of shape (n_variants, n), bool
        Whether it is right about the same rows under each variant.
    """

    model: str
    share: float
    n_rows: int
    right: np.ndarray
    variants: tuple[str, ...]
    stressed: np.ndarray

    def correct(self, variant: str) -> np.ndarray:
        """Return whether the model is right about each row, clean or under a variant."""
        return self.right if variant == CLEAN else self.stressed[self.variants.index(variant)]


def robustness(refits: Sequence[Refit]) -> pd.DataFrame:
    """Return the accuracy of every model on clean and on stressed test rows.

    Parameters
    ----------
    refits : sequence of Refit
        Those without variants add nothing.

    Returns
    -------
    DataFrame
        A line for each model and variant, the clean rows first: model, variant (the name of the stress, or
        "clean"), strength (0 for clean), n_test, n_right, accuracy, low, high (Wilson's 95 % interval over
        rows), loss (clean accuracy minus this one), rank_clean, rank (among the models; ties share the best).
    """
    lines = [line for refit in refits if refit.variants for line in _lines(refit)]
    columns = ["model", "variant", "strength", "n_test", "n_right"]
    table = _with_wilson(pd.DataFrame(lines, columns=columns))
    clean = table[table["variant"] == CLEAN].set_index("model")["accuracy"]
    ranks = table.groupby(["variant", "strength"])["accuracy"].rank(method="min", ascending=False)
    table["loss"] = table["model"].map(clean) - table["accuracy"]
    table["rank_clean"] = table["model"].map(clean.rank(method="min", ascending=False)).astype(int)
    return table.assign(rank=ranks.astype(int))


def reversals(refits: Sequence[Refit]) -> pd.DataFrame:
    """Return the pairs of models whose order stress turns beyond chance.

    McNemar's exact tests of every two models under every condition are corrected together (Holm); a pair
    counts if one model leads on clean rows, and the other one under the stress, both with p below 5 %.

    Returns
    -------
    DataFrame
        variant, strength, leader, loser (of the stressed rows), lead (of accuracy), lead_clean (negative),
        p_holm; largest lead first.
    """
    met = [refit for refit in refits if refit.variants]
    shared = [name for name in (met[0].variants if met else ()) if all(name in each.variants for each in met)]
    tests = pd.DataFrame(
        [line for name in (CLEAN, *shared) for line in _tests(met, name)],
        columns=["condition", "model_a", "model_b", "difference", "p"],
    )
    tests["p_holm"] = holm(tests["p"].to_numpy(float))
    tests = tests[tests["p_holm"] < ALPHA]
    clean = tests[tests["condition"] == CLEAN].set_index(["model_a", "model_b"])["difference"]
    table = tests[tests["condition"] != CLEAN].join(clean.rename("clean"), on=["model_a", "model_b"])
    return _turned(table[table["difference"] * table["clean"] < 0])


def learning_curve(refits: Sequence[Refit]) -> pd.DataFrame:
    """Return what every model reaches with a share of the training rows, on the same clean test rows.

    Returns
    -------
    DataFrame
        A line for each refit, by model in the given order and by share: model, share, n_rows, n_test,
        n_right, accuracy, low, high (Wilson's 95 % interval over rows), gain (over the share before), p_gain
        (McNemar's exact test of it, each share corrected over the models by Holm); the last two are NaN in a
        model's first line.
    """
    lines = [line for model in _models(refits) for line in _steps(model, refits)]
    columns = ["model", "share", "n_rows", "n_test", "n_right", "p_gain"]
    table = _with_wilson(pd.DataFrame(lines, columns=columns))
    table["p_gain"] = table.groupby("share")["p_gain"].transform(lambda p: holm(p.to_numpy(float)))
    return table.assign(gain=table.groupby("model")["accuracy"].diff())


def _models(refits: Sequence[Refit]) -> list[str]:
    return list(dict.fromkeys(refit.model for refit in refits))


def _lines(refit: Refit) -> Iterator[tuple[Any, ...]]:
    for condition in (CLEAN, *refit.variants):
        name, strength = (CLEAN, 0.0) if condition == CLEAN else parse(condition)
        right = refit.correct(condition)
        yield refit.model, name, strength, len(right), int(right.sum())


def _with_wilson(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table with accuracy, low and high, from n_right of n_test (Wilson 1927)."""
    from statsmodels.stats.proportion import proportion_confint

    n_right, n_test = (table[name].to_numpy(float) for name in ("n_right", "n_test"))
    low, high = proportion_confint(n_right, n_test, alpha=1 - LEVEL, method="wilson")
    return table.assign(accuracy=n_right / n_test, low=low, high=high)


def _tests(refits: Sequence[Refit], condition: str) -> Iterator[tuple[Any, ...]]:
    """Yield the test of every two models under one condition."""
    if len(refits) < 2:
        return
    correct = np.stack([refit.correct(condition) for refit in refits])
    only, accuracy = only_right(correct), correct.mean(axis=1)
    pairs = list(combinations(range(len(refits)), 2))
    a, b = np.array(pairs).T
    for (i, j), p in zip(pairs, mcnemar(only[a, b], only[b, a]), strict=True):
        yield condition, refits[i].model, refits[j].model, accuracy[i] - accuracy[j], p


def _turned(table: pd.DataFrame) -> pd.DataFrame:
    """Return the table with the leader under stress named first."""
    ahead = table["difference"] > 0
    conditions = [parse(condition) for condition in table["condition"]]
    return pd.DataFrame(
        {
            "variant": [name for name, _ in conditions],
            "strength": [strength for _, strength in conditions],
            "leader": table["model_a"].where(ahead, table["model_b"]).to_numpy(),
            "loser": table["model_b"].where(ahead, table["model_a"]).to_numpy(),
            "lead": table["difference"].abs().to_numpy(),
            "lead_clean": -table["clean"].abs().to_numpy(),
            "p_holm": table["p_holm"].to_numpy(),
        }
    ).sort_values("lead", ascending=False, kind="stable", ignore_index=True)


def _steps(model: str, refits: Sequence[Refit]) -> Iterator[tuple[Any, ...]]:
    before: np.ndarray | None = None
    for refit in sorted((each for each in refits if each.model == model), key=lambda each: each.share):
        p = np.nan if before is None else _p_gain(before, refit.right)
        yield model, refit.share, refit.n_rows, len(refit.right), int(refit.right.sum()), p
        before = refit.right


def _p_gain(before: np.ndarray, after: np.ndarray) -> float:
    only = only_right(np.stack([before, after]))
    return float(mcnemar(only[:1, 1], only[1:, 0])[0])
