"""Odd data from the command line: warned of once, shown in the report, stamped on the submission."""

import json
from pathlib import Path

import pytest

ARGUMENTS = ("dummy", "--data", "c", "--cv", "2", "-q", "--jobs", "1", "--out", "out")


@pytest.fixture
def odd(in_tmp):
    """A competition with a copy, a contradiction, and one test row of two that was trained on."""
    train = ["label,pixel0", *(f"{number % 2},{number}" for number in range(20)), "0,0", "1,2"]
    (in_tmp / "c").mkdir()
    (in_tmp / "c" / "train.csv").write_text("\n".join(train))
    (in_tmp / "c" / "test.csv").write_text("pixel0\n7\n99\n")
    return in_tmp


def test_oddities_are_said_once_and_kept(bench, odd):
    code, _, err = bench("run", *ARGUMENTS)
    assert code == 0
    assert err.splitlines() == [
        "bench: warning: c: 2 rows are copies of an earlier row; copies are kept in one fold",
        "bench: warning: c: 2 rows have a copy with another label; no model can get all of them right",
        "bench: warning: c: 1 test row is also in the training data; scores on them prove little",
    ]
    stamped = json.loads(Path("out/submission.json").read_text())
    assert stamped["n_test_in_train"] == 1
    assert stamped["stamp"] == "1 of 2 test rows are also in the training data"
    page = Path("out/report.html").read_text()
    assert "1 test row is also in the training data" in page
    info = json.loads(Path("out/run.json").read_text())["info"]
    assert (info["n_duplicates"], info["n_contradictory"], info["n_test_in_train"]) == (2, 2, 1)


def test_a_dry_run_warns_too(bench, odd):
    _, out, err = bench("run", *ARGUMENTS, "--dry-run", "--json")
    assert err.count("bench: warning: ") == len(json.loads(out)["data"]["warnings"]) == 3


def test_the_size_of_input_has_a_limit(bench, odd):
    for verb in (("run",), ("tune",)):
        err = bench.refused(*verb, *ARGUMENTS, "--max-input", "50")
        assert "train.csv: holds 110 bytes where --max-input allows 50 bytes; raise --max-input" in err
    assert "is no size; write it like 2G" in bench.refused("run", *ARGUMENTS, "--max-input", "much")
    bench.ok("run", *ARGUMENTS, "--max-input", "1K")
    assert "--max-input 1K" in json.loads(Path("out/run.json").read_text())["command"]
    err = bench.refused("predict", "out", "--data", "c/test.csv", "--max-input", "9")
    assert "test.csv: holds 12 bytes where --max-input allows 9 bytes" in err


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.csv", b"label;x\na;1\n", "is not separated by commas"),
        ("a.npz", b"\x80\x04K\x01.", "is no npz"),
        ("a.zip", b"PK\5\6", "cannot be unpacked"),
        ("a\x1b[31m\n.csv", b"", "a\\x1b[31m\\n.csv: is empty"),
    ],
)
def test_bad_input_is_one_line(name, content, sentence, bench, in_tmp):
    (in_tmp / name).write_bytes(content)
    assert sentence in bench.refused("run", "dummy", "--data", name)
