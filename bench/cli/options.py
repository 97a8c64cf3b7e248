"""Options that several verbs share."""

from __future__ import annotations

from typing import Annotated

import typer

Data = Annotated[
    str,
    typer.Option(
        "--data",
        help="digits, mnist, fashion-mnist, openml:NAME, or the path of a competition's folder or zip, "
        "a folder of MNIST idx files, a csv, an npz. See `bench list datasets`.",
        rich_help_panel="Data",
    ),
]
Test = Annotated[
    str | None,
    typer.Option("--test", help="Test rows beside a csv or npz, labelled or not.", rich_help_panel="Data"),
]
Label = Annotated[
    str | None, typer.Option("--label", help="Column that holds the label.", rich_help_panel="Data")
]
ImageShape = Annotated[
    str | None,
    typer.Option(
        "--image-shape", help="Say that the columns are pixels: 16x16, 16x16x3.", rich_help_panel="Data"
    ),
]
MaxInput = Annotated[
    str,
    typer.Option(
        "--max-input", help="The largest file that is read, unpacked: 2G, 800M.", rich_help_panel="Data"
    ),
]
Rows = Annotated[
    str | None,
    typer.Option("--rows", help="Use a stratified sample: 5000, or 0.7.", rich_help_panel="Data"),
]
Binary = Annotated[
    str | None,
    typer.Option(
        "--binary",
        metavar="CLASS",
        help='One class against the rest: labels become CLASS and "not CLASS".',
        rich_help_panel="Data",
    ),
]
Cv = Annotated[int, typer.Option("--cv", help="Number of folds.", rich_help_panel="Protocol")]
Repeats = Annotated[
    int,
    typer.Option("--repeats", help="Number of independent splits into folds.", rich_help_panel="Protocol"),
]
Seed = Annotated[
    int,
    typer.Option(
        "--seed", min=0, max=2**31, help="Seed of the folds and the models.", rich_help_panel="Protocol"
    ),
]
Metric = Annotated[
    str, typer.Option("--metric", help="What decides; see `bench list metrics`.", rich_help_panel="Protocol")
]
Precision = Annotated[
    float | None,
    typer.Option(
        "--precision",
        help="Name the lowest threshold at which a class is found with this precision: 0.9.",
        rich_help_panel="Protocol",
    ),
]
Preset = Annotated[
    str,
    typer.Option(
        "--preset", help="smoke, quick or full; see `bench list presets`.", rich_help_panel="Models"
    ),
]
Set = Annotated[
    list[str],
    typer.Option(
        "--set",
        metavar="MODEL.PARAMETER=VALUE",
        help="Change a parameter: cnn.epochs=20. Repeatable.",
        rich_help_panel="Models",
    ),
]
Jobs = Annotated[
    int | None,
    typer.Option("--jobs", help="Fits at the same time [default: one per core].", rich_help_panel="Machine"),
]
Threads = Annotated[
    int | None,
    typer.Option("--threads", help="Threads of each fit [default: cores / jobs].", rich_help_panel="Machine"),
]
TimeLimit = Annotated[
    str,
    typer.Option(
        "--time-limit",
        help="Stop a fit that takes longer: 20m, 90s, 1h30m. Imports are not counted; "
        "they may take as long, but at least 2m and at most 10m.",
        rich_help_panel="Machine",
    ),
]
MemoryLimit = Annotated[
    str | None,
    typer.Option(
        "--memory-limit",
        help="Stop a fit whose processes hold more: 6G, 800M [default: 80 % of what is free / jobs].",
        rich_help_panel="Machine",
    ),
]
Out = Annotated[
    str | None,
    typer.Option("--out", help="Run folder [default: runs/<data set>].", rich_help_panel="Folder"),
]
Fresh = Annotated[
    bool,
    typer.Option(
        "--fresh", help="Move an existing run folder aside and start anew.", rich_help_panel="Folder"
    ),
]
RetryFailed = Annotated[
    bool,
    typer.Option("--retry-failed", help="Fit again what failed in an earlier run.", rich_help_panel="Folder"),
]
Wait = Annotated[
    bool,
    typer.Option(
        "--wait", help="Wait until no other process works in the run folder.", rich_help_panel="Folder"
    ),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress.", rich_help_panel="Output")]
Verbose = Annotated[
    bool, typer.Option("--verbose", "-v", help="Every fit, with its warnings.", rich_help_panel="Output")
]
Json = Annotated[bool, typer.Option("--json", help="Results as JSON on stdout.", rich_help_panel="Output")]
Folder = Annotated[
    str | None, typer.Argument(metavar="[DIR]", help="Run folder [default: the latest in runs/].")
]
