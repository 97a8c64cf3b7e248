"""The report as one self-contained page."""

from __future__ import annotations

import base64
import hashlib
import importlib.resources
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from jinja2 import Environment as Templates
from jinja2 import FunctionLoader, StrictUndefined
from markupsafe import Markup

from bench.metrics import METRICS, Metric, metrics_of
from bench.records import Run
from bench.store import RunStore
from reports.binary import one_against_rest
from reports.comparison import Cost, FoldSpread
from reports.curves import CORNER_AREA, Comparison
from reports.data import DataCard
from reports.display import Picture, Table, picture
from reports.evidence import Evidence, evidence, proven
from reports.images import gallery
from reports.leaderboard import Leaderboard, leaderboard, metric_text
from reports.operating import operating_points
from reports.sections import ModelSection, Sources, model_section
from reports.sureness import sureness
from reports.theme import colours, hue, hues
from reports.verdict import glances, verdict
from reports.wording import counted, data_size, number, quantity, visible


@dataclass(frozen=True)
class Line:
    """One line of the leaderboard as display strings."""

    rank: str
    name: str
    title: str
    family: str
    colour: str
    anchor: str
    score: str
    folds: tuple[str, ...]
    fit: str
    predict: str
    size: str
    test: str
    stamp: str
    status: str


def page(store: RunStore, run: Run) -> str:
    """Return the report of a run; see `render`."""
    board = leaderboard(store, run)
    found = evidence(store, board)
    return render(store, proven(board, found), found)


def render(store: RunStore, board: Leaderboard, found: Evidence | None) -> str:
    """Return the report of a run whose leaderboard and evidence are known.

    Parameters
    ----------
    store : RunStore
    board : Leaderboard
    found : Evidence or None

    Returns
    -------
    str
        HTML without scripts that fetches nothing; images and figures are inside, and its policy forbids all
        else.
    """
    run, stored = board.run, store.read_data()
    pictures = gallery(run.info, stored)
    points = operating_points(store, run, board.outcomes)
    sections = _sections(Sources(store, run, stored, pictures, points), board)
    card = DataCard(run.info)
    return _templates().get_template("report.html.j2").render(
        run=run,
        metric=METRICS[run.metric],
        verdict=verdict(board, found),
        sureness=sureness(board, found),
        glances=glances(board),
        lines=_lines(board),
        tested=run.info.test_labelled,
        n_folds=run.protocol.n_splits * run.protocol.n_repeats,
        metrics=_metrics(board),
        binary=one_against_rest(board, sections, points),
        comparison=tuple(_comparison(board, sections)),
        facts=card.facts().itertuples(index=False),
        class_counts=picture(card.plot, "classes", "Rows of each class"),
        samples=pictures.samples() if pictures else [],
        sections=sections,
        protocol=_protocol(run),
        environment=_environment(board),
        versions=Table("Versions", ("Package", "Version"), tuple(sorted(run.environment.versions.items()))),
    )  # fmt: skip


