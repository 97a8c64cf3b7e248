import json
import os
import shutil
from dataclasses import replace

import pytest

from bench.datasets import one_against_rest
from reports.html import page

from .conftest import Model, make_run

WIDTHS = (1440, 390)


def lacking(reason):
    """A machine of ours must have the browser; a contributor's need not."""
    (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)


@pytest.fixture
def browser(tmp_path):
    try:
        from selenium import webdriver
    except ImportError:
        lacking("selenium is not installed")
    names = ("chromium", "chromium-browser", "google-chrome")
    binary = next(filter(None, map(shutil.which, names)), None)
    driver = shutil.which("chromedriver")
    if not (binary and driver):
        lacking("Chromium or chromedriver is not installed")
    options = webdriver.ChromeOptions()
    options.binary_location = binary
    for switch in (
        "headless=new",
        "no-sandbox",
        "disable-gpu",
        "disable-background-networking",
        "no-first-run",
    ):
        options.add_argument(f"--{switch}")
    options.add_argument(f"--user-data-dir={tmp_path / 'profile'}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    chrome = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
    yield chrome
    chrome.quit()


def requested(chrome):
    messages = [json.loads(entry["message"])["message"] for entry in chrome.get_log("performance")]
    sent = [message for message in messages if message["method"] == "Network.requestWillBeSent"]
    urls = {message["params"]["request"]["url"].split("#")[0] for message in sent}
    # The browser's own first tab asks for chrome pages; the report's images are inside it.
    return {url for url in urls if not url.startswith(("chrome:", "chrome-untrusted:", "data:"))}


@pytest.mark.slow
@pytest.mark.parametrize("positive", [None, "8"])
def test_page_in_a_real_browser(browser, digits, tmp_path, positive):
    models = [
        Model("cnn", family="deep", skill=3, epochs=5, importance=True),
        Model("a name that is rather long for a model (tuned)", kind="decision", stamp="tuned on these rows"),
        Model("broken", failing={0: "a_reason_without_any_space_" * 12}),
    ]
    made = make_run(tmp_path / "run", one_against_rest(digits, positive), models)
    path = made.store.write_text("report.html", page(made.store, replace(made.run, precision=0.9)))
    for width in WIDTHS:
        metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600}
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        browser.get(path.as_uri())
        browser.execute_script("for (const part of document.querySelectorAll('details')) part.open = true")
        widths = browser.execute_script("return [document.scrollingElement.scrollWidth, innerWidth]")
        assert widths[0] <= widths[1] == width
        ids = browser.execute_script("return [...document.querySelectorAll('[id]')].map(e => e.id)")
        assert len(ids) == len(set(ids))
        broken = "return [...document.images].filter(i => !i.naturalWidth).length"
        assert browser.execute_script(broken) == 0
    assert browser.get_log("browser") == []
    assert requested(browser) == {path.as_uri()}
