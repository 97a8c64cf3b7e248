"""Each fold of a row: its score and what it took."""

from __future__ import annotations

import pandas as pd

from bench.metrics import METRICS
from bench.records import FoldResult
from reports.display import Table
from reports.outcomes import Outcome
from reports.wording import data_size, number, quantity


def folds_frame(outcome: Outcome, metric: str) -> pd.DataFrame:
    """Return what each scored fold took.

    Returns
    -------
    DataFrame
        Columns repeat, fold (both from 1), the metric, fit_seconds, cpu_seconds, predict_seconds,
        predict_ms_per_1000_rows, peak_memory_bytes (NaN if unknown), n_train, n_test.
    """
    columns = ["repeat", "fold", metric, "fit_seconds", "cpu_seconds", "predict_seconds",
               "predict_ms_per_1000_rows", "peak_memory_bytes", "n_train", "n_test"]  # fmt: skip
    return pd.DataFrame([_line(result, metric) for result in outcome.done], columns=columns)


def folds_table(outcome: Outcome, metric: str) -> Table:
    """Return `folds_frame` as display strings."""
    heads = ("Fold", METRICS[metric].title, "Fit, s", "CPU, s", "Predict, s", "ms per 1,000 rows", "Memory")
    frame = folds_frame(outcome, metric)
    repeated = frame["repeat"].nunique() > 1
    rows = tuple(
        (
            f"{line['repeat']}.{line['fold']}" if repeated else str(line["fold"]),
            number(line[metric]),
            *(
                quantity(line[name])
                for name in ("fit_seconds", "cpu_seconds", "predict_seconds", "predict_ms_per_1000_rows")
            ),
            data_size(line["peak_memory_bytes"]),
        )
        for line in frame.to_dict("records")
    )
    return Table("Each fold: score, time, memory", heads, rows)


def _line(result: FoldResult, metric: str) -> dict[str, float | int | None]:
    value = result.metrics.get(metric)
    memory = result.peak_memory_bytes
    return {
        "repeat": result.repeat + 1,
        "fold": result.fold + 1,
        metric: float("nan") if value is None else value,
        "fit_seconds": result.fit_seconds,
        "cpu_seconds": result.cpu_seconds,
        "predict_seconds": result.predict_seconds,
        "predict_ms_per_1000_rows": 1e6 * result.predict_seconds / max(result.n_test, 1),
        "peak_memory_bytes": float("nan") if memory is None else memory,
        "n_train": result.n_train,
        "n_test": result.n_test,
    }
