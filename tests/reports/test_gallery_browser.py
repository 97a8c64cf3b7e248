import numpy as np
import pytest

from reports.errors import errors_payload
from reports.html import page
from reports.wording import MISSING

from .browser import WIDTHS, requested
from .conftest import Model, make_dataset, make_run
from .test_atlas import sources_of
from .test_browser import HOSTILE, SHOWN

MODELS = [Model("good", skill=2.5), Model("poor", skill=1.5), Model("margins", skill=2.0, kind="decision")]
DRAWN = """
const canvas = document.querySelector(arguments[0] + ' canvas[data-drawn]');
if (!canvas) return null;
const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
return [...data].filter((_, i) => i % 4 === 0);
"""


def opened(browser, made, width=1440):
    path = made.store.path / "report.html"
    if not path.exists():
        made.store.write_text("report.html", page(made.store, made.run))
    metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    browser.get(path.as_uri())
    return path


def awaited(browser, script, *given):
    from selenium.webdriver.support.ui import WebDriverWait

    return WebDriverWait(browser, 20).until(lambda chrome: chrome.execute_script(script, *given))


def pressed(browser, key):
    from selenium.webdriver.common.action_chains import ActionChains

    ActionChains(browser).send_keys(key).perform()


def labels(browser, within):
    script = "return [...document.querySelectorAll(arguments[0] + ' .tile')].map(e => e.ariaLabel)"
    return browser.execute_script(script, within)


@pytest.fixture(scope="module")
def made(digits, tmp_path_factory):
    return make_run(tmp_path_factory.mktemp("gallery") / "run", digits, MODELS)


@pytest.mark.slow
@pytest.mark.parametrize("width", WIDTHS)
def test_images_are_drawn_named_and_opened_by_keys(browser, made, width):
    from selenium.webdriver.common.keys import Keys

    sources = sources_of(made)
    path = opened(browser, made, width)
    pixels = awaited(browser, DRAWN, "#hard-rows")
    first = int(sources.hard.missed["row"].iloc[0])
    expected = np.round(255 * (1 - sources.stored.X[first] / 16.0))
    np.testing.assert_array_equal(pixels, expected)
    names = labels(browser, "#hard-rows")
    assert names[0].startswith(f"row {first}: true {sources.found.data.y_true[first]}, 3 of 3 models wrong")

    browser.execute_script("document.querySelector('#hard-rows .tile').focus()")
    pressed(browser, Keys.ENTER)
    shown = "const panel = document.querySelector('dialog.answers'); return panel.open && panel.textContent"
    text = awaited(browser, shown)
    assert f"Row {first}: true {sources.found.data.y_true[first]}" in text
    for i, model in enumerate(sources.found.data.models):
        answer = sources.found.data.y_pred[i][first]
        confidence = 100 * sources.found.data.scores[i][first].max()
        expected = MISSING if model == "margins" else f"{round(float(confidence))} %"
        assert f"{model}{answer} ✗wrong{expected}" in text
    pressed(browser, Keys.ARROW_RIGHT)
    assert f"Row {int(sources.hard.missed['row'].iloc[1])}" in browser.execute_script(shown)
    pressed(browser, Keys.ESCAPE)
    assert browser.execute_script(shown) is False
    assert browser.execute_script("return document.activeElement.ariaLabel") == names[0]
    assert browser.execute_script("return document.scrollingElement.scrollWidth") <= width
    assert browser.get_log("browser") == []
    assert requested(browser) == {path.as_uri()}


@pytest.mark.slow
def test_lists_models_and_steps_are_chosen(browser, made):
    sources = sources_of(made)
    payload = errors_payload(sources.hard, sources.atlas)
    opened(browser, made)
    click = (
        "[...document.querySelectorAll('#hard-rows button')]"
        ".find(b => b.textContent.startsWith(arguments[0])).click()"
    )
    browser.execute_script(click, "Missed by most")
    before = len(labels(browser, "#hard-rows"))
    browser.execute_script(click, "Show")
    more = labels(browser, "#hard-rows")
    assert before == 24 < len(more) == min(48, payload["hardest"]["total"])
    assert browser.execute_script("return document.activeElement.ariaLabel") == more[24]
    browser.execute_script(click, "Only one right")
    browser.execute_script(
        "const s = document.querySelector('#hard-rows select'); s.value = 'poor';"
        "s.dispatchEvent(new Event('change'))"
    )
    rows = sources.atlas.places[payload["alone_right"]["poor"]["indices"]]
    truths = sources.found.data.y_true[rows]
    expected = [f"row {row}: true {k}, poor says {k}" for row, k in zip(rows, truths, strict=True)]
    assert labels(browser, "#hard-rows") == expected[:24]


