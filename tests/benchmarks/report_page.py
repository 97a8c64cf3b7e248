"""What the report of a finished run costs: to write, to carry and to open.

    python tests/benchmarks/report_page.py DIR

Writes the report of a copy of the run folder anew by the command line, opens it in Chromium without a network
and prints one line of figures; page size in MB of 1,000,000 bytes, times in seconds.
"""

from __future__ import annotations

import argparse
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "bench")]

from chromium import chromium  # noqa: E402

from tests.reports.browser import requested, resize, violations  # noqa: E402

HEADS = (
    "bench report, s", "its CPU s", "page, MB", "first paint, s", "interactive, s", "requests", "serious",
)  # fmt: skip
PAINTED = "return performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? null"
INTERACTIVE = "return performance.getEntriesByName('interactive')[0].startTime"


def main() -> None:
    """Print the figures of one run folder."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path, help="a finished run folder; it stays as it is")
    folder = parser.parse_args().folder
    with tempfile.TemporaryDirectory() as place:
        copy = Path(shutil.copytree(folder, Path(place) / "run"))
        started = time.monotonic()
        subprocess.run([sys.executable, "-m", "bench", "report", str(copy)], check=True, capture_output=True)
        seconds = time.monotonic() - started
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu = used.ru_utime + used.ru_stime
        page = copy / "report.html"
        written = (f"{seconds:.1f}", f"{cpu:.1f}", f"{page.stat().st_size / 1e6:.2f}")
        print(f"| {' | '.join(HEADS)} |\n|{'---|' * len(HEADS)}")
        print(f"| {' | '.join((*written, *opened(page, place)))} |")


def opened(page: Path, place: str) -> tuple[str, ...]:
    """Return what a browser tells of the page: first paint, interactive, requests, findings."""
    browsers = chromium(Path(place) / "profile", offline=True)
    browser = next(browsers)
    resize(browser, 1440)
    browser.get(page.as_uri())
    painted, ready = browser.execute_script(PAINTED), browser.execute_script(INTERACTIVE)
    asked = requested(browser) - {page.as_uri()}
    found = violations(browser)
    next(browsers, None)
    first = "unknown" if painted is None else f"{painted / 1000:.2f}"
    return first, f"{ready / 1000:.2f}", str(len(asked)), str(len(found))


if __name__ == "__main__":
    main()
