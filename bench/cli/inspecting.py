"""``bench list``, ``bench show`` and ``bench report``."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from bench.cli import options
from bench.cli.console import print_json, print_table, say
from bench.errors import FolderError, UsageError


class Table(StrEnum):
    """What can be listed."""

    models = "models"
    datasets = "datasets"
    metrics = "metrics"
    presets = "presets"


class Format(StrEnum):
    """What a report can be written as."""

    html = "html"
    md = "md"
    csv = "csv"
    png = "png"
    svg = "svg"


PAGE = "report.html"
Formats = Annotated[
    list[Format],
    typer.Option(
        "--format",
        help="The page, a Markdown report, or every figure as csv, png or svg below figures/. Repeatable.",
        rich_help_panel="Output",
    ),
]
Open = Annotated[bool, typer.Option("--open", help="Open the page in a browser.", rich_help_panel="Output")]


def list_table(
    table: Annotated[Table, typer.Argument(help="What to list.")] = Table.models, json: options.Json = False
) -> int:
    """List the models, data sets, metrics or presets."""
    heads, lines = TABLES[table]()
    if json:
        print_json([dict(zip(heads, line, strict=True)) for line in lines])
    else:
        print_table([head.capitalize() for head in heads], lines)
    return 0


def show(
    folder: options.Folder = None, precision: options.Precision = None, json: options.Json = False
) -> int:
    """Print the leaderboard of a run folder."""
    from bench.api import digest, open_run
    from bench.cli.running import print_leaderboard
    from reports.operating import check_precision

    check_precision(precision)
    store, run = open_run(folder or latest_folder())
    wished = run if precision is None else replace(run, precision=precision)
    more = {"digest": digest(store, run)} if json else {}
    print_leaderboard(store, wished, json=json, **more)
    return 0


def report(
    folder: options.Folder = None,
    format_: Formats = [Format.html],  # noqa: B006 (typer copies it)
    open_: Open = False,
    precision: options.Precision = None,
    wait: options.Wait = False,
) -> int:
    """Write report, leaderboard and submission of a run folder anew from its stored results."""
    from bench.api import open_run
    from bench.api import report as write

    if open_ and Format.html not in format_:
        raise UsageError("--open shows the page, which these formats leave out; add --format html")
    store, run = open_run(folder or latest_folder())
    written = write(store, run, precision, formats=[str(item) for item in format_], wait=wait, warn=say)
    _say_written(store.path, written)
    if open_:
        _open_page(store.path / PAGE)
    return 0


def latest_folder() -> Path:
    """Return the run folder below runs/ that was written last.

    Raises
    ------
    FolderError
        If there is none.
    """
    found = sorted(Path("runs").glob("*/run.json"), key=lambda path: path.stat().st_mtime)
    if not found:
        raise FolderError("no run folder below runs/; name one, or make one with `bench run --all`")
    return found[-1].parent


def _say_written(folder: Path, names: list[str]) -> None:
    """Say where the page, the Markdown and the figures lie."""
    figures = [name for name in names if name.startswith("figures/")]
    for name in (PAGE, "report.md"):
        if name in names:
            say(f"report: {folder / name}")
    if figures:
        say(f"{len(figures)} files: {folder / 'figures'}")


def _open_page(page: Path) -> None:
    import webbrowser

    if not webbrowser.open(page.resolve().as_uri()):
        say(f"no browser was found; open {page} in one")


def _models() -> tuple[list[str], list[list[str]]]:
    from bench.registry import ESTIMATORS

    heads = ["name", "family", "title", "import", "tags", "cost", "needs"]
    lines = [
        [
            spec.name,
            spec.family,
            spec.title,
            _import_name(spec.target),
            ", ".join(spec.tags),
            spec.cost,
            ", ".join(spec.needs),
        ]
        for spec in ESTIMATORS.values()
    ]
    return heads, lines


def _import_name(target: str) -> str:
    return f"estimators.{target.partition(':')[2]}"


def _datasets() -> tuple[list[str], list[list[str]]]:
    from bench.datasets import DATASETS

    return ["name", "title", "needs"], [[item.name, item.title, item.needs] for item in DATASETS]


def _metrics() -> tuple[list[str], list[list[str]]]:
    from bench.metrics import METRICS

    lines = [
        [item.name, item.title, "greater" if item.greater_is_better else "smaller", item.needs, item.runs]
        for item in METRICS.values()
    ]
    return ["name", "title", "better", "needs", "runs"], lines


def _presets() -> tuple[list[str], list[list[str]]]:
    from bench.registry import PRESETS

    return ["name", "meaning"], [[name, meaning] for name, meaning in PRESETS.items()]


TABLES = {
    Table.models: _models,
    Table.datasets: _datasets,
    Table.metrics: _metrics,
    Table.presets: _presets,
}
