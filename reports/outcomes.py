"""What became of every row of a run: its fold results, its state, its pooled predictions."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import pandas as pd

from bench.records import FoldResult, Part, Row, Run
from bench.store import RunStore


@dataclass(frozen=True)
class Outcome:
    """A row of the run with all that is stored of it.

    Parameters
    ----------
    row : Row
    results : tuple of FoldResult
        Its ended fold jobs by repeat and fold, successes and failures.
    refit : FoldResult or None
        Its ended job on all rows.
    n_expected : int
        Folds times repeats of the run.
    reseeded : tuple of tuple of FoldResult
        For each further seed of the model, its ended fold jobs.
    remark : str
        What must be known to read its numbers, such as "never says 8"; or "".
    """

    row: Row
    results: tuple[FoldResult, ...]
    refit: FoldResult | None
    n_expected: int
    reseeded: tuple[tuple[FoldResult, ...], ...] = ()
    remark: str = ""

    @property
    def title(self) -> str:
        """Title of the row, with the remark."""
        return f"{self.row.title}: {self.remark}" if self.remark else self.row.title

    @property
    def done(self) -> tuple[FoldResult, ...]:
        """The folds that were scored."""
        return tuple(result for result in self.results if result.status == "ok")

    @property
    def complete(self) -> bool:
        """Whether every fold was scored."""
        return bool(self.row.keys) and len(self.done) == len(self.row.keys)

    @property
    def score_kind(self) -> str:
        """Either "probability" or "decision"; "" before any fold was scored."""
        return self.done[0].score_kind if self.done else ""

    @property
    def anatomy(self) -> Part | None:
        """What its model is made of; None if its results do not tell."""
        return next((result.anatomy for result in self.done if result.anatomy), None)

    @property
    def status(self) -> str:
        """In words: "ok", or "skipped", "failed", "4/5 folds", "refit failed" or "model not saved", why."""
        if self.row.skipped:
            return f"skipped: {self.row.skipped}"
        if self.complete:
            return _refit_status(self.refit)
        reasons = [result.reason or result.status for result in self.results if result.status != "ok"]
        if reasons and not self.done:
            return f"failed: {reasons[0]}"
        return f"{len(self.done)}/{self.n_expected} folds: {reasons[0] if reasons else 'not finished'}"

    @property
    def fit_seconds(self) -> float:
        """Mean seconds to fit one fold; NaN before the first one."""
        return sum(result.fit_seconds for result in self.done) / len(self.done) if self.done else math.nan

    def seed_means(self, metric: str) -> list[float]:
        """Return the mean of a metric over folds for each seed, the row's own first, that has all folds."""
        sets = [self.done, *(tuple(r for r in results if r.status == "ok") for results in self.reseeded)]
        whole = [results for results in sets if len(results) == len(self.row.keys)]
        values = [[result.metrics.get(metric) for result in results] for results in whole]
        return [float(pd.Series(part, dtype=float).mean()) for part in values]

    def values(self, metric: str) -> pd.Series:
        """Return a metric of every scored fold.

        Parameters
        ----------
        metric : str
            A name in `bench.metrics.METRICS`.

        Returns
        -------
        Series of float64
            Indexed by (repeat, fold); NaN where the metric is undefined.
        """
        keys = [(result.repeat, result.fold) for result in self.done]
        index = pd.MultiIndex.from_tuples(keys, names=["repeat", "fold"]) if keys else None
        return pd.Series([result.metrics.get(metric) for result in self.done], index=index, dtype=float)


def outcomes(store: RunStore, run: Run) -> list[Outcome]:
    """Return the outcome of every row, in the order of the run's rows."""
    return [_outcome(store, run, row) for row in run.rows]


def _outcome(store: RunStore, run: Run, row: Row) -> Outcome:
    outcome = Outcome(
        row=row,
        results=tuple(store.read_results(row)),
        refit=store.read_result(row.estimator, row.refit_key) if row.refit_key else None,
        n_expected=run.protocol.n_splits * run.protocol.n_repeats,
        reseeded=tuple(tuple(store.read_each(row.estimator, keys)) for keys in row.seed_keys),
    )
    if run.info.positive is None or not _never_positive(outcome):
        return outcome
    return replace(outcome, remark=f"never says {run.info.positive}")


def _refit_status(refit: FoldResult | None) -> str:
    if refit is None:
        return "ok"
    if refit.status != "ok":
        return f"refit failed: {refit.reason}"
    return f"model not saved: {refit.unsaved}" if refit.unsaved else "ok"


def _never_positive(outcome: Outcome) -> bool:
    """Whether every scored fold finds no row of the positive class and all rows of the other one."""
    recalls, balanced = outcome.values("recall"), outcome.values("balanced_accuracy")
    return bool(outcome.done) and bool((recalls == 0).all() and (balanced == 0.5).all())
