"""How a request for models and parameters is read."""

from __future__ import annotations

import fnmatch
import importlib
import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bench.errors import UsageError, unknown
from bench.records import EstimatorSpec, Params, Scalar
from bench.registry.table import ESTIMATORS, PRESETS


@dataclass(frozen=True)
class Override:
    """One ``--set MODEL.PARAMETER=VALUE``."""

    estimator: str
    name: str
    value: Scalar


def select(
    names: Sequence[str] = (),
    *,
    every: bool = False,
    tags: Sequence[str] = (),
    excluded: Sequence[str] = (),
) -> list[EstimatorSpec]:
    """Return the chosen rows of the registry, in its order.

    Parameters
    ----------
    names : sequence of str
        Names or globs such as "cnn*".
    every : bool
        Whether to take the whole main roster.
    tags : sequence of str
        Tags or families; a model that has any of them is taken.
    excluded : sequence of str
        Names or globs to leave out.

    Raises
    ------
    UsageError
        If a name, glob or tag matches nothing, or if nothing is left.
    """
    wanted = _matching(names, "MODEL")
    for tag in tags:
        wanted |= _tagged(tag)
    if every:
        wanted |= _tagged("main")
    if not wanted:
        raise UsageError("no model is named; name some (`bench list models`), or say --all")
    chosen = wanted - _matching(excluded, "--not")
    if not chosen:
        raise UsageError("--not leaves no model; leave fewer out")
    return [spec for spec in ESTIMATORS.values() if spec.name in chosen]


def parse_override(text: str) -> Override:
    """Return the parts of ``MODEL.PARAMETER=VALUE``; the value is read as JSON, else as text.

    Raises
    ------
    UsageError
        If the text has another form, or the model is unknown.
    """
    left, equals, right = text.partition("=")
    estimator, dot, name = left.strip().partition(".")
    if not (equals and dot and name):
        raise UsageError(f"--set takes MODEL.PARAMETER=VALUE, such as cnn.epochs=20; got {text!r}")
    if estimator not in ESTIMATORS:
        raise unknown("the model in --set", estimator, ESTIMATORS)
    return Override(estimator, name, _value(right.strip()))


def check_used(overrides: Iterable[Override], specs: Iterable[EstimatorSpec]) -> None:
    """Refuse overrides of models that are not chosen.

    Raises
    ------
    UsageError
        Naming the first of them.
    """
    chosen = [spec.name for spec in specs]
    for item in overrides:
        if item.estimator not in chosen:
            raise UsageError(
                f"--set names {item.estimator}, but the models to run are {', '.join(chosen)}; name it too"
            )


def resolve(spec: EstimatorSpec, preset: str, overrides: Iterable[Override] = ()) -> Params:
    """Return the parameters of a model under a preset, with the user's own on top.

    Raises
    ------
    UsageError
        If the preset or a parameter is unknown, or a parameter of the user's is of no effect.
    """
    if preset not in PRESETS:
        raise unknown("--preset", preset, PRESETS)
    own = {item.name: item.value for item in overrides if item.estimator == spec.name}
    params = {**spec.defaults, **spec.presets.get(preset, {}), **own}
    if not own:
        return params
    params = without_defaults(params, _checked(spec, own))
    for name, given in _overruled(spec, params).items():
        if name in own:
            raise UsageError(
                f"{spec.name}.{name} is of no effect beside {given}, which its row, --set or "
                f"--preset {preset} gives; leave it out"
            )
    return params


def searchable(spec: EstimatorSpec, params: Params) -> EstimatorSpec:
    """Return the row with the part of its search space that has an effect beside these parameters."""
    idle = _overruled(spec, params)
    return replace(spec, space={name: one for name, one in spec.space.items() if name not in idle})


def load(target: str) -> Any:
    """Return the class that "module:Class" names."""
    module, _, name = target.partition(":")
    return getattr(importlib.import_module(module), name)


def without_defaults(params: Params, offered: Params) -> Params:
    """Return the parameters that differ from the class's own, so that equal fits have equal keys.

    Parameters
    ----------
    params : dict
        As resolved.
    offered : dict
        Of an instance without arguments.
    """
    missing = object()
    own = {name: offered.get(name, missing) for name in params}
    return {
        name: value for name, value in params.items() if (own[name], type(own[name])) != (value, type(value))
    }


def _matching(patterns: Iterable[str], where: str) -> set[str]:
    chosen: set[str] = set()
    for pattern in patterns:
        found = fnmatch.filter(ESTIMATORS, pattern)
        if not found:
            raise unknown(where, pattern, ESTIMATORS)
        chosen.update(found)
    return chosen


def _tagged(tag: str) -> set[str]:
    found = {spec.name for spec in ESTIMATORS.values() if tag in (*spec.tags, spec.family)}
    if not found:
        known = {tag for spec in ESTIMATORS.values() for tag in (*spec.tags, spec.family)}
        raise unknown("--tag", tag, known)
    return found


def _overruled(spec: EstimatorSpec, params: Params) -> dict[str, str]:
    """Return the parameters that are of no effect beside these, and beside which."""
    return {name: given for given in params for name in spec.overrules.get(given, ())}


def _value(text: str) -> Scalar:
    constants: dict[str, Scalar] = {"None": None, "True": True, "False": False}
    if text in constants:
        return constants[text]
    try:
        value = json.loads(text)
    except ValueError:
        return text
    if isinstance(value, float) and not math.isfinite(value):
        raise UsageError(f"--set takes finite numbers; got {text}")
    return value if isinstance(value, Scalar) else text


def _checked(spec: EstimatorSpec, own: Params) -> Params:
    """Return the class's own parameters, or refuse names that are none of them."""
    offered = load(spec.target)().get_params()
    known = set(offered)
    reserved = {"random_state": "--seed", "n_jobs": "--threads", "image_shape": "--image-shape"}
    for parameter in own:
        if parameter in reserved:
            raise UsageError(f"{spec.name}.{parameter} is set by {reserved[parameter]}; use that")
        if parameter not in known:
            raise unknown(f"a parameter of {spec.name}", parameter, known - set(reserved))
    return offered
