"""How a run was made: protocol, environment and versions, as tables."""

from __future__ import annotations

from dataclasses import dataclass

from bench.metrics import METRICS
from bench.records import Run
from reports.display import Table
from reports.leaderboard import Leaderboard
from reports.wording import data_size


@dataclass(frozen=True)
class Made:
    """What the section shows.

    Parameters
    ----------
    protocol, environment, versions : Table
    command : str
        The one that made the run.
    """

    protocol: Table
    environment: Table
    versions: Table
    command: str


def made(board: Leaderboard) -> Made:
    """Return how a run was made."""
    run = board.run
    versions = tuple(sorted(run.environment.versions.items()))
    return Made(
        protocol=_protocol(run),
        environment=_environment(board),
        versions=Table("Versions", ("Package", "Version"), versions),
        command=run.command,
    )


def _protocol(run: Run) -> Table:
    protocol = run.protocol
    rows = {
        "Folds": str(protocol.n_splits),
        "Repeats": str(protocol.n_repeats),
        "Seed": str(protocol.seed),
        "Rows": protocol.rows,
        "Classes": "all" if run.info.positive is None else f"{run.info.positive} against the rest",
        "Headline metric": METRICS[run.metric].title,
        "Fingerprint of the folds": protocol.folds_sha256,
        "Fingerprint of the data": run.info.sha256,
    }
    return Table("Protocol", ("Setting", "Value"), tuple(rows.items()))


def _environment(board: Leaderboard) -> Table:
    environment = board.run.environment
    devices = {result.device for outcome in board.outcomes for result in outcome.done}
    rows = {
        "Python": environment.python,
        "Platform": environment.platform,
        "CPU": environment.cpu,
        "Cores": str(environment.cores),
        "Memory": data_size(environment.memory_bytes),
        "Accelerator": environment.accelerator or "none",
        "Models computed on": ", ".join(sorted(devices)) or "nothing yet",
        "Yardstick": _yardstick(environment.yardstick_seconds),
        "Jobs at a time": str(environment.jobs),
        "Threads per job": str(environment.threads),
        "Commit": environment.commit or "unknown",
    }
    return Table("Environment", ("Part", "Value"), tuple(rows.items()))


def _yardstick(seconds: float) -> str:
    return f"{1000 * seconds:.0f} ms for a fixed piece of work on one core" if seconds else "not taken"
