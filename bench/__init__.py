"""Honest benchmarking of classical against deep models.

The verbs of the command line are functions here; they are loaded when they are first used.

Examples
--------
>>> import bench
>>> bench.Request(models=("sgd", "tree"), cv=3).command()
'bench run sgd tree --cv 3'
"""

import importlib
from typing import Any

__version__ = "0.4.0"

__all__ = ["Request", "open_run", "predict", "report", "run", "search", "submit"]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'bench' has no attribute {name!r}")
    return getattr(importlib.import_module("bench.api"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
