"""Leaderboard rows, plans, studies, and the run folder as a whole."""

from __future__ import annotations

from dataclasses import dataclass, field

from bench.records.coding import Params
from bench.records.data import DatasetInfo, Folds
from bench.records.jobs import Job
from bench.records.models import Parameter


@dataclass(frozen=True)
class Recipe:
    """How an ensemble combines what its members say.

    Parameters
    ----------
    kind : str
        A name in `bench.evidence.ensembles.KINDS`.
    members : tuple of str
        Names of rows of the leaderboard.
    weights : tuple of float
        One for each member.
    temperatures : tuple of (float or None)
        What decision scores are divided by before they become probabilities; None for probabilities.
    """

    kind: str
    members: tuple[str, ...]
    weights: tuple[float, ...]
    temperatures: tuple[float | None, ...]


@dataclass(frozen=True)
class Row:
    """One line of the leaderboard as planned: a model under one set of parameters.

    Parameters
    ----------
    name : str
        "cnn", or "cnn (tuned)".
    keys : tuple of str
        Keys of its fold jobs, by repeat and fold; empty if it was skipped.
    refit_key : str
        Key of its job on all rows; "" if it was skipped.
    skipped : str
        The reason for which it was not run, or "".
    stamp : str
        A reservation that is shown wherever its numbers are, or "".
    command : str
        The command that reproduces the row.
    recipe : Recipe or None
        How it is made of other rows, if it is an ensemble.
    seed_keys : tuple of tuple of str
        For each further seed of the model, keys as in `keys`.
    stress_keys : tuple of str
        Keys of its jobs of `bench stress`, by share of the training rows; empty if it was skipped.
    """

    name: str
    estimator: str
    title: str
    family: str
    params: Params
    keys: tuple[str, ...]
    refit_key: str
    skipped: str = ""
    stamp: str = ""
    command: str = ""
    recipe: Recipe | None = None
    seed_keys: tuple[tuple[str, ...], ...] = ()
    stress_keys: tuple[str, ...] = ()

    @property
    def every_key(self) -> tuple[str, ...]:
        """Keys of all its jobs that are planned; without that on all rows if there is none yet."""
        further = (key for keys in self.seed_keys for key in keys)
        return tuple(filter(None, (*self.keys, *further, *self.stress_keys, self.refit_key)))


@dataclass(frozen=True)
class Plan:
    """All that a run will do: its rows, and the jobs behind them."""

    info: DatasetInfo
    folds: Folds
    rows: tuple[Row, ...]
    jobs: tuple[Job, ...]


@dataclass(frozen=True)
class Protocol:
    """What makes two leaderboards comparable."""

    n_splits: int
    n_repeats: int
    seed: int
    rows: str
    folds_sha256: str


@dataclass(frozen=True)
class Environment:
    """Where a run took place.

    `yardstick_seconds` is what one core took for a fixed piece of work, so that times of two machines can be
    set in relation; 0 if it was not measured.
    """

    python: str
    platform: str
    cpu: str
    cores: int
    memory_bytes: int
    accelerator: str
    versions: dict[str, str]
    commit: str
    jobs: int
    threads: int
    yardstick_seconds: float = 0.0


@dataclass(frozen=True)
class Trial:
    """One evaluated set of parameters; `value` is the mean over the folds that were fitted."""

    number: int
    state: str
    params: Params
    value: float | None
    seconds: float
    reason: str = ""


@dataclass(frozen=True)
class Study:
    """A finished search for parameters.

    `space` has the dimension of every parameter that was searched, `default_params` the model's own values
    that lie inside it; both are empty in studies of earlier versions.
    """

    estimator: str
    name: str
    metric: str
    sampler: str
    seed: int
    dataset_sha256: str
    folds_sha256: str
    n_rows_seen: int
    base_params: Params
    best_params: Params
    best_value: float
    trials: tuple[Trial, ...]
    stamp: str
    space: dict[str, Parameter] = field(default_factory=dict)
    default_params: Params = field(default_factory=dict)


@dataclass(frozen=True)
class Run:
    """A run folder as a whole.

    Parameters
    ----------
    rows : tuple of Row
        In the registry's order; the leaderboard sorts them.
    best : str
        Name of the row that makes the submission, or "" before one is known.
    derived : str
        Digest of what the derived files (report, leaderboard, submission) were made from.
    precision : float or None
        The precision for which the derived files name a threshold, if one is wished.
    derived_files : dict of str to str
        Name and sha256 of every derived file as it was written; empty while they are being written.
    """

    schema_version: int
    created: str
    command: str
    bench_version: str
    info: DatasetInfo
    protocol: Protocol
    environment: Environment
    metric: str
    rows: tuple[Row, ...]
    best: str = ""
    derived: str = ""
    precision: float | None = None
    derived_files: dict[str, str] = field(default_factory=dict)

    @property
    def best_row(self) -> Row | None:
        """The row that `best` names, if there is one."""
        return next((row for row in self.rows if row.name == self.best), None)
