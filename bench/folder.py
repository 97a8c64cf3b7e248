"""A folder whose files are written whole, for good, or not at all."""

from __future__ import annotations

import errno
import hashlib
import itertools
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from bench.errors import DamagedFile, EnvironmentProblem
from bench.lock import LOCK, locked

R = TypeVar("R")

TEMPORARY = (".bench-", ".tmp")
DAMAGED = ".damaged"

# What the system's number means for a run folder, and what to do about it.
TROUBLES = {
    errno.ENOSPC: "the disk is full; free space and run again",
    errno.EDQUOT: "the disk quota is used up; free space and run again",
    errno.EROFS: "the disk is read-only; choose another --out",
    errno.EACCES: "permission denied; change it or choose another --out",
    errno.EPERM: "permission denied; change it or choose another --out",
    errno.EIO: "the disk reports an error; check it, or choose another --out",
    errno.EFBIG: "no file may be that large; raise the limit (ulimit -f), or choose another --out",
    errno.ENAMETOOLONG: "the name is too long; choose another --out",
    errno.EISDIR: "a folder is where a file should be; move it away, or choose another --out",
    errno.ENOENT: "the folder has vanished or cannot be made; bring it back, or choose another --out",
    errno.ESTALE: "the folder has vanished; bring it back and run again, or choose another --out",
    errno.ENOTDIR: "a file is where a folder should be; choose another --out",
}


class Folder:
    """A folder, and what is done with any file in it.

    Parameters
    ----------
    path : path-like
        The folder; it need not exist yet. It is made once, and not again if it vanishes.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        self._made = False
        self._numbers = itertools.count()

    @contextmanager
    def locked(
        self, command: str, *, wait: bool = False, say: Callable[[str], None] = lambda text: None
    ) -> Iterator[bool]:
        """Make the folder and keep other processes from working in it; see `bench.lock.locked`.

        Raises
        ------
        FolderInUse
            If another process holds it and `wait` is false.
        EnvironmentProblem
            If it cannot be written.
        """
        with ExitStack() as held:
            with self._disk("lock"):
                self._make(self.path)
                waited = held.enter_context(locked(self.path, command, wait=wait, say=say))
            yield waited

    def check_space(self, wanted_bytes: int) -> None:
        """Refuse what would not fit on the disk.

        Raises
        ------
        EnvironmentProblem
            If less is free.
        """
        with self._disk("look into"):
            free = shutil.disk_usage(self.path).free
        if free < wanted_bytes:
            raise EnvironmentProblem(
                f"{self.path}: the results need about {wanted_bytes / 1e6:,.0f} MB, the disk has "
                f"{free / 1e6:,.0f} MB left; free space or choose another --out"
            )

    def is_empty(self) -> bool:
        """Whether the folder holds nothing but its lock."""
        return all(item.name == LOCK for item in self.path.iterdir())

    def set_aside(self) -> Path:
        """Move the folder to a free name beside it and return that name."""
        stamp = datetime.now().strftime("%Y%m%d-%H%M%S")
        path = self.path.resolve()
        with self._disk("move"):
            target = _free_name(path.with_name(f"{path.name}.{stamp}"))
            os.rename(path, target)
            with suppress(FileNotFoundError):
                os.unlink(target / LOCK)
            _sync_folder(path.parent)
        self._made = False
        return target

    def set_file_aside(self, path: Path) -> Path:
        """Rename a damaged file to a free name beside it and return that name."""
        with self._disk("rename"):
            target = _free_name(path.with_name(path.name + DAMAGED))
            os.rename(path, target)
            _sync_folder(path.parent)
        return target

    def sweep_temporary(self) -> None:
        """Delete what interrupted writes have left. Only the holder of the lock may."""
        head, tail = TEMPORARY
        with self._disk("clean"):
            for path in sorted(self.path.rglob(f"{head}*{tail}")):
                os.unlink(path)

    def has_files(self, *names: str) -> bool:
        """Whether all these derived files exist."""
        return all((self.path / name).is_file() for name in names)

    def fingerprints(self, *names: str) -> dict[str, str]:
        """Return the sha256 of each of these derived files, "" for one that is absent."""
        return {name: self._read(self.path / name, _sha256) if self.has_files(name) else "" for name in names}

    def read_text(self, name: str) -> str:
        """Return what a derived file holds."""
        return self._read(self.path / name, bytes.decode)

    def write_text(self, name: str, text: str) -> Path:
        """Store a derived file and return its path."""
        return self.write_bytes(name, text.encode())

    def write_bytes(self, name: str, content: bytes) -> Path:
        """Store a derived file, whose name may have a folder before it, and return its path."""
        path = self.path / name
        self._write(path, content)
        return path

    def delete_derived(self, *names: str) -> None:
        """Delete derived files that would show another state; those that are absent are no matter."""
        for name in names:
            self._delete(self.path / name)

    def _read(self, path: Path, decode: Callable[[bytes], R]) -> R:
        """Return what a file holds.

        Raises
        ------
        DamagedFile
            If it is not what `decode` expects, or absent.
        EnvironmentProblem
            If the disk does not give it.
        """
        try:
            with self._disk("read"):
                return decode(_bytes(path))
        except DamagedFile as error:
            raise DamagedFile(error.finding, path) from error
        except (LookupError, TypeError, ValueError) as error:
            raise DamagedFile(f"another kind of file ({type(error).__name__}: {error})", path) from error

    def _write(self, path: Path, content: bytes) -> None:
        head, tail = TEMPORARY
        temporary = path.with_name(f"{head}{os.getpid()}-{next(self._numbers)}{tail}")
        with self._disk("write"):
            self._make(path.parent)
            try:
                _write_for_good(temporary, content)
                os.replace(temporary, path)
            except BaseException:
                # The first error is the one to tell; what is left is swept by the next run.
                with suppress(OSError):
                    os.unlink(temporary)
                raise
            _sync_folder(path.parent)

    def _delete(self, path: Path) -> None:
        with self._disk("delete"):
            try:
                os.unlink(path)
            except FileNotFoundError:
                return
            _sync_folder(path.parent)

    def _make(self, folder: Path) -> None:
        """Make a folder in this one, and this one if it never was."""
        if not self._made:
            if not self.path.is_dir():
                os.makedirs(self.path, exist_ok=True)
                _sync_folder(self.path.parent)
            self._made = True
        inner = [parent for parent in (folder, *folder.parents) if self.path in parent.parents]
        for parent in reversed(inner):
            if not parent.is_dir():
                os.mkdir(parent)
                _sync_folder(parent.parent)

    @contextmanager
    def _disk(self, verb: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            reason = TROUBLES.get(error.errno or 0, f"{error.strerror}; free space or choose another --out")
            raise EnvironmentProblem(f"{error.filename or self.path}: cannot {verb}: {reason}") from error


def _free_name(path: Path) -> Path:
    endings = itertools.chain([""], (f"-{number}" for number in itertools.count(2)))
    names = (path.with_name(f"{path.name}{ending}") for ending in endings)
    return next(name for name in names if not os.path.lexists(name))


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _bytes(path: Path) -> bytes:
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
    except FileNotFoundError as error:
        raise DamagedFile("missing") from error
    with os.fdopen(handle, "rb") as file:
        return file.read()


def _write_for_good(path: Path, content: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o644)
    try:
        rest = memoryview(content)
        while rest:
            rest = rest[os.write(handle, rest) :]
        os.fsync(handle)
    finally:
        os.close(handle)


def _sync_folder(path: Path) -> None:
    """Make a rename survive a power cut; Windows has no such thing."""
    if os.name == "nt":
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
