"""The `bench` command, and the one place where an error becomes a line and an exit code."""

from __future__ import annotations

import os
import sys
import tempfile
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from typer.exceptions import TyperException

import bench
from bench.cli import evidence, inspecting, predicting, running, serving, stressing, tuning
from bench.cli.console import fail
from bench.cli.stopping import exit_code, stoppable, stopped
from bench.errors import BenchError, EnvironmentProblem

app = typer.Typer(
    name="bench",
    help="Is a deep model worth it on these data, and which model should be shipped? "
    "All models run on the same folds; every number comes from stored out-of-fold scores.",
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("run")(running.run)
app.command("tune")(tuning.tune)
app.command("list")(inspecting.list_table)
app.command("show")(inspecting.show)
app.command("report")(inspecting.report)
app.command("compare")(evidence.compare)
app.command("diff")(evidence.diff)
app.command("errors")(evidence.errors)
app.command("stress")(stressing.stress)
app.command("serve")(serving.serve)
app.command("predict")(predicting.predict)
app.command("submit")(predicting.submit)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and end the process with its exit code."""
    sys.exit(_exit_code(list(sys.argv[1:] if arguments is None else arguments)))


def _exit_code(arguments: list[str]) -> int:
    words = [word for word in arguments if word != "--debug"]
    try:
        with stoppable() as asked:
            code = app(words or ["--help"], standalone_mode=False) or 0
            asked.check()
            sys.stdout.flush()
            return code
    except BaseException as error:
        if _is_unread(error):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return 0
        if "--debug" in arguments and not isinstance(error, KeyboardInterrupt):
            raise
        return fail(*_told(error))


def _is_unread(error: BaseException) -> bool:
    """Return whether nobody reads the output any more: typer and rich make a bare exit code of that."""
    cause = error.__context__ if isinstance(error, SystemExit) else error
    return isinstance(cause, BrokenPipeError)


def _told(error: BaseException) -> tuple[str, int]:
    """Return the sentence and the exit code of whatever ended the command."""
    match error:
        case TyperException():
            return _usage(error), error.exit_code
        case BenchError():
            return str(error), error.exit_code
        case KeyboardInterrupt() | typer.Abort():
            return stopped(error), exit_code(error)
        case OSError():
            where = error.filename or "the machine"
            return f"{where}: {error.strerror}; check permissions and space", EnvironmentProblem.exit_code
        case _:
            return f"internal bug ({type(error).__name__}: {error}); details are in {_log()}", 1


def _usage(error: TyperException) -> str:
    context = getattr(error, "ctx", None)
    hint = f"; see `{context.command_path} --help`" if context else ""
    return " ".join(error.format_message().split()).rstrip(".") + hint


def _log() -> Path:
    with tempfile.NamedTemporaryFile("w", prefix="bench-", suffix=".log", delete=False) as file:
        file.write(traceback.format_exc())
    return Path(file.name)


def _print_version(wanted: bool) -> None:
    if wanted:
        print(bench.__version__)
        raise typer.Exit


@app.callback()
def _common(
    version: Annotated[
        bool,
        typer.Option("--version", help="Print the version.", callback=_print_version, is_eager=True),
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks of errors.")] = False,
) -> None:
    """Take the options that come before a verb."""
