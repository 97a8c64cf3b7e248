"""A request brought together with its data, its folds and its run folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TypeVar

import bench
from bench import datasets, environment, registry
from bench.api.request import Request
from bench.errors import DamagedFile, FolderError, UsageError, unknown
from bench.folds import make_folds
from bench.metrics import METRICS, metrics_of
from bench.plan import row_name
from bench.records import SCHEMA_VERSION, Dataset, DatasetInfo, Folds, Protocol, Row, Run
from bench.shown import DATA_LIMIT_BYTES
from bench.store import RunStore
from bench.sweep import sweep
from reports.operating import check_precision

R = TypeVar("R")

BYTES_PER_ANSWER = 12  # the row's position and its true class
DERIVED_BYTES = 20_000_000


@dataclass(frozen=True)
class Session:
    """Everything that a verb works on.

    Parameters
    ----------
    run : Run or None
        What the folder holds already, under the same data and folds; None for a new folder.
    """

    request: Request
    dataset: Dataset
    info: DatasetInfo
    folds: Folds
    protocol: Protocol
    store: RunStore
    run: Run | None

    @contextmanager
    def at_work(self, verb: str, n_rows: int, warn: Callable[[str], None]) -> Iterator[Session]:
        """Hold the folder's lock, make the folder fit for work and yield the session as it is now.

        An old folder is moved aside if that is wished, damaged files are; data and folds are stored.

        Parameters
        ----------
        verb : str
            What the command line calls the work.
        n_rows : int
            Leaderboard rows or trials that may have to be fitted, for the space that they need.
        warn : callable
            Told what is damaged, and for whom this process waits.

        Raises
        ------
        FolderInUse
            If another process works in the folder, and waiting is not wished.
        EnvironmentProblem
            If the disk does not take what the session will write.
        """
        command = self.request.command(verb)
        with ExitStack() as held:
            enter = partial(self.store.locked, command, wait=self.request.wait, say=warn)
            held.enter_context(enter())
            if self.request.fresh and not self.store.is_empty():
                self.store.set_aside()
                held.enter_context(enter())
            run, folds, protocol = _stored(self.request, self.dataset, self.store)
            session = replace(self, run=run, folds=folds, protocol=protocol)
            session._set_up(n_rows, warn)
            yield session

    def _set_up(self, n_rows: int, warn: Callable[[str], None]) -> None:
        for sentence in sweep(self.store, self.run, self.dataset, self.folds):
            warn(sentence)
        self.store.check_space(self._bytes_to_come(n_rows))
        if not self.store.has_files("folds.npz"):
            self.store.write_folds(self.folds)
        if not self.store.has_files("data.npz"):
            self.store.write_data(self.dataset, self.info.classes)

    def _bytes_to_come(self, n_rows: int) -> int:
        """Return about how much the disk has to take: data, scores of all rows, report."""
        info = self.info
        each = BYTES_PER_ANSWER + 4 * len(info.classes)
        answers = info.n_rows * self.folds.n_repeats + info.n_test
        data = 0 if self.store.has_files("data.npz") else min(self.dataset.X.nbytes, DATA_LIMIT_BYTES)
        return n_rows * answers * each + data + DERIVED_BYTES

    def run_with(self, rows: tuple[Row, ...], jobs: int, threads: int) -> Run:
        """Return the run record with these rows in place of earlier ones of the same names."""
        old = self.run
        named = {row.name: row for row in (*(old.rows if old else ()), *rows)}
        order = [row_name(model, tuned=tuned) for model in registry.ESTIMATORS for tuned in (False, True)]
        order += [name for name in named if name not in order]
        return Run(
            schema_version=SCHEMA_VERSION,
            created=old.created if old else datetime.now(UTC).isoformat(timespec="seconds"),
            command=self.request.command(),
            bench_version=bench.__version__,
            info=self.info,
            protocol=self.protocol,
            environment=old.environment if old else environment.describe(jobs, threads),
            metric=self.request.metric,
            precision=self.request.precision or (old.precision if old else None),
            rows=tuple(named[name] for name in order if name in named),
            best=old.best if old else "",
            derived=old.derived if old else "",
            derived_files=old.derived_files if old else {},
        )


def open_session(request: Request) -> Session:
    """Read the data, make or fetch the folds, and look into the run folder; write nothing.

    Raises
    ------
    DataError, UsageError
        If the data or the request make no benchmark.
    FolderError
        If the folder holds a run under other data or folds.
    """
    _check_metric(request)
    check_precision(request.precision)
    positive = None if request.binary is None else str(request.binary)
    request = replace(request, rows=datasets.plain_rows(request.rows), binary=positive)
    full = datasets.load(
        request.data,
        test=request.test,
        label=request.label,
        image_shape=request.image_shape,
        max_input=request.max_input,
    )
    # Rows are chosen by their own labels, so that every class keeps its share of the rest.
    dataset = datasets.one_against_rest(datasets.take(full, request.rows, request.seed), positive)
    store = RunStore(request.out or default_folder(request))
    if store.is_foreign():
        raise FolderError(f"{store.path}: exists and holds no run; choose another --out")
    run, folds, protocol = _stored(request, dataset, store)
    return Session(request, dataset, datasets.describe(dataset), folds, protocol, store, run)


def default_folder(request: Request) -> Path:
    """Return the run folder of a request that names none."""
    binary = "" if request.binary is None else f"-binary-{datasets.safe_name(str(request.binary))}"
    rows = f"-rows-{request.rows}" if request.rows else ""
    return Path("runs") / f"{datasets.default_name(request.data)}{binary}{rows}"


def readable(read: Callable[[], R]) -> R | None:
    """Return what a stored file holds; None if it is damaged, which is said when work begins."""
    try:
        return read()
    except DamagedFile:
        return None


def _stored(request: Request, dataset: Dataset, store: RunStore) -> tuple[Run | None, Folds, Protocol]:
    """Return what the folder holds of the request's run, and its folds; a damaged file counts as absent."""
    run = None if request.fresh or not store.exists() else readable(store.read_run)
    if run is not None:
        _check_same(run, dataset, request, store.path)
    kept = None if request.fresh or not store.has_files("folds.npz") else readable(store.read_folds)
    if run is not None and kept is not None:
        folds, expected = kept, run.protocol.folds_sha256
    else:
        folds = make_folds(dataset, request.cv, request.repeats, request.seed)
        witness = kept.sha256 if kept is not None and store.results() else folds.sha256
        expected = witness if run is None else run.protocol.folds_sha256
    if folds.sha256 != expected:
        raise FolderError(f"{store.path}: its folds.npz belongs to another run; start anew with --fresh")
    rows = request.rows or "all"
    return run, folds, Protocol(request.cv, request.repeats, request.seed, rows, folds.sha256)


