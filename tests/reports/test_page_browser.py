"""The first screen in a real browser: leaderboard, cost, theme, and what axe-core says of the page."""

import csv
import json
import os
import re
import time
from pathlib import Path

import pytest
from PIL import Image
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from reports.board import board_payload
from reports.evidence import evidence, proven
from reports.html import page
from reports.leaderboard import leaderboard
from reports.sources import Sources

from .browser import WIDTHS, requested, resize, violations, whole
from .conftest import Model, make_run

pytestmark = pytest.mark.slow
A4 = 718  # pixels between the usual margins

MODELS = [
    Model("cnn", family="deep", skill=4.5, epochs=4, importance=True, fit_seconds=50),
    Model("forest", skill=4.0, fit_seconds=5, warnings=("did not converge",)),
    Model("sgd", skill=2.0, kind="decision", fit_seconds=0.5),
    Model("tuned", skill=5.0, stamp="tuned on these rows: optimistic", fit_seconds=9),
    Model("broken", failing={0: "memory ran out"}),
    Model("absent", skipped="needs keras"),
]


@pytest.fixture(scope="module")
def made(digits, tmp_path_factory):
    return make_run(tmp_path_factory.mktemp("page") / "run", digits, MODELS)


@pytest.fixture(scope="module")
def path(made):
    return made.store.write_text("report.html", page(made.store, made.run))


@pytest.fixture
def opened(browser, path):
    resize(browser, WIDTHS[0])
    browser.get(path.as_uri())
    return browser


@pytest.fixture(scope="module")
def payload(made):
    board = leaderboard(made.store, made.run)
    found = evidence(made.store, board)
    return board_payload(Sources(made.store, proven(board, found), found))


def names(browser):
    script = "return [...document.querySelectorAll('#board tbody tr:not([hidden])')].map(r => r.dataset.name)"
    return browser.execute_script(script)


def press(browser, text, inside=""):
    for button in browser.find_elements(By.CSS_SELECTOR, f"{inside} button"):
        if button.text == text:
            return button.click()
    raise AssertionError(f"no button {text!r}")


def test_the_leaderboard_sorts_with_failures_last(opened, payload):
    by_time = sorted(payload["models"], key=lambda model: model["fit_seconds"])
    press(opened, "Fit, s", "#board")
    assert names(opened) == [*(model["name"] for model in by_time), "broken", "absent"]
    press(opened, "Fit, s", "#board")
    assert names(opened) == [*(model["name"] for model in reversed(by_time)), "broken", "absent"]
    head = opened.find_element(By.CSS_SELECTOR, "#board th[data-key=fit]")
    assert head.get_attribute("aria-sort") == "descending"
    press(opened, "Accuracy", "#board")
    assert names(opened) == [*(model["name"] for model in payload["models"]), "broken", "absent"]


def test_families_and_columns_can_be_left_out_and_the_rest_copied(opened):
    opened.execute_script("navigator.clipboard.writeText = async (text) => { window.copied = text }")
    press(opened, "deep", "#board-tools")
    assert names(opened) == ["cnn"]
    opened.find_element(By.CSS_SELECTOR, ".menu summary").click()
    opened.find_element(By.CSS_SELECTOR, ".menu input[data-key=interval]").click()
    opened.find_element(By.CSS_SELECTOR, ".menu summary").click()
    press(opened, "Copy as CSV", "#board-tools")
    head, line = csv.reader(opened.execute_script("return window.copied").splitlines())
    assert "95 % interval over rows" not in head
    assert dict(zip(head, line, strict=True))["Model"] == "cnn"
    press(opened, "All families", "#board-tools")
    assert len(names(opened)) == len(MODELS)
    opened.execute_script("window.copied = ''")
    press(opened, "Copy as Markdown", "#board-tools")
    lines = opened.execute_script("return window.copied").splitlines()
    assert len(lines) == 2 + len(MODELS)
    assert {line.count("|") for line in lines} == {len(head) + 1}
    told = {line.split(" | ")[1]: line.rstrip(" |").split(" | ")[-1] for line in lines[2:]}
    assert told["tuned"] == "tuned on these rows: optimistic"
    assert "memory ran out" in told["broken"]
    assert told["cnn"] == "ok"


