"""One drawing, shown to every saved model: what each says, as it says it."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from typing import Any

import numpy as np

from bench.errors import BenchError
from bench.evidence.ensembles import blended
from bench.evidence.temperature import tempered
from bench.metrics import normalised
from bench.records import Row, Run
from bench.serve.asking import Asker, Said, Unanswered
from bench.serve.drawing import picture
from bench.serve.frames import Frame
from bench.serve.offer import Offer
from reports.wording import visible

Line = dict[str, Any]


async def answers(
    run: Run, frame: Frame, offered: Offer, asker: Asker, values: np.ndarray
) -> AsyncIterator[Line]:
    """Yield what the models see, then what each of them says of it, then the ensembles.

    Parameters
    ----------
    run : Run
    frame : Frame
    offered : Offer
    asker : Asker
    values : ndarray of shape (n_features,)

    Yields
    ------
    dict
        "seen": pixels in base64. Or "model": position in `offered.rows`, with "label", "share" and perhaps
        "confidence" from 0 to 1 and "next", or with "trouble".
    """
    yield {"seen": base64.b64encode(picture(frame, values).tobytes()).decode()}
    said: dict[str, Said] = {}
    for row in sorted(offered.models, key=lambda row: row.name not in asker.loaded):
        try:
            said[row.name] = await asker.ask(row, values)
            line = _line(run, _confidence(said[row.name], offered.temperatures.get(row.name)))
        except Unanswered as reason:
            line = {"trouble": visible(str(reason))}
        yield {"model": offered.rows.index(row), **line}
    for row in offered.ensembles:
        yield {"model": offered.rows.index(row), **_together(run, row, said)}


def _together(run: Run, row: Row, said: dict[str, Said]) -> Line:
    members = row.recipe.members if row.recipe else ()
    if row.recipe is None or any(name not in said for name in members):
        return {"trouble": "a member gave no answer"}
    try:
        return _line(run, blended(row.recipe, [said[name].scores[None] for name in members])[0])
    except (BenchError, ValueError) as error:
        return {"trouble": visible(str(error))}


def _confidence(said: Said, temperature: float | None) -> np.ndarray:
    """Return probabilities of shape (n_classes,); scores that cannot become any stay what they are."""
    if said.kind == "probability":
        return normalised(said.scores[None])[0]
    return said.scores if temperature is None else tempered(said.scores[None], temperature)[0]


def _line(run: Run, shares: np.ndarray) -> Line:
    """Return the first and the second answer; without confidence if the scores are no probabilities."""
    order = np.argsort(-shares, kind="stable")
    names = [visible(run.info.classes[k]) for k in order[:2].tolist()]
    if shares.min() < 0 or abs(float(shares.sum()) - 1) > 1e-3:
        return {"label": names[0], "share": "no probability", "next": names[1]}
    first, second = (float(shares[k]) for k in order[:2])
    return {
        "label": names[0],
        "confidence": first,
        "share": f"{first:.1%}",
        "next": f"{names[1]} ({second:.1%})",
    }
