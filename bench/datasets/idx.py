"""The four files in which MNIST and its kin are published, each gz or not."""

from __future__ import annotations

import gzip
import io
import math
import struct
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import BufferedIOBase

import numpy as np

from bench.datasets.assemble import Raw
from bench.datasets.columns import positional_names
from bench.datasets.files import File, one_line
from bench.datasets.sizes import check_features, check_size, read_some
from bench.errors import DataError

_STEMS = {"images": "images-idx3-ubyte", "labels": "labels-idx1-ubyte"}


def is_idx(members: Mapping[str, File]) -> bool:
    """Return whether there are training images or labels among the files."""
    return any(_find(members, "train", kind) for kind in _STEMS)


def read_idx(where: str, members: Mapping[str, File]) -> Raw:
    """Read the training pair and, if it is there, the t10k pair as labelled test data.

    Raises
    ------
    DataError
        If one of a pair is missing, or a file is not what its first bytes say.
    """
    X, y = _read_pair(where, members, "train")
    X_test = y_test = None
    if any(_find(members, "t10k", kind) for kind in _STEMS):
        X_test, y_test = _read_pair(where, members, "t10k")
        if X_test.shape[1:] != X.shape[1:]:
            found = f"training images are {X.shape[1:]} and test images {X_test.shape[1:]}"
            raise DataError(f"{where}: {found}; take all files from one source")
        X_test = X_test.reshape(len(X_test), -1)
    n_features = math.prod(X.shape[1:])
    return Raw(
        where=where,
        X=X.reshape(len(X), n_features),
        y=y,
        feature_names=positional_names(n_features, pixels=True),
        image_shape=X.shape[1:],
        X_test=X_test,
        y_test=y_test,
    )


def _read_pair(where: str, members: Mapping[str, File], part: str) -> tuple[np.ndarray, np.ndarray]:
    images = _read_part(where, members, part, "images")
    labels = _read_part(where, members, part, "labels")
    if len(images) != len(labels):
        raise DataError(
            f"{where}: has {len(images)} {part} images but {len(labels)} labels; replace one of them"
        )
    return images, labels.astype(np.int64)


def _read_part(where: str, members: Mapping[str, File], part: str, kind: str) -> np.ndarray:
    """Return the array of one of the four files; where it lies there twice, both must say the same."""
    found = _find(members, part, kind)
    if not found:
        raise DataError(f"{where}: lacks {part}-{_STEMS[kind]}; put it beside the others")
    first, *others = (_read_array(file, 3 if kind == "images" else 1) for file in found)
    for file, array in zip(found[1:], others, strict=True):
        if not np.array_equal(first, array):
            raise DataError(f"{file.where}: differs from {found[0].where}; remove one of them")
    return first


def _find(members: Mapping[str, File], part: str, kind: str) -> list[File]:
    stem = f"{part}-{_STEMS[kind]}"
    spellings = (stem, stem.replace("-idx", ".idx"))
    names = (spelling + suffix for spelling in spellings for suffix in ("", ".gz"))
    return [members[name] for name in names if name in members]


def _read_array(file: File, n_dimensions: int) -> np.ndarray:
    n_head = 4 + 4 * n_dimensions
    magic = bytes((0, 0, 8, n_dimensions))
    with _unpacked(file) as stream:
        head = stream.read(n_head)
        if len(head) < n_head or head[:4] != magic:
            found = f"begins with {head[:4].hex() or 'nothing'} where {magic.hex()} belongs"
            raise DataError(f"{file.where}: {found}; replace it by an idx file of bytes")
        shape = struct.unpack(f">{n_dimensions}I", head[4:])
        content = _read_exactly(file, stream, math.prod(shape))
    if not content:
        raise DataError(f"{file.where}: is empty; give one with rows")
    check_features(file.where, math.prod(shape[1:]))
    return np.frombuffer(content, dtype=np.uint8).reshape(shape).copy()


def _read_exactly(file: File, stream: BufferedIOBase, promised: int) -> bytes:
    """Return as many bytes as the head promises; of a stream that goes on, no more than these are kept."""
    check_size(file.where, promised, file.max_bytes)
    content = read_some(stream, promised)
    excess = b"" if len(content) < promised else stream.read(1 << 16)
    if len(content) != promised or excess:
        held = f"{'at least ' if len(excess) == 1 << 16 else ''}{len(content) + len(excess)}"
        raise DataError(f"{file.where}: promises {promised} bytes but holds {held}; download it again")
    return content


@contextmanager
def _unpacked(file: File) -> Iterator[BufferedIOBase]:
    packed = io.BytesIO(file.read())
    if packed.getvalue()[:2] != b"\x1f\x8b":
        yield packed
        return
    try:
        with gzip.GzipFile(fileobj=packed) as stream:
            yield stream
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise DataError(f"{file.where}: cannot be unpacked ({one_line(error)}); download it again") from error
