"""What one fit may use, and how people write it."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from bench.environment import free_memory_bytes
from bench.errors import UsageError

DEFAULT_TIME = "1h"
MEMORY_SHARE = 0.8

# However short or long a fit may be, the import of its libraries may take this.
LEAST_IMPORT_SECONDS = 120.0
MOST_IMPORT_SECONDS = 600.0

SECONDS = {"d": 86_400, "h": 3_600, "m": 60, "s": 1}
BYTES = {"T": 10**12, "G": 10**9, "M": 10**6, "K": 10**3}


@dataclass(frozen=True)
class Limits:
    """What a fit and its predictions may use together, all processes that it starts included.

    Parameters
    ----------
    seconds : float
        Wall time; the import of libraries is not counted.
    memory_bytes : int
        Resident memory.
    """

    seconds: float
    memory_bytes: int

    @property
    def import_seconds(self) -> float:
        """Wall time for the import of libraries: as long as the fit's, within bounds."""
        return min(max(self.seconds, LEAST_IMPORT_SECONDS), MOST_IMPORT_SECONDS)

    def __str__(self) -> str:
        return f"{duration(self.seconds)} and {size(self.memory_bytes)} of memory"


def limits(time: str = DEFAULT_TIME, memory: str | None = None, jobs: int = 1) -> Limits:
    """Return the limits that a user has written.

    Parameters
    ----------
    time : str
        Such as "20m", "90s", "1h30m".
    memory : str or None
        Such as "6G", "800M"; None for 80 % of the memory that is free now, divided among the jobs.
    jobs : int
        Fits that run at the same time.

    Raises
    ------
    UsageError
        If a text has another form.
    """
    own = int(free_memory_bytes() * MEMORY_SHARE / jobs) if memory is None else parse_size(memory)
    return Limits(parse_duration(time), own)


def parse_duration(text: str, option: str = "--time-limit") -> float:
    """Return the seconds of a text such as "20m", "90s" or "1h30m".

    Raises
    ------
    UsageError
        If the text has another form, or says nothing above zero.
    """
    form = "".join(rf"(?:(\d+(?:\.\d+)?){unit})?" for unit in SECONDS)
    found = re.fullmatch(form, text.strip().lower())
    given = found.groups(default="0") if found else ()
    seconds = sum(float(number) * unit for number, unit in zip(given, SECONDS.values(), strict=bool(given)))
    if not 0 < seconds < math.inf:
        raise UsageError(f"{option} takes a time with its unit, such as 90s, 20m or 1h30m; got {text!r}")
    return seconds


def parse_size(text: str, option: str = "--memory-limit") -> int:
    """Return the bytes of a text such as "6G" or "800M"; units are powers of 1000.

    Raises
    ------
    UsageError
        If the text has another form, or says less than one byte.
    """
    found = re.fullmatch(rf"(\d{{1,9}}(?:\.\d+)?)([{''.join(BYTES)}])B?", text.strip().upper())
    number = int(float(found[1]) * BYTES[found[2]]) if found else 0
    if number < 1:
        raise UsageError(f"{option} takes a size with its unit, such as 800M, 6G or 1.5G; got {text!r}")
    return number


def duration(seconds: float) -> str:
    """Return seconds as people write them: 1h30m, 90s, 0.5s."""
    if seconds < 120 or seconds % 60:
        return f"{seconds:.15g}s"
    hours, minutes = divmod(int(seconds) // 60, 60)
    return (f"{hours}h" if hours else "") + (f"{minutes}m" if minutes else "")


def size(number: float) -> str:
    """Return bytes as people write them: 6.4 GB, 800 MB."""
    unit = next((name for name, unit in BYTES.items() if number >= unit), "K")
    return f"{number / BYTES[unit]:.3g} {unit}B"
