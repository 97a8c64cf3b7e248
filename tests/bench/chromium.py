"""A real Chromium for tests."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

SWITCHES = (
    "headless=new", "no-sandbox", "disable-gpu", "disable-background-networking", "no-first-run",
    "force-prefers-reduced-motion",
)  # fmt: skip


def chromium(profile: Path, *, offline: bool = False) -> Iterator:
    """Yield a driver; skip the test, or fail it where CI proves things, if there is no browser."""
    webdriver = pytest.importorskip("selenium.webdriver")
    binary = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    driver = shutil.which("chromedriver")
    if not (binary and driver):
        (pytest.fail if os.environ.get("CI") else pytest.skip)("Chromium or chromedriver is not installed")
    options = webdriver.ChromeOptions()
    options.binary_location = binary
    for switch in (*SWITCHES, f"user-data-dir={profile}"):
        options.add_argument(f"--{switch}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    chrome = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
    if offline:
        cut_off(chrome)
    yield chrome
    chrome.quit()


def cut_off(chrome) -> None:
    """Block the network; files open as before."""
    conditions = {"offline": True, "latency": 0, "downloadThroughput": 0, "uploadThroughput": 0}
    chrome.execute_cdp_cmd("Network.enable", {})
    chrome.execute_cdp_cmd("Network.emulateNetworkConditions", conditions)
