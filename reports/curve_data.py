"""Curves as the charts of the page read them: thinned, in whole ten-thousandths."""

from __future__ import annotations

from typing import Any

import numpy as np

from reports import precision_recall, roc
from reports.curves import CORNER_AREA, Curves

SCALE = 10_000
# Where good models differ, at few false positives and at high recall, the points stay dense.
_FINE = np.concatenate([[0.0], np.geomspace(1e-4, 1, 110)[::3], np.linspace(0, 1, 81)[::2]])
ROC_KEPT = np.flatnonzero(np.isin(roc.GRID, _FINE))
PR_KEPT = np.concatenate([np.arange(0, 160, 5), np.arange(160, precision_recall.N_POINTS)])
KEPT = {"roc": ROC_KEPT, "pr": PR_KEPT}
CORNERS = {
    "roc": {"scale": "log", "x": [1e-4, 0.1], "y": [0.9, 1]},
    "pr": {"scale": "linear", "x": [0.9, 1], "y": [0.9, 1]},
}
TITLES = {"roc": "ROC", "pr": "Precision and recall"}


def kind_data(kind: str, curves: Curves) -> dict[str, Any]:
    """Return what all curves of a kind share.

    Parameters
    ----------
    kind : {"roc", "pr"}
    curves : Curves
        Of any model.

    Returns
    -------
    dict
        title, x and y (names of the axes), area (name), grid (abscissae), chance (whether it is the
        diagonal), and corner: the scale of x and the limits of x and y where good models differ.
    """
    axis = curves.axis
    return {
        "title": TITLES[kind],
        "x": axis.x.replace("_", " "),
        "y": axis.y.replace("_", " "),
        "area": axis.area,
        "chance": axis.chance,
        "grid": np.round(curves.grid[KEPT[kind]], 5),
        "corner": CORNERS[kind],
    }


def curve_data(kind: str, curves: Curves) -> dict[str, Any]:
    """Return the curves of one model on the grid of `kind_data`.

    Returns
    -------
    dict
        values (ten-thousandths, for each class that occurs), areas of the classes, area (their mean), and
        near: whether the curves differ only in the corner.
    """
    values = np.round(SCALE * curves.values[:, KEPT[kind]]).astype(int)
    areas = np.round(curves.areas, 5)
    return {"values": values, "areas": areas, "area": curves.area, "near": curves.area >= CORNER_AREA}
