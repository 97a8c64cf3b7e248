"""The models that can be benchmarked, and how a request for them is read."""

from __future__ import annotations

import fnmatch
import importlib
import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from bench.errors import UsageError, unknown
from bench.records import EstimatorSpec, Parameter, Params, Scalar

PRESETS = {
    "smoke": "does everything work? Few trees, one epoch: seconds, poor scores",
    "quick": "a fair first comparison (default): minutes on a laptop",
    "full": "the best that a model can do: hours are allowed",
}


def integer(low: int, high: int, *, log: bool = False) -> Parameter:
    """Return a dimension of whole numbers, both ends included."""
    return Parameter("int", low, high, log)


def real(low: float, high: float, *, log: bool = False) -> Parameter:
    """Return a dimension of real numbers."""
    return Parameter("float", low, high, log)


def choice(*values: Scalar) -> Parameter:
    """Return a dimension of unordered values."""
    return Parameter("categorical", choices=values)


ESTIMATORS = {
    spec.name: spec
    for spec in (
        EstimatorSpec(
            name="dummy",
            title="Class frequencies (baseline)",
            family="classical",
            target="estimators.baseline:Dummy",
            tags=("main", "baseline"),
        ),
        EstimatorSpec(
            name="sgd",
            title="Linear SVM by SGD, one-vs-rest",
            family="classical",
            target="estimators.linear:SGDOneVsRest",
            presets={"smoke": {"max_iter": 5, "tol": None}},
            space={
                "loss": choice("hinge", "log_loss", "modified_huber"),
                "penalty": choice("l2", "l1", "elasticnet"),
                "alpha": real(1e-6, 1e-2, log=True),
                "average": choice(False, True),
            },
            tags=("main", "linear"),
        ),
        EstimatorSpec(
            name="tree",
            title="Decision tree",
            family="classical",
            target="estimators.trees:DecisionTree",
            presets={"smoke": {"max_depth": 8}},
            space={
                "criterion": choice("gini", "entropy"),
                "max_depth": integer(4, 30),
                "min_samples_leaf": integer(1, 20, log=True),
            },
            tags=("main", "tree"),
        ),
        EstimatorSpec(
            name="forest",
            title="Random forest",
            family="classical",
            target="estimators.trees:RandomForest",
            presets={"smoke": {"n_estimators": 10}, "full": {"n_estimators": 300}},
            space={
                "n_estimators": integer(50, 400, log=True),
                "max_features": real(0.01, 0.3, log=True),
                "min_samples_leaf": integer(1, 10, log=True),
            },
            tags=("main", "tree", "ensemble-of-trees"),
        ),
        EstimatorSpec(
            name="xgboost",
            title="XGBoost",
            family="classical",
            target="estimators.boosting:XGBoost",
            defaults={"max_bin": 32},
            presets={"smoke": {"n_estimators": 5}, "full": {"n_estimators": 500, "learning_rate": 0.1}},
            space={
                "n_estimators": integer(50, 400, log=True),
                "learning_rate": real(0.03, 0.5, log=True),
                "max_depth": integer(3, 10),
                "subsample": real(0.5, 1.0),
                "colsample_bytree": real(0.3, 1.0),
            },
            tags=("main", "tree", "boosting"),
            packages=("xgboost",),
            parallel=False,
        ),
        EstimatorSpec(
            name="cnn",
            title="Convolutional network",
            family="deep",
            target="estimators.cnn:CNN",
            presets={"smoke": {"epochs": 2}, "quick": {"epochs": 5}, "full": {"epochs": 15}},
            space={
                "learning_rate": real(3e-4, 1e-2, log=True),
                "filters": integer(8, 32, log=True),
                "dense": integer(32, 256, log=True),
                "dropout": real(0.0, 0.5),
                "kernel_size": choice(3, 5),
            },
            tags=("main", "keras"),
            packages=("tensorflow", "keras"),
            needs=("image",),
            parallel=False,
        ),
    )
}


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
        If the preset or a parameter is unknown.
    """
    if preset not in PRESETS:
        raise unknown("--preset", preset, PRESETS)
    own = {item.name: item.value for item in overrides if item.estimator == spec.name}
    params = {**spec.defaults, **spec.presets.get(preset, {}), **own}
    return without_defaults(params, _checked(spec, own)) if own else params


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
