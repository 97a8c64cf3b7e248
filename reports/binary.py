"""One class against the rest: the section that only runs with a positive class have."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from bench.records import DatasetInfo
from reports.display import Table
from reports.leaderboard import Leaderboard, metric_text
from reports.operating import OperatingPoints
from reports.sections import ModelSection
from reports.wording import number

_COUNTS = ("true_positives", "false_negatives", "false_positives", "true_negatives")
_RATES = {"precision": "Precision", "recall": "Recall", "f1": "F1", "roc_auc": "ROC AUC"}


@dataclass(frozen=True)
class OneAgainstRest:
    """What the section shows.

    Parameters
    ----------
    positive : str
    sentence : str
        How frequent the class is, and how right it is never to say it.
    tables : tuple of Table
    """

    positive: str
    sentence: str
    tables: tuple[Table, ...]


def one_against_rest(
    board: Leaderboard, sections: Sequence[ModelSection], points: OperatingPoints | None
) -> OneAgainstRest | None:
    """Return the section of a run; None if it has no positive class."""
    info = board.run.info
    if info.positive is None:
        return None
    tables = [*_folds(board), *_pooled(board, sections), *_points(points)]
    return OneAgainstRest(info.positive, _sentence(info), tuple(tables))


def pooled(sections: Sequence[ModelSection], positive: int) -> pd.DataFrame:
    """Return how every complete model finds the positive class, from pooled out-of-fold predictions.

    Parameters
    ----------
    sections : sequence of ModelSection
    positive : int
        Index of the class.

    Returns
    -------
    DataFrame
        Columns model, true_positives, false_negatives, false_positives, true_negatives (int64),
        precision, recall, f1 (0 for a model that never says the class) and roc_auc.
    """
    lines = [
        (section.outcome.row.name, *section.scored.confusion.around(positive), section.scored.roc.area)
        for section in sections
        if section.scored is not None
    ]
    table = pd.DataFrame(lines, columns=["model", *_COUNTS, "roc_auc"])
    found, said = table["true_positives"], table["true_positives"] + table["false_positives"]
    there = found + table["false_negatives"]
    table["precision"] = found / said.clip(lower=1)
    table["recall"] = found / there.clip(lower=1)
    table["f1"] = 2 * found / (said + there).clip(lower=1)
    return table[["model", *_COUNTS, *_RATES]]


def _sentence(info: DatasetInfo) -> str:
    n_positive = info.class_counts[info.positive_index or 0]
    never = number(1 - n_positive / info.n_rows)
    return (
        f"{n_positive:,} of {info.n_rows:,} rows are {info.positive}: a model that never says "
        f"{info.positive} has an accuracy of {never}. All else here is of the class {info.positive} alone."
    )


def _folds(board: Leaderboard) -> Iterator[Table]:
    """Yield the accuracy of every fold, unless the leaderboard shows it."""
    scored = [outcome for outcome in board.outcomes if outcome.done]
    if board.run.metric == "accuracy" or not scored:
        return
    means = {line["name"]: metric_text(line, "accuracy") for line in board.frame().to_dict("records")}
    protocol = board.run.protocol
    places = [(r, f) for r in range(protocol.n_repeats) for f in range(protocol.n_splits)]
    rows = []
    for outcome in scored:
        values = outcome.values("accuracy").to_dict()
        rows.append((outcome.row.name, means[outcome.row.name], *(number(values.get(p)) for p in places)))
    heads = ("Model", "Mean", *(f"Fold {i}" for i in range(1, len(places) + 1)))
    yield Table("Accuracy of every fold", heads, tuple(rows))


def _pooled(board: Leaderboard, sections: Sequence[ModelSection]) -> Iterator[Table]:
    table = pooled(sections, board.run.info.positive_index or 0)
    if table.empty:
        return
    shown = table.astype(object)
    for name in _COUNTS:
        shown[name] = [f"{count:,}" for count in table[name]]
    for name in _RATES:
        shown[name] = [number(value) for value in table[name]]
    heads = {"model": "Model"} | {name: name.replace("_", " ").capitalize() for name in _COUNTS} | _RATES
    yield Table.of("Pooled out-of-fold predictions", shown.rename(columns=heads))


def _points(points: OperatingPoints | None) -> Iterator[Table]:
    if points is not None and not points.frame().empty:
        yield Table.of(points.title, points.summary().drop(columns="Class"))
