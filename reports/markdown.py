"""The report as Markdown, for a pull request or a note: what the page says first, without its figures."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import pandas as pd

from bench.metrics import METRICS
from reports.display import Table
from reports.hard import HardRows
from reports.leaderboard import metric_text
from reports.protocol import made
from reports.sources import Sources
from reports.stressed import curve_table, standing_table
from reports.submission import expectation
from reports.sureness import sureness
from reports.tuning import parameters
from reports.verdict import verdict
from reports.wording import MISSING, data_size, number, quantity, visible

N_MISSED = 10
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~])")


def markdown(sources: Sources) -> str:
    """Return what a run says in words and small tables.

    Verdict, leaderboard, sentences, common errors, what accuracy costs, calibration, hard rows, refits under
    stress and on fewer rows, warnings, searches and protocol; each where the run has it. What the page says
    of the data and of each model is not in it.
    """
    parts = [
        *_head(sources),
        "## Leaderboard",
        _leaderboard(sources),
        *_sentences(sources),
        *_sureness(sources),
        *_hard(sources),
        *_stress(sources),
        "## Warnings",
        "\n".join(_warnings(sources)),
        *_searches(sources),
        *_protocol(sources),
    ]
    return "\n\n".join(filter(None, parts)) + "\n"


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
    found = verdict(sources.board, sources.found, expectation(sources.store, sources.run))
    yield f"# {text(sources.run.info.name)}: benchmark report"
    best = f"**{text(found.model)}**" if found.model else ""
    yield " ".join(filter(None, (best, *map(text, (found.sentence, found.score, found.interval)))))
    if found.rival:
        yield text(found.rival)
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


def _sureness(sources: Sources) -> Iterator[str]:
    found = sureness(sources.board, sources.found)
    if found is None:
        return
    yield "## How sure"
    yield text(found.covers)
    for content in (*found.pairs, found.calibration):
        yield from _titled(content)


def _hard(sources: Sources) -> Iterator[str]:
    hard = sources.hard
    if hard is None or hard.missed.empty:
        return
    yield "## Hard cases"
    yield text(
        f"{len(hard.missed):,} of {hard.data.n_rows:,} {hard.noun} are missed by every model; "
        f"whoever knew the right model for each would reach {number(hard.oracle['accuracy'].iloc[-1])}."
    )
    yield from _titled(_missed(hard, sources.stored.row_ids))


def _missed(hard: HardRows, row_ids: np.ndarray) -> Table:
    first = hard.missed.head(N_MISSED)
    answers = [Counter(map(str, line)).most_common(1)[0][0] for line in first.iloc[:, 2:].to_numpy()]
    lines = zip(row_ids[first["row"]].astype(str), first["label"].astype(str), answers, strict=True)
    return Table("Missed by every model, the surest first", ("Row", "True", "Mostly taken for"), tuple(lines))


def _stress(sources: Sources) -> Iterator[str]:
    found = sources.stressed
    if found is None:
        return
    yield "## Robustness and sample size"
    yield _listed(f"{sentence}." for sentence in found.sentences)
    yield _listed(found.failures)
    if len(found.robust):
        standing = standing_table(found)[["Model", "Clean", "Mean stressed", "Rank among these"]]
        yield from _titled(Table.of("Accuracy and rank, clean and stressed", standing))
    if found.refits:
        yield from _titled(Table.of("Accuracy by share of the training rows", curve_table(found)))


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
        yield from _titled(parameters(searched))


def _protocol(sources: Sources) -> Iterator[str]:
    about = made(sources.board)
    yield "## Protocol and environment"
    for content in (about.protocol, about.environment, about.versions):
        yield table(content)
    yield "\n".join(f"    {line}" for line in visible(about.command).splitlines())


def _titled(content: Table) -> Iterator[str]:
    yield f"**{text(content.caption)}**"
    yield table(content)


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(map(text, cells)) + " |"


def _listed(sentences: Iterable[str]) -> str:
    return "\n".join(f"- {text(sentence)}" for sentence in sentences)
