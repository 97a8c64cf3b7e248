"""What a fit draws, in kWh: counted by the processor itself, or estimated from its rated power.

codecarbon reads the counters (RAPL, NVML) or estimates, offline; it is told to write and to send nothing.
Memory is left out: its power is a constant of the whole machine there, never a measurement.
"""

from __future__ import annotations

import importlib.util
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from bench.errors import EnvironmentProblem, UsageError

SAMPLE_SECONDS = 1
# A country changes emissions alone, which nobody asks for.
ANY_COUNTRY = "FRA"
# The other modes of codecarbon take the rated power of the processor, and its load if they know it.
COUNTING_MODES = ("intel_rapl", "intel_power_gadget", "windows_emi")


@dataclass
class Reading:
    """What a meter shows after the work: kWh of processor and accelerator, "measured" or "estimated"."""

    kwh: float | None = None
    source: str = ""


def check_energy(jobs: int | None) -> None:
    """Refuse to meter what cannot be.

    Raises
    ------
    UsageError
        If several fits are to run at once.
    EnvironmentProblem
        If codecarbon is absent.
    """
    if jobs is not None and jobs > 1:
        raise UsageError(
            f"--energy needs --jobs 1, got {jobs}: the counters of a machine do not tell fits apart; "
            "say --jobs 1, or leave out --energy"
        )
    if importlib.util.find_spec("codecarbon") is None:
        raise EnvironmentProblem(
            "--energy needs codecarbon, which is absent; pip install 'honest-bench[energy]'"
        )


@contextmanager
def metered(wanted: bool) -> Iterator[Reading]:
    """Meter what is done within; a meter that fails leaves the reading empty and spoils nothing."""
    reading, tracker = Reading(), _started() if wanted else None
    try:
        yield reading
    finally:
        if tracker is not None:
            with suppress(Exception), _unheard():
                tracker.stop()
                found = tracker.final_emissions_data
                kwh = float(found.cpu_energy + found.gpu_energy)
                reading.kwh, reading.source = kwh, source(tracker)


def _started() -> Any:
    with suppress(Exception), _unheard():
        from codecarbon import OfflineEmissionsTracker

        tracker = OfflineEmissionsTracker(
            country_iso_code=ANY_COUNTRY,
            output_methods=[],
            allow_multiple_runs=True,
            tracking_mode="process",
            measure_power_secs=SAMPLE_SECONDS,
            log_level="critical",
        )
        tracker.start()
        return tracker
    return None


def source(tracker: Any) -> str:
    """Return whether a started tracker of codecarbon reads the processor: "measured", or "estimated"."""
    return "measured" if any(_is_measured(part) for part in tracker._hardware) else "estimated"


def _is_measured(part: Any) -> bool:
    """Return whether a part is a processor whose own counters or sensors are read."""
    match type(part).__name__:
        case "CPU":
            return part._mode in COUNTING_MODES
        case "AppleSiliconChip" | "Raspberry":
            return bool(part.chip_part == "CPU")
    return False


@contextmanager
def _unheard() -> Iterator[None]:
    """Keep what codecarbon warns of from the warnings of the fit, and its notices off the terminal."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(before)
