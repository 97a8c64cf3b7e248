"""What accuracy costs: the models that no other beats in both."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

COSTS = ("fit_seconds", "predict_ms_per_row", "model_bytes")


def cost(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame with a mark for the models on each Pareto front.

    Parameters
    ----------
    frame : DataFrame
        A line for each model: model, score (greater is better), fit_seconds, cpu_seconds, predict_ms_per_row
        (milliseconds), model_bytes; NaN where unknown.

    Returns
    -------
    DataFrame
        With pareto_fit_seconds, pareto_predict_ms_per_row and pareto_model_bytes (bool): no other model has
        at least this score for at most this cost and is better in one of them. False where either is unknown.
    """
    return frame.assign(**{f"pareto_{by}": _on_front(frame, by) for by in COSTS})


def best_within(
    frame: pd.DataFrame,
    seconds: float | None = None,
    megabytes: float | None = None,
    milliseconds: float | None = None,
) -> pd.DataFrame:
    """Return the models within all limits, best first, of equal ones the one fitted faster.

    Parameters
    ----------
    frame : DataFrame
        As `cost` takes it.
    seconds, megabytes, milliseconds : float or None
        The most that fitting, the saved model (in 1,000,000 bytes) and the prediction of a row may take; a
        model whose cost is unknown is not within a limit.
    """
    limits = zip(COSTS, (seconds, milliseconds, megabytes and megabytes * 1e6), strict=True)
    within = np.logical_and.reduce(
        [frame["score"].notna(), *(frame[by] <= limit for by, limit in limits if limit is not None)]
    )
    order = ["score", "fit_seconds"]
    return frame[within].sort_values(order, ascending=[False, True], kind="stable", ignore_index=True)


def price(frame: pd.DataFrame, n_rows: int, seconds: str = "fit_seconds") -> pd.DataFrame:
    """Return what each step along the Pareto front costs.

    Parameters
    ----------
    frame : DataFrame
        As `cost` takes it, the score being accuracy.
    n_rows : int
        Rows that the accuracy was measured on.
    seconds : {"fit_seconds", "cpu_seconds"}
        Which time is paid.

    Returns
    -------
    DataFrame
        A line for each model on the front, cheapest first: model, score, the seconds, next_cheaper (the model
        before it), further_correct (rows that it gets right more), further_seconds, seconds_per_correct;
        the last four are missing in the first line.
    """
    front = frame[_on_front(frame, seconds)].drop_duplicates(["score", seconds]).sort_values(seconds)
    lines = front[["model", "score", seconds]].reset_index(drop=True)
    gained, paid = lines["score"].diff() * n_rows, lines[seconds].diff()
    return lines.assign(
        next_cheaper=lines["model"].shift(),
        further_correct=gained,
        further_seconds=paid,
        seconds_per_correct=paid / gained,
    )


def _on_front(frame: pd.DataFrame, by: str) -> np.ndarray:
    score, paid = frame["score"].to_numpy(float), frame[by].to_numpy(float)
    no_worse = (score >= score[:, None]) & (paid <= paid[:, None])
    better = (score > score[:, None]) | (paid < paid[:, None])
    return ~(no_worse & better).any(axis=1) & ~np.isnan(score + paid)
