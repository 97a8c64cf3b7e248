"""Zips that nobody vouches for: which members count, and reading one of them in bounded memory."""

from __future__ import annotations

import copy
import itertools
import posixpath
import stat
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import BufferedIOBase
from pathlib import PurePosixPath

from bench.datasets.sizes import check_size, read_some, shown_size
from bench.errors import DataError

MAX_DIRECTORY_BYTES = 2**20

# zipfile gives what a chunk of bzip2 or lzma unpacks to in one piece, however large.
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_LOCAL_HEAD_BYTES = 30
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    RuntimeError,
    ValueError,
    OverflowError,
)


class _Bounded:
    """A stream that refuses a directory of many members before zipfile makes an object of each.

    However zipfile finds the directory, it reads it in one piece; of members, it reads no such pieces.
    """

    def __init__(self, stream: BufferedIOBase, where: str) -> None:
        self._where = where
        self._stream = stream
        self.seek, self.tell, self.seekable = stream.seek, stream.tell, stream.seekable

    def read(self, n_bytes: int = -1) -> bytes:
        if n_bytes > MAX_DIRECTORY_BYTES:
            found = f"its list of members has {shown_size(n_bytes)}, too much to be read"
            raise DataError(f"{self._where}: {found}; pack only the data")
        return self._stream.read(n_bytes)


@contextmanager
def opened(stream: BufferedIOBase, where: str) -> Iterator[zipfile.ZipFile]:
    """Open a zip; whatever shows it to be broken while it is used becomes an error of ours.

    Raises
    ------
    DataError
        If it is broken, encrypted, or has an immense directory.
    """
    try:
        with zipfile.ZipFile(_Bounded(stream, where)) as archive:
            yield archive
    except _BROKEN as error:
        said = " ".join(str(error).split()).rstrip(".") or type(error).__name__
        raise DataError(f"{where}: cannot be unpacked ({said[:200]}); download it again") from error


def inner_names(archive: zipfile.ZipFile, where: str) -> dict[str, zipfile.ZipInfo]:
    """Return the files of a zip by their names without the folder that all share.

    Raises
    ------
    DataError
        If a name leads out of the zip, or two members are one file.
    """
    infos = archive.infolist()
    for info in infos:
        _check_name(where, info.filename)
    _check_overlaps(where, infos)
    inner = [(PurePosixPath(info.filename), info) for info in infos if _counts(info)]
    _check_unique(where, [str(path) for path, _ in inner])
    common = posixpath.commonpath([path.parent for path, _ in inner]) if inner else ""
    return {str(path.relative_to(common)): info for path, info in inner}


def read_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, where: str, max_bytes: int) -> bytes:
    """Return the content of one member, which must be as long as it says and not above `max_bytes`.

    Raises
    ------
    DataError
        If it is a link, too large, or not what the zip says of it.
    """
    if stat.S_ISLNK(info.external_attr >> 16):
        raise DataError(f"{where}: is a link and no file; pack the file itself")
    if info.compress_type not in _METHODS:
        raise DataError(f"{where}: is packed by a method other than deflate; pack it anew")
    check_size(where, info.file_size, max_bytes)
    # zipfile stops at the promised size, so that a stream that goes on would be cut in silence; asked for
    # a byte more, it finds the checksum wrong.
    unbounded = copy.copy(info)
    unbounded.file_size = info.file_size + 1
    with archive.open(unbounded) as stream:
        content = read_some(stream, info.file_size + 1)
    if len(content) != info.file_size:
        found = f"promises {info.file_size} bytes but holds {len(content)}"
        raise DataError(f"{where}: {found}; download it again")
    return content


def _check_name(where: str, name: str) -> None:
    if not name:
        raise DataError(f"{where}: holds a member without a name; pack it anew")
    if name.startswith(("/", "\\")) or ".." in PurePosixPath(name.replace("\\", "/")).parts:
        raise DataError(f"{where}: the member {name[:100]!r} leads out of the zip; pack it anew")


def _check_overlaps(where: str, infos: Sequence[zipfile.ZipInfo]) -> None:
    ordered = sorted(infos, key=lambda info: info.header_offset)
    for first, second in itertools.pairwise(ordered):
        if second.header_offset < first.header_offset + _LOCAL_HEAD_BYTES + first.compress_size:
            found = f"the members {first.filename[:100]!r} and {second.filename[:100]!r} overlap"
            raise DataError(f"{where}: {found}; pack it anew")


def _check_unique(where: str, names: Sequence[str]) -> None:
    name, count = next(iter(Counter(name.casefold() for name in names).most_common(1)), ("", 1))
    if count > 1:
        raise DataError(f"{where}: the member {name[:100]!r} is there {count} times; keep one of them")


def _counts(info: zipfile.ZipInfo) -> bool:
    path = PurePosixPath(info.filename)
    return not info.is_dir() and "__MACOSX" not in path.parts and not path.name.startswith(".")
