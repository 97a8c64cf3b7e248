"""What a fitted estimator is made of, told by its parameters."""

from __future__ import annotations

import inspect
import warnings
from typing import Any

from bench.records import Part

LONGEST = 120
DEEPEST = 6


def anatomy(estimator: Any) -> Part | None:
    """Return an estimator with its parameters, and the estimators inside it; None for one that cannot tell.

    Inside are those among its parameters, the steps of a pipeline, the transformers of a column transformer,
    and `pipeline_`, what the fit made of its parameters; nothing deeper than `DEEPEST` is told.

    Parameters
    ----------
    estimator : object
        With scikit-learn's ``get_params``.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what is said here is not of the fit
            return _part(estimator, "", 0)
    except Exception:
        return None


def _part(estimator: Any, name: str, depth: int) -> Part:
    own = estimator.get_params(deep=False)
    defaults = _defaults(type(estimator))
    fitted = {"": getattr(estimator, "pipeline_", None)}
    inside = [] if depth == DEEPEST else [*_inside(own), *_inside(fitted)]
    plain = {key: value for key, value in own.items() if not _inside({key: value})}
    params = [(key, _text(value), _text(value) != _text(defaults.get(key))) for key, value in plain.items()]
    parts = tuple(_part(part, called, depth + 1) for called, part in inside)
    return Part(name, type(estimator).__name__, tuple(params), parts)


def _inside(params: dict[str, Any]) -> list[tuple[str, Any]]:
    """Return the named estimators among values; a pipeline without a name stands for its steps."""
    found: list[tuple[str, Any]] = []
    for key, value in params.items():
        if not key and hasattr(value, "steps"):
            found += _inside({"steps": value.steps})
        elif _is_estimator(value):
            found.append((key, value))
        elif isinstance(value, list | tuple):
            found += [(str(item[0]), item[1]) for item in value if _is_named(item)]
    return found


def _is_named(item: Any) -> bool:
    return isinstance(item, tuple) and len(item) > 1 and _is_estimator(item[1])


def _is_estimator(value: Any) -> bool:
    return hasattr(value, "get_params") and not isinstance(value, type)


def _defaults(kind: type) -> dict[str, Any]:
    parameters = inspect.signature(kind).parameters.values()
    return {item.name: item.default for item in parameters if item.default is not item.empty}


def _text(value: Any) -> str:
    text = " ".join(repr(value).split())
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
