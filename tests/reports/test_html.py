import base64
import collections
import hashlib
import re
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest

from reports.glances import glances
from reports.html import page
from reports.leaderboard import leaderboard
from reports.verdict import verdict

from .conftest import Model, make_dataset, make_run

VOID = {"meta", "link", "br", "img", "path", "use", "defs"}
HOSTILE = "<script>alert('$\\frac{1}{0}$ \x1b[31m \u202e\"')</script>"


class Elements(HTMLParser):
    """Start tags with their attributes, and the text outside of style and script."""

    def __init__(self, text):
        super().__init__()
        self.found, self.text = [], []
        self.foreign = True
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))
        self.foreign = tag not in ("script", "style")

    def handle_endtag(self, tag):
        self.foreign = True

    def handle_data(self, data):
        if self.foreign:
            self.text.append(data)

    def values(self, name):
        return [attributes[name] for _, attributes in self.found if name in attributes]


@pytest.fixture(scope="module")
def html(made):
    return page(made.store, made.run)


@pytest.fixture(scope="module")
def elements(html):
    return Elements(html)


def test_nothing_is_fetched(elements):
    sources = elements.values("src") + elements.values("href")
    assert all(source.startswith(("#", "data:")) for source in sources)
    assert not {"iframe", "object", "base", "form"} & {tag for tag, _ in elements.found}
    assert not any(name.startswith("on") for _, attributes in elements.found for name in attributes)


def test_styles_and_figures_name_no_address(html):
    assert "@import" not in html
    assert not re.search(r"url\((?!#)", html)
    assert set(re.findall(r"\w+://[^\s\"']*", html)) <= {"http://www.w3.org/2000/svg"}


def test_policy_forbids_all_but_what_is_inside(elements, html):
    policies = [a["content"] for tag, a in elements.found if a.get("http-equiv") == "Content-Security-Policy"]
    inside = {tag: re.findall(f"<{tag}>(.*?)</{tag}>", html, re.DOTALL) for tag in ("style", "script")}
    digests = {
        tag: base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        for tag, [text] in inside.items()
    }
    assert policies == [
        f"default-src 'none'; img-src data:; style-src 'sha256-{digests['style']}'; "
        f"script-src 'sha256-{digests['script']}'; base-uri 'none'; form-action 'none'"
    ]
    assert elements.values("style") == []


def test_ids_are_unique_and_every_reference_finds_one(elements, html):
    ids = elements.values("id")
    assert [name for name, count in collections.Counter(ids).items() if count > 1] == []
    targets = {href[1:] for href in elements.values("href") if href.startswith("#")}
    targets |= set(re.findall(r"url\(#([^)]+)\)", html))
    assert targets <= set(ids)


def test_structure_is_told_to_assistive_programs(elements):
    tags = collections.Counter(tag for tag, _ in elements.found)
    assert {tags[name] for name in ("header", "main", "nav", "footer", "h1")} == {1}
    assert all(attributes.get("scope") in ("row", "col") for tag, attributes in elements.found if tag == "th")
    figures = [attributes for tag, attributes in elements.found if tag == "svg"]
    told = [attributes for attributes in figures if attributes.get("aria-hidden") != "true"]
    assert len(told) >= 10
    assert all(attributes["role"] == "img" and attributes["aria-label"] for attributes in told)
    assert all(attributes.get("alt") for tag, attributes in elements.found if tag == "img")


def test_every_row_is_on_the_page_with_its_reason(html):
    for reason in (
        "memory ran out",
        "no such &lt;solver&gt;",
        "needs keras",
        "tuned on these rows: optimistic",
    ):
        assert reason in html
    assert "a warning &lt;b&gt;" in html
    assert "in 5 folds" in html


def test_the_verdict_names_the_best_eligible_model(made):
    found = verdict(leaderboard(made.store, made.run))
    assert found.model == "cnn"
    assert "of the eligible models" in found.sentence
    assert found.notes[:2] == (
        "This run is partial, 33 of 35 fits have ended; go on with bench run --data digits.",
        "forest (tuned) scores better but is not eligible: tuned on these rows: optimistic.",
    )
    titles = [glance.title for glance in glances(leaderboard(made.store, made.run))]
    assert titles[:3] == ["Best classical model", "Best deep model", "Deep minus classical"]


def test_foreign_text_stays_text(tmp_path):
    X = np.random.default_rng(0).random((60, 5)).astype(np.float32)
    y = np.resize([HOSTILE, "_under", "字 🙂", "=1+1"], 60)
    data = make_dataset(X, y, name=HOSTILE, feature_names=(HOSTILE, *"abcd"))
    models = [
        Model("_m$x$<b>", title=HOSTILE, stamp=HOSTILE, importance=True, warnings=(HOSTILE,)),
        Model("x" * 200, failing={0: HOSTILE}),
        Model("s", skipped=HOSTILE),
    ]
    text = page((made := make_run(tmp_path / "run", data, models, n_splits=3)).store, made.run)
    kinds = [attributes.get("type") for tag, attributes in Elements(text).found if tag == "script"]
    assert set(kinds[:-1]) == {"application/json"}
    assert kinds[-1] is None
    assert not set(text) & {"\x1b", "\u202e"}
    shown = "".join(Elements(text).text)
    assert "<script>alert('$\\frac{1}{0}$ \u241b[31m \ufffd\"')</script>" in shown
    assert "字 🙂" in shown
    assert "_m$x$<b>" in shown


@pytest.mark.parametrize(("n_classes", "kind"), [(2, "decision"), (30, "probability")])
def test_few_and_many_classes_of_words(tmp_path, n_classes, kind):
    y = np.resize([f"a long class name {k:02d}" for k in range(n_classes)], 300)
    data = make_dataset(np.random.default_rng(0).random((300, 3)), y)
    made = make_run(tmp_path / "run", data, [Model("a", skill=1, kind=kind)], n_splits=2)
    text = page(made.store, made.run)
    assert "a long class name 01" in text
    assert len(text) < 1_000_000
    assert ("confidence n/a" in text) == (kind == "decision")


@pytest.mark.parametrize(
    "models",
    [
        [Model("late", missing=range(5))],
        [Model("no", skipped="why not"), Model("bad", failing=dict.fromkeys(range(5), "broke"))],
        [Model("part", missing=(1,), epochs=3)],
    ],
)
def test_partial_runs_have_a_page(digits, tmp_path, models):
    made = make_run(tmp_path / "run", digits, models)
    text = page(made.store, made.run)
    assert all(model.name in text for model in models)
    assert "that counts yet" in text


def test_missing_values_and_partly_stored_rows(digits, tmp_path, monkeypatch):
    monkeypatch.setattr("bench.shown.DATA_LIMIT_BYTES", 10)
    monkeypatch.setattr("bench.shown.N_SHOWN_ROWS", 50)
    X = digits.X.astype(np.float32)
    X[3, 4] = np.nan
    made = make_run(tmp_path / "run", replace(digits, X=X), [Model("a", skill=2)])
    assert "among the 50 rows that were kept" in page(made.store, made.run)


def test_the_verdict_follows_the_direction_of_the_metric(made):
    found = verdict(leaderboard(made.store, replace(made.run, metric="log_loss")))
    assert found.sentence.endswith(": log loss")
    means = leaderboard(made.store, made.run).frame().set_index("name")["log_loss_mean"]
    assert float(found.score) == pytest.approx(means[found.model], abs=5e-5)
    assert means[found.model] <= means.drop("forest (tuned)").min()
