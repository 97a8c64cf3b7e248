"""Files on the disk and inside zips: where they are, how their bytes are had, what is said if not."""

from __future__ import annotations

import difflib
import lzma
import os
import posixpath
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath

from bench.errors import DataError, EnvironmentProblem

BROKEN_ZIP = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    OSError,
    RuntimeError,
    ValueError,
)


@dataclass(frozen=True)
class File:
    """A file that can be read when it is its turn.

    Parameters
    ----------
    where : str
        How messages call it.
    read : callable
        Returns its bytes; raises DataError or EnvironmentProblem.
    """

    where: str
    read: Callable[[], bytes]


def one_line(error: BaseException) -> str:
    """Return what an exception says as one line without a full stop."""
    return " ".join(str(error).split()).rstrip(".") or type(error).__name__


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
        path = Path(source).expanduser()
    except RuntimeError as error:
        raise DataError(f"{source}: is no path ({one_line(error)}); write it in full") from error
    with reading(path):
        return path if source and path.exists() else None


def on_disk(path: Path) -> File:
    """Return the file at `path`; whether it exists shows when it is read."""
    return File(str(path), partial(_read_bytes, path))


def test_file(test: str | None) -> File | None:
    """Return the file that the user gave as ``--test``, if any."""
    if test is None:
        return None
    path = locate(test)
    if path is None:
        raise missing(Path(test))
    return on_disk(path)


def members(path: Path) -> dict[str, File]:
    """Return the files of a folder or a zip by their names; a zip's common folder is left out.

    Raises
    ------
    DataError
        If `path` is neither, or the zip is broken.
    """
    if path.is_dir():
        with reading(path):
            return {file.name: on_disk(file) for file in sorted(path.iterdir()) if file.is_file()}
    if path.suffix.lower() != ".zip":
        raise DataError(f"{path}: the suffix {path.suffix!r} is not known; give a folder, .csv, .npz or .zip")
    with _unpacked(path, str(path)) as archive:
        names = [info.filename for info in archive.infolist() if _counts(info)]
    inner = {PurePosixPath(name.lstrip("/")): name for name in names}
    common = posixpath.commonpath([member.parent for member in inner]) if inner else ""
    inside = {str(member.relative_to(common)): name for member, name in inner.items()}
    return {
        short: File(f"{path}/{short}", partial(_read_member, path, name)) for short, name in inside.items()
    }


def missing(path: Path) -> DataError:
    """Return the error for a path that does not exist, with the nearest name beside it."""
    if not path.parent.is_dir():
        return DataError(f"{path}: its folder does not exist; check the path")
    near = difflib.get_close_matches(path.name, names_in(path.parent), n=1, cutoff=0.5)
    hint = f"did you mean {str(path.with_name(near[0]))!r}?" if near else "check the path"
    return DataError(f"{path}: there is no such file; {hint}")


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
        raise DataError(f"{path}: is a folder; give a file") from error
    except PermissionError as error:
        raise EnvironmentProblem(f"{path}: reading is not permitted; change its permissions") from error
    except OSError as error:
        problem = error.strerror or one_line(error)
        raise EnvironmentProblem(
            f"{path}: cannot be read ({problem}); check the path and the disk"
        ) from error


def _read_bytes(path: Path) -> bytes:
    with reading(path):
        return path.read_bytes()


def _read_member(path: Path, name: str) -> bytes:
    with _unpacked(path, f"{path}/{name}") as archive:
        return archive.read(name)


@contextmanager
def _unpacked(path: Path, where: str) -> Iterator[zipfile.ZipFile]:
    with reading(path):
        stream = path.open("rb")
    with stream:
        try:
            with zipfile.ZipFile(stream) as archive:
                yield archive
        except BROKEN_ZIP as error:
            raise DataError(f"{where}: cannot be unpacked ({one_line(error)}); download it again") from error


def _counts(info: zipfile.ZipInfo) -> bool:
    path = PurePosixPath(info.filename)
    return not info.is_dir() and "__MACOSX" not in path.parts and not path.name.startswith(".")
