import socket
from dataclasses import replace

import numpy as np
import pytest

from bench.datasets import one_against_rest
from reports.html import page

from .browser import WIDTHS, requested, resize
from .conftest import Model, make_dataset, make_run

HOSTILE = (
    '<img src=x onerror="window.done=1">',
    "</script><script>window.done=1</script>",
    '"><svg onload=window.done=1>',
    "</style><style>@import 'http://example.invalid/'",
    "<a href=javascript:window.done=1>x</a>",
    "<!-- {{7*7}} {% raw %}",
    r"$\frac{1}{0}$ \x $",
    "\u202eright to left\u2066",
    "emoji 🙂",
    "nul\x00 esc\x1b[31m",
)
SHOWN = {
    "\u202eright to left\u2066": "\ufffdright to left\ufffd",
    "nul\x00 esc\x1b[31m": "nul\u2400 esc\u241b[31m",
}


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
        resize(browser, width)
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


@pytest.mark.slow
def test_hostile_text_is_shown_and_does_nothing(browser, tmp_path):
    everything = " ".join(HOSTILE)
    X = np.random.default_rng(0).random((120, len(HOSTILE))).astype(np.float32)
    data = make_dataset(X, np.resize(HOSTILE, 120), name=everything, feature_names=HOSTILE)
    models = [
        Model("good", title=everything, stamp=everything, importance=True, warnings=HOSTILE, epochs=2),
        Model("<b onclick_1>$x$", title="t", failing=dict(enumerate(HOSTILE[:3]))),
        Model("skipped", skipped=everything),
    ]
    made = make_run(tmp_path / "run", data, models, n_splits=3)
    params = dict(zip(HOSTILE, HOSTILE, strict=True))
    rows = tuple(replace(row, params=params, command=everything) for row in made.run.rows)
    run = replace(made.run, rows=rows, command=everything, created=everything)
    path = made.store.write_text("report.html", page(made.store, run))
    browser.get(path.as_uri())
    browser.execute_script("for (const part of document.querySelectorAll('details')) part.open = true")
    assert browser.execute_script("return window.done || null") is None
    foreign = "script:not([type='application/json']):not(:last-of-type)"
    acting = f"{foreign}, [onerror], [onload], [onclick_1], [href^=java], [src=x]"
    assert browser.execute_script("return document.querySelectorAll(arguments[0]).length", acting) == 0
    assert browser.get_log("browser") == []
    assert requested(browser) == {path.as_uri()}
    shown = browser.execute_script("return document.querySelector('main').textContent")
    for text in HOSTILE:
        assert SHOWN.get(text, text) in shown
    drawn = browser.execute_script(
        "return [...document.querySelectorAll('svg text')].map(e => e.textContent)"
    )
    assert any(text.startswith(r"$\frac{1}{0}$") for text in drawn)


@pytest.mark.slow
def test_the_network_is_blocked(browser, tmp_path):
    (tmp_path / "page.html").write_text("<p>x</p>")
    with socket.create_server(("127.0.0.1", 0)) as server:
        browser.get((tmp_path / "page.html").as_uri())
        ask = "fetch(arguments[0], {mode: 'no-cors'}).catch(arguments[1])"
        browser.execute_async_script(ask, f"http://127.0.0.1:{server.getsockname()[1]}/")
        server.setblocking(False)
        with pytest.raises(BlockingIOError):
            server.accept()


@pytest.mark.slow
def test_the_policy_stops_what_slips_in_and_nothing_of_ours(browser, digits, tmp_path):
    made = make_run(tmp_path / "run", digits, [Model("a")])
    slipped = (
        "<script>window.done=1</script><img src=x onerror='window.done=1'>"
        "<p id=slipped style='color: rgb(1, 2, 3)'>x</p><style>p { color: rgb(1, 2, 3) }</style>"
    )
    text = page(made.store, made.run).replace("</main>", f"{slipped}</main>")
    path = made.store.write_text("report.html", text)
    browser.get(path.as_uri())
    assert browser.execute_script("return window.done || null") is None
    colour = "return getComputedStyle(document.getElementById('slipped')).color"
    assert browser.execute_script(colour) != "rgb(1, 2, 3)"
    assert len(browser.get_log("browser")) >= 4
    swatch = "return getComputedStyle(document.querySelector('.swatch')).backgroundColor"
    assert browser.execute_script(swatch) == "rgb(0, 114, 178)"
