"""The report in other formats: a Markdown page, and every figure as a table or as a drawing."""

from __future__ import annotations

import io
from collections.abc import Callable, Collection, Iterator

import matplotlib as mpl

from reports import theme
from reports.figures import Figure, figures, tables
from reports.leaderboard import csv_text
from reports.markdown import markdown
from reports.sources import Sources
from reports.wording import visible

FOLDER = "figures"
DPI = 200


def exported(sources: Sources, formats: Collection[str]) -> Iterator[tuple[str, bytes]]:
    """Yield the name in the run folder and the content of every file of some formats.

    Parameters
    ----------
    sources : Sources
    formats : collection of str
        Of `EXPORTS`; others are passed over.
    """
    for name, make in EXPORTS.items():
        if name in formats:
            yield from make(sources)


def drawn(figure: Figure, ending: str) -> bytes:
    """Return a figure on white as a file of its own.

    Parameters
    ----------
    figure : Figure
    ending : {"png", "svg"}
    """
    buffer = io.BytesIO()
    metadata = {"Date": None} if ending == "svg" else {"Software": None}
    with theme.applied(), mpl.rc_context({"svg.hashsalt": figure.name}):
        canvas = theme.figure(figure.size)
        axes = canvas.subplots()
        figure.display.plot(axes)
        axes.set_title(visible(figure.title), loc="left", fontsize=9, color=theme.INK, pad=10)
        canvas.set_layout_engine("constrained")
        canvas.savefig(buffer, format=ending, dpi=DPI, facecolor="white", metadata=metadata)
    return buffer.getvalue()


def _markdown(sources: Sources) -> Iterator[tuple[str, bytes]]:
    yield "report.md", markdown(sources).encode()


def _tables(sources: Sources) -> Iterator[tuple[str, bytes]]:
    for name, table in tables(sources):
        yield f"{FOLDER}/{name}.csv", csv_text(table).encode()


def _png(sources: Sources) -> Iterator[tuple[str, bytes]]:
    return _drawings(sources, "png")


def _svg(sources: Sources) -> Iterator[tuple[str, bytes]]:
    return _drawings(sources, "svg")


def _drawings(sources: Sources, ending: str) -> Iterator[tuple[str, bytes]]:
    for figure in figures(sources):
        yield f"{FOLDER}/{figure.name}.{ending}", drawn(figure, ending)


EXPORTS: dict[str, Callable[[Sources], Iterator[tuple[str, bytes]]]] = {
    "md": _markdown,
    "csv": _tables,
    "png": _png,
    "svg": _svg,
}
