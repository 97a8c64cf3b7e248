"""Files on the disk and inside zips: where they are, how their bytes are had, what is said if not."""

from __future__ import annotations

import difflib
import errno
import io
import os
import stat
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from io import BufferedIOBase
from pathlib import Path

from bench.datasets import zips
from bench.datasets.sizes import check_size, read_at_most
from bench.errors import DataError, EnvironmentProblem, visible

_LONGEST_PATH = 300
_TABLES = ("train.csv", "test.csv", "sample_submission.csv")
_NO_PATH = (errno.ELOOP, errno.ENAMETOOLONG)


@dataclass(frozen=True)
class File:
    """A file that can be read when it is its turn.

    Parameters
    ----------
    where : str
        How messages call it.
    read : callable
        Returns its bytes; raises DataError or EnvironmentProblem.
    max_bytes : int
        How many bytes it may have, unpacked.
    """

    where: str
    read: Callable[[], bytes]
    max_bytes: int


def one_line(error: BaseException) -> str:
    """Return what an exception says as one line without a full stop."""
    return " ".join(str(error).split()).rstrip(".")[:200] or type(error).__name__


def shown(path: Path | str) -> str:
    """Return a path as a message may hold it: on one line, not endless, without invisible characters."""
    text = visible(str(path))
    return text if len(text) <= _LONGEST_PATH else f"{text[:100]}...{text[-100:]}"


def locate(source: str) -> Path | None:
    """Return the path that the user means, or None if nothing is there or nothing was given.

    Raises
    ------
    DataError
        If it is no path at all.
    EnvironmentProblem
        If a folder on the way may not be entered.
    """
    try:
        source.encode()
        path = Path(source).expanduser()
    except (RuntimeError, ValueError) as error:
        found = "its name is no UTF-8 text" if isinstance(error, ValueError) else one_line(error)
        raise DataError(f"{shown(source)}: is no path ({found}); write it in full, or rename it") from error
    with reading(path):
        return path if source and path.exists() else None


def on_disk(path: Path, max_bytes: int) -> File:
    """Return the file at `path`; whether it exists shows when it is read."""
    return File(shown(path), partial(_read_bytes, path, max_bytes), max_bytes)


def test_file(test: str | None, max_bytes: int) -> File | None:
    """Return the file that the user gave as ``--test``, if any."""
    if test is None:
        return None
    path = locate(test)
    if path is None:
        raise missing(Path(test))
    return on_disk(path, max_bytes)


def members(path: Path, max_bytes: int) -> dict[str, File]:
    """Return the files of a folder or a zip by their names; a zip's common folder is left out.

    Raises
    ------
    DataError
        If `path` is neither, or the zip is broken or ambiguous.
    """
    if path.is_dir():
        with reading(path):
            return {file.name: on_disk(file, max_bytes) for file in sorted(path.iterdir()) if _counts(file)}
    if path.suffix.lower() != ".zip":
        found = f"the suffix {shown(path.suffix)!r} is not known"
        raise DataError(f"{shown(path)}: {found}; give a folder, .csv, .npz or .zip")
    with _unpacked(path, shown(path), max_bytes) as archive:
        names = list(zips.inner_names(archive, shown(path)))
    return {
        name: File(f"{shown(path)}/{shown(name)}", partial(_read_member, path, name, max_bytes), max_bytes)
        for name in names
    }


def missing(path: Path) -> DataError:
    """Return the error for a path that does not exist, with the nearest name beside it."""
    if path.is_symlink():
        return DataError(f"{shown(path)}: is a link that leads to no file; correct it, or remove it")
    if not path.parent.is_dir():
        return DataError(f"{shown(path)}: its folder does not exist; check the path")
    near = difflib.get_close_matches(path.name, names_in(path.parent), n=1, cutoff=0.5)
    hint = f"did you mean {shown(path.with_name(near[0]))!r}?" if near else "check the path"
    return DataError(f"{shown(path)}: there is no such file; {hint}")


def names_in(folder: Path) -> list[str]:
    """Return the names in a folder, sorted; none if it may not be listed."""
    return sorted(os.listdir(folder)) if os.access(folder, os.R_OK) else []


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turn what the operating system says about `path` into errors of ours."""
    try:
        yield
    except FileNotFoundError as error:
        raise missing(path) from error
    except IsADirectoryError as error:
        raise DataError(f"{shown(path)}: is a folder; give a file") from error
    except PermissionError as error:
        raise EnvironmentProblem(
            f"{shown(path)}: reading is not permitted; change its permissions"
        ) from error
    except OSError as error:
        if error.errno in _NO_PATH:
            raise DataError(f"{shown(path)}: is no path ({error.strerror}); correct it") from error
        problem = error.strerror or one_line(error)
        raise EnvironmentProblem(
            f"{shown(path)}: cannot be read ({problem}); check the path and the disk"
        ) from error


def _counts(file: Path) -> bool:
    """Return whether to know a file of a folder: what should be data is known, and refused, if it is none."""
    return file.is_file() or file.name in _TABLES or ("-ubyte" in file.name and not file.is_dir())


def _read_bytes(path: Path, max_bytes: int) -> bytes:
    with _opened(path, max_bytes) as stream:
        return read_at_most(stream, shown(path), max_bytes)


def _read_member(path: Path, name: str, max_bytes: int) -> bytes:
    where = f"{shown(path)}/{shown(name)}"
    with _unpacked(path, where, max_bytes) as archive:
        return zips.read_member(archive, zips.inner_names(archive, where)[name], where, max_bytes)


@contextmanager
def _unpacked(path: Path, where: str, max_bytes: int) -> Iterator[zipfile.ZipFile]:
    with _opened(path, max_bytes) as stream, zips.opened(stream, where) as archive:
        yield archive


@contextmanager
def _opened(path: Path, max_bytes: int) -> Iterator[BufferedIOBase]:
    """Open a regular file; a pipe or what the system calls a file of no bytes might wait for ever."""
    with reading(path):
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise DataError(f"{shown(path)}: is a folder; give a file")
        if not stat.S_ISREG(status.st_mode):
            raise DataError(f"{shown(path)}: is a pipe or a device and no file; save the data to a file")
        check_size(shown(path), status.st_size, max_bytes)
        with path.open("rb") as stream:
            yield stream if status.st_size else io.BytesIO()
