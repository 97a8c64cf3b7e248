"""What refits under stress and on fewer rows say, in plain English."""

from __future__ import annotations

import pandas as pd

from bench.evidence.pairs import ALPHA
from bench.evidence.stress import CLEAN
from bench.stresses import told


def stress_sentences(robust: pd.DataFrame, turned: pd.DataFrame, curve: pd.DataFrame) -> list[str]:
    """Return a few sentences, without full stops.

    Parameters
    ----------
    robust, turned, curve : DataFrame
        What `robustness`, `reversals` and `learning_curve` of `bench.evidence.stress` return.
    """
    said = [] if robust.empty else [_steadiest(robust), _hardest(robust)]
    if robust["model"].nunique() > 1:
        said.append(_order(robust, turned))
    return [*said, *_more_rows(curve)]


def _steadiest(robust: pd.DataFrame) -> str:
    stressed = robust[robust["variant"] != CLEAN]
    means = stressed.groupby("model", sort=False)["accuracy"].mean()
    clean = robust[robust["variant"] == CLEAN].set_index("model")["accuracy"]
    best, n = means.idxmax(), stressed.groupby(["variant", "strength"]).ngroups
    share = f"{means[best]:.4f} on average over {n} stresses, {clean[best]:.4f} on clean images"
    several = "keeps the highest accuracy of these models under stress"
    return f"{best} {several if len(means) > 1 else 'has accuracy'}: {share}"


def _hardest(robust: pd.DataFrame) -> str:
    losses = robust.groupby(["variant", "strength"], sort=False)["loss"].median()
    name, strength = losses.idxmax()
    found = robust[(robust["variant"] == name) & (robust["strength"] == strength)]
    best = found.loc[found["accuracy"].idxmax()]
    whose = "the median loss of the models is" if len(found) > 1 else f"{best['model']} loses"
    rest = f", {best['model']} is best with {best['accuracy']:.4f}" if len(found) > 1 else ""
    return f"Images {told(name, strength)} are the hardest: {whose} {losses.max():.4f} of accuracy{rest}"


def _order(robust: pd.DataFrame, turned: pd.DataFrame) -> str:
    n = robust[robust["variant"] != CLEAN].groupby(["variant", "strength"]).ngroups
    if turned.empty:
        return f"None of {n} stresses turns the order of two models beyond chance"
    first = turned.iloc[0]
    found = turned.groupby(["variant", "strength"]).ngroups
    return (
        f"The order of models turns beyond chance under {found} of {n} stresses, most on images "
        f"{told(first['variant'], first['strength'])}: {first['leader']}, {-first['lead_clean']:.4f} behind "
        f"{first['loser']} on clean images, is {first['lead']:.4f} ahead of it there"
    )


def _more_rows(curve: pd.DataFrame) -> list[str]:
    whole = curve[(curve["share"] == 1) & curve["gain"].notna()]
    if whole.empty:
        return []
    before = 100 * curve.loc[curve["share"] < 1, "share"].max()
    grown = whole[(whole["p_gain"] < ALPHA) & (whole["gain"] > 0)].sort_values("gain", ascending=False)
    span = f"From {before:g} to 100 % of the training rows"
    if grown.empty:
        return [f"{span} no model gains beyond chance"]
    first = grown.iloc[0]
    gain = "gains" if len(grown) == 1 else "gain"
    many = f"{len(grown)} of {len(whole)} models still {gain} beyond chance" if len(whole) > 1 else ""
    most = f"{first['model']} {'most' if many else 'still gains'}, {first['gain']:.4f} of accuracy"
    return [f"{span} {', '.join(filter(None, (many, most)))}"]
