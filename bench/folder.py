"""A folder whose files are written whole or not at all."""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from bench.errors import EnvironmentProblem, FolderError
from bench.records import from_json

R = TypeVar("R")


class Folder:
    """A folder, and what is done with any file in it.

    Parameters
    ----------
    path : path-like
        The folder; it need not exist yet.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)

    def set_aside(self) -> Path:
        """Move the folder to a free name beside it and return that name."""
        stamp = datetime.now().strftime("%Y%m%d-%H%M%S")
        path = self.path.resolve()
        endings = itertools.chain([""], (f"-{number}" for number in itertools.count(2)))
        names = (path.with_name(f"{path.name}.{stamp}{ending}") for ending in endings)
        target = next(name for name in names if not name.exists())
        with self._disk():
            shutil.move(path, target)
        return target

    def has_files(self, *names: str) -> bool:
        """Whether all these derived files exist."""
        return all((self.path / name).is_file() for name in names)

    def write_text(self, name: str, text: str) -> Path:
        """Store a derived file and return its path."""
        path = self.path / name
        self._write(path, text.encode())
        return path

    def delete_derived(self, *names: str) -> None:
        """Delete derived files that would show another state; those that are absent are no matter."""
        with self._disk():
            for name in names:
                (self.path / name).unlink(missing_ok=True)

    def _read_json(self, path: Path, kind: type[R]) -> R | None:
        if not path.is_file():
            return None
        try:
            return from_json(path.read_bytes(), kind)
        except ValueError as error:
            raise FolderError(f"{path}: damaged ({error}); delete it and run again") from error

    def _write(self, path: Path, content: bytes) -> None:
        with self._disk():
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, temporary = tempfile.mkstemp(prefix=".", suffix=".tmp", dir=path.parent)
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(content)
                os.chmod(temporary, 0o644)
                os.replace(temporary, path)
            except OSError:
                os.unlink(temporary)
                raise

    @contextmanager
    def _disk(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise EnvironmentProblem(
                f"{self.path}: cannot write ({error.strerror}); free space or choose another --out"
            ) from error