def _check_metric(request: Request) -> None:
    known = metrics_of(binary=request.binary is not None)
    if request.metric not in METRICS:
        raise unknown("--metric", request.metric, known)
    if request.metric not in known:
        found = (
            "is of all classes; leave out --binary"
            if request.binary is not None
            else "is of one; say --binary CLASS"
        )
        raise UsageError(f"--metric {request.metric} {found}, or choose from {', '.join(known)}")


def _check_same(stored: Run, dataset: Dataset, request: Request, path: Path) -> None:
    protocol = stored.protocol
    pairs = {
        "--cv": (protocol.n_splits, request.cv),
        "--repeats": (protocol.n_repeats, request.repeats),
        "--seed": (protocol.seed, request.seed),
        "--rows": (protocol.rows, request.rows or "all"),
        "--binary": (stored.info.positive, dataset.positive),
        "data": (stored.info.sha256[:12], dataset.sha256[:12]),
    }
    changed = [f"{name} {_told(old)}, not {_told(new)}" for name, (old, new) in pairs.items() if old != new]
    if changed:
        raise FolderError(
            f"{path}: was run with {'; '.join(changed)}, and folds are never mixed; "
            "use another --out, or --fresh to move this folder aside"
        )


def _told(value: object) -> str:
    return "none" if value is None else str(value)
