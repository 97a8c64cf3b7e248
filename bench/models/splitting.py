"""An estimator without its native parts, and those parts with their places in it."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from bench.models import native
from bench.records import Place

_TAKEN = object()


@dataclass
class Part:
    """A native object, and every place at which the estimator holds it."""

    kind: str
    value: Any
    places: tuple[Place, ...] = ()


def take_apart(estimator: Any) -> tuple[Any, list[Part]]:
    """Return a copy of the estimator that lacks its native parts, and the parts; the estimator stays whole.

    Looked into are estimators, lists, tuples and dicts. Where nothing is taken out, nothing is copied.

    Raises
    ------
    ValueError
        If a tuple holds a native part, to which it could not be given back.
    """
    splitter = _Splitter()
    return splitter.bare(estimator, ()), list(splitter.parts.values())


def put_together(bare: Any, placed: Iterable[tuple[Place, Any]]) -> None:
    """Give native parts back to the copy that `take_apart` made.

    Raises
    ------
    ValueError, LookupError
        If there is no such place.
    """
    for (*way, last), value in placed:
        holder = bare
        for step in way:
            holder = _members(holder)[step]
        members = _members(holder)
        if isinstance(members, tuple):
            raise ValueError("a native part cannot be put into a tuple")
        members[last] = value


class _Splitter:
    def __init__(self) -> None:
        self.parts: dict[int, Part] = {}
        self.seen: dict[int, tuple[Any, Any]] = {}

    def bare(self, value: Any, place: Place) -> Any:
        """Return the value, or a copy of it if anything had to be taken out."""
        if kind := native.kind_of(value):
            part = self.parts.setdefault(id(value), Part(kind, value))
            part.places += (place,)
            return _TAKEN
        if not (isinstance(value, list | tuple | dict) or _is_estimator(value)):
            return value
        if id(value) not in self.seen:
            self.seen[id(value)] = (value, value)
            self.seen[id(value)] = (value, self._copied(value, place))
        return self.seen[id(value)][1]

    def _copied(self, value: Any, place: Place) -> Any:
        old = dict(enumerate(value)) if isinstance(value, list | tuple) else _members(value)
        new = {key: self.bare(member, (*place, key)) for key, member in old.items()}
        if all(new[key] is member for key, member in old.items()):
            return value
        if isinstance(value, list | tuple):
            return _sequence(type(value), list(new.values()))
        copied = copy.copy(value) if isinstance(value, dict) else object.__new__(type(value))
        members = _members(copied)
        members.clear()
        members.update({key: member for key, member in new.items() if member is not _TAKEN})
        return copied


def _is_estimator(value: Any) -> bool:
    from sklearn.base import BaseEstimator

    return isinstance(value, BaseEstimator)


def _members(holder: Any) -> Any:
    if _is_estimator(holder):
        return vars(holder)
    if isinstance(holder, list | tuple | dict):
        return holder
    raise ValueError(f"a {type(holder).__name__} holds no native part")


def _sequence(kind: type, members: list[Any]) -> Any:
    if kind is list:
        return [None if member is _TAKEN else member for member in members]
    if kind is not tuple or any(member is _TAKEN for member in members):
        raise ValueError(f"a {kind.__name__} holds a network or booster, which only lists and attributes may")
    return tuple(members)
