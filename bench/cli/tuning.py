"""``bench tune``."""

from __future__ import annotations

from typing import Annotated

import typer

from bench.cli import options
from bench.cli.console import print_json, print_table, say
from bench.records import Study, Trial

Model = Annotated[str, typer.Argument(metavar="MODEL", help="The model to tune.")]
Trials = Annotated[
    int, typer.Option("--trials", help="Trials that the study shall have in all.", rich_help_panel="Search")
]


def tune(
    model: Model,
    trials: Trials = 20,
    preset: options.Preset = "quick",
    set_: options.Set = [],  # noqa: B006 (typer copies it)
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
    metric: options.Metric = "accuracy",
    jobs: options.Jobs = None,
    threads: options.Threads = None,
    time_limit: options.TimeLimit = "1h",
    memory_limit: options.MemoryLimit = None,
    out: options.Out = None,
    fresh: options.Fresh = False,
    retry_failed: options.RetryFailed = False,
    wait: options.Wait = False,
    quiet: options.Quiet = False,
    json: options.Json = False,
) -> int:
    """Search for a model's parameters on the run's folds, for `bench run MODEL --tuned`. Resumes."""
    from bench.api import Request, search

    request = Request(
        models=(model,),
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
        metric=metric,
        preset=preset,
        overrides=tuple(set_),
        jobs=jobs,
        threads=threads,
        time_limit=time_limit,
        memory_limit=memory_limit,
        out=out,
        fresh=fresh,
        retry_failed=retry_failed,
        wait=wait,
        trials=trials,
    )
    try:
        study = search(request, (lambda trial: None) if quiet else _report, say)
    except KeyboardInterrupt as stop:
        stop.args = (f"finished trials are kept, resume with: {request.resumption('tune')}",)
        raise
    _print_study(study, json=json)
    if not quiet:
        say(f"use them with: {request.for_row(model, tuned=True).command()}")
    return 0


def _report(trial: Trial) -> None:
    value = "" if trial.value is None else f" {trial.value:.4f}"
    reason = f"  {trial.reason}" if trial.reason else ""
    say(f"trial {trial.number + 1}: {trial.state}{value} in {trial.seconds:.0f} s  {_pairs(trial)}{reason}")


def _pairs(trial: Trial) -> str:
    return ", ".join(f"{name}={_short(value)}" for name, value in trial.params.items())


def _short(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _print_study(study: Study, *, json: bool) -> None:
    if json:
        print_json(study)
        return
    lines = [[name, _short(value)] for name, value in study.best_params.items()]
    done = sum(trial.state == "complete" for trial in study.trials)
    title = f"{study.estimator}: best {study.metric} {study.best_value:.4f} of {done} trials ({study.stamp})"
    print_table(("Parameter", "Best"), lines, title)
