"""Foreign text is text on the terminal and in csv files, whatever it looks like."""

from __future__ import annotations

import csv
import io
import json
import math
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.cli.console import fail, print_json, print_table, say
from bench.cli.progress import Bars
from bench.records import FoldResult, Job
from reports.wording import csv_cell, visible

HOSTILE = [
    "\x1b[31mred\x1b[0m",
    "\x1b]0;title\x07",
    "\x9b31m",
    "up\x1b[A\x1b[2K",
    "back\b\b\b",
    "re\rwritten",
    "\u202edlrow\u202c",
    "\u2066isolate\u2069",
    "nul\x00",
    "line\u2028end",
    "\ud800",
    "\ufeffmark",
]
ACTING = {"Cc", "Cs", "Cf", "Zl", "Zp"}
KEPT = {"\n", "\t", "\u200c", "\u200d"}


def acting(text: str) -> set[str]:
    return {char for char in text if unicodedata.category(char) in ACTING} - KEPT


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_acts_on_the_terminal(capsys, text):
    say(text)
    fail(text, 2)
    print_table([text], [[text]], text)
    print_json({"name": text.encode("utf-8", "replace").decode()})
    out, err = capsys.readouterr()
    assert not acting(out + err)
    assert len(err.splitlines()) == 2


def test_json_says_what_it_was_given(capsys):
    value = {"name": "\x1b[31m\u202e\x9b", "number": 0.1, "none": None, "list": [1, 2]}
    print_json(value)
    out = capsys.readouterr().out
    assert out.isascii()
    assert json.loads(out) == value


def test_no_text_forges_a_line(capsys):
    say("no luck\nbench: all is well")
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize("text", ["[red]x[/red]", "[/]", "[link=http://x]y[/link]", ":boom:", "[bold"])
def test_markup_is_literal(capsys, text):
    job = Job(text, "a:B", {}, "f", 0, 0, 0, "fold", {}, True)
    with Bars(1) as watching:
        watching.begin([job])
        watching.end(FoldResult("k", text, "fold", 0, 0, "failed", reason=text))
        watching.say(text)
    print_table([text], [[text]], text)
    out, err = capsys.readouterr()
    assert out.count(text) == 3
    assert err.count(text) >= 3


@given(st.text())
def test_visible_text_never_acts_and_is_stable(text):
    shown = visible(text)
    assert not acting(shown)
    assert visible(shown) == shown
    assert len(shown) == len(text)


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+x",
        "-x",
        "@SUM(A1)",
        "\t=1",
        "\n=1",
        " =1",
        "=cmd|' /C calc'!A0",
        "-",
        "\uff1d1",
        "-inf",
        "=\x00",
    ],
)
def test_a_formula_becomes_text(text):
    assert csv_cell(text).startswith("'")


@pytest.mark.parametrize("value", ["a=1", "-1", "+1.5e3", "-0.25", "word", "", "'=x", 3, -3, -0.5, None])
def test_numbers_and_plain_text_stay(value):
    assert csv_cell(value) is value or csv_cell(value) == value


@given(st.text() | st.integers() | st.floats(allow_nan=False))
def test_no_cell_begins_like_a_formula_unless_it_is_a_number(value):
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerow([csv_cell(value), "end"])
    cell, end = next(csv.reader(io.StringIO(buffer.getvalue())))
    assert end == "end"
    if cell.lstrip(" ").startswith(tuple("=+-@\t\r\n")):
        assert math.isfinite(float(cell))
