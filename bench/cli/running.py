"""``bench run``."""

from __future__ import annotations

from shlex import quote
from typing import TYPE_CHECKING, Annotated

import typer
from msgspec.json import decode

from bench.cli import options
from bench.cli.console import print_frame, print_json, print_table, printable, say
from bench.errors import PARTIAL_EXIT_CODE

if TYPE_CHECKING:
    from bench.api.running import Prepared
    from bench.records import Params, Run
    from bench.store import RunStore

Models = Annotated[
    list[str] | None,
    typer.Argument(metavar="[MODEL]...", help="Names or globs: sgd 'cnn*'. See `bench list`."),
]
All = Annotated[bool, typer.Option("--all", help="The whole main roster.", rich_help_panel="Models")]
Tag = Annotated[
    list[str],
    typer.Option("--tag", help="Models with a tag or of a family. Repeatable.", rich_help_panel="Models"),
]
Not = Annotated[
    list[str], typer.Option("--not", metavar="MODEL", help="Leave out. Repeatable.", rich_help_panel="Models")
]
Tuned = Annotated[
    bool,
    typer.Option(
        "--tuned", help="Also run what `bench tune` found, as a row of its own.", rich_help_panel="Models"
    ),
]
AllowOptimistic = Annotated[
    bool,
    typer.Option(
        "--allow-optimistic",
        help="Let a row that was tuned on these rows be the best model and make the submission.",
        rich_help_panel="Models",
    ),
]
Refit = Annotated[
    str | None,
    typer.Option(
        "--refit",
        metavar="best|all|none",
        help="Which models are fitted on all rows, saved, and predict the test rows "
        "[default: best; all where the test rows are labelled].",
        rich_help_panel="Protocol",
    ),
]
Ensembles = Annotated[
    bool,
    typer.Option(
        "--ensembles",
        help="Add ensembles of all models, from stored scores; one may win, its members are refitted then.",
        rich_help_panel="Models",
    ),
]
Seeds = Annotated[
    int,
    typer.Option(
        "--seeds",
        help="Fit every model with so many seeds on each fold, to show the noise of the seed alone.",
        rich_help_panel="Protocol",
    ),
]
Energy = Annotated[
    bool,
    typer.Option(
        "--energy",
        help="Meter what each fit draws, one at a time; needs codecarbon: the extra `energy`.",
        rich_help_panel="Machine",
    ),
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Print what would be fitted, and stop.", rich_help_panel="Output")
]


def run(
    models: Models = None,
    every: All = False,
    tag: Tag = [],  # noqa: B006 (typer copies it)
    excluded: Not = [],  # noqa: B006
    preset: options.Preset = "quick",
    set_: options.Set = [],  # noqa: B006
    tuned: Tuned = False,
    allow_optimistic: AllowOptimistic = False,
    ensembles: Ensembles = False,
    energy: Energy = False,
    data: options.Data = "digits",
    test: options.Test = None,
    label: options.Label = None,
    image_shape: options.ImageShape = None,
    max_input: options.MaxInput = "2G",
    rows: options.Rows = None,
    binary: options.Binary = None,
    cv: options.Cv = 5,
    repeats: options.Repeats = 1,
    seed: options.Seed = 0,
    seeds: Seeds = 1,
    metric: options.Metric = "accuracy",
    precision: options.Precision = None,
    refit: Refit = None,
    jobs: options.Jobs = None,
    threads: options.Threads = None,
    time_limit: options.TimeLimit = "1h",
    memory_limit: options.MemoryLimit = None,
    out: options.Out = None,
    fresh: options.Fresh = False,
    retry_failed: options.RetryFailed = False,
    wait: options.Wait = False,
    dry_run: DryRun = False,
    quiet: options.Quiet = False,
    verbose: options.Verbose = False,
    json: options.Json = False,
) -> int:
    """Fit models on shared folds; write leaderboard, report and submission. Resumes what is unfinished."""
    from bench.api import Request, prepare

    request = Request(
        models=tuple(models or ()),
        every=every,
        tags=tuple(tag),
        excluded=tuple(excluded),
        data=data,
        test=test,
        label=label,
        image_shape=image_shape,
        max_input=max_input,
        rows=rows,
        binary=binary,
        cv=cv,
        repeats=repeats,
        seed=seed,
        seeds=seeds,
        metric=metric,
        precision=precision,
        preset=preset,
        overrides=tuple(set_),
        tuned=tuned,
        allow_optimistic=allow_optimistic,
        ensembles=ensembles,
        energy=energy,
        jobs=jobs,
        threads=threads,
        time_limit=time_limit,
        memory_limit=memory_limit,
        refit=refit,
        out=out,
        fresh=fresh,
        retry_failed=retry_failed,
        wait=wait,
    )
    prepared = prepare(request)
    for warning in prepared.session.info.warnings:
        say(f"bench: warning: {prepared.session.info.name}: {warning}")
    if dry_run:
        return _print_plan(prepared, json=json)
    return _carry_out(prepared, quiet=quiet, verbose=verbose, json=json)


