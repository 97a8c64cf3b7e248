"""``bench stress``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from bench.cli import options
from bench.cli.console import print_frame, print_json, print_table, say
from bench.cli.evidence import records
from bench.cli.inspecting import latest_folder
from bench.cli.running import DryRun
from bench.errors import PARTIAL_EXIT_CODE

if TYPE_CHECKING:
    from bench.api.running import Prepared
    from bench.records import Run
    from bench.store import RunStore

Models = Annotated[
    list[str] | None, typer.Argument(metavar="[MODEL]...", help="Rows of the leaderboard [default: all].")
]


def stress(
    folder: options.Folder = None,
    models: Models = None,
    jobs: options.Jobs = None,
    threads: options.Threads = None,
    time_limit: options.TimeLimit = "1h",
    memory_limit: options.MemoryLimit = None,
    retry_failed: options.RetryFailed = False,
    wait: options.Wait = False,
    dry_run: DryRun = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
    json: options.Json = False,
) -> int:
    """Refit models on the first fold: accuracy on changed images, and on 5 to 100 % of the rows. Resumes."""
    from bench.api.stressing import Wish, carry_out, prepare
    from bench.cli.progress import observer

    where, names = str(folder or latest_folder()), tuple(models or ())
    wish = Wish(where, names, jobs, threads, time_limit, memory_limit, retry_failed, wait)
    prepared = prepare(wish)
    if dry_run:
        return _print_plan(prepared, json=json)
    try:
        with observer("accuracy", prepared.jobs, quiet=quiet, verbose=verbose) as watching:
            run, failed = carry_out(wish, prepared, watching)
    except KeyboardInterrupt as stop:
        stop.args = (f"finished fits are kept, resume with: {wish.command()}",)
        raise
    _print(prepared.session.store, run, json=json)
    return PARTIAL_EXIT_CODE if failed else 0


def _print(store: RunStore, run: Run, *, json: bool) -> None:
    from reports.stressed import curve_table, standing_table, stressed

    found = stressed(store, run)
    if found is None:
        say("no refit has ended yet")
        return
    if json:
        frames = {"robustness": found.robust, "reversals": found.turned, "learning_curve": found.curve}
        tables = {name: records(frame) for name, frame in frames.items()}
        print_json({**tables, "sentences": found.sentences, "failures": found.failures})
        return
    if not found.robust.empty:
        print_frame(standing_table(found), "Accuracy on the first fold, clean and under the strongest stress")
    if found.refits:
        print_frame(curve_table(found), "Accuracy by share of the first fold's training rows")
    for sentence in found.sentences:
        print(f"{sentence}.")
    if run.info.image_shape is None:
        say("these rows are no images: learning curves only")


def _print_plan(prepared: Prepared, *, json: bool) -> int:
    plan, stored = prepared.plan, prepared.stored()
    fits = [{"key": job.key, "stored": job.key in stored, "job": job} for job in plan.jobs]
    if json:
        print_json({"out": str(prepared.session.store.path), "fits": fits})
        return 0
    lines = [
        [row.name, str(len(row.stress_keys)), str(sum(key in stored for key in row.stress_keys))]
        for row in plan.rows
    ]
    print_table(("Model", "Fits", "Stored"), lines)
    print(f"limits of a fit: {prepared.limits}")
    return 0