def leads(fitting):
    """What is said of the first of some models, by the letters that they share."""
    tied = [model["name"] for model in fitting[1:] if set(model["letters"]) & set(fitting[0]["letters"])]
    return f"leads, in a tie with {', '.join(tied)}" if tied else "is best"


def test_limits_choose_the_best_of_what_fits(opened, payload):
    answer = opened.find_element(By.CSS_SELECTOR, "#cost .answer")
    eligible = [model for model in payload["models"] if not model["stamp"]]
    assert answer.text.startswith(f"Without limits {eligible[0]['name']} {leads(eligible)}: ")
    slider = opened.find_element(By.ID, "limit-fit_seconds")
    slider.send_keys(*[Keys.ARROW_LEFT] * 10)
    limit = opened.find_element(By.CSS_SELECTOR, "output[for=limit-fit_seconds]").text
    fitting = [model for model in eligible if model["fit_seconds"] <= float(limit.split()[0])]
    assert 0 < len(fitting) < len(eligible)
    assert answer.text.startswith(f"Within these limits {fitting[0]['name']} {leads(fitting)}: ")
    assert len(opened.find_elements(By.CSS_SELECTOR, "#cost .mark.out")) == len(payload["models"]) - sum(
        model["fit_seconds"] <= float(limit.split()[0]) for model in payload["models"]
    )


def test_the_theme_can_be_chosen(opened):
    background = "return getComputedStyle(document.body).backgroundColor"
    press(opened, "Theme: auto", "nav")
    light = opened.execute_script(background)
    press(opened, "Theme: light", "nav")
    assert opened.execute_script(background) != light
    press(opened, "Theme: dark", "nav")
    assert "theme" not in opened.execute_script("return {...document.documentElement.dataset}")


def test_paper_has_no_controls_and_nothing_beyond_its_edge(opened):
    opened.execute_script("document.documentElement.dataset.theme = 'dark'")
    opened.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    resize(opened, A4)
    opened.execute_script("dispatchEvent(new Event('beforeprint'))")
    seen = "return [...document.querySelectorAll('button, select, input, summary + .card')]"
    shown = opened.execute_script(
        f"{seen}.filter(e => e.closest('.menu, .tools, .limits') && e.checkVisibility()).length"
    )
    assert shown == 0
    tables = "[...document.querySelectorAll('table')].filter(t => t.checkVisibility())"
    wide = f"return {tables}.map(t => t.getBoundingClientRect().right)"
    assert max(opened.execute_script(wide)) <= A4
    ink = opened.execute_script("return getComputedStyle(document.body).color")
    assert sum(map(int, re.findall(r"\d+", ink)[:3])) < 3 * 128


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_axe_finds_nothing_serious(opened, width, theme):
    resize(opened, width)
    opened.execute_script("document.documentElement.dataset.theme = arguments[0]", theme)
    opened.execute_script("for (const part of document.querySelectorAll('details')) part.open = true")
    keep_picture(opened, f"report-{width}-{theme}")
    assert violations(opened) == []


def test_it_is_ready_without_a_request_or_an_error(browser, path):
    started = time.monotonic()
    browser.get(path.as_uri())
    assert browser.execute_script("return performance.getEntriesByName('interactive').length") == 1
    print(json.dumps({"seconds": time.monotonic() - started, "bytes": path.stat().st_size}))
    assert browser.get_log("browser") == []
    assert requested(browser) == {path.as_uri()}


def test_a_kept_picture_shows_the_whole_page(opened, tmp_path, monkeypatch):
    monkeypatch.setenv("BENCH_SCREENSHOTS", str(tmp_path))
    keep_picture(opened, "page")
    height = opened.execute_script("return document.scrollingElement.scrollHeight")
    assert height > 900
    with Image.open(tmp_path / "page.png") as picture:
        assert picture.height == height


def keep_picture(browser, name):
    """Keep a screenshot where CI collects them, if it does."""
    if folder := os.environ.get("BENCH_SCREENSHOTS"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        Path(folder, f"{name}.png").write_bytes(whole(browser))
