"""A kit of folders and files that are not what their names say, and of columns that may be the label."""

import os

import pytest
from kit import Case, cases, check, tables

from bench.datasets import load
from bench.errors import DataError

AB = ["a", "b"]
ROWS = "label,x\na,1\nb,2\n"

FOLDERS = [
    tables("y beside x", "x,y,kind\n1,2,a\n3,4,b\n", "x,y\n5,6\n", X=[[1, 2], [3, 4]], y=AB, X_test=[[5, 6]]),
    *(
        tables(f"test lacks a column of {head}", f"{head}\n0,1,2\n1,3,4\n", test, "is the label is not clear")
        for head, test in (
            ("Label,pixel0,pixel1", "Label,pixel0\n0,1\n"),
            ("digit,pixel0,pixel1", "digit,pixel0\n0,1\n"),
            ("CLASS,a,b", "CLASS,a\n0,1\n"),
            ("y,a,b", "y,a\n0,1\n"),
        )
    ),
    *(
        Case(f"{what} as test", {"c/train.csv": ROWS.encode(), "c/test.csv": make}, "c", f"test.csv: {says}")
        for what, make, says in (
            ("link to nowhere", lambda path: path.symlink_to("b"), "is a link that leads to no file"),
            ("pipe in a folder", os.mkfifo, "is a pipe or a device"),
            ("folder", os.mkdir, "is a folder; give a file"),
        )
    ),
    Case(
        "packed test",
        {"c/train.csv": ROWS.encode(), "c/test.csv.zip": b"PK"},
        "c",
        "holds 'test.csv.zip', but",
    ),
]


@cases(*FOLDERS)
def test_folders(case, tmp_path):
    check(case, tmp_path)


def test_a_link_to_itself_is_no_unknown_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(DataError, match="loop: is a link that leads to no file; correct it, or remove it"):
        load("loop")


@pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="there is no such file")
def test_a_file_of_no_bytes_is_not_waited_for(tmp_path):
    (tmp_path / "a.csv").symlink_to("/proc/self/status")
    with pytest.raises(DataError, match="is empty; give a csv"):
        load(str(tmp_path / "a.csv"))
