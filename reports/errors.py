"""Hard rows and suspected label errors, as the page shows them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from bench.evidence.hard import difficulty
from reports.atlas import Atlas
from reports.display import Table
from reports.hard import HardRows
from reports.sources import Sources
from reports.wording import counted, number

N_LISTED = 24
N_COLUMNS = 12
SHOWN = (10, 50)


@dataclass(frozen=True)
class Listed:
    """Some rows, as a table and as one image.

    Parameters
    ----------
    table : Table
    strip : str
        Data URI with the images of the rows in the order of the table; "" if there are none.
    """

    table: Table
    strip: str


@dataclass(frozen=True)
class ErrorsSection:
    """What the section shows.

    Parameters
    ----------
    noun : str
        What a row is, in the plural.
    sentences : tuple of str
    missed : Listed
        Rows that every model misses, then those that most do.
    alone : Table
        How many rows each model alone gets right, or wrong.
    doubted : Listed
    doubt : str
        How many labels are doubted, and what that means.
    corrected : Table
        Accuracies if doubted labels were corrected.
    """

    noun: str
    sentences: tuple[str, ...]
    missed: Listed
    alone: Table
    doubted: Listed
    doubt: str
    corrected: Table


def errors_section(sources: Sources) -> ErrorsSection | None:
    """Return the section of a run; None if no model but ensembles is ranked, or none misses a row."""
    hard = sources.hard
    if hard is None or sources.atlas is None:
        return None
    return ErrorsSection(
        noun=hard.noun,
        sentences=(*_sentences(hard), *_left_out(sources, hard)),
        missed=_missed(sources, hard),
        alone=_alone(hard),
        doubted=_doubted(sources, hard),
        doubt=_doubt(hard),
        corrected=_corrected(hard),
    )


def errors_payload(hard: HardRows, atlas: Atlas) -> dict[str, Any]:
    """Return the lists of rows as the scripts read them.

    Returns
    -------
    dict
        noun; missed, hardest and doubted, each {total, indices (in the atlas)}; alone_right and alone_wrong,
        the same by model; corrected: steps (numbers of labels), and models: name, accuracy, corrected and
        left_out, a value for each step.
    """
    return {
        "noun": hard.noun,
        "missed": _found(atlas, hard.missed["row"]),
        "hardest": _found(atlas, hard.hardest["row"]),
        "doubted": _found(atlas, hard.doubted["row"]),
        "alone_right": {name: _found(atlas, rows) for name, rows in hard.alone_right.items()},
        "alone_wrong": {name: _found(atlas, rows) for name, rows in hard.alone_wrong.items()},
        "corrected": _steps(hard),
    }


def _found(atlas: Atlas, rows: Iterable[int]) -> dict[str, Any]:
    places = np.asarray(rows, np.int64).tolist()
    return {"total": len(places), "indices": atlas.indices(places)}


def _steps(hard: HardRows) -> dict[str, Any]:
    table = hard.corrected()
    by_k = {name: _by_k(hard, table, name).to_numpy() for name in ("accuracy", "corrected", "left_out")}
    models = [
        {"name": name, "accuracy": by_k["accuracy"][i, 0]}
        | {column: by_k[column][i] for column in ("corrected", "left_out")}
        for i, name in enumerate(hard.data.models)
    ]
    return {"steps": table["k"].unique(), "models": models}


def _by_k(hard: HardRows, table: pd.DataFrame, values: str) -> pd.DataFrame:
    """Return one line for each model and one column for each number of labels."""
    return table.pivot(index="model", columns="k", values=values).loc[list(hard.data.models)]


def _sentences(hard: HardRows) -> Iterable[str]:
    data, found = hard.data, hard.oracle
    models = counted(len(data.models), "model")
    yield (
        f"Of {data.n_rows:,} {hard.noun}, {len(hard.missed):,} are missed by each of {models}: whoever knew "
        f"the right model for each would reach an accuracy of {number(found['accuracy'].iloc[-1])}."
    )
    if len(data.models) < 2:
        return
    first, second = found["added"][:2]
    yield (
        f"The right choice between {first} and {second} alone would reach {number(found['accuracy'][1])}; "
        f"{first} has {number(found['accuracy'][0])}."
    )
    yield from _overlaps(hard)


def _overlaps(hard: HardRows) -> Iterable[str]:
    best = hard.overlap.iloc[0]
    yield (
        f"{best['model_a']} misses {best['errors_a']:,} {hard.noun} and {best['model_b']} "
        f"{best['errors_b']:,}; they share {best['shared']:,}, and in {best['same_answer']:,} of these give "
        "the same wrong answer."
    )
    known = hard.overlap.dropna(subset=["jaccard"])
    if len(known) > 1:
        most = known.loc[known["jaccard"].idxmax()]
        yield (
            f"The errors of {most['model_a']} and {most['model_b']} are the most alike: "
            f"{most['jaccard']:.0%} of all that either makes are shared."
        )


def _left_out(sources: Sources, hard: HardRows) -> Iterable[str]:
    if sources.found is not None and len(sources.found.data.models) > len(hard.data.models):
        yield "Ensembles, which answer out of what their members say, do not count here as models."


def _missed(sources: Sources, hard: HardRows) -> Listed:
    rows = np.concatenate([hard.missed["row"], hard.hardest["row"]]).astype(np.int64)[:N_LISTED]
    chosen, n_models = difficulty(hard.data).iloc[rows], len(hard.data.models)
    lines = [
        (
            *_named(sources, line),
            str(line.taken_for),
            f"{line.n_wrong} of {n_models}",
            number(line.true_share, 3),
        )
        for line in chosen.itertuples()
    ]
    heads = ("Row", "True", "Mostly taken for", "Models wrong", "Probability of the true class")
    table = Table(f"The hardest {hard.noun}", heads, tuple(lines))
    return Listed(table, _strip(sources, rows))


def _doubted(sources: Sources, hard: HardRows) -> Listed:
    chosen, n_models = hard.doubted.head(N_LISTED), len(hard.data.models)
    lines = [
        (
            *_named(sources, line),
            str(line.suggested),
            number(1 - line.score),
            f"{line.n_models_against} of {n_models}",
        )
        for line in chosen.itertuples()
    ]
    heads = ("Row", "Label", "Suggested", "Doubt", "Models against")
    table = Table("Labels that the models doubt", heads, tuple(lines))
    return Listed(table, _strip(sources, chosen["row"].to_numpy(np.int64)))


def _named(sources: Sources, line: Any) -> tuple[str, str]:
    return str(sources.stored.row_ids[line.row]), str(line.label)


def _strip(sources: Sources, rows: np.ndarray) -> str:
    """Return the images of rows; "" unless all of them were kept."""
    positions = sources.stored.positions
    if sources.gallery is None or not len(rows) or not np.isin(rows, positions).all():
        return ""
    return sources.gallery.strip(positions.searchsorted(rows), N_COLUMNS)


def _alone(hard: HardRows) -> Table:
    lines = [
        (name, f"{wrong.sum():,}", f"{len(hard.alone_right[name]):,}", f"{len(hard.alone_wrong[name]):,}")
        for name, wrong in zip(hard.data.models, ~hard.data.correct, strict=True)
        if name in hard.alone_right
    ]
    heads = ("Model", "Errors", "Only this one right", "Only this one wrong")
    return Table("What each model alone gets right or wrong", heads, tuple(lines))


def _doubt(hard: HardRows) -> str:
    if not len(hard.doubted):
        return "The models doubt no label."
    labels = "1 label is" if len(hard.doubted) == 1 else f"{len(hard.doubted):,} labels are"
    return (
        f"{labels} doubted: by confident learning on the pooled out-of-fold probabilities of all models, "
        "another class is likelier. Doubt runs from 0 to 1. These are suspicions, not findings: look at "
        "them. Both a correction by the models' own suggestion and leaving the rows out flatter the models: "
        "their errors chose the rows."
    )


def _corrected(hard: HardRows) -> Table:
    table = hard.corrected()
    most = table["k"].max()
    shown = [k for k in SHOWN if k < most] + [most]
    before, after = _by_k(hard, table, "accuracy")[0], _by_k(hard, table, "corrected")[shown]
    without = _by_k(hard, table, "left_out")[most]
    heads = ("Model", "Accuracy", *(f"First {k} corrected" for k in shown), f"First {most} left out")
    lines = pd.concat([before, after, without], axis=1).map(number).reset_index()
    return Table("Accuracy if doubted labels were corrected", heads, Table.of("", lines).rows)
