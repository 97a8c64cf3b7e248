"""Data and folds as plain files, by which processes hand them to one another without pickling."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from bench.records import Dataset, Folds

HEAD = "head.json"


def save(folder: Path, dataset: Dataset, folds: Folds) -> None:
    """Write data and folds into an empty folder: one npy file for each array, one JSON file for the rest.

    Raises
    ------
    OSError
        If the folder cannot take them.
    """
    head: dict[str, dict[str, Any]] = {}
    for name, record in (("dataset", dataset), ("folds", folds)):
        values = {field.name: getattr(record, field.name) for field in fields(record)}
        arrays = {key: value for key, value in values.items() if isinstance(value, np.ndarray)}
        for key, array in arrays.items():
            np.save(folder / f"{name}.{key}.npy", array, allow_pickle=False)
        head[name] = {key: value for key, value in values.items() if key not in arrays}
    (folder / HEAD).write_bytes(msgspec.json.encode(head))


def load(folder: Path) -> tuple[Dataset, Folds]:
    """Return what `save` wrote. The arrays are read-only views of the files, so that processes share them."""
    head = msgspec.json.decode((folder / HEAD).read_bytes())
    dataset = head["dataset"] | _arrays(folder, "dataset")
    dataset["feature_names"] = tuple(dataset["feature_names"])
    dataset["image_shape"] = dataset["image_shape"] and tuple(dataset["image_shape"])
    return Dataset(**dataset), Folds(**head["folds"] | _arrays(folder, "folds"))


def _arrays(folder: Path, name: str) -> dict[str, np.ndarray]:
    return {
        path.name.split(".")[1]: np.load(path, mmap_mode="r", allow_pickle=False)
        for path in folder.glob(f"{name}.*.npy")
    }
