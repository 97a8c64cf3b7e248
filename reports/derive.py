"""The files of a run folder that can be deleted and brought back at any time."""

from __future__ import annotations

import json
from collections.abc import Collection
from pathlib import Path

from bench.errors import FolderError
from bench.records import Run
from bench.store import RunStore
from reports.cautions import records
from reports.exports import exported
from reports.html import render
from reports.sources import Sources, gathered
from reports.submission import SUBMISSION, available, submission, summary

PAGE = "html"


def derive(store: RunStore, run: Run, formats: Collection[str] = (PAGE,)) -> list[Path]:
    """Write what people read of a run.

    Parameters
    ----------
    store : RunStore
        The folder that is read and written.
    run : Run
        Its record; `best` names the row that makes the submission.
    formats : collection of str
        "html" stands for report.html, leaderboard.csv, leaderboard.json, and submission.csv with
        submission.json if the best row has stored predictions of unlabelled test rows; otherwise those of an
        earlier best row are deleted. Others are names in `reports.exports.EXPORTS`.

    Returns
    -------
    list of Path
        In the order in which they were written, report.html first.
    """
    sources = gathered(store, run)
    written = _derive_page(sources) if PAGE in formats else []
    more = [store.write_bytes(name, content) for name, content in exported(sources, formats)]
    return written + more


def _derive_page(sources: Sources) -> list[Path]:
    store, run, board = sources.store, sources.run, sources.board
    texts = {"leaderboard.csv": board.to_csv(), "leaderboard.json": f"{document(sources)}\n"}
    paths = [store.write_text(name, text) for name, text in texts.items()]
    best = run.best_row
    if best is not None and available(store, run, best):
        paths += derive_submission(store, run)
    else:
        store.delete_derived(*SUBMISSION)
    return [store.write_text("report.html", render(sources)), *paths]


def document(sources: Sources) -> str:
    """Return the leaderboard as JSON, with thresholds and warnings."""
    return sources.board.to_json(sources.points, records(sources.cautions))


def derive_submission(store: RunStore, run: Run) -> list[Path]:
    """Write submission.csv and submission.json for the row that `run.best` names.

    Returns
    -------
    list of Path
        In this order.

    Raises
    ------
    DataError, FolderError
        If there is nothing fit to submit; nothing is written then.
    """
    best = run.best_row
    if best is None:
        raise FolderError(
            f"{store.path}: no row is complete with a defined {run.metric}, so none can be submitted; "
            "run another model or --metric"
        )
    record = json.dumps(summary(store, run, best), indent=2, allow_nan=False)
    texts = (submission(store, run, best), f"{record}\n")
    return [store.write_text(name, text) for name, text in zip(SUBMISSION, texts, strict=True)]
