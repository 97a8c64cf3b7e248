"""A request brought together with its data, its folds and its run folder."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import bench
from bench import datasets, environment, registry
from bench.api.request import Request
from bench.errors import FolderError, UsageError, unknown
from bench.folds import make_folds
from bench.metrics import METRICS, metrics_of
from bench.plan import row_name
from bench.records import SCHEMA_VERSION, Dataset, DatasetInfo, Folds, Protocol, Row, Run
from bench.store import RunStore
from reports.operating import check_precision


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

    def set_up(self) -> None:
        """Make the folder what this session needs it to be: old one aside, data and folds stored."""
        if self.request.fresh and self.store.path.exists():
            self.store.set_aside()
        if self.run is None or not self.store.has_files("folds.npz"):
            self.store.write_folds(self.folds)
        if self.run is None or not self.store.has_files("data.npz"):
            self.store.write_data(self.dataset, self.info.classes)

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
    stored = None if request.fresh or not store.exists() else store.read_run()
    if stored is not None:
        _check_same(stored, dataset, request, store.path)
    if stored and store.has_files("folds.npz"):
        folds = store.read_folds()
    else:
        folds = make_folds(dataset, request.cv, request.repeats, request.seed)
    if stored and folds.sha256 != stored.protocol.folds_sha256:
        raise FolderError(f"{store.path}: its folds.npz belongs to another run; start anew with --fresh")
    protocol = Protocol(request.cv, request.repeats, request.seed, request.rows or "all", folds.sha256)
    return Session(request, dataset, datasets.describe(dataset), folds, protocol, store, stored)


def default_folder(request: Request) -> Path:
    """Return the run folder of a request that names none."""
    binary = "" if request.binary is None else f"-binary-{datasets.safe_name(str(request.binary))}"
    rows = f"-rows-{request.rows}" if request.rows else ""
    return Path("runs") / f"{datasets.default_name(request.data)}{binary}{rows}"


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
