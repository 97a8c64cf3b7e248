"""One fitted estimator as one archive: what it is made of, its skeleton, its native parts."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from bench import archive
from bench.errors import DamagedFile, FolderError
from bench.models import native, skeleton
from bench.models.splitting import put_together, take_apart
from bench.models.trust import Trust, trust_in
from bench.records import SavedModel, SavedPart, from_json, to_json


def encode(estimator: Any, target: str) -> bytes:
    """Return the bytes of a saved model.

    Parameters
    ----------
    estimator : classifier
        Fitted.
    target : str
        Its "module:Class", which decides what the file may hold.

    Raises
    ------
    ValueError, TypeError
        If it holds what no saved model of this class may hold, or what cannot be saved at all.
    """
    trust = trust_in(target)
    bare, parts = take_apart(estimator)
    content = skeleton.dump(bare, trust)
    record = SavedModel(target, tuple(SavedPart(part.kind, part.places) for part in parts))
    arrays = {f"part-{i}": _packed(native.write(part.value, trust)) for i, part in enumerate(parts)}
    return archive.encode(to_json(record), {"skeleton": _packed(content), **arrays}, compress=True)


def read(path: Path, target: str) -> Any:
    """Return a saved estimator, if all that the file holds is what a model of this class is made of.

    Parameters
    ----------
    path : Path
    target : str
        The "module:Class" that is asked for; what the file says of itself must agree.

    Raises
    ------
    FolderError
        If the file is unreadable, was changed, is of another class or holds anything else.
    """
    try:
        record, arrays = archive.decode(path.read_bytes())
    except (OSError, DamagedFile) as error:
        raise FolderError(f"{path}: unreadable ({error}); delete it and run again") from error
    try:
        return _rebuilt(from_json(record, SavedModel), arrays, target)
    except Exception as error:
        reason = " ".join(str(error).split())[:300]
        raise FolderError(
            f"{path}: is no saved {target} ({reason or type(error).__name__}); delete it and run again"
        ) from error


def _rebuilt(record: SavedModel, arrays: archive.Arrays, target: str) -> Any:
    if record.target != target:
        raise ValueError(f"the file holds {record.target}")
    trust = trust_in(target)
    bare = skeleton.load(arrays["skeleton"].tobytes(), trust)
    _check_class(bare, target)
    put_together(bare, _placed(record, arrays, trust))
    return bare


def _placed(record: SavedModel, arrays: archive.Arrays, trust: Trust) -> Iterator[tuple[tuple, Any]]:
    for i, part in enumerate(record.parts):
        value = native.read(part.kind, arrays[f"part-{i}"].tobytes(), trust)
        yield from ((place, value) for place in part.places)


def _check_class(estimator: Any, target: str) -> None:
    module, _, name = target.partition(":")
    if type(estimator) is not getattr(importlib.import_module(module), name):
        raise ValueError(f"the skeleton is a {type(estimator).__qualname__}")


def _packed(content: bytes) -> np.ndarray:
    return np.frombuffer(content, dtype=np.uint8)
