"""What the registry says of a model, and what a saved one says of itself."""

from __future__ import annotations

from dataclasses import dataclass, field

from bench.records.coding import Params, Scalar

# Attribute names, keys and positions on the way from an estimator to a part of it.
Place = tuple[str | int, ...]


@dataclass(frozen=True)
class Parameter:
    """One dimension of a search space: a range, or choices."""

    kind: str
    low: float = 0
    high: float = 0
    log: bool = False
    choices: tuple[Scalar, ...] = ()


@dataclass(frozen=True)
class EstimatorSpec:
    """One row of the registry.

    Parameters
    ----------
    target : str
        "module:Class"; imported only where it is fitted.
    defaults : dict
        Parameters that differ from the class's own defaults, under every preset.
    presets : dict
        Preset name -> parameters that it adds to `defaults`.
    space : dict
        Parameter name -> its dimension in ``bench tune``.
    overrules : dict
        Parameter name -> those that are of no effect beside it.
    packages : tuple of str
        Distributions whose versions decide the result beside scikit-learn and numpy.
    needs : tuple of str
        "image" if the model makes sense on image pixels only.
    smallest_side : int
        Height and width, in pixels, below which it would be another network than the published one.
    cost : {"seconds", "minutes", "hours"}
        Order of one fit on 28,000 images of 28 x 28 pixels under the preset "quick", on one core.
    parallel : bool
        Whether it may use several threads: only if their number leaves the result bit-equal.
    """

    name: str
    title: str
    family: str
    target: str
    defaults: Params = field(default_factory=dict)
    presets: dict[str, Params] = field(default_factory=dict)
    space: dict[str, Parameter] = field(default_factory=dict)
    overrules: dict[str, tuple[str, ...]] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    smallest_side: int = 1
    cost: str = "seconds"
    parallel: bool = True


@dataclass(frozen=True)
class SavedPart:
    """A network or booster in the format of its own library, and where the estimator holds it."""

    kind: str
    places: tuple[Place, ...]


@dataclass(frozen=True)
class SavedModel:
    """A saved estimator: its "module:Class", and its parts in the order in which they are stored."""

    target: str
    parts: tuple[SavedPart, ...] = ()
