"""``bench predict`` and ``bench submit``."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Annotated

import typer

from bench.cli import options
from bench.cli.console import say
from bench.cli.inspecting import latest_folder
from bench.errors import EnvironmentProblem
from reports.wording import csv_cell

NewRows = Annotated[
    str, typer.Option("--data", help="New rows: a csv, npz, or a competition's folder or zip.")
]
SavedModel = Annotated[
    str | None, typer.Option("--model", help="A model that was refitted [default: the best].")
]
OutFile = Annotated[str | None, typer.Option("--out", help="File to write [default: stdout].")]


def predict(
    data: NewRows,
    folder: options.Folder = None,
    model: SavedModel = None,
    out: OutFile = None,
    max_input: options.MaxInput = "2G",
) -> int:
    """Let a saved model label new rows."""
    from bench.api import predict as answer

    run, ids, labels = answer(folder or latest_folder(), data, model, max_input)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow((csv_cell(run.info.id_name), csv_cell(run.info.label_name)))
    writer.writerows(zip(map(csv_cell, ids.tolist()), map(csv_cell, labels.tolist()), strict=True))
    if out is None:
        print(text.getvalue(), end="")
        return 0
    try:
        Path(out).write_text(text.getvalue(), encoding="utf-8")
    except OSError as error:
        raise EnvironmentProblem(f"{out}: cannot write ({error.strerror}); choose another --out") from error
    say(f"predictions: {out}")
    return 0


def submit(folder: options.Folder = None, wait: options.Wait = False) -> int:
    """Write submission.csv of the best model, checked against the test rows and labels."""
    from bench.api import submit as write

    path, run = write(folder or latest_folder(), wait=wait, warn=say)
    print(path)
    say(f"{run.best} answers {run.info.n_test:,} test rows")
    return 0
