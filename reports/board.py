"""The leaderboard as the page shows it: display strings, and the numbers that its script sorts and draws."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import pandas as pd

from bench.evidence.cost import COSTS, cost
from bench.metrics import METRICS, Metric, metrics_of
from reports.costs import costs
from reports.display import Table
from reports.leaderboard import Leaderboard, metric_text
from reports.sources import Sources
from reports.sureness import bounds
from reports.wording import MISSING, data_size, number, quantity

# Values of these metrics lie in 0..1 and bunch near 1, where a logit scale tells them apart.
SHARES = ("accuracy", "balanced_accuracy", "f1_macro", "f1", "precision", "recall", "roc_auc_ovr")
# How many times further than the median from the best a line may be before its bar stands at the edge.
_REACH = 2.5


@dataclass(frozen=True)
class Line:
    """One line of the leaderboard; `bar` is its interval as places in 0..100, None without one."""

    rank: str
    letters: str
    name: str
    title: str
    family: str
    hue: int
    anchor: str
    score: str
    interval: str
    bar: tuple[float, float, float] | None
    folds: tuple[str, ...]
    fit: str
    predict: str
    size: str
    energy: str
    test: str
    stamp: str
    status: str


@dataclass(frozen=True)
class BoardSection:
    """What the section shows.

    Parameters
    ----------
    metric : Metric
    lines : tuple of Line
    families : tuple of str
        Those that occur.
    metered : bool
        Whether the energy of fits was metered.
    tested : bool
        Whether models were scored on labelled test rows too.
    metrics : Table
        Every metric of every model.
    """

    metric: Metric
    lines: tuple[Line, ...]
    families: tuple[str, ...]
    metered: bool
    tested: bool
    metrics: Table


def board_section(sources: Sources) -> BoardSection:
    """Return the section of a run."""
    board = sources.board
    frame = board.frame()
    return BoardSection(
        metric=METRICS[board.run.metric],
        lines=_lines(sources, frame),
        families=tuple(dict.fromkeys(frame["family"])),
        metered="energy_kwh_mean" in frame,
        tested=board.run.info.test_labelled,
        metrics=_metrics(board),
    )


def board_payload(sources: Sources) -> dict[str, Any]:
    """Return the numbers of the ranked lines, as the scripts of leaderboard and cost read them.

    Returns
    -------
    dict
        metric (name, title, greater_is_better, and share: whether it lies in 0..1), and models, best first:
        name, family, hue, anchor, mean, std, low, high, ranks, letters, stamp, test, energy (kWh),
        fit_seconds, predict_ms_per_row, model_bytes, and front, the costs in which no other model beats it.
    """
    board, metric = sources.board, METRICS[sources.board.run.metric]
    frame = board.frame()
    ranked = frame[frame["rank"].notna()].reset_index(drop=True)
    fronts = cost(costs(board))
    models = [
        _model(sources, metric.name, line, front)
        for line, front in zip(ranked.to_dict("records"), fronts.to_dict("records"), strict=True)
    ]
    about = {"name": metric.name, "title": metric.title, "greater_is_better": metric.greater_is_better}
    return {"metric": about | {"share": metric.name in SHARES}, "models": models}


def _model(sources: Sources, metric: str, line: dict[str, Any], front: dict[str, Any]) -> dict[str, Any]:
    name = line["name"]
    return {
        "name": name,
        "hue": sources.hues[name],
        "anchor": sources.anchors[name],
        "mean": line[f"{metric}_mean"],
        "std": line[f"{metric}_std"],
        "low": line[f"{metric}_low"],
        "high": line[f"{metric}_high"],
        "test": line[f"test_{metric}"],
        **{key: line[key] for key in ("family", "ranks", "letters", "stamp")},
        "energy": line.get("energy_kwh_mean"),
        **{key: front[key] for key in COSTS},
        "front": [key for key in COSTS if front[f"pareto_{key}"]],
    }


def _lines(sources: Sources, frame: pd.DataFrame) -> tuple[Line, ...]:
    board, metric = sources.board, sources.run.metric
    bars = _bars(frame, metric)
    return tuple(
        Line(
            rank=line["ranks"] or str(rank or ""),
            hue=sources.hues[line["name"]],
            anchor=sources.anchors[line["name"]],
            score=metric_text(line, metric),
            interval=bounds(line[f"{metric}_low"], line[f"{metric}_high"]),
            bar=bar,
            folds=tuple(number(value) for name, value in line.items() if name.startswith(f"{metric}_fold_")),
            fit=quantity(line["fit_seconds_mean"]),
            predict=quantity(line["predict_ms_per_1000_rows"]),
            size=data_size(line["model_bytes"]),
            energy=_energy(line),
            test=number(line[f"test_{metric}"]),
            **{name: line[name] for name in ("letters", "name", "title", "family", "stamp", "status")},
        )
        for rank, line, bar in zip(board.ranks, frame.to_dict("records"), bars, strict=True)
    )


def _energy(line: dict[str, Any]) -> str:
    """Return "1.23 Wh, estimated"; a dash where nothing was metered."""
    kwh = line.get("energy_kwh_mean", math.nan)
    return MISSING if math.isnan(kwh) else f"{quantity(1000 * kwh)} Wh, {line['energy_source']}"


def _bars(frame: pd.DataFrame, metric: str) -> list[tuple[float, float, float] | None]:
    """Return low, value and high of every line's interval on the scale that all lines share."""
    found = frame[[f"{metric}_low", f"{metric}_pooled", f"{metric}_high"]].to_numpy(float)
    with_logit = metric in SHARES
    places = [[_place(value, with_logit) for value in line] for line in found]
    known = sorted(value for line in places for value in line if not math.isnan(value))
    if not known:
        return [None] * len(places)
    middle = known[len(known) // 2]
    low, high = (max(known[0], _REACH * middle + (1 - _REACH) * known[-1]), known[-1])
    span = (high - low) or 1
    shares = [[round(max(100 * (value - low) / span, 0.0), 2) for value in line] for line in places]
    return [None if math.isnan(sum(line)) else (line[0], line[1], line[2]) for line in shares]


def _place(value: float, with_logit: bool) -> float:
    if not with_logit or math.isnan(value):
        return value
    inside = min(max(value, 1e-4), 1 - 1e-5)
    return math.log(inside / (1 - inside))


def _metrics(board: Leaderboard) -> Table:
    lines = [line for line in board.frame().to_dict("records") if line["folds_done"]]
    metrics = metrics_of(binary=board.run.info.positive is not None)
    rows = tuple((line["name"], *(metric_text(line, name) for name in metrics)) for line in lines)
    heads = ("Model", *(_title(metric) for metric in metrics.values()))
    return Table("All metrics, mean ± standard deviation over folds", heads, rows)


def _title(metric: Metric) -> str:
    return metric.title if metric.greater_is_better else f"{metric.title} (lower is better)"
