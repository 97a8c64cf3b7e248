"""Dimensions of a search as Optuna knows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.records import Parameter

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution


def distribution(dimension: Parameter) -> BaseDistribution:
    """Return the distribution that trials draw a parameter from."""
    from optuna import distributions

    if dimension.kind == "categorical":
        return distributions.CategoricalDistribution(dimension.choices)
    if dimension.kind == "int":
        return distributions.IntDistribution(int(dimension.low), int(dimension.high), log=dimension.log)
    return distributions.FloatDistribution(dimension.low, dimension.high, log=dimension.log)
