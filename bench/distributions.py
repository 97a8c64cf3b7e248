"""A searched parameter as Optuna has it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.records import Parameter

if TYPE_CHECKING:
    import optuna


def distribution(dimension: Parameter) -> optuna.distributions.BaseDistribution:
    """Return the distribution from which Optuna draws values of a parameter."""
    from optuna import distributions

    if dimension.kind == "categorical":
        return distributions.CategoricalDistribution(dimension.choices)
    if dimension.kind == "int":
        return distributions.IntDistribution(int(dimension.low), int(dimension.high), log=dimension.log)
    return distributions.FloatDistribution(dimension.low, dimension.high, log=dimension.log)
