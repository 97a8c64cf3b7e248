"""The four files in which MNIST and its kin are published, each gz or not."""

from __future__ import annotations

import gzip
import math
import struct
import zlib
from collections.abc import Mapping

import numpy as np

from bench.datasets.assemble import Raw
from bench.datasets.columns import positional_names
from bench.datasets.files import File, one_line
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
    images = _read_array(_demand(where, members, part, "images"), 3)
    labels = _read_array(_demand(where, members, part, "labels"), 1)
    if len(images) != len(labels):
        raise DataError(
            f"{where}: has {len(images)} {part} images but {len(labels)} labels; replace one of them"
        )
    return images, labels.astype(np.int64)


def _demand(where: str, members: Mapping[str, File], part: str, kind: str) -> File:
    file = _find(members, part, kind)
    if file is None:
        raise DataError(f"{where}: lacks {part}-{_STEMS[kind]}; put it beside the others")
    return file


def _find(members: Mapping[str, File], part: str, kind: str) -> File | None:
    stem = f"{part}-{_STEMS[kind]}"
    spellings = (stem, stem.replace("-idx", ".idx"))
    names = (spelling + suffix for spelling in spellings for suffix in ("", ".gz"))
    return next((members[name] for name in names if name in members), None)


def _read_array(file: File, n_dimensions: int) -> np.ndarray:
    content = _unpacked(file)
    n_head = 4 + 4 * n_dimensions
    magic = bytes((0, 0, 8, n_dimensions))
    if len(content) < n_head or content[:4] != magic:
        found = f"begins with {content[:4].hex() or 'nothing'} where {magic.hex()} belongs"
        raise DataError(f"{file.where}: {found}; replace it by an idx file of bytes")
    shape = struct.unpack(f">{n_dimensions}I", content[4:n_head])
    if (promised := math.prod(shape)) != len(content) - n_head:
        found = f"promises {promised} bytes but holds {len(content) - n_head}"
        raise DataError(f"{file.where}: {found}; download it again")
    if promised == 0:
        raise DataError(f"{file.where}: is empty; give one with rows")
    return np.frombuffer(content, dtype=np.uint8, offset=n_head).reshape(shape).copy()


def _unpacked(file: File) -> bytes:
    content = file.read()
    if not content.startswith(b"\x1f\x8b"):
        return content
    try:
        return gzip.decompress(content)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise DataError(f"{file.where}: cannot be unpacked ({one_line(error)}); download it again") from error
