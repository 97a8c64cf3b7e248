"""The threshold that a wished precision takes, and the recall that is left there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from bench.errors import UsageError
from bench.records import Predictions, Run
from bench.store import RunStore
from reports.outcomes import Outcome
from reports.pooled import one_vs_rest, out_of_fold
from reports.wording import number

NOT_REACHED = "not reached"


@dataclass(frozen=True)
class OperatingPoints:
    """For every complete model and class, the lowest threshold whose precision is as wished.

    A row belongs to the class if its pooled out-of-fold score is at least the threshold.

    Parameters
    ----------
    wish : float
        The precision, above 0 and at most 1.
    table : DataFrame
        See `frame`.
    """

    wish: float
    table: pd.DataFrame

    @property
    def title(self) -> str:
        """What the table is about."""
        return f"Lowest threshold with precision {self.wish:g}"

    def frame(self) -> pd.DataFrame:
        """Return columns model, class (text), threshold, precision, recall; NaN where it is not reached."""
        return self.table

    def summary(self) -> pd.DataFrame:
        """Return the table as display strings."""
        texts = self.table["threshold"].map(number).where(self.table["threshold"].notna(), NOT_REACHED)
        columns = {"Model": self.table["model"], "Class": self.table["class"], "Threshold": texts}
        shown = {name.capitalize(): self.table[name].map(number) for name in ("precision", "recall")}
        return pd.DataFrame(columns | shown, dtype=str)

    def records(self) -> list[dict[str, Any]]:
        """Return `frame` as plain values, None where the precision is not reached."""
        return self.table.astype(object).where(self.table.notna(), None).to_dict("records")

    def of(self, model: str) -> OperatingPoints:
        """Return those of one model."""
        return replace(self, table=self.table[self.table["model"] == model])


def check_precision(wish: float | None) -> None:
    """Refuse a precision that no threshold can have.

    Raises
    ------
    UsageError
        Unless it is above 0 and at most 1.
    """
    if wish is not None and not 0 < wish <= 1:
        raise UsageError(f"--precision must be above 0 and at most 1, such as 0.9; got {wish:g}")


def operating_points(store: RunStore, run: Run, outcomes: Iterable[Outcome]) -> OperatingPoints | None:
    """Return the operating points of a run, or None if it wishes for no precision.

    The positive class alone has one where it stands against the rest; otherwise every class has.

    Parameters
    ----------
    store : RunStore
    run : Run
    outcomes : iterable of Outcome
        In the order of the table's lines.
    """
    if run.precision is None:
        return None
    lines = [
        (outcome.row.name, str(run.info.classes[k]), *point)
        for outcome in outcomes
        if outcome.complete
        for k, point in _points(out_of_fold(store, run, outcome.row), run.info.positive_index, run.precision)
    ]
    columns = ["model", "class", "threshold", "precision", "recall"]
    return OperatingPoints(run.precision, pd.DataFrame(lines, columns=columns))


def lowest_threshold(member: np.ndarray, scores: np.ndarray, wish: float) -> tuple[float, float, float]:
    """Return the lowest threshold with a precision of at least `wish`, its precision and its recall.

    Parameters
    ----------
    member : ndarray of shape (n,), bool
        Which rows belong to the class.
    scores : ndarray of shape (n,)
    wish : float

    Returns
    -------
    threshold, precision, recall : float
        NaN if no threshold that occurs among the scores has it.
    """
    from sklearn.metrics import precision_recall_curve

    precision, recall, thresholds = precision_recall_curve(member, scores)
    reached = np.flatnonzero(precision[: len(thresholds)] >= wish)
    if not reached.size:
        return np.nan, np.nan, np.nan
    first = reached[0]
    return float(thresholds[first]), float(precision[first]), float(recall[first])


def _points(
    predictions: Predictions, positive: int | None, wish: float
) -> Iterator[tuple[int, tuple[float, float, float]]]:
    for k, member, scores in one_vs_rest(predictions, positive):
        yield k, lowest_threshold(member, scores, wish)
