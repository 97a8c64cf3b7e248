"""``bench serve`` as a person has it: a real process, a real browser, a drawing, Ctrl-C."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys

import numpy as np
import pytest
from chromium import chromium
from marked import left, wait_until

from bench.serve.exhibit import prepare
from reports.html import page
from reports.wording import MISSING

from .conftest import MODELS, make_folder

WIDTHS = (1440, 390)
STROKE = ((-50, -70), (0, -90), (45, -60), (-5, -5), (50, 50), (0, 90), (-50, 70))
CODES = {signal.SIGINT: 130, signal.SIGTERM: 143}


@pytest.fixture
def browser(tmp_path):
    yield from chromium(tmp_path / "profile")


@pytest.fixture(scope="module")
def report(small, tmp_path_factory):
    """A folder with a report as it is really written."""
    store = make_folder(tmp_path_factory.mktemp("report") / "run", small)
    store.write_text("report.html", page(store, store.read_run()))
    return store


def started(store, *words):
    """Start the server; return its process and the address that it prints."""
    process = subprocess.Popen(
        [sys.executable, "-m", "bench", "serve", str(store.path), "--port", "0", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=lambda: [signal.signal(number, signal.SIG_DFL) for number in CODES],
    )
    return process, process.stdout.readline().strip()


def stopped(process, number=signal.SIGINT):
    """Send a signal to the whole group, as a terminal does; return what was said at the end."""
    os.killpg(process.pid, number)
    _, err = process.communicate(timeout=60)
    assert process.returncode == CODES[number]
    assert "Traceback" not in err
    return err.splitlines()[-1]


@pytest.fixture
def address(report):
    process, address = started(report)
    yield address
    if process.poll() is None:
        stopped(process)


def draw(browser):
    from selenium.webdriver.common.action_chains import ActionChains

    canvas = browser.find_element("id", "draw-canvas")
    browser.execute_script("arguments[0].scrollIntoView({block: 'center', behavior: 'instant'})", canvas)
    pen = ActionChains(browser, duration=20).move_to_element_with_offset(canvas, *STROKE[0]).click_and_hold()
    for place in STROKE[1:]:
        pen.move_to_element_with_offset(canvas, *place)
    pen.release().perform()


def labels(browser):
    return browser.execute_script(
        "return [...document.querySelectorAll('[data-model]:not(.stale) .label')].map(e => e.textContent)"
    )


def settled(browser):
    wait_until(lambda: "say" in browser.find_element("id", "draw-status").text and len(labels(browser)) == 3)
    return labels(browser)


@pytest.mark.slow
@pytest.mark.parametrize("width", WIDTHS)
def test_a_drawing_is_answered_by_every_saved_model(browser, address, report, width):
    metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    browser.get(address)
    draw(browser)
    answers = settled(browser)
    assert set(answers) <= {str(label) for label in report.read_run().info.classes}
    assert len(answers) == len(MODELS)
    widths = browser.execute_script("return [document.scrollingElement.scrollWidth, innerWidth]")
    assert widths[0] <= widths[1] == width
    ids = browser.execute_script("return [...document.querySelectorAll('[id]')].map(e => e.id)")
    assert len(ids) == len(set(ids))
    browser.find_element("id", "draw-clear").click()
    assert set(labels(browser)) == {MISSING}
    assert "Nothing is drawn" in browser.find_element("id", "draw-status").text
    assert browser.get_log("browser") == []


@pytest.mark.slow
@pytest.mark.parametrize("inverted", [False, True])
def test_an_image_file_is_seen_as_the_data_are(browser, address, report, tmp_path, inverted):
    from PIL import Image

    exhibit, digit = prepare(report.path), report.read_data().X[0].reshape(8, 8)
    shades = np.pad(np.round(255 * (digit / 16)), 4).astype(np.uint8)
    Image.fromarray(255 - shades if inverted else shades).resize((160, 160), 0).save(tmp_path / "digit.png")
    browser.get(address)
    browser.find_element("id", "draw-file").send_keys(str(tmp_path / "digit.png"))
    settled(browser)
    shown = browser.execute_script(
        "const c = document.getElementById('draw-seen'), pen = c.getContext('2d');"
        "return [...pen.getImageData(0, 0, c.width, c.height).data].filter((_, i) => i % 4 == 0)"
    )
    seen = np.array(shown).reshape(exhibit.frame.shape[:2]) / 255 * 16
    assert np.abs(seen - digit).mean() < 2
    browser.find_element("id", "draw-file").send_keys(str(report.path / "run.json"))
    wait_until(lambda: "is no image" in browser.find_element("id", "draw-status").text)


@pytest.mark.slow
def test_a_refused_drawing_leaves_no_row_waiting(browser, address, tmp_path):
    from PIL import Image

    Image.new("L", (40, 40), 200).save(tmp_path / "blank.png")
    browser.get(address)
    browser.find_element("id", "draw-file").send_keys(str(tmp_path / "blank.png"))
    wait_until(lambda: browser.find_element("id", "draw-status").text == "Nothing is drawn yet.")
    said = "return [...document.querySelectorAll('[data-model]')].map(e => e.className + e.innerText)"
    assert not any("loading" in text or "stale" in text for text in browser.execute_script(said))
    assert set(labels(browser)) == {MISSING}
    draw(browser)
    assert len(settled(browser)) == len(MODELS)


@pytest.mark.slow
def test_a_server_that_has_ended_is_told_of(browser, report):
    process, address = started(report)
    browser.get(address)
    assert "is no longer served" in stopped(process)
    draw(browser)
    wait_until(lambda: "The server has ended" in browser.find_element("id", "draw-status").text)


@pytest.mark.slow
@pytest.mark.parametrize("number", CODES)
@pytest.mark.parametrize("seconds", [0, 6])
def test_a_stop_leaves_no_process(report, number, seconds):
    process, address = started(report)
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(seconds)
    how = "interrupted" if number == signal.SIGINT else "terminated"
    assert stopped(process, number) == f"bench: {how}; {address} is no longer served"
    wait_until(lambda: not left())


@pytest.mark.slow
def test_a_killed_server_leaves_no_process(report):
    process, _ = started(report)
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(4)
    process.kill()
    process.communicate()
    wait_until(lambda: not left())


@pytest.mark.slow
def test_the_server_imports_no_library_of_models(report):
    code = (
        "import sys\nfrom bench.serve.exhibit import prepare\nfrom bench.serve.server import server\n"
        f"server(prepare({str(report.path)!r}), 1)\n"
        "print(*{'tensorflow', 'keras', 'xgboost', 'lightgbm', 'skops'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert io.StringIO(done.stdout).readline() == "\n"
