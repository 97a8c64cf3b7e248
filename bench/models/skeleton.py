"""An estimator of plain Python, numpy and scikit-learn through skops, every type in it checked by name."""

from __future__ import annotations

import importlib
import io
import json
import zipfile
from collections.abc import Iterator
from typing import Any

from bench.models.trust import OWN_LOADERS, PLAIN, Trust

COMPRESSION = {"compression": zipfile.ZIP_DEFLATED, "compresslevel": 1}


def dump(estimator: Any, trust: Trust) -> bytes:
    """Return an estimator in skops's format.

    Raises
    ------
    ValueError
        If it holds a type that is not trusted, and could therefore not be loaded.
    TypeError
        If it holds what skops cannot save.
    """
    import skops.io

    content = skops.io.dumps(estimator, **COMPRESSION)
    _check(content, trust)
    return content


def load(content: bytes, trust: Trust) -> Any:
    """Return the estimator that `dump` wrote; nothing is built before all types are checked.

    Raises
    ------
    ValueError
        If it holds a type that is not trusted.
    """
    import skops.io

    return skops.io.loads(content, trusted=_check(content, trust))


def _check(content: bytes, trust: Trust) -> list[str]:
    """Return the names of all types in a skeleton, or refuse the first that is not trusted."""
    schema = _schema(content)
    if schema.get("protocol") != _protocol():
        raise ValueError("it was saved under another version of skops")
    found = set(_types(schema))
    default = _untrusted(content) if trust.package else None
    for loader, name in sorted(found):
        if not _is_trusted(loader, name, trust, default):
            raise ValueError(f"{name} ({loader}) is nothing that a saved model of this class may hold")
    return sorted({name for _, name in found})


def _is_trusted(loader: str, name: str, trust: Trust, untrusted: set[str] | None) -> bool:
    """Whether a model may hold a type; `untrusted` is what skops knows nothing of, for users' own models."""
    if name in PLAIN.get(loader, ()) or (loader in OWN_LOADERS and name in trust.types):
        return True
    if untrusted is None or (loader not in PLAIN and loader not in OWN_LOADERS):
        return False
    return name not in untrusted or (loader in ("ObjectNode", "TreeNode") and _is_own(name, trust.package))


def _is_own(name: str, package: str) -> bool:
    """Whether a name is that of a class which the package itself defines."""
    module, _, attribute = name.rpartition(".")
    parts = module.split(".")
    if parts[0] != package or "__main__" in parts:
        return False
    found = getattr(importlib.import_module(module), attribute, None)
    return isinstance(found, type) and (found.__module__, found.__name__) == (module, attribute)


def _untrusted(content: bytes) -> set[str]:
    import skops.io

    return set(skops.io.get_untrusted_types(data=content))


def _schema(content: bytes) -> dict[str, Any]:
    with zipfile.ZipFile(io.BytesIO(content)) as members:
        return json.loads(members.read("schema.json"))


def _protocol() -> int:
    import skops.io

    return _schema(skops.io.dumps(None))["protocol"]


def _types(node: Any) -> Iterator[tuple[str, str]]:
    """Yield what loads each object of a skeleton, and the name of its type."""
    if isinstance(node, dict):
        if "__loader__" in node or "__class__" in node:
            yield str(node.get("__loader__")), f"{node.get('__module__')}.{node.get('__class__')}"
        for value in node.values():
            yield from _types(value)
    elif isinstance(node, list):
        for value in node:
            yield from _types(value)
