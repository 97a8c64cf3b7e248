"""The leaderboard: one line per row, best first, failures and skips included."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from bench.metrics import METRICS, metrics_of
from bench.records import Row, Run
from bench.store import RunStore
from reports.operating import OperatingPoints
from reports.outcomes import Outcome, outcomes
from reports.wording import MISSING, csv_cell, mean_and_spread, number, quantity

DECISION = "n/a: decision scores"
_SHOWN = {"log_loss": "Log loss", "roc_auc_ovr": "ROC AUC"}
_SHOWN_BINARY = {"precision": "Precision", "recall": "Recall", "f1": "F1", "roc_auc_ovr": "ROC AUC"}


@dataclass(frozen=True)
class Leaderboard:
    """The rows of a run in order of merit.

    Parameters
    ----------
    run : Run
    outcomes : tuple of Outcome
        Ranked rows first, then rows without a rank in the order of the run.
    ranks : tuple of (int or None)
        Of each outcome; equal means share the better rank.
    standing : DataFrame or None
        How sure that is, as `reports.evidence.Evidence.standing` tells; None if nobody has asked.
    """

    run: Run
    outcomes: tuple[Outcome, ...]
    ranks: tuple[int | None, ...]
    standing: pd.DataFrame | None = None

    def frame(self) -> pd.DataFrame:
        """Return the table in full precision, one line per row.

        Returns
        -------
        DataFrame
            rank (Int64), ranks ("1-3": those that it may have; "" if unknown), letters (models that cannot be
            told apart share one), p_best, name, title, family, status, folds_done, folds_expected,
            score_kind, ``<metric>_mean`` and ``<metric>_std`` for every metric (ddof 1, over scored folds),
            ``<headline metric>_pooled``, ``_low`` and ``_high`` (over all rows, with its 95 % interval),
            ``<headline metric>_fold_<i>``, fit_seconds_mean, cpu_seconds_mean, predict_ms_per_1000_rows,
            model_bytes (mean), ``test_<headline metric>``, stamp. NaN where there is no value. If any fit was
            metered, also energy_kwh_mean and energy_source ("measured", "estimated" or "").
        """
        frame = pd.DataFrame(self._lines).astype({"rank": "Int64"})
        metered = frame["energy_kwh_mean"].notna().any()
        return frame if metered else frame.drop(columns=["energy_kwh_mean", "energy_source"])

    @property
    def ranked(self) -> list[Outcome]:
        """The outcomes that have a rank, best first."""
        return [outcome for rank, outcome in zip(self.ranks, self.outcomes, strict=True) if rank]

    @property
    def seed_means(self) -> dict[str, list[float]]:
        """The mean of the metric under each seed, of the models that were fitted with several."""
        means = {one.row.name: one.seed_means(self.run.metric) for one in self.outcomes if one.row.seed_keys}
        return {name: found for name, found in means.items() if len(found) > 1}

    def summary(self) -> pd.DataFrame:
        """Return a small table of display strings, for a terminal or the head of a page."""
        tested = any(outcome.refit and outcome.refit.metrics for outcome in self.outcomes)
        lines = zip(self.frame().to_dict("records"), self.outcomes, strict=True)
        return pd.DataFrame([self._display(line, outcome, tested) for line, outcome in lines], dtype=str)

    def to_csv(self) -> str:
        """Return `frame` as comma-separated text, in which no cell is a formula; absent values are empty."""
        return csv_text(self.frame())

    def to_json(
        self, points: OperatingPoints | None = None, warnings: Sequence[dict[str, Any]] | None = None
    ) -> str:
        """Return `frame` as ASCII JSON with what makes it comparable, `points` and `warnings`.

        Absent values are null; without `warnings` nobody has looked for any.
        """
        metric = METRICS[self.run.metric]
        document = {
            "metric": metric.name,
            "greater_is_better": metric.greater_is_better,
            "dataset": self.run.info.name,
            "dataset_sha256": self.run.info.sha256,
            "folds_sha256": self.run.protocol.folds_sha256,
            "positive": self.run.info.positive,
            "precision": None if points is None else points.wish,
            "thresholds": [] if points is None else points.records(),
            **({} if warnings is None else {"warnings": warnings}),
            "rows": [_plain(line) for line in self.frame().to_dict("records")],
        }
        return json.dumps(document, indent=2, allow_nan=False)

    def line(self, row: Row) -> dict[str, Any]:
        """Return the line of `frame` that is about a row."""
        names = [outcome.row.name for outcome in self.outcomes]
        return self._lines[names.index(row.name)]

    def rank(self, row: Row) -> int | None:
        """Return the rank of a row, if it has one."""
        names = [outcome.row.name for outcome in self.outcomes]
        return self.ranks[names.index(row.name)]

    def best(self, allow_stamped: bool = False) -> Outcome | None:
        """Return the best ranked outcome, stamped rows being left out unless they are allowed."""
        return next((outcome for outcome in self.ranked if allow_stamped or not outcome.row.stamp), None)

    @cached_property
    def _lines(self) -> list[dict[str, Any]]:
        return [self._line(rank, outcome) for rank, outcome in zip(self.ranks, self.outcomes, strict=True)]

    def _line(self, rank: int | None, outcome: Outcome) -> dict[str, Any]:
        row = outcome.row
        head = {"rank": rank, **self._standing(row.name), "name": row.name}
        head |= {"title": outcome.title, "family": row.family}
        head |= {"status": outcome.status, "folds_done": len(outcome.done)}
        head |= {"folds_expected": outcome.n_expected, "score_kind": outcome.score_kind}
        for metric in metrics_of(binary=self.run.info.positive is not None):
            values = outcome.values(metric)
            head[f"{metric}_mean"] = values.mean(skipna=False)
            head[f"{metric}_std"] = values.std(ddof=1, skipna=False)
        return head | self._fold_values(outcome) | self._costs(outcome) | {"stamp": row.stamp}

    def _standing(self, name: str) -> dict[str, Any]:
        found = None if self.standing is None else self.standing[self.standing["model"] == name]
        told = {} if found is None or found.empty else found.to_dict("records")[0]
        bounds = {"pooled": "value", "low": "low", "high": "high"}
        words = {column: told.get(column, "") for column in ("ranks", "letters")}
        numbers = {f"{self.run.metric}_{name}": told.get(key, math.nan) for name, key in bounds.items()}
        return words | {"p_best": told.get("p_best", math.nan)} | numbers

    def _fold_values(self, outcome: Outcome) -> dict[str, float]:
        protocol, values = self.run.protocol, outcome.values(self.run.metric)
        found = {} if values.empty else values.to_dict()
        places = [(r, f) for r in range(protocol.n_repeats) for f in range(protocol.n_splits)]
        head = f"{self.run.metric}_fold"
        return {f"{head}_{i}": found.get(place, math.nan) for i, place in enumerate(places, start=1)}

    def _costs(self, outcome: Outcome) -> dict[str, float]:
        done = outcome.done
        frame = pd.DataFrame(
            {
                "fit": [result.fit_seconds for result in done],
                "cpu": [result.cpu_seconds for result in done],
                "predict": [1e6 * result.predict_seconds / max(result.n_test, 1) for result in done],
                "bytes": [result.model_bytes or math.nan for result in done],
            },
            dtype=float,
        ).mean()
        test = outcome.refit.metrics.get(self.run.metric) if outcome.refit else None
        return {
            "fit_seconds_mean": frame["fit"],
            "cpu_seconds_mean": frame["cpu"],
            "predict_ms_per_1000_rows": frame["predict"],
            "model_bytes": frame["bytes"],
            f"test_{self.run.metric}": math.nan if test is None else test,
            **_energy(outcome),
        }

    def _display(self, line: dict[str, Any], outcome: Outcome, tested: bool) -> dict[str, str]:
        metric = self.run.metric
        others = _SHOWN if self.run.info.positive is None else _SHOWN_BINARY
        shown = {metric: METRICS[metric].title} | {m: t for m, t in others.items() if m != metric}
        place = MISSING if pd.isna(line["rank"]) else str(line["rank"])
        head = {"Rank": line["ranks"] or place, "Model": line["name"], "Family": line["family"]}
        head |= {title: metric_text(line, name) for name, title in shown.items()}
        head["Fit s"] = quantity(line["fit_seconds_mean"])
        head["Predict ms/1k rows"] = quantity(line["predict_ms_per_1000_rows"])
        if tested:
            head["Test"] = number(line[f"test_{metric}"])
        status = f"{outcome.status}, {outcome.remark}" if outcome.remark else outcome.status
        return head | {"Status": f"{status} [{line['stamp']}]" if line["stamp"] else status}


def leaderboard(store: RunStore, run: Run) -> Leaderboard:
    """Return the leaderboard of a run, sorted by the mean of the run's metric over folds.

    Only complete rows whose metric is defined are ranked; the others follow without a rank.
    """
    found = outcomes(store, run)
    means = pd.Series([_merit(outcome, run.metric) for outcome in found], dtype=float)
    ranks = means.rank(method="min", ascending=False)
    order = ranks.sort_values(kind="stable", na_position="last").index
    return Leaderboard(
        run=run,
        outcomes=tuple(found[i] for i in order),
        ranks=tuple(None if math.isnan(ranks[i]) else int(ranks[i]) for i in order),
    )


def best_row(store: RunStore, run: Run, allow_stamped: bool = False) -> Row | None:
    """Return the best complete row, or None if there is none.

    Parameters
    ----------
    store : RunStore
    run : Run
    allow_stamped : bool
        Whether rows with a reservation may win, such as those tuned on the rows that score them.
    """
    best = leaderboard(store, run).best(allow_stamped)
    return best.row if best else None


def csv_text(frame: pd.DataFrame) -> str:
    """Return a table as comma-separated text, in which no cell is a formula; absent values are empty."""
    texts = frame.select_dtypes(["object", "str"]).map(csv_cell)
    return frame.assign(**texts).rename(columns=csv_cell).to_csv(index=False, lineterminator="\n")


def metric_text(line: dict[str, Any], metric: str) -> str:
    """Return "mean ± std" of a metric in a line of `Leaderboard.frame`, or why there is none."""
    mean = line[f"{metric}_mean"]
    if not math.isnan(mean) or not line["folds_done"]:
        return mean_and_spread(mean, line[f"{metric}_std"])
    lacks = METRICS[metric].needs == "probability" and line["score_kind"] == "decision"
    return DECISION if lacks else "n/a: undefined in a fold"


def _energy(outcome: Outcome) -> dict[str, Any]:
    """Return the mean over folds if every one was metered; a single estimate makes it an estimate."""
    values = pd.Series([result.energy_kwh for result in outcome.done], dtype=float)
    sources = {result.energy_source for result in outcome.done} or {""}
    return {"energy_kwh_mean": values.mean(skipna=False), "energy_source": min(sources)}


def _merit(outcome: Outcome, metric: str) -> float:
    mean = outcome.values(metric).mean(skipna=False) if outcome.complete else math.nan
    return mean if METRICS[metric].greater_is_better else -mean


def _plain(line: dict[str, Any]) -> dict[str, Any]:
    return {name: None if value is pd.NA or _unwritable(value) else value for name, value in line.items()}


def _unwritable(value: Any) -> bool:
    return isinstance(value, float) and not math.isfinite(value)
