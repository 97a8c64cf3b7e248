"""How numbers and foreign text are written for people."""

from __future__ import annotations

import math
import unicodedata
from typing import Any, TypeGuard

MISSING = "\u2013"
_INVISIBLE = {"Cc", "Cs", "Cf"}
_KEPT = {"\n", "\t", "\u200d"}


def visible(text: Any) -> str:
    """Return text in which control characters show as symbols instead of acting.

    Parameters
    ----------
    text : object
        Anything; its `str` is taken. A terminal's escape character becomes U+241B, any other
        invisible character or lone surrogate becomes U+FFFD.
    """
    return "".join(_symbol(character) for character in str(text))


def shortened(text: Any, limit: int = 18) -> str:
    """Return visible text on one line, of at most `limit` characters, for use inside a figure."""
    line = " ".join(visible(text).split())
    return line if len(line) <= limit else f"{line[: limit - 1]}…"


def number(value: float | None, digits: int = 4) -> str:
    """Return a number with fixed decimals, or a dash where there is none."""
    return f"{value:.{digits}f}" if _present(value) else MISSING


def mean_and_spread(mean: float | None, std: float | None, digits: int = 4) -> str:
    """Return "0.9861 ± 0.0042"; the mean alone if a single fold gives no deviation."""
    if not (_present(mean) and _present(std)):
        return number(mean, digits)
    return f"{mean:.{digits}f} ± {std:.{digits}f}"


def quantity(value: float | None) -> str:
    """Return a positive quantity with three significant digits, such as 0.0123, 4.56 or 1,230."""
    if not _present(value):
        return MISSING
    if value >= 100:
        return f"{value:,.0f}"
    if value < 0.001:
        return "<0.001" if value > 0 else "0"
    return f"{value:.{2 - math.floor(math.log10(value))}f}"


def data_size(n_bytes: float | None) -> str:
    """Return a size as people say it, such as 1.2 MB; decimal units."""
    if not _present(n_bytes):
        return MISSING
    for unit in ("B", "kB", "MB", "GB"):
        if n_bytes < 1000 or unit == "GB":
            break
        n_bytes /= 1000
    return f"{n_bytes:.0f} {unit}" if unit == "B" else f"{n_bytes:.1f} {unit}"


def counted(n: int, noun: str, plural: str = "") -> str:
    """Return "1 fold" or "1,797 rows"."""
    return f"{n:,} {noun if n == 1 else plural or noun + 's'}"


def _present(value: float | None) -> TypeGuard[float]:
    return value is not None and not math.isnan(value)


def _symbol(character: str) -> str:
    code = ord(character)
    is_noncharacter = code & 0xFFFE == 0xFFFE
    if character in _KEPT or (unicodedata.category(character) not in _INVISIBLE and not is_noncharacter):
        return character
    return chr(0x2400 + code) if code < 0x20 else "\ufffd"