def _carry_out(prepared: Prepared, *, quiet: bool, verbose: bool, json: bool) -> int:
    from bench.api import carry_out
    from bench.cli.progress import observer

    request, store = prepared.session.request, prepared.session.store
    try:
        with observer(request.metric, prepared.jobs, quiet=quiet, verbose=verbose) as watching:
            done, failed = carry_out(prepared, watching)
    except KeyboardInterrupt as stop:
        shown = f" (shown by `bench report {quote(str(store.path))}`)" if store.exists() else ""
        stop.args = (f"finished fits are kept{shown}, resume with: {request.resumption()}",)
        raise
    print_leaderboard(store, done, json=json)
    if not quiet:
        _point_to_files(store, done)
    return PARTIAL_EXIT_CODE if failed else 0


def print_leaderboard(store: RunStore, run: Run, *, json: bool, **more: str) -> None:
    """Print the leaderboard, and thresholds if a precision is wished, as tables or as JSON, `more` added."""
    from reports.derive import document
    from reports.sources import gathered

    sources = gathered(store, run)
    if json:
        print_json({**decode(document(sources)), **more})
        return
    print_frame(sources.board.summary())
    if sources.points is not None:
        print_frame(sources.points.summary(), sources.points.title)


def _point_to_files(store: RunStore, run: Run) -> None:
    from reports.submission import expectation, unfit_labels

    folds = f"{run.protocol.n_splits} folds" + (
        f" x {run.protocol.n_repeats} repeats" if run.protocol.n_repeats > 1 else ""
    )
    say(f"{run.info.name}: {run.info.n_rows:,} rows, {len(run.info.classes)} classes, {folds}")
    for name, purpose in (("report.html", "report"), ("submission.csv", "submission")):
        if store.has_files(name):
            say(f"{purpose}: {store.path / name}")
    if sentence := expectation(store, run):
        say(sentence)
    if reason := unfit_labels(run.info):
        say(f"no submission: {reason}")


def _print_plan(prepared: Prepared, *, json: bool) -> int:
    plan, store = prepared.plan, prepared.session.store
    stored = prepared.stored()
    if json:
        print_json(
            {
                "out": str(store.path),
                "jobs": prepared.jobs,
                "threads": prepared.threads,
                "time_limit_seconds": prepared.limits.seconds,
                "memory_limit_bytes": prepared.limits.memory_bytes,
                "refit": prepared.refit,
                "data": plan.info,
                "rows": plan.rows,
                "fits": [{"key": job.key, "stored": job.key in stored, "job": job} for job in plan.jobs],
            }
        )
        return 0
    lines = [
        [
            row.name,
            row.skipped or f"{len(row.keys)}",
            str(sum(key in stored for key in row.keys)),
            _pairs(row.params),
        ]
        for row in plan.rows
    ]
    print_table(("Model", "Fits", "Stored", "Parameters"), lines)
    print(f"data: {printable(plan.info.name)}, {plan.info.n_rows:,} rows x {plan.info.n_features} features")
    print(f"machine: {prepared.jobs} fits at once, {prepared.threads} threads each; refit: {prepared.refit}")
    print(f"limits of a fit: {prepared.limits}")
    print(f"folder: {store.path}")
    return 0


def _pairs(params: Params) -> str:
    return ", ".join(f"{name}={value}" for name, value in params.items()) or "defaults"