@pytest.mark.slow
def test_the_atlas_answers_what_other_sections_ask(browser, made):
    sources = sources_of(made)
    data, places = sources.found.data, sources.atlas.places
    opened(browser, made)
    pair = browser.execute_script("return bench.atlas.onlyRight('good', 'poor')")
    assert len(pair)
    good, poor = data.models.index("good"), data.models.index("poor")
    assert data.correct[good][places[pair]].all()
    assert not data.correct[poor][places[pair]].any()
    wrong = np.flatnonzero(~data.correct[poor])
    true, said = int(data.y_true[wrong[0]]), int(data.y_pred[poor][wrong[0]])
    cell = places[
        browser.execute_script("return bench.atlas.wrong('poor', arguments[0], arguments[1])", true, said)
    ]
    assert (data.y_true[cell] == true).all()
    assert (data.y_pred[poor][cell] == said).all()
    assert len(cell) == np.count_nonzero((data.y_true == true) & (data.y_pred[poor] == said))
    alone = places[browser.execute_script("return bench.atlas.onlyRight('margins', 'good', 'poor')")]
    margins = data.models.index("margins")
    expected = data.correct[margins] & ~data.correct[good] & ~data.correct[poor]
    assert sorted(alone) == np.flatnonzero(expected).tolist()


@pytest.mark.slow
def test_the_slider_shows_the_accuracy_after_correction(browser, made):
    sources = sources_of(made)
    found = errors_payload(sources.hard, sources.atlas)["corrected"]
    opened(browser, made)
    for step in (0, len(found["steps"]) - 1):
        browser.execute_script(
            "const s = document.getElementById('corrected-k'); s.value = arguments[0];"
            "s.dispatchEvent(new Event('input'))",
            step,
        )
        text = browser.execute_script("return document.getElementById('corrected-labels').textContent")
        assert f"first {found['steps'][step]} doubted" in text
        assert all(f"{model['corrected'][step]:.4f} (" in text for model in found["models"])


@pytest.mark.slow
def test_wrong_rows_of_a_model_replace_its_table_when_it_is_opened(browser, made):
    opened(browser, made)
    script = (
        "return document.querySelector('.wrong-rows[data-model=poor]').querySelectorAll(arguments[0]).length"
    )
    assert browser.execute_script(script, "table") == 1
    browser.execute_script("for (const part of document.querySelectorAll('details')) part.open = true")
    awaited(browser, script, ".tile")
    assert browser.execute_script(script, "table") == 0
    assert browser.execute_script(script, ".tile") == 24


@pytest.mark.slow
def test_pages_without_script_show_pictures_and_tables(browser, made):
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    opened(browser, made)
    from selenium.webdriver.common.by import By

    images = browser.find_elements(By.CSS_SELECTOR, "#errors img.strip")
    assert images
    assert all(int(image.get_property("naturalWidth")) for image in images)
    assert browser.find_elements(By.CSS_SELECTOR, "#hard-rows table, #corrected-labels table")
    assert not browser.find_elements(By.CSS_SELECTOR, ".tile")


@pytest.mark.slow
def test_hostile_classes_are_text_in_rows_without_images(browser, tmp_path):
    X = np.random.default_rng(0).random((240, 4)).astype(np.float32)
    names = [Model("<b onclick_1>$x$", skill=1.0), Model("b", skill=1.0)]
    made = make_run(tmp_path / "run", make_dataset(X, np.resize(HOSTILE, 240)), names, n_splits=3)
    opened(browser, made)
    browser.execute_script("document.querySelector('#hard-rows .tile').click()")
    assert browser.execute_script("return window.done || null") is None
    text = browser.execute_script("return document.querySelector('dialog.answers').textContent")
    assert "<b onclick_1>$x$" in text
    assert any(SHOWN.get(label, label) in text for label in HOSTILE)
    assert browser.get_log("browser") == []
