"""The files of a run folder that can be deleted and brought back at any time."""

from __future__ import annotations

import json
from pathlib import Path

from bench.errors import FolderError
from bench.records import Run
from bench.store import RunStore
from reports.evidence import evidence, proven
from reports.html import render
from reports.leaderboard import leaderboard
from reports.operating import operating_points
from reports.submission import SUBMISSION, available, submission, summary


def derive(store: RunStore, run: Run) -> list[Path]:
    """Write the report, the leaderboard and, if there is one to make, the submission.

    Parameters
    ----------
    store : RunStore
        The folder that is read and written.
    run : Run
        Its record; `best` names the row that makes the submission.

    Returns
    -------
    list of Path
        report.html, leaderboard.csv, leaderboard.json, and submission.csv with submission.json if
        the best row has stored predictions of unlabelled test rows; otherwise those of an earlier
        best row are deleted.
    """
    board = leaderboard(store, run)
    found = evidence(store, board)
    board = proven(board, found)
    points = operating_points(store, run, board.outcomes)
    texts = {"leaderboard.csv": board.to_csv(), "leaderboard.json": f"{board.to_json(points)}\n"}
    paths = [store.write_text(name, text) for name, text in texts.items()]
    best = run.best_row
    if best is not None and available(store, run, best):
        paths += derive_submission(store, run)
    else:
        store.delete_derived(*SUBMISSION)
    return [store.write_text("report.html", render(store, board, found)), *paths]


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
