import pytest

from reports.assets import templates

CHART = {
    "label": "Two lines",
    "legend": "AUC",
    "series": [
        {"name": "<b>one</b>", "hue": 0, "points": [[0, 0], [0.5, 0.8], [1, 1]], "value": "0.9"},
        {"name": "two", "hue": 1, "dash": "6 3", "points": [[0, 0], [0.5, 0.4], [1, 1]]},
        {"name": "chance", "quiet": True, "points": [[0, 0], [1, 1]]},
    ],
    "x": {"label": "share", "min": 0, "max": 1},
    "y": {"label": "value", "min": 0, "max": 1},
}
PAGE = "<!DOCTYPE html><meta charset=utf-8><style>{}</style><main></main><nav><div class=wrap></div></nav>"
DRAW = "window.chart = bench.chart(document.querySelector('main'), arguments[0])"


@pytest.fixture
def chart(browser, tmp_path):
    parts = templates().globals
    path = tmp_path / "chart.html"
    path.write_text(PAGE.format(parts["style"]) + f"<script>{parts['script']}</script>", encoding="utf-8")
    browser.get(path.as_uri())

    def draw(**changes):
        browser.execute_script(DRAW, CHART | changes)
        return browser.find_element("css selector", "main svg")

    yield draw
    assert browser.get_log("browser") == []


def readout(browser):
    return browser.find_element("css selector", "main [role=status]").text


@pytest.mark.slow
def test_a_chart_is_read_by_keys_and_by_pointer(browser, chart):
    from selenium.webdriver import ActionChains, Keys

    svg = chart()
    svg.send_keys(Keys.ARROW_RIGHT)
    assert readout(browser) == "<b>one</b>: share 0.5, value 0.8"
    svg.send_keys(Keys.ARROW_DOWN)
    assert readout(browser) == "two: share 0.5, value 0.4"
    svg.send_keys(*[Keys.ARROW_RIGHT] * 5)
    assert readout(browser) == "two: share 1, value 1"
    ActionChains(browser).move_to_element_with_offset(svg, 0, -40).perform()
    assert readout(browser) == "<b>one</b>: share 0.5, value 0.8"
    legend = browser.find_element("css selector", ".chart-legend").text.split("\n")
    assert legend == ["AUC", "<b>one</b>", "0.9", "two"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("axis", "ticks"),
    [
        ({"min": 0, "max": 1, "ticks": [0, 0.5, 1]}, ["0", "0.5", "1"]),
        ({"min": 0.1, "max": 100, "scale": "log", "ticks": None}, ["0.1", "1", "10", "100"]),
        ({"min": 5, "max": 5}, ["5"]),
        ({}, ["0", "0.2", "1"]),
    ],
)
def test_axes_have_ticks_inside_their_limits(browser, chart, axis, ticks):
    svg = chart(y=axis | {"label": "value"})
    shown = [text.text for text in svg.find_elements("css selector", ".axes text[text-anchor=end]")]
    assert set(ticks) <= set(shown)
    assert len(shown) < 12


@pytest.mark.slow
def test_a_chart_follows_its_data_and_the_width(browser, chart):
    chart()
    browser.execute_script("chart.update({guides: [{x: 0.25, label: 'threshold'}], series: []})")
    assert browser.find_element("css selector", ".guide text").text == "threshold"
    assert browser.find_elements("css selector", "main .line") == []
    browser.execute_script("document.querySelector('main').hidden = true; chart.update({})")
    browser.execute_async_script(
        "document.querySelector('main').hidden = false;"
        "document.querySelector('main').className += ' narrow'; requestAnimationFrame(arguments[0])"
    )
    box = "return document.querySelector('main svg').viewBox.baseVal.width"
    assert browser.execute_script(box) > 300
