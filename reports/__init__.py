"""Everything a person reads, derived from a run folder; nothing here fits a model.

The names below are loaded when they are first used, so that printing a leaderboard does not wait
for matplotlib. Functions that share the name of their module (`reports.leaderboard.leaderboard`,
`reports.submission.submission`, `reports.derive.derive`) are imported from there.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_HOMES = {
    "Leaderboard": "reports.leaderboard",
    "best_row": "reports.leaderboard",
    "out_of_fold": "reports.outcomes",
    "page": "reports.html",
}

__all__ = ["Leaderboard", "best_row", "out_of_fold", "page"]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
