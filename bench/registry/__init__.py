"""The models that can be benchmarked, and how a request for them is read."""

from bench.registry.selection import (
    Override,
    check_used,
    load,
    parse_override,
    resolve,
    searchable,
    select,
    without_defaults,
)
from bench.registry.space import choice, integer, real
from bench.registry.table import ESTIMATORS, PRESETS

__all__ = [
    "ESTIMATORS",
    "PRESETS",
    "Override",
    "check_used",
    "choice",
    "integer",
    "load",
    "parse_override",
    "real",
    "resolve",
    "searchable",
    "select",
    "without_defaults",
]
