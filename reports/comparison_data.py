"""What the script of the comparison reads: curves, confusion and paired tests of all models."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from bench.evidence.sentences import sentence
from bench.metrics import METRICS
from reports.curve_data import curve_data, kind_data
from reports.evidence import Evidence, rows_are
from reports.scored import Scored
from reports.sections import ModelSection
from reports.sources import Sources
from reports.wording import MISSING, number

KINDS = ("roc", "pr")


def comparison_data(sources: Sources, sections: Sequence[ModelSection]) -> dict[str, Any] | None:
    """Return curves, confusion and paired tests of the complete models.

    Parameters
    ----------
    sources : Sources
    sections : sequence of ModelSection
        In the order of the page, best first.

    Returns
    -------
    dict or None
        classes (text), present (positions of those that have curves), noun, kinds (see `kind_data`), models
        (see `model_data`), pairs (see `pairs_data`); None if no model is complete.
    """
    complete = [(section, section.scored) for section in sections if section.scored]
    if not complete:
        return None
    classes, first = sources.run.info.classes, complete[0][1]
    return {
        "classes": [str(label) for label in classes],
        "present": [classes.index(label) for label in first.roc.classes],
        "noun": rows_are(sources.run.info),
        "kinds": {kind: kind_data(kind, curves(first, kind)) for kind in KINDS},
        "models": [model_data(section, found) for section, found in complete],
        "pairs": [] if sources.found is None else pairs_data(sources.found),
    }


def model_data(section: ModelSection, found: Scored) -> dict[str, Any]:
    """Return name, hue, anchor, confusion (counts), and `curve_data` of each kind."""
    kinds = {kind: curve_data(kind, curves(found, kind)) for kind in KINDS}
    row = section.outcome.row
    about = {"name": row.name, "hue": section.hue, "anchor": section.anchor}
    return about | {"confusion": found.confusion.counts} | kinds


def curves(found: Scored, kind: str) -> Any:
    """Return the curves of a kind."""
    return {"roc": found.roc, "pr": found.by_recall}[kind]


def pairs_data(found: Evidence) -> list[dict[str, Any]]:
    """Return what the paired tests say of every two ranked models.

    Returns
    -------
    list of dict
        a, b (names, in order of merit), words (the sentence), difference (text, with its interval, and what
        it is about), p (after Holm, text), different (bool), and the rows that both, only a, only b and
        neither get right.
    """
    right = dict(zip(found.data.models, found.data.correct.sum(axis=1).tolist(), strict=True))
    lines = found.pairs.to_dict("records")
    return [_pair(found, line, right[line["model_a"]] - line["only_a"]) for line in lines]


def _pair(found: Evidence, line: dict[str, Any], both: int) -> dict[str, Any]:
    only_a, only_b = line["only_a"], line["only_b"]
    return {
        "a": line["model_a"],
        "b": line["model_b"],
        "words": sentence(line, line["model_a"], found.metric, found.noun)
        + found.of_seeds(line["model_a"], line["model_b"]),
        "difference": f"{METRICS[found.metric].title} {_signed(line)}",
        "p": MISSING if math.isnan(line["p_holm"]) else f"{line['p_holm']:.2g}",
        "different": bool(line["different"]),
        "right": np.array([both, only_a, only_b, found.data.n_rows - both - only_a - only_b]),
    }


def _signed(line: dict[str, Any]) -> str:
    """Return "+0.0021 (95 % 0.0013 to 0.0030)": by how much the first model is better."""
    if math.isnan(line["difference"]):
        return MISSING
    bounds = "" if math.isnan(line["low"]) else f" (95 % {number(line['low'])} to {number(line['high'])})"
    return f"{line['difference']:+.4f}{bounds}"
