"""How numbers and foreign text are written for people."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Sequence
from typing import Any, TypeGuard

MISSING = "\u2013"
_INVISIBLE = {"Cc", "Cs", "Cf", "Zl", "Zp"}
_KEPT = {"\n", "\t", "\u200c", "\u200d"}
# What a spreadsheet takes for the start of a formula; the last four are their full-width forms.
_FORMULA = tuple("=+-@\t\n\uff1d\uff0b\uff0d\uff20")


def visible(text: Any) -> str:
    """Return text in which control characters show as symbols instead of acting.

    Parameters
    ----------
    text : object
        Anything; its `str` is taken. A terminal's escape character becomes U+241B, any other
        invisible character, such as one that turns the direction of writing, or lone surrogate becomes
        U+FFFD. Joiners, line feeds and tabs stay.
    """
    line = str(text)
    if line.isascii() and line.isprintable():
        return line
    return "".join(_symbol(character) for character in line)


def csv_cell(value: Any) -> Any:
    """Return what a csv holds of a value: text is visible, and no spreadsheet takes it for a formula.

    Parameters
    ----------
    value : object
        Whatever is no text is returned as it is, infinity excepted, and so is text that is a number. Any
        other text that begins like a formula gets an apostrophe before it.
    """
    if not isinstance(value, str) and not (isinstance(value, float) and math.isinf(value)):
        return value
    text = visible(str(value))
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) and not _is_number(text) else text


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


def merit(value: float, metric: str) -> str:
    """Return a value of the headline metric: accuracy as "99.49 %", any other with four decimals."""
    return f"{100 * value:.2f} %" if metric == "accuracy" else number(value)


def merits(low: float, high: float, metric: str) -> str:
    """Return two values of the headline metric as "99.41, 99.55"."""
    return f"{100 * low:.2f}, {100 * high:.2f}" if metric == "accuracy" else f"{number(low)}, {number(high)}"


def in_sentence(title: str) -> str:
    """Return a metric's title as it stands inside a sentence; abbreviations keep their capitals."""
    return title if title[:2].isupper() else title[0].lower() + title[1:]


def distance(value: float, metric: str) -> str:
    """Return a difference of the headline metric: accuracy as "1.7 points", any other with its digits."""
    return f"{100 * value:.2g} points" if metric == "accuracy" else f"{value:.2g}"


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


def listed(names: Sequence[str]) -> str:
    """Return "a", "a and b" or "a, b and c"."""
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))


def _present(value: float | None) -> TypeGuard[float]:
    return value is not None and not math.isnan(value)


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def _symbol(character: str) -> str:
    code = ord(character)
    is_noncharacter = code & 0xFFFE == 0xFFFE
    if character in _KEPT or (unicodedata.category(character) not in _INVISIBLE and not is_noncharacter):
        return character
    return chr(0x2400 + code) if code < 0x20 else "\ufffd"
