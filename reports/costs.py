"""What the ranked models of a run cost, as `bench.evidence.cost` takes it."""

from __future__ import annotations

import pandas as pd

from bench.metrics import METRICS
from reports.leaderboard import Leaderboard


def costs(board: Leaderboard) -> pd.DataFrame:
    """Return a line for each ranked model, in order of merit.

    Returns
    -------
    DataFrame
        model, score (the mean of the run's metric over folds; its negative if lower is better), fit_seconds,
        cpu_seconds (of fit and prediction), predict_ms_per_row, model_bytes: means over folds.
    """
    frame = board.frame()
    frame = frame[frame["rank"].notna()]
    sign = 1 if METRICS[board.run.metric].greater_is_better else -1
    return pd.DataFrame(
        {
            "model": frame["name"],
            "score": sign * frame[f"{board.run.metric}_mean"],
            "fit_seconds": frame["fit_seconds_mean"],
            "cpu_seconds": frame["cpu_seconds_mean"],
            "predict_ms_per_row": frame["predict_ms_per_1000_rows"] / 1000,
            "model_bytes": frame["model_bytes"],
        }
    ).reset_index(drop=True)
