"""What a run stores of `bench stress`, gathered once for the report and the command line."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from bench.evidence.stress import CLEAN, Refit, learning_curve, reversals, robustness
from bench.evidence.stress_sentences import stress_sentences
from bench.records import FoldResult, Row, Run
from bench.store import RunStore
from reports.wording import MISSING, number


@dataclass(frozen=True)
class Stressed:
    """The refits of some models on the first fold, and the frames made of them.

    Parameters
    ----------
    refits : tuple of Refit
        By model in the run's order, and by share.
    failures : tuple of str
        A sentence for each refit that ended badly.
    """

    refits: tuple[Refit, ...]
    failures: tuple[str, ...]

    @cached_property
    def robust(self) -> pd.DataFrame:
        """See `bench.evidence.stress.robustness`."""
        return robustness(self.refits)

    @cached_property
    def turned(self) -> pd.DataFrame:
        """See `bench.evidence.stress.reversals`."""
        return reversals(self.refits)

    @cached_property
    def curve(self) -> pd.DataFrame:
        """See `bench.evidence.stress.learning_curve`."""
        return learning_curve(self.refits)

    @cached_property
    def sentences(self) -> list[str]:
        """What the frames say, without full stops."""
        return stress_sentences(self.robust, self.turned, self.curve)

    @property
    def standing(self) -> pd.DataFrame:
        """A line for each stressed model, the best under stress first.

        Columns model, clean, rank_clean, stressed (mean accuracy over all variants), rank, then the accuracy
        under the strongest variant of each stress.
        """
        clean = self.robust[self.robust["variant"] == CLEAN].set_index("model")
        under = self.robust[self.robust["variant"] != CLEAN]
        mean = under.groupby("model", sort=False)["accuracy"].mean()
        strongest = under[under["strength"] == under.groupby("variant")["strength"].transform("max")]
        wide = strongest.pivot(index="model", columns="variant", values="accuracy")
        table = pd.DataFrame(
            {"clean": clean["accuracy"], "rank_clean": clean["rank_clean"], "stressed": mean}
        )
        table["rank"] = mean.rank(method="min", ascending=False).astype(int)
        table = table.join(wide[list(dict.fromkeys(strongest["variant"]))])
        return table.sort_values("rank", kind="stable").reset_index(names="model")


def stressed(store: RunStore, run: Run) -> Stressed | None:
    """Return what is stored of `bench stress`; None before anything is.

    A model's only refit is that of the submission's `gain_by_rows`, and tells no curve.
    """
    ended = [
        (row, result)
        for row in run.rows
        for result in store.read_each(row.estimator, row.stress_keys)
        if result.folds_sha256 == run.protocol.folds_sha256
    ]
    refitted = Counter(row.name for row, result in ended if result.role == "stress")
    begun = {name for name, count in refitted.items() if count > 1}
    mine = [(row, result) for row, result in ended if row.name in begun]
    if not mine:
        return None
    refits = tuple(_refit(store, row, result) for row, result in mine if result.status == "ok")
    return Stressed(refits, tuple(_failure(row, result) for row, result in mine if result.status != "ok"))


def standing_table(found: Stressed) -> pd.DataFrame:
    """Return the standing as display strings, a column for each stress at its strongest."""
    table = found.standing
    heads = {"model": "Model", "clean": "Clean", "stressed": "Mean stressed"}
    shown = pd.DataFrame({head: _shown(table[name]) for name, head in heads.items()}, dtype=str)
    shown["Rank among these"] = [f"{line.rank_clean} \u2192 {line.rank}" for line in table.itertuples()]
    strengths = found.robust.groupby("variant")["strength"].max()
    for name in table.columns[5:]:
        shown[f"{name} {strengths[name]:g}"] = _shown(table[name])
    return shown


def curve_table(found: Stressed) -> pd.DataFrame:
    """Return the learning curves as display strings: a line for each model, best first, and its shares."""
    wide = found.curve.pivot(index="model", columns="share", values="accuracy")
    wide = wide.sort_values(wide.columns[-1], ascending=False, kind="stable")
    sizes = found.curve.groupby("share")["n_rows"].max()
    shown = pd.DataFrame({"Model": wide.index})
    for share in wide.columns:
        shown[f"{100 * share:g} % ({sizes[share]:,} rows)"] = _shown(wide[share])
    last = found.curve[found.curve["share"] == 1].set_index("model").reindex(wide.index)
    shown["Last gain"] = [MISSING if np.isnan(gain) else f"{gain:+.4f}" for gain in last["gain"]]
    return shown.assign(p=[MISSING if np.isnan(p) else f"{p:.2g}" for p in last["p_gain"]])


def _shown(values: pd.Series) -> list[str]:
    return [value if isinstance(value, str) else number(value) for value in values]


def _refit(store: RunStore, row: Row, result: FoldResult) -> Refit:
    said = store.read_predictions(row.estimator, result.key)
    y_true = np.asarray(said.y_true)
    answers = np.empty((0, len(y_true))) if said.stressed is None else said.stressed
    return Refit(
        row.name, result.share, result.n_train, said.y_pred == y_true, result.variants, answers == y_true
    )


def _failure(row: Row, result: FoldResult) -> str:
    return f"{row.name} on {100 * result.share:g} % of the training rows {result.status}: {result.reason}"
