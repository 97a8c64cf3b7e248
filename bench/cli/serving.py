"""``bench serve``."""

from __future__ import annotations

import importlib.util
import threading
import webbrowser
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from bench.cli import options
from bench.cli.console import say
from bench.cli.inspecting import latest_folder
from bench.errors import UsageError
from reports.wording import counted, listed

if TYPE_CHECKING:
    from bench.serve.exhibit import Exhibit

Port = Annotated[
    int | None,
    typer.Option(
        "--port",
        min=0,
        max=65535,
        help="Port on this machine; 0 for any [default: the first free one from 8765].",
    ),
]
Open = Annotated[bool, typer.Option("--open", help="Open the page in the browser.")]


def serve(folder: options.Folder = None, port: Port = None, show: Open = False) -> int:
    """Serve the report on this machine, with a place to draw for every saved model to answer."""
    _check_extra()
    from bench.serve.exhibit import prepare
    from bench.serve.server import listen
    from bench.serve.server import serve as run

    exhibit = prepare(folder or latest_folder())
    with listen(port) as listening:
        address = f"http://127.0.0.1:{listening.getsockname()[1]}/"
        try:
            run(exhibit, listening, partial(_announce, exhibit, address, show))
        except KeyboardInterrupt as stop:
            stop.args = (f"{address} is no longer served",)
            raise
    return 0


def _check_extra() -> None:
    lacking = [name for name in ("starlette", "uvicorn") if importlib.util.find_spec(name) is None]
    if lacking:
        raise UsageError(
            f"bench serve needs {' and '.join(lacking)}, not installed here; "
            "install with `pip install 'honest-bench[serve]'`"
        )


def _announce(exhibit: Exhibit, address: str, show: bool) -> None:
    """Print where the page is, and what is not to be expected of it."""
    print(address, flush=True)
    if show:
        threading.Thread(target=webbrowser.open, args=(f"{address}#draw",), daemon=True).start()
    offered, section = exhibit.offered, exhibit.section
    if section.obstacle:
        say(section.obstacle)
    for reason, names in section.missing.items():
        say(f"no answer from {listed(names)}: {reason}")
    if section.missing:
        say(f"save every model with `{offered.command}`")
    rows = counted(len(section.guests), "row")
    say(f"{rows} of the leaderboard can answer a drawing; Ctrl-C ends the server")
