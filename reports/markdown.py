"""The report as Markdown, for a pull request or a note: what the page says, without its figures."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

import pandas as pd

from bench.metrics import METRICS
from reports.display import Table
from reports.leaderboard import metric_text
from reports.protocol import made
from reports.sources import Sources
from reports.tuning import parameters
from reports.verdict import verdict
from reports.wording import MISSING, data_size, number, quantity, visible

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~])")


def markdown(sources: Sources) -> str:
    """Return the verdict, leaderboard, sentences, warnings, searches and protocol of a run."""
    parts = [
        *_head(sources),
        "## Leaderboard",
        _leaderboard(sources),
        *_sentences(sources),
        "## Warnings",
        "\n".join(_warnings(sources)),
        *_searches(sources),
        *_protocol(sources),
    ]
    return "\n\n".join(parts) + "\n"


def table(content: Table) -> str:
    """Return a table in the dialect that GitHub, pandoc and others share."""
    lines = [_line(content.columns), "|" + "---|" * len(content.columns)]
    return "\n".join([*lines, *map(_line, content.rows)])


def text(content: object) -> str:
    """Return text on one line in which nothing means anything to Markdown or HTML."""
    return _SPECIAL.sub(r"\\\1", " ".join(visible(content).split()))


def code(content: str) -> str:
    """Return a command as code; nothing for nothing."""
    line = " ".join(visible(content).split())
    fence = "`" * (1 + max(map(len, re.findall("`+", line)), default=0))
    return f"{fence} {line} {fence}" if line else ""


def _head(sources: Sources) -> Iterator[str]:
    found = verdict(sources.board, sources.found)
    yield f"# {text(sources.run.info.name)}: benchmark report"
    yield " ".join(
        filter(
            None, (f"**{text(found.model)}**" if found.model else "", text(found.sentence), text(found.score))
        )
    )
    yield from (text(note) for note in found.notes)


def _leaderboard(sources: Sources) -> str:
    metric = sources.run.metric
    heads = ("#", "Model", METRICS[metric].title, "95 % over rows", "Ties", "Fit, s", "Size", "Status")
    rows = []
    for line in sources.board.frame().to_dict("records"):
        place = MISSING if pd.isna(line["rank"]) else str(line["rank"])
        low, high = line[f"{metric}_low"], line[f"{metric}_high"]
        interval = MISSING if pd.isna(low) else f"{number(low)} to {number(high)}"
        status = f"{line['status']} [{line['stamp']}]" if line["stamp"] else line["status"]
        score = metric_text(line, metric) if line["folds_done"] else MISSING
        costs = (quantity(line["fit_seconds_mean"]), data_size(line["model_bytes"]))
        rows.append((line["ranks"] or place, line["name"], score, interval, line["letters"], *costs, status))
    return table(Table("Leaderboard", heads, tuple(rows)))


def _sentences(sources: Sources) -> Iterator[str]:
    if sources.found is not None and sources.found.sentences:
        yield _listed(f"{sentence}." for sentence in sources.found.sentences)


def _warnings(sources: Sources) -> Iterator[str]:
    if not sources.cautions:
        yield "None."
        return
    for caution in sources.cautions:
        about = f"{caution.model}: " if caution.model else ""
        said = text(f"{about}{caution.sentence}. What to do: {caution.kind.advice}.")
        line = f"- **{caution.code}**, {caution.kind.severity}, {caution.kind.title}. {said}"
        yield f"{line} {code(caution.command)}".rstrip()


def _searches(sources: Sources) -> Iterator[str]:
    if sources.searches:
        yield "## Tuning"
    for searched in sources.searches:
        content = parameters(searched)
        yield f"**{text(content.caption)}**"
        yield table(content)


def _protocol(sources: Sources) -> Iterator[str]:
    about = made(sources.board)
    yield "## Protocol and environment"
    for content in (about.protocol, about.environment, about.versions):
        yield table(content)
    yield "\n".join(f"    {line}" for line in visible(about.command).splitlines())


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(map(text, cells)) + " |"


def _listed(sentences: Iterable[str]) -> str:
    return "\n".join(f"- {text(sentence)}" for sentence in sentences)
