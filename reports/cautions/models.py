"""What the scores and costs of the models warn of."""

from __future__ import annotations

import math
import shlex
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bench.evidence.calibration import N_BINS, expected_calibration_error
from bench.metrics import normalised
from reports.cautions.codes import BASELINE, ECE, ECE_TIMES
from reports.cautions.found import Caution, words_of
from reports.costs import costs
from reports.wording import listed, quantity

if TYPE_CHECKING:
    from reports.evidence import Evidence
    from reports.sources import Sources

N_PERFECT = 100


def of_scores(sources: Sources) -> Iterator[Caution]:
    """Yield W06 and W15."""
    if sources.found is None:
        return
    data = sources.found.data
    for i, model in enumerate(data.models):
        if data.correct[i].all() and data.n_rows >= N_PERFECT:
            yield Caution("W06", model, f"{model} is right about all {data.n_rows:,} {sources.found.noun}")
        if data.score_kinds[i] == "probability":
            yield from _calibration(sources.found, i)


def of_baseline(sources: Sources) -> Iterator[Caution]:
    """Yield W10 and W11."""
    found, run = sources.found, sources.run
    ranked = [] if found is None else list(found.data.models)
    own = next((row.name for row in run.rows if row.estimator == BASELINE and row.name in ranked), None)
    if own is None:
        yield Caution("W10", None, f"{BASELINE} has not been run on these folds", _add_baseline(sources))
    elif found is not None:
        for model in ranked:
            yield from _against_baseline(found, model, own)


def of_order(sources: Sources) -> Iterator[Caution]:
    """Yield W13 and W14."""
    found, best = sources.found, sources.board.best()
    if found is None or best is None:
        return
    tied = found.alike(best.row.name)
    if tied:
        others = [name for name in tied if not name.endswith("(tuned)")] or tied
        folder = shlex.quote(str(sources.store.path))
        command = shlex.join(["bench", "compare", folder, best.row.name, others[0]])
        sentence = f"{best.row.name} cannot be told apart from {listed(tied)} on these {found.noun}"
        yield Caution("W14", best.row.name, sentence, command)
    yield from _deep(sources, found)


def of_costs(sources: Sources) -> Iterator[Caution]:
    """Yield W12 for each model that another one beats in score and in both times."""
    if sources.found is None:
        return
    own = {row.name for row in sources.run.rows if row.recipe is None and row.estimator != BASELINE}
    table = costs(sources.board).set_index("model")
    table = table[table.index.isin(own)]
    better = {(a, b) for a, b in _told_apart(sources.found) if a in table.index and b in table.index}
    for model, line in table.iterrows():
        quicker = (table["fit_seconds"] < line["fit_seconds"]) & (
            table["predict_ms_per_row"] < line["predict_ms_per_row"]
        )
        names = [name for name in table.index[quicker] if (name, model) in better]
        if names:
            yield _dominated(table, str(model), names[0])


def difference(found: Evidence, a: str, b: str) -> tuple[float, bool]:
    """Return by how much ranked model a is better than b, and whether the two are told apart."""
    line = found.pair(a, b)
    return (math.nan, False) if line is None else (line["difference"], line["different"])


def chance_error(share_right: float, n_rows: int) -> float:
    """Return the calibration error that chance alone gives probabilities that are exactly right.

    The mean absolute deviation of a share over the rows of a bin, sqrt(2 / pi) of its standard deviation.
    """
    per_bin = n_rows / N_BINS
    return math.sqrt(2 / math.pi) * math.sqrt(share_right * (1 - share_right) / per_bin)


def _calibration(found: Evidence, i: int) -> Iterator[Caution]:
    data = found.data
    error = expected_calibration_error(normalised(data.scores[i]), data.y_true)
    chance = chance_error(float(data.correct[i].mean()), data.n_rows)
    if error > max(ECE, ECE_TIMES * chance):
        rows = f"{data.n_rows:,} {found.noun}"
        sentence = f"confidence and accuracy differ by {error:.3f} over {rows}, by chance by {chance:.3f}"
        yield Caution("W15", data.models[i], sentence)


def _add_baseline(sources: Sources) -> str:
    command = next((row.command for row in sources.run.rows if row.recipe is None and row.command), "")
    words = words_of(command)
    return shlex.join([*words[:2], BASELINE, *words[3:]]) if words else ""


def _against_baseline(found: Evidence, model: str, baseline: str) -> Iterator[Caution]:
    if model == baseline:
        return
    lead, apart = difference(found, model, baseline)
    if lead <= 0 or not apart:
        by = "cannot be told apart from" if not apart else f"is {-lead:.4f} behind"
        yield Caution("W11", model, f"{model} {by} {baseline}")


def _deep(sources: Sources, found: Evidence) -> Iterator[Caution]:
    families = {
        row.name: row.family for row in sources.run.rows if row.estimator != BASELINE and not row.stamp
    }
    first = {
        family: next((m for m in found.data.models if families.get(m) == family), None)
        for family in ("deep", "classical")
    }
    deep, classical = first["deep"], first["classical"]
    if deep is None or classical is None:
        return
    lead, apart = difference(found, deep, classical)
    if lead <= 0 or not apart:
        how = f"{abs(lead):.4f} {'ahead of' if lead > 0 else 'behind'} {classical}"
        told = "told apart" if apart else "which is not told apart"
        yield Caution("W13", deep, f"{deep}, the best deep model, is {how}, {told}")


def _told_apart(found: Evidence) -> Iterator[tuple[str, str]]:
    """Yield the better and the worse of every two models that are told apart."""
    table: pd.DataFrame = found.pairs[found.pairs["different"]]
    ahead = table["difference"].to_numpy() > 0
    better = np.where(ahead, table["model_a"], table["model_b"])
    worse = np.where(ahead, table["model_b"], table["model_a"])
    yield from zip(better, worse, strict=True)


def _dominated(table: pd.DataFrame, model: str, by: str) -> Caution:
    own, other = table.loc[model], table.loc[by]
    sentence = (
        f"{by} is better by {other['score'] - own['score']:.4f}, fits in {quantity(other['fit_seconds'])} s "
        f"against {quantity(own['fit_seconds'])} s and predicts in {_times(own, other)} of the time"
    )
    return Caution("W12", model, sentence)


def _times(own: pd.Series, other: pd.Series) -> str:
    return f"{other['predict_ms_per_row'] / own['predict_ms_per_row']:.0%}"
