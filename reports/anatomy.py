"""What a model is made of, as far as the run folder tells."""

from __future__ import annotations

from bench.records import Part, Recipe
from reports.outcomes import Outcome


def anatomy(outcome: Outcome) -> Part | None:
    """Return the parts of a row's model; None if its results do not tell them."""
    if outcome.row.recipe is not None:
        return _ensemble(outcome.row.recipe)
    return next((result.anatomy for result in outcome.done if result.anatomy), None)


def _ensemble(recipe: Recipe) -> Part:
    """Return an ensemble as its members, the heaviest first."""
    members = sorted(zip(recipe.members, recipe.weights, recipe.temperatures, strict=True), key=_weight)
    return Part("", f"Ensemble: {recipe.kind}", parts=tuple(_member(*member) for member in members))


def _weight(member: tuple[str, float, float | None]) -> float:
    return -member[1]


def _member(name: str, weight: float, temperature: float | None) -> Part:
    params = [("weight", f"{weight:.4g}", True)]
    if temperature is not None:
        params.append(("temperature", f"{temperature:.4g}", True))
    return Part("", name, tuple(params))
