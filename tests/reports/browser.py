"""What the report's tests ask of a real browser: requests, widths, accessibility."""

import base64
import importlib.util
import json
from pathlib import Path

WIDTHS = (1440, 390)
SERIOUS = {"serious", "critical"}


def requested(chrome):
    messages = [json.loads(entry["message"])["message"] for entry in chrome.get_log("performance")]
    sent = [message for message in messages if message["method"] == "Network.requestWillBeSent"]
    urls = {message["params"]["request"]["url"].split("#")[0] for message in sent}
    # The browser's own first tab asks for chrome pages; the report's images are inside it.
    return {url for url in urls if not url.startswith(("chrome:", "chrome-untrusted:", "data:"))}


def resize(chrome, width):
    """Give the page a width in pixels; narrow ones are phones."""
    metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600}
    chrome.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)


def whole(chrome):
    """Return the page from head to foot as PNG, `bytes`."""
    script = "const page = document.documentElement; return [page.clientWidth, page.scrollHeight]"
    width, height = chrome.execute_script(script)
    clip = {"x": 0, "y": 0, "width": width, "height": height, "scale": 1}
    found = chrome.execute_cdp_cmd("Page.captureScreenshot", {"captureBeyondViewport": True, "clip": clip})
    return base64.b64decode(found["data"])


def violations(chrome):
    """Return axe-core's serious and critical findings on the page as it is now."""
    folder = Path(importlib.util.find_spec("axe_playwright_python").origin).parent
    chrome.execute_script((folder / "axe.min.js").read_text(encoding="utf-8"))
    chrome.set_script_timeout(300)
    # A static figure is one image to assistive programs: what it is drawn from need not be walked through,
    # and whether it has a role and a name is tested without a browser.
    run = "axe.run({exclude: [['.plot svg']]}).then(arguments[arguments.length - 1])"
    found = chrome.execute_async_script(run)["violations"]
    return [
        (item["id"], node["target"], node["html"][:200], node["failureSummary"])
        for item in found
        if item["impact"] in SERIOUS
        for node in item["nodes"]
    ]