def _templates() -> Templates:
    templates = Templates(
        loader=FunctionLoader(_template),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=lambda value: visible(value) if type(value) is str else value,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    style = f"{_template('style.css')}\n{hues()}"
    templates.filters |= {"counted": counted, "hue": hue}
    templates.globals |= {"style": Markup(style), "policy": Markup(_policy(style))}
    return templates


def _policy(style: str) -> str:
    """Return the Content-Security-Policy of a page with this style sheet, images inside, nothing else."""
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return (
        f"default-src 'none'; img-src data:; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )


def _template(name: str) -> str:
    return importlib.resources.files("reports").joinpath("templates", name).read_text(encoding="utf-8")


def _anchors(run: Run) -> dict[str, str]:
    return {row.name: f"model-{number}" for number, row in enumerate(run.rows, start=1)}


def _sections(sources: Sources, board: Leaderboard) -> list[ModelSection]:
    anchors, palette = _anchors(board.run), colours(board.run)
    scores = [metric_text(line, board.run.metric) for line in board.frame().to_dict("records")]
    return [
        model_section(sources, outcome, rank, anchors[outcome.row.name], palette[outcome.row.name], score)
        for outcome, rank, score in zip(board.outcomes, board.ranks, scores, strict=True)
    ]


def _comparison(board: Leaderboard, sections: list[ModelSection]) -> Iterator[Picture]:
    palette, metric = colours(board.run), METRICS[board.run.metric].title
    if any(outcome.values(board.run.metric).notna().any() for outcome in board.outcomes):
        spread = FoldSpread(board, palette)
        yield picture(spread.plot, "spread", f"{metric}, fold by fold", "A dot per fold, a bar at the mean.")
    if any(board.ranks):
        cost = Cost(board, palette)
        caption = "Diamonds are deep models. Bars span one standard deviation over folds on each side."
        yield picture(cost.plot, "cost", f"{metric} against time to fit", caption)
    drawn = [section for section in sections if section.curves]
    for place, (name, title) in enumerate((("roc", "ROC"), ("pr", "Precision and recall"))):
        models = {section.outcome.row.name: section.curves[place] for section in drawn}
        yield from _curve_pictures(models, name, title, board.run.info.positive)


def _curve_pictures(models: dict[str, Any], name: str, title: str, positive: str | None) -> Iterator[Picture]:
    if not models:
        return
    caption = "Macro average over classes of scores pooled over folds."
    if positive is not None:
        caption = f"Class {positive} against the rest, scores pooled over folds."
    yield picture(Comparison(models).plot, name, f"{title}, all models", caption)
    if max(curves.area for curves in models.values()) >= CORNER_AREA:
        corner = Comparison(models, corner=True)
        yield picture(
            corner.plot, f"{name}-corner", f"{title}, the upper corner", "The same curves, enlarged."
        )


def _lines(board: Leaderboard) -> list[Line]:
    anchors, palette, metric = _anchors(board.run), colours(board.run), board.run.metric
    return [
        Line(
            rank=line["ranks"] or str(rank or ""),
            colour=palette[outcome.row.name],
            anchor=anchors[outcome.row.name],
            score=metric_text(line, metric),
            folds=tuple(number(value) for name, value in line.items() if name.startswith(f"{metric}_fold_")),
            fit=quantity(line["fit_seconds_mean"]),
            predict=quantity(line["predict_ms_per_1000_rows"]),
            size=data_size(line["model_bytes"]),
            test=number(line[f"test_{metric}"]),
            **{name: line[name] for name in ("name", "title", "family", "stamp", "status")},
        )
        for rank, outcome, line in zip(
            board.ranks, board.outcomes, board.frame().to_dict("records"), strict=True
        )
    ]


def _metrics(board: Leaderboard) -> Table:
    lines = [line for line in board.frame().to_dict("records") if line["folds_done"]]
    metrics = metrics_of(binary=board.run.info.positive is not None)
    rows = tuple((line["name"], *(metric_text(line, name) for name in metrics)) for line in lines)
    heads = ("Model", *(_title(metric) for metric in metrics.values()))
    return Table("All metrics, mean ± standard deviation over folds", heads, rows)


def _title(metric: Metric) -> str:
    return metric.title if metric.greater_is_better else f"{metric.title} (lower is better)"


def _protocol(run: Run) -> Table:
    protocol = run.protocol
    rows = {
        "Folds": str(protocol.n_splits),
        "Repeats": str(protocol.n_repeats),
        "Seed": str(protocol.seed),
        "Rows": protocol.rows,
        "Classes": "all" if run.info.positive is None else f"{run.info.positive} against the rest",
        "Headline metric": METRICS[run.metric].title,
        "Fingerprint of the folds": protocol.folds_sha256,
        "Fingerprint of the data": run.info.sha256,
    }
    return Table("Protocol", ("Setting", "Value"), tuple(rows.items()))


def _environment(board: Leaderboard) -> Table:
    environment = board.run.environment
    devices = {result.device for outcome in board.outcomes for result in outcome.done}
    rows = {
        "Python": environment.python,
        "Platform": environment.platform,
        "CPU": environment.cpu,
        "Cores": str(environment.cores),
        "Memory": data_size(environment.memory_bytes),
        "Accelerator": environment.accelerator or "none",
        "Models computed on": ", ".join(sorted(devices)) or "nothing yet",
        "Yardstick": f"{1000 * environment.yardstick_seconds:.0f} ms for a fixed piece of work on one core",
        "Jobs at a time": str(environment.jobs),
        "Threads per job": str(environment.threads),
        "Commit": environment.commit or "unknown",
    }
    return Table("Environment", ("Part", "Value"), tuple(rows.items()))
