"""What a model is made of, as a record that outlives the model."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Part:
    """A model, or one step of it.

    Parameters
    ----------
    name : str
        What it is called inside the whole, such as "scale"; "" for the whole.
    kind : str
        Its class, such as "PCA".
    params : tuple of (str, str, bool)
        Each parameter, its value as text, and whether the value differs from the class's default.
    parts : tuple of Part
        What it is made of, in order.
    """

    name: str
    kind: str
    params: tuple[tuple[str, str, bool], ...] = ()
    parts: tuple[Part, ...] = ()
