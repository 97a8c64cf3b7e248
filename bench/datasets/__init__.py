"""The data that models are compared on: one table of sources, one function that reads any of them."""

from __future__ import annotations

import difflib
import importlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.errors import DataError

if TYPE_CHECKING:
    from bench.datasets.assemble import Raw
    from bench.datasets.binary import one_against_rest
    from bench.datasets.description import describe
    from bench.datasets.sample import plain_rows, take
    from bench.datasets.unlabelled import load_unlabelled
    from bench.records import Dataset

__all__ = [
    "DATASETS",
    "Source",
    "default_name",
    "describe",
    "load",
    "load_unlabelled",
    "one_against_rest",
    "plain_rows",
    "safe_name",
    "take",
]


@dataclass(frozen=True)
class Source:
    """One kind of data that can be given as ``--data``.

    Parameters
    ----------
    name : str
        What to type, or how the kind of file is called.
    title : str
        What it is.
    needs : str
        What must be there for it to work.
    stands_for : str
        "library:address" of a named data set; "" for the kinds of file.
    """

    name: str
    title: str
    needs: str
    stands_for: str = ""


DATASETS = (
    Source("digits", "1,797 handwritten digits, 8 x 8 pixels", "nothing: embedded", "sklearn:digits"),
    Source("mnist", "70,000 handwritten digits, 28 x 28 pixels", "network once", "openml:mnist_784:1"),
    Source("fashion-mnist", "70,000 garments, 28 x 28 pixels", "network once", "openml:Fashion-MNIST:1"),
    Source("openml:NAME", "any table of numbers on openml.org, also openml:NAME:VERSION", "network once"),
    Source(
        "folder or zip",
        "a competition as downloaded",
        "train.csv; if there are any, test.csv and sample_submission.csv",
    ),
    Source(
        "idx folder", "MNIST in its own format, gz or not", "train-images-idx3-ubyte and its three fellows"
    ),
    Source("csv", "one table of numbers with a head", "a label column; --test PATH for test rows"),
    Source("npz", "arrays saved by numpy", "X and y; if there are any, X_test and y_test"),
)

_ELSEWHERE = {
    "describe": "bench.datasets.description",
    "one_against_rest": "bench.datasets.binary",
    "plain_rows": "bench.datasets.sample",
    "take": "bench.datasets.sample",
    "load_unlabelled": "bench.datasets.unlabelled",
}


def __getattr__(name: str) -> Any:
    """Load the functions that need numpy only when they are asked for."""
    if name not in _ELSEWHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_ELSEWHERE[name]), name)


def load(
    source: str,
    *,
    test: str | None = None,
    label: str | None = None,
    image_shape: str | tuple[int, ...] | None = None,
    max_input: str | int = "2G",
) -> Dataset:
    """Read a data set, check it and put it in the one form that the rest of the program knows.

    Columns ``pixelN`` become uint8 images in the order of N; other numbers become float32 features in
    the order of their names. The same data in another column order has the same fingerprint. Labels
    become integers if every one is a plain integer such as 7 or -1; otherwise they stay text.

    Parameters
    ----------
    source : str
        A name of `DATASETS`, ``openml:NAME[:VERSION]``, or the path of a folder, zip, csv or npz.
    test : str, optional
        File of test rows: a csv beside a csv or a competition, an npz beside an npz.
    label : str, optional
        Column of the labels (csv, competition, openml).
    image_shape : str or tuple of int, optional
        "16x16" or "16x16x3" says that the features are pixels, row by row.
    max_input : str or int
        How large one file may be, unpacked: "2G", "800M" or a number of bytes.

    Raises
    ------
    DataError
        If there is no such data or it cannot be benchmarked.
    UsageError
        If `image_shape` or `max_input` makes no sense.
    EnvironmentProblem
        If network, permission, disk or memory stand in the way.
    """
    from bench.datasets.assemble import assemble
    from bench.datasets.columns import parse_shape
    from bench.datasets.sizes import in_memory, parse_max_input

    shape = parse_shape(image_shape)
    options = _Options(test, label, shape is not None, parse_max_input(max_input))
    with in_memory(source):
        raw = _read(source, options)
        return assemble(raw, name=default_name(source), source=source, image_shape=shape)


def default_name(source: str) -> str:
    """Return the short name of a source, safe as a file name, without reading any data."""
    if source.startswith("openml:"):
        text = source.lower()
    else:
        path = Path(source) if Path(source).name not in ("", "..") else Path(source).resolve()
        text = path.stem if path.suffix.lower() in (".csv", ".npz", ".zip") else path.name
    return safe_name(text).strip("-._") or "data"


def safe_name(text: str) -> str:
    """Return text with a dash for whatever a file name had better not hold; at most 80 characters."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", text)[:80]


@dataclass(frozen=True)
class _Options:
    test: str | None
    label: str | None
    images: bool
    max_bytes: int


def _read(source: str, options: _Options) -> Raw:
    address = next((row.stands_for for row in DATASETS if row.stands_for and row.name == source), source)
    library, _, rest = address.partition(":")
    if library == "sklearn":
        from bench.datasets.digits import read_digits

        _refuse(source, test=options.test, label=options.label)
        return read_digits()
    if library == "openml":
        from bench.datasets.openml import read_openml

        _refuse(source, test=options.test)
        return read_openml(rest, options.label, images=options.images)
    return _read_path(source, options)


def _read_path(source: str, options: _Options) -> Raw:
    from bench.datasets import competition, files, idx, npz

    test, label, images, max_bytes = options.test, options.label, options.images, options.max_bytes
    path = files.locate(source)
    if path is None:
        raise (
            _unknown(source)
            if _is_name(source) and not Path(source).is_symlink()
            else files.missing(Path(source))
        )
    kind = "folder" if path.is_dir() else path.suffix.lower()
    if kind == ".csv":
        train = files.on_disk(path, max_bytes)
        return competition.read_tables(train, files.test_file(test, max_bytes), None, label, images=images)
    if kind == ".npz":
        _refuse(source, label=label)
        return npz.read_npz(files.on_disk(path, max_bytes), files.test_file(test, max_bytes), images=images)
    members = files.members(path, max_bytes)
    if "train.csv" not in members and idx.is_idx(members):
        _refuse(source, test=test, label=label)
        return idx.read_idx(files.shown(path), members)
    return competition.read_competition(
        files.shown(path), members, files.test_file(test, max_bytes), label, images=images
    )


def _is_name(source: str) -> bool:
    return not set(source) & set("/\\.~")


def _unknown(source: str) -> DataError:
    from bench.datasets.files import names_in

    names = [row.name for row in DATASETS if row.stands_for]
    near = difflib.get_close_matches(source, [*names, *names_in(Path())], n=1, cutoff=0.5)
    wish = f"did you mean {near[0]!r}?" if near else f"give one of {', '.join(names)}, openml:NAME or a path"
    return DataError(f"unknown data set {source[:100]!r}; {wish}")


def _refuse(source: str, **options: str | None) -> None:
    for option, value in options.items():
        if value is not None:
            raise DataError(
                f"{source[:300]}: --{option} {value!r} has no meaning for this source; leave it out"
            )
