"""The comparison and the models' sections in Chromium, by what a reader does."""

from dataclasses import replace

import pytest

from bench.records import Part
from reports.html import page

from .browser import requested
from .conftest import Model, make_run

MODELS = (
    Model("good", skill=4),
    Model("fair", skill=2.5, kind="decision"),
    Model("weak", skill=1.5),
)
ANATOMY = Part("", "SVM", (("C", "3.0", True), ("<b>", "1", False)), (Part("scale", "PixelScaler"),))


@pytest.fixture
def run(digits, tmp_path):
    made = make_run(tmp_path / "run", digits, MODELS, n_splits=3)
    for key in made.row("good").keys:
        result = next(item for item in made.store.read_results(made.row("good")) if item.key == key)
        made.store.write_result(replace(result, anatomy=ANATOMY), made.store.read_predictions("good", key))
    return made


@pytest.fixture
def opened(browser, run):
    path = run.store.write_text("report.html", page(run.store, run.run))
    browser.get(path.as_uri())
    yield browser
    assert browser.get_log("browser") == []
    assert requested(browser) == {path.as_uri()}


def texts(driver, selector):
    return [element.text for element in driver.find_elements("css selector", selector)]


def press(driver, element):
    driver.execute_script("arguments[0].scrollIntoView({block: 'center', behavior: 'instant'})", element)
    element.click()


@pytest.mark.slow
def test_models_are_chosen_and_compared(opened, run):
    assert not opened.find_element("id", "compare-pictures").is_displayed()
    assert texts(opened, "#compare .chart-legend li span")[:2] == ["good", "fair"]
    right = {name: run.scores[name].argmax(axis=1) == run.y() for name in ("good", "fair", "weak")}
    a, b = right["good"], right["fair"]
    cells = texts(opened, "#compare-tests .numbers tbody td")
    assert cells == [str(n) for n in ((a & b).sum(), (a & ~b).sum(), (~a & b).sum(), (~a & ~b).sum())]
    gained = texts(opened, "#compare-tests .matrix td")
    assert sum(int(text.replace("\N{MINUS SIGN}", "-") or 0) for text in gained) == 0
    chips = opened.find_elements("css selector", "#compare .chip")
    press(opened, chips[2])
    assert len(texts(opened, "#compare-tests .sentences li")) == 2
    alone = [a & ~b & ~right["weak"], ~a & b & ~right["weak"], ~a & ~b & right["weak"]]
    heads = [f"Only {name} is right" for name in ("good", "fair", "weak")]
    assert texts(opened, "#compare-tests .card h3")[1:] == heads
    shown = texts(opened, "#compare-tests .count")
    assert [text.split()[-2] for text in shown] == [str(rows.sum()) for rows in alone]
    assert not [text for text in texts(opened, "#compare-tests p") if "images by images" in text]
    for chip in chips[:2]:
        press(opened, chip)
    assert texts(opened, "#compare-tests") == ["Choose two models or more."]


@pytest.mark.slow
def test_curves_follow_the_class_and_the_zoom(opened):
    from selenium.webdriver.support.ui import Select

    before = texts(opened, "#compare .chart-legend b")
    Select(opened.find_element("css selector", "#compare select")).select_by_visible_text(
        "3 against the rest"
    )
    after = texts(opened, "#compare .chart-legend b")
    assert before != after
    assert len(after) == 4
    zoom = opened.find_element("css selector", "#compare .tools button")
    was = zoom.get_attribute("aria-pressed")
    ticks = texts(opened, "#compare .axes text")
    press(opened, zoom)
    assert zoom.get_attribute("aria-pressed") != was
    assert texts(opened, "#compare .axes text") != ticks


@pytest.mark.slow
def test_a_model_is_drawn_when_it_is_opened(opened):
    sections = opened.find_elements("css selector", "details.model")
    assert [len(s.find_elements("css selector", ".chart")) for s in sections] == [5, 0, 0]
    press(opened, sections[1].find_element("css selector", "summary"))
    opened.execute_async_script("requestAnimationFrame(() => requestAnimationFrame(arguments[0]))")
    assert len(sections[1].find_elements("css selector", ".chart svg[role=img]")) == 5
    assert texts(sections[0], ".anatomy > details > summary") == ["SVM"]
    assert texts(sections[0], ".anatomy .changed dt") == ["C"]


@pytest.mark.slow
def test_the_threshold_moves(opened, run):
    from selenium.webdriver import Keys
    from selenium.webdriver.support.ui import Select

    section = opened.find_element("css selector", "details.model")
    Select(section.find_element("css selector", "select")).select_by_visible_text("3 against the rest")
    slider = section.find_element("css selector", "input[type=range]")
    slider.send_keys(Keys.HOME, *[Keys.ARROW_RIGHT] * 60)
    said = run.scores["good"][:, 3] >= 0.6
    member = run.y() == 3
    precision, recall = member[said].mean(), said[member].mean()
    shown = [f"{value:.4f}" for value in (precision, recall, 2 * precision * recall / (precision + recall))]
    assert texts(section, ".reading dd") == ["0.6", *shown, str(said.sum())]
    assert section.find_element("css selector", ".guide text").text == "0.6"
    press(opened, section.find_element("css selector", ".slide button"))
    assert texts(section, ".reading dd")[0] != "0.6"


@pytest.mark.slow
def test_confusion_as_shares_and_the_command_copied(opened, run):
    section = opened.find_element("css selector", "details.model")
    first = texts(section, ".matrix td")[0]
    toggle = next(b for b in section.find_elements("css selector", "button") if b.text.startswith("Per cent"))
    press(opened, toggle)
    share = int(first) / (run.y() == 0).sum()
    assert texts(section, ".matrix td")[0] == f"{100 * share:.1f}"
    button = section.find_element("css selector", ".command button")
    opened.execute_script("bench.copy = (text) => { window.copied = text; }")
    press(opened, button)
    assert opened.execute_script("return window.copied") == "bench run good --data digits"


@pytest.mark.slow
def test_the_page_says_the_same_without_script(browser, run):
    path = run.store.write_text("report.html", page(run.store, run.run))
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    browser.get(path.as_uri())
    assert browser.find_element("id", "compare-pictures").is_displayed()
    assert len(texts(browser, "details.model[open] .matrix td")) == 100
    assert "ROC AUC" in browser.find_element("css selector", "details.model[open]").text
