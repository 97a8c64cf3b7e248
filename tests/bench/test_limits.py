import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench import limits
from bench.errors import UsageError


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90s", 90), ("20m", 1200), ("1h", 3600), ("1h30m", 5400), ("1d", 86400), ("0.5s", 0.5), ("2H5s", 7205)],
)
def test_a_time_is_read_with_its_units(text, seconds):
    assert limits.parse_duration(text) == seconds


@pytest.mark.parametrize(
    ("text", "number"),
    [("6G", 6e9), ("800M", 8e8), ("1.5g", 1.5e9), ("2TB", 2e12), ("10kb", 1e4), (" 6G ", 6e9)],
)
def test_a_size_is_read_with_its_unit(text, number):
    assert limits.parse_size(text) == number


@pytest.mark.parametrize("text", ["", "20", "h", "0s", "-1m", "30m1h", "1h1h", "inf", "1e3s", "1 h", "1mm"])
def test_what_is_no_time_is_refused(text):
    with pytest.raises(UsageError, match="--time-limit takes a time with its unit, such as"):
        limits.parse_duration(text)


@pytest.mark.parametrize("text", ["", "6", "G", "0G", "-1G", "6X", "6 G", "1e3M", "infG", "9" * 400 + "G"])
def test_what_is_no_size_is_refused(text):
    with pytest.raises(UsageError, match="--memory-limit takes a size with its unit, such as"):
        limits.parse_size(text)


@given(st.text(max_size=12))
def test_any_text_is_read_or_refused(text):
    for parse in (limits.parse_duration, limits.parse_size):
        with contextlib.suppress(UsageError):
            assert parse(text) > 0


@given(st.integers(1, 10**6))
def test_a_shown_time_is_read_back(seconds):
    assert limits.parse_duration(limits.duration(seconds)) == seconds


def test_the_default_is_an_hour_and_a_share_of_what_is_free(monkeypatch):
    monkeypatch.setattr(limits, "free_memory_bytes", lambda: 10**10)
    assert limits.limits(jobs=4) == limits.Limits(3600, 2 * 10**9)
    assert str(limits.limits("90s", "6.4G")) == "90s and 6.4 GB of memory"


def test_a_dry_run_shows_the_limits(bench):
    wish = ("run", "dummy", "--dry-run", "--time-limit", "90s", "--memory-limit", "6G")
    assert "limits of a fit: 90s and 6 GB of memory" in bench.ok(*wish)
    shown = json.loads(bench.ok(*wish, "--json"))
    assert (shown["time_limit_seconds"], shown["memory_limit_bytes"]) == (90, 6_000_000_000)
    assert json.loads(bench.ok(*wish[:3], "--json"))["time_limit_seconds"] == 3600


@pytest.mark.parametrize("words", [("--time-limit", "20"), ("--memory-limit", "much")])
def test_a_limit_in_another_form_is_refused(bench, words):
    for verb in ("run", "tune"):
        assert words[0] in bench.refused(verb, "tree", *words)


def test_fits_over_a_limit_are_rows_and_the_run_goes_on(bench):
    words = ("run", "dummy", "--rows", "200", "--cv", "2", "-q", "--jobs", "1")
    code, out, _ = bench(*words, "--memory-limit", "1M")
    assert code == 3
    assert "more than --memory-limit 1 MB" in " ".join(out.split())
    bench.ok(*words, "--memory-limit", "4G", "--retry-failed")
