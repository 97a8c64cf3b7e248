"""``bench compare``, ``bench diff`` and ``bench errors``."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bench.cli import options
from bench.cli.console import print_frame, print_json, print_table, say
from bench.cli.inspecting import latest_folder
from bench.errors import WORSE_EXIT_CODE, UsageError
from reports.wording import number, quantity

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from bench.api.differing import Difference

N_FLIPPED = 20

Two = Annotated[
    list[str] | None, typer.Argument(metavar="[MODEL MODEL]", help="Two models [default: all, in order].")
]
RunFolder = Annotated[str, typer.Argument(metavar="DIR", help="Run folder.")]
First = Annotated[str, typer.Argument(metavar="DIR1", help="Run folder, such as that of the main branch.")]
Second = Annotated[str, typer.Argument(metavar="DIR2", help="Run folder on the same data and folds.")]
Rope = Annotated[
    float, typer.Option("--rope", help="Differences below this are practically none; units of the metric.")
]
Seconds = Annotated[
    float | None, typer.Option("--seconds", min=0, help="Only models that fit a fold in so many seconds.")
]
Megabytes = Annotated[
    float | None, typer.Option("--megabytes", min=0, help="Only models of at most this size.")
]
Milliseconds = Annotated[
    float | None, typer.Option("--milliseconds", min=0, help="Only models that predict a row in this time.")
]
FailIfWorse = Annotated[
    float | None,
    typer.Option(
        "--fail-if-worse",
        metavar="D",
        help="End with exit code 6 if a model of DIR2 is worse by more than D, or failed.",
    ),
]
EveryModel = Annotated[bool, typer.Option("--every-model", help="What every model misses (the default).")]
Only = Annotated[str | None, typer.Option("--only", metavar="MODEL", help="What this model alone misses.")]
RescuedBy = Annotated[
    str | None, typer.Option("--rescued-by", metavar="MODEL", help="What this model alone gets right.")
]
Labels = Annotated[bool, typer.Option("--labels", help="Labels that the models doubt, worst first.")]
Limit = Annotated[int, typer.Option("--limit", min=1, help="Most lines to print.")]


def compare(
    folder: RunFolder,
    models: Two = None,
    rope: Rope = 0.0005,
    seconds: Seconds = None,
    megabytes: Megabytes = None,
    milliseconds: Milliseconds = None,
    json: options.Json = False,
) -> int:
    """Say which models of a run can be told apart: intervals, tied ranks, paired tests."""
    from bench.api import open_run
    from bench.api.comparing import Budget, flipped
    from bench.api.comparing import compare as tell
    from reports.sureness import standing_table

    budget = Budget(seconds, megabytes, milliseconds)
    if models and budget != Budget():
        raise UsageError("limits choose among all models; leave out the two names")
    found = tell(folder, tuple(models or ()), rope, None if budget == Budget() else budget)
    rows = flipped(open_run(folder)[0], found.data) if models else None
    if json:
        print_json(
            {
                "metric": found.metric,
                "rope": found.rope,
                "models": records(found.standing()),
                "pairs": records(found.pairs),
                "sentences": found.sentences,
                **({} if rows is None else {"flipped": records(rows)}),
            }
        )
        return 0
    print_frame(standing_table(found))
    if rows is not None:
        print_table(("Test", "Result"), _pair(found.pairs.to_dict("records")[0], rope))
        print_frame(rows.head(N_FLIPPED), f"The first {found.noun} that one alone gets right")
    for sentence in found.sentences:
        print(f"{sentence}.")
    say(f"intervals and ranks cover the choice of the {found.noun}, not that of the training sets")
    return 0


def diff(first: First, second: Second, fail_if_worse: FailIfWorse = None, json: options.Json = False) -> int:
    """Compare two runs of the same models on the same folds, model by model."""
    from bench.api.differing import diff as tell
    from bench.api.differing import machine_changes, pace

    if fail_if_worse is not None and fail_if_worse < 0:
        raise UsageError(f"--fail-if-worse must be 0 or more; got {fail_if_worse}")
    found = tell(first, second)
    machine = machine_changes(found.first, found.second)
    worse = [] if fail_if_worse is None else found.worse(fail_if_worse)
    if json:
        about = {"metric": found.second.metric, "worse": worse, "lost": found.lost, "gained": found.gained}
        print_json({**about, "machine": machine, "models": _told(found.models)})
    else:
        print_frame(_differences(found.models))
        for each in found.models:
            print(f"{each.sentence}.")
        print_table(("Changed", "First", "Second"), _changes(found.models, machine))
    for name, status in found.lost.items():
        say(f"{name} is complete in the first run alone; second: {status}")
    if found.gained:
        say(f"complete in the second run alone: {', '.join(found.gained)}")
    say(pace(found.first, found.second))
    if worse:
        say(f"bench: worse by more than {fail_if_worse}, or failed: {', '.join(worse)}")
    return WORSE_EXIT_CODE if worse else 0


def errors(
    folder: options.Folder = None,
    every_model: EveryModel = False,
    only: Only = None,
    rescued_by: RescuedBy = None,
    labels: Labels = False,
    limit: Limit = 20,
    json: options.Json = False,
) -> int:
    """List the rows that models get wrong: every model, one alone, all but one; or doubtful labels."""
    from bench.api.mistakes import errors as tell

    if every_model and (only or rescued_by or labels):
        raise UsageError("--every-model stands alone; leave out --only, --rescued-by and --labels")
    _, rows, summary = tell(folder or latest_folder(), only=only, rescued_by_model=rescued_by, doubted=labels)
    if json:
        print_json({"summary": summary, "rows": records(rows.head(limit))})
        return 0
    if len(rows):
        shown = rows.head(limit)
        print_frame(shown.assign(**{name: shown[name].map(number) for name in shown.select_dtypes("float")}))
    say(summary if len(rows) <= limit else f"{summary}; the first {limit} are shown, see --limit")
    return 0


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the lines of a frame as plain values; None where there is none."""
    plain = frame.astype(object).where(frame.notna(), None)
    return [{name: _plain(value) for name, value in line.items()} for line in plain.to_dict("records")]


