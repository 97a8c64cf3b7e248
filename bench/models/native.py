"""Networks and boosters in the formats of their own libraries, none of which holds code."""

from __future__ import annotations

import io
import json
import tempfile
import warnings
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.models.trust import LAYERS, Trust


@dataclass(frozen=True)
class Format:
    """How the objects of one class are written and read; subclasses count as the class."""

    type: str
    write: Callable[[Any], bytes]
    read: Callable[[bytes], Any]


def kind_of(value: Any) -> str:
    """Return the kind of a native object; "" for anything else."""
    names = {f"{kind.__module__}.{kind.__qualname__}" for kind in type(value).__mro__}
    return next((kind for kind, form in FORMATS.items() if form.type in names), "")


def write(value: Any, trust: Trust) -> bytes:
    """Return a native object in the format of its library.

    Raises
    ------
    ValueError
        If a model of this class may not hold such an object.
    """
    return _format(kind_of(value), trust).write(value)


def read(kind: str, content: bytes, trust: Trust) -> Any:
    """Return the native object that `write` wrote.

    Raises
    ------
    ValueError
        If a model of this class may not hold such an object, or a network has other layers than those of
        `bench.models.trust.LAYERS`.
    """
    return _format(kind, trust).read(content)


def _format(kind: str, trust: Trust) -> Format:
    if kind not in FORMATS or kind not in trust.native:
        raise ValueError(f"no part of kind {kind!r} belongs to such a model")
    return FORMATS[kind]


def _write_xgboost(booster: Any) -> bytes:
    return bytes(booster.save_raw("ubj"))


def _read_xgboost(content: bytes) -> Any:
    from xgboost import Booster

    booster = Booster()
    booster.load_model(bytearray(content))
    return booster


def _write_lightgbm(booster: Any) -> bytes:
    return booster.model_to_string().encode()


def _read_lightgbm(content: bytes) -> Any:
    from lightgbm import Booster

    return Booster(model_str=content.decode())


def _write_keras(model: Any) -> bytes:
    """Return the network without its optimizer, checked as it will be when it is read."""
    bare = type(model).from_config(model.get_config())
    bare.set_weights(model.get_weights())
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        # The backend's variables do not know numpy 2's `copy` yet, and Keras copies them to write them.
        warnings.filterwarnings("ignore", "__array__ implementation", DeprecationWarning)
        path = Path(folder, "model.keras")
        bare.save(path)
        content = path.read_bytes()
    _check_network(content)
    return content


def _read_keras(content: bytes) -> Any:
    import keras

    _check_network(content)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "model.keras")
        path.write_bytes(content)
        return keras.saving.load_model(path, compile=False, safe_mode=True)


def _check_network(content: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as members:
        names = sorted(members.namelist())
        if names != ["config.json", "metadata.json", "model.weights.h5"]:
            raise ValueError(f"the network's archive holds {', '.join(names)}")
        config = json.loads(members.read("config.json"))
    for node in _nodes(config):
        name = ".".join(str(node[part]) for part in ("module", "class_name") if node.get(part))
        if name not in LAYERS or node.get("registered_name") not in (None, node["class_name"]):
            raise ValueError(f"{name} is no layer that a saved network may hold")


def _nodes(config: Any) -> Iterator[dict[str, Any]]:
    """Yield every object that Keras would build from a network's JSON."""
    if isinstance(config, dict):
        if "class_name" in config:
            yield config
        for value in config.values():
            yield from _nodes(value)
    elif isinstance(config, list):
        for value in config:
            yield from _nodes(value)


FORMATS = {
    "xgboost": Format("xgboost.core.Booster", _write_xgboost, _read_xgboost),
    "lightgbm": Format("lightgbm.basic.Booster", _write_lightgbm, _read_lightgbm),
    "keras": Format("keras.src.models.model.Model", _write_keras, _read_keras),
}
