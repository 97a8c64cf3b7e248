"""Data inside the page, as its scripts read them."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
from markupsafe import Markup

from reports.wording import visible

DIGITS = 6


def embedded(content: Any) -> Markup:
    """Return data as the content of a ``<script type="application/json">`` element.

    Parameters
    ----------
    content : object
        Of dicts, sequences, arrays, text, numbers, booleans and None.

    Returns
    -------
    Markup
        ASCII JSON in which no character means anything to HTML; numbers have `DIGITS` significant digits,
        what is not finite is null, text is visible.
    """
    text = json.dumps(_plain(content), separators=(",", ":"), allow_nan=False)
    return Markup(text.replace("&", r"\u0026").replace("<", r"\u003c").replace(">", r"\u003e"))


def _plain(content: Any) -> Any:
    if isinstance(content, dict):
        return {visible(name): _plain(value) for name, value in content.items()}
    if isinstance(content, np.ndarray | np.generic):
        content = content.tolist()
    if isinstance(content, list | tuple):
        return [_plain(value) for value in content]
    if isinstance(content, float):
        return _number(content)
    return visible(content) if isinstance(content, str) else content


def _number(value: float) -> float | int | None:
    if not math.isfinite(value):
        return None
    short = float(f"{value:.{DIGITS}g}")
    return int(short) if short.is_integer() and abs(short) < 1e15 else short
