"""What a run has to be read with: coded warnings, each with its figures and what to do about it."""

from reports.cautions.codes import CODES, documented
from reports.cautions.collected import Caution, WarningsSection, cautions, frame, records, warnings_section

__all__ = [
    "CODES",
    "Caution",
    "WarningsSection",
    "cautions",
    "documented",
    "frame",
    "records",
    "warnings_section",
]
