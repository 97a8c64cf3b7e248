"""What the paired tests say of neighbours on the leaderboard, in plain English."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import pandas as pd

from bench.evidence.pairs import ALPHA
from bench.metrics import METRICS

SURE = 0.95
SMALLEST = 1e-300


def sentences(table: pd.DataFrame, models: Sequence[str], metric: str, noun: str = "images") -> list[str]:
    """Return one sentence for each two neighbours.

    They speak of the choice of rows, which the rule covers; the folds, which retrain the models, qualify it.

    Parameters
    ----------
    table : DataFrame
        What `bench.evidence.pairs.pairs` returns.
    models : sequence of str
        In order of merit.
    metric : str
        The one that `table` is about.
    noun : str
        What a row is, in the plural.

    Returns
    -------
    list of str
        One fewer than models, without full stops.
    """
    lines = {frozenset((line["model_a"], line["model_b"])): line for line in table.to_dict("records")}
    neighbours = pairwise(models)
    return [sentence(lines[frozenset(pair)], pair[0], metric, noun) for pair in neighbours]


def sentence(line: dict[str, Any], first: str, metric: str, noun: str = "images") -> str:
    """Return what a line of the table says.

    Parameters
    ----------
    line : dict
        One line of `bench.evidence.pairs.pairs`.
    first : str
        The model to name first if they cannot be told apart.
    metric : str
    noun : str
    """
    if math.isnan(line["p_holm"]):
        return f"{line['model_a']} and {line['model_b']} cannot be compared by {_title(metric)}"
    facts = turned(line) if _leader(line, first) == line["model_b"] else line
    said = _by_rows(facts, noun) if metric == "accuracy" else _by_metric(facts, metric)
    p = f"({_p(facts['p_holm'])} after Holm)"
    if facts["different"]:
        verdict = f"such a difference would hardly come from the choice of {noun} {p}"
        return f"{said}; {verdict}{_folds_of_different(facts)}"
    pair = f"{facts['model_a']} and {facts['model_b']} cannot be told apart on these {noun}"
    return f"{pair}: {said} {p}; a different set of {noun} could turn the order{_folds_of_alike(facts)}"


def seed_clause(difference: float, spread: float) -> str:
    """Return what the seeds of two models do to their difference, as the end of a sentence.

    Parameters
    ----------
    difference : float
    spread : float
        Standard deviation of the difference when both seeds change, in the same units.
    """
    band = f"(standard deviation {spread:.2g})"
    if abs(difference) <= 2 * spread:
        return f"; other seeds alone could turn it {band}"
    return f"; other seeds alone move it less {band}"


def _leader(line: dict[str, Any], first: str) -> str:
    if line["difference"] == 0:
        return first
    return line["model_a"] if line["difference"] > 0 else line["model_b"]


def turned(line: dict[str, Any]) -> dict[str, Any]:
    """Return the line as if its models had stood in the other order."""
    swapped = {"model": ("model_a", "model_b"), "only": ("only_a", "only_b"), "p": ("p_worse", "p_better")}
    other_way = dict(line)
    for one, other in swapped.values():
        other_way[one], other_way[other] = line[other], line[one]
    other_way |= {"difference": -line["difference"], "t_folds": -line["t_folds"]}
    return other_way | {"low": -line["high"], "high": -line["low"]}


def _by_rows(line: dict[str, Any], noun: str) -> str:
    a, b, gained, lost = line["model_a"], line["model_b"], line["only_a"], line["only_b"]
    if not gained and not lost:
        return f"{a} and {b} are right about the same {noun}"
    return f"{a} is right about {gained:,} {noun} that {b} misses and wrong about {lost:,} that it gets right"


def _by_metric(line: dict[str, Any], metric: str) -> str:
    a, b, width = line["model_a"], line["model_b"], _digits(line)
    if line["difference"] == 0:
        return f"{a} and {b} have the same {_title(metric)}"
    way = "above" if METRICS[metric].greater_is_better else "below"
    bounds = "" if math.isnan(line["low"]) else f" (95 % {line['low']:.{width}f} to {line['high']:.{width}f})"
    return f"{_title(metric)} of {a} is {line['difference']:.{width}f}{bounds} {way} that of {b}"


def _folds_of_different(line: dict[str, Any]) -> str:
    if math.isnan(line["p_folds"]):
        return ""
    if line["t_folds"] < 0:
        return ", but the folds point the other way"
    if line["p_folds"] < ALPHA:
        return ", and the folds agree"
    return f", though the folds alone do not show it ({_p(line['p_folds'])})"


def _folds_of_alike(line: dict[str, Any]) -> str:
    if line["p_equivalent"] > SURE:
        share = f"{100 * line['p_equivalent']:.0f} %"
        return f"; by the folds they are practically equivalent (probability {share})"
    if line["p_folds"] < ALPHA:
        return f", though the folds alone would tell them apart ({_p(line['p_folds'])})"
    return ""


def _title(metric: str) -> str:
    title = METRICS[metric].title
    return title if title.startswith(("F1", "ROC")) else title[0].lower() + title[1:]


def _digits(line: dict[str, Any]) -> int:
    """Return how many decimals show two digits of the difference."""
    return max(3, 1 - math.floor(math.log10(abs(line["difference"])))) if line["difference"] else 3


def _p(p: float) -> str:
    """Return "p = 0.31" or, far below the level, "p = 3e-9"."""
    if p < SMALLEST:
        return f"p < {SMALLEST:.0e}"
    mantissa, _, exponent = f"{p:.0e}".partition("e")
    return f"p = {p:.2g}" if p >= 0.001 else f"p = {mantissa}e{int(exponent)}"
