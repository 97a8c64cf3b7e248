"""The models that can be benchmarked, in the order in which tables show them, and the presets."""

from bench.registry.classical import CLASSICAL
from bench.registry.deep import DEEP

PRESETS = {
    "smoke": "does everything work? Few trees, one epoch: seconds, poor scores",
    "quick": "a fair first comparison (default): minutes on a laptop",
    "full": "the best that a model can do: hours are allowed",
}

ESTIMATORS = {spec.name: spec for spec in (*CLASSICAL, *DEEP)}
