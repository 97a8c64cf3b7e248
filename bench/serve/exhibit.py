"""A run folder made ready to be served: what is shown, who answers, what stands in the way."""

from __future__ import annotations

import os
import shlex
from dataclasses import dataclass

from bench.api import open_run
from bench.errors import FolderError
from bench.records import Run
from bench.serve.frames import Frame, measured
from bench.serve.offer import Offer, offer
from bench.store import RunStore
from reports.draw import Drawing, Guest, with_drawing
from reports.theme import hues_of

REPORT = "report.html"


@dataclass(frozen=True)
class Exhibit:
    """A run folder that is served.

    Parameters
    ----------
    store : RunStore
    run : Run
    offered : Offer
    frame : Frame or None
        None if the rows are no images.
    section : Drawing
    """

    store: RunStore
    run: Run
    offered: Offer
    frame: Frame | None
    section: Drawing

    def page(self) -> tuple[str, str]:
        """Return the stored report with its place to draw, and its policy."""
        return with_drawing(self.store.read_text(REPORT), self.section)


def prepare(path: str | os.PathLike[str]) -> Exhibit:
    """Return a run folder as it will be served; no model is loaded yet.

    Raises
    ------
    FolderError
        If the folder holds no run, or no report that is as it was written.
    """
    store, run = open_run(path)
    _check_report(store, run)
    offered, frame = offer(store, run), measured(run.info, store.read_data())
    exhibit = Exhibit(store, run, offered, frame, _section(run, offered, frame))
    exhibit.page()
    return exhibit


def _check_report(store: RunStore, run: Run) -> None:
    known, found = run.derived_files.get(REPORT), store.fingerprints(REPORT)[REPORT]
    if not found or (known and found != known):
        finding = "is not as it was written" if found else "is missing"
        command = f"bench report {shlex.quote(str(store.path))}"
        raise FolderError(f"{store.path / REPORT}: {finding}; write it anew with `{command}`")


def _section(run: Run, offered: Offer, frame: Frame | None) -> Drawing:
    missing = offered.missing
    if frame is None:
        return Drawing(obstacle="The rows of this data set are no images, so there is nothing to draw.")
    if not offered.models:
        obstacle = "No model is saved in this run folder, so none can answer a drawing."
        return Drawing(missing=missing, command=offered.command, obstacle=obstacle)
    hues = hues_of(row.name for row in run.rows)
    return Drawing(
        guests=tuple(Guest(row.name, row.family, hues[row.name]) for row in offered.rows),
        canvas=frame.canvas[:2],
        seen=frame.shape[:2],
        plain=bool(frame.background),
        missing=missing,
        command=offered.command,
    )