def _plain(value: Any) -> Any:
    return value.item() if hasattr(value, "item") else value


def _pair(test: dict[str, Any], rope: float) -> list[tuple[str, str]]:
    a, b = test["model_a"], test["model_b"]
    return [
        (f"{a} better by", f"{test['difference']:+.5f} ({_bounds(test)})"),
        (f"right by {a} alone, by {b} alone", f"{test['only_a']:,}, {test['only_b']:,}"),
        ("p over rows, after Holm over all pairs", f"{quantity(test['p'])}, {quantity(test['p_holm'])}"),
        ("p over folds (corrected t-test)", quantity(test["p_folds"])),
        (f"P({a} worse, within {rope:g}, better)", " ".join(
            number(test[name], 3) for name in ("p_worse", "p_equivalent", "p_better")
        )),
    ]  # fmt: skip


def _bounds(test: dict[str, Any]) -> str:
    """Return "-0.01200 to +0.03100"; words if no resample of the rows differs."""
    if math.isnan(test["low"]):
        return "no row tells"
    return f"{test['low']:+.5f} to {test['high']:+.5f}"


def _differences(found: Sequence[Difference]) -> pd.DataFrame:
    import pandas as pd

    lines = [
        {
            "Model": each.name,
            "Second minus first": f"{each.test['difference']:+.5f}",
            "95 %": _bounds(each.test),
            "p after Holm": f"{each.test['p_holm']:.2g}",
            "Now right": f"{each.test['only_a']:,}",
            "Now wrong": f"{each.test['only_b']:,}",
        }
        for each in found
    ]
    return pd.DataFrame(lines, dtype=str)


def _changes(found: Sequence[Difference], machine: dict[str, tuple[Any, Any]]) -> list[tuple[str, str, str]]:
    lines = [
        (f"{each.name}: {name}", str(before), str(after))
        for each in found
        for name, (before, after) in {**each.params, **each.versions}.items()
    ]
    return lines + [
        (f"machine: {name}", str(before), str(after)) for name, (before, after) in machine.items()
    ]


def _told(found: Sequence[Difference]) -> list[dict[str, Any]]:
    import pandas as pd

    return [
        {
            "name": each.name,
            "test": records(pd.DataFrame([each.test]))[0],
            "flipped": records(each.flipped),
            "params": each.params,
            "versions": each.versions,
            "sentence": each.sentence,
        }
        for each in found
    ]
