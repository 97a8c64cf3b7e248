"""What the command line prints: results to stdout, all else to stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from bench.errors import INTERRUPTED_EXIT_CODE, TERMINATED_EXIT_CODE
from reports.wording import visible

if TYPE_CHECKING:
    import pandas as pd


def fail(message: str, exit_code: int) -> int:
    """Print one line about an error and return its exit code."""
    stopped = exit_code in (INTERRUPTED_EXIT_CODE, TERMINATED_EXIT_CODE)
    say(f"bench: {message}" if stopped else f"bench: error: {' '.join(message.split())}")
    return exit_code


def say(message: str) -> None:
    """Print a line to stderr, without what could steer a terminal."""
    print(one_line(message), file=sys.stderr)


def print_json(value: Any) -> None:
    """Print plain values or records as indented JSON, in ASCII as no terminal obeys it."""
    print(json.dumps(msgspec.json.decode(msgspec.json.encode(value)), indent=2))


def print_frame(frame: pd.DataFrame, title: str = "") -> None:
    """Print a frame of display strings as a table."""
    print_table([str(name) for name in frame.columns], frame.astype(str).to_numpy().tolist(), title)


def print_table(heads: Sequence[str], lines: Iterable[Sequence[str]], title: str = "") -> None:
    """Print a table; names and reasons are shown as they are, never read as markup."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=SIMPLE_HEAD)
    for head in heads:
        table.add_column(Text(printable(head)), overflow="fold")
    for line in lines:
        table.add_row(*(Text(printable(cell)) for cell in line))
    console = Console()
    if title:
        print(printable(title))
    natural = Console(width=10_000).measure(table).maximum
    Console(width=None if console.is_terminal else max(console.width, natural)).print(table)


def printable(text: str) -> str:
    """Return text in which whatever could steer a terminal or turn its direction shows as a symbol."""
    return visible(text)


def one_line(text: str) -> str:
    """Return printable text in which a line feed shows as a symbol too, so that no text forges a line."""
    return printable(text).replace("\n", "\N{SYMBOL FOR NEWLINE}")
