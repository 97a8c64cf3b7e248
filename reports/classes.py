"""How well a model finds each class, as tables for the page."""

from __future__ import annotations

from collections.abc import Sequence

from bench.records import Label, Predictions
from reports.confusion import Confusion, class_report
from reports.curves import Curves
from reports.display import Table
from reports.wording import number

N_PAIRS = 8
_AVERAGES = {"(macro avg)": "Macro average", "(weighted avg)": "Weighted average"}
_HEADS = {"class": "Class", "precision": "Precision", "recall": "Recall", "f1": "F1", "support": "Rows"}


def class_table(predictions: Predictions, classes: Sequence[Label], areas: dict[str, Curves]) -> Table:
    """Return the classification report with the areas under the curves.

    Parameters
    ----------
    predictions : Predictions
        Pooled, with `y_true`.
    classes : sequence
    areas : dict of str to Curves
        By column head.
    """
    table = class_report(predictions, classes)
    for head, curves in areas.items():
        known = dict(zip(map(str, curves.classes), curves.areas, strict=True))
        table[head] = table["class"].map(known | {"(macro avg)": curves.area})
    decimals = table.columns.drop(["class", "support"])
    table[decimals] = table[decimals].map(number).astype(object)
    table["support"] = [f"{n:,}" for n in table["support"]]
    table["class"] = table["class"].replace(_AVERAGES)
    return Table.of("Classification report, out of fold", table.rename(columns=_HEADS))


def pairs_table(counts: Confusion) -> Table:
    """Return the most confused pairs."""
    pairs = counts.frame().head(N_PAIRS)
    pairs["share"] = [f"{100 * share:.1f} %" for share in pairs["share"]]
    columns = {"true": "True", "predicted": "Taken for", "count": "Rows", "share": "Share of true class"}
    return Table.of("Most confused pairs", pairs.rename(columns=columns))
