"""Every command in the README is run, in its order, in a folder with a small competition."""

from __future__ import annotations

import csv
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
INSTALL, TEST = "pip install . && bench run --all", "pip install tox && tox"


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def commands() -> list[str]:
    return [line for block in blocks("sh") for line in block.splitlines()]


@pytest.fixture
def workplace(small, in_tmp: Path) -> Path:
    """The files that the README speaks of, in small."""
    heads = list(small.feature_names)
    with Path("test.csv").open("w", newline="") as file:
        csv.writer(file).writerows([heads, *small.X[150:].tolist()])
    train = [
        ["label", *heads],
        *([y, *x] for y, x in zip(small.y[:150], small.X[:150].tolist(), strict=True)),
    ]
    with zipfile.ZipFile("digit-recognizer.zip", "w") as archive:
        archive.write("test.csv")
        archive.writestr("train.csv", "\n".join(",".join(map(str, line)) for line in train))
    return in_tmp


def run(command: str) -> subprocess.CompletedProcess[str]:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        command, shell=True, capture_output=True, text=True, check=False, env={**os.environ, "PATH": path}
    )


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.usefixtures("workplace")
def test_every_command_of_the_readme_works():
    assert commands()[:2] == [INSTALL, TEST]
    bench_commands = ["bench run --all", *commands()[2:]]
    for command in bench_commands:
        assert command.startswith("bench ")
        done = run(command)
        assert done.returncode == 0, f"{command}\n{done.stderr}"
    assert len(Path("labels.csv").read_text().splitlines()) == 51
    assert Path("runs/digits/report.html").is_file()
    assert Path("runs/digit-recognizer/submission.csv").is_file()


@pytest.mark.slow
def test_the_python_of_the_readme_works(in_tmp):
    (code,) = blocks("python")
    Path("example.py").write_text(code)
    done = run(f"{sys.executable} example.py")
    assert done.returncode == 0, done.stderr
    assert all(float(score) > 0.9 for score in re.findall(r"\d\.\d+", done.stdout))


def test_ci_runs_the_readmes_test_command():
    assert TEST in (ROOT / ".ci/run").read_text(encoding="utf-8").splitlines()


def test_the_readme_lists_the_registry():
    from bench.registry import ESTIMATORS

    assert re.findall(r"^\| `([a-z-]+)` \|", README, re.MULTILINE) == list(ESTIMATORS)


def test_links_and_pictures_exist():
    for target in re.findall(r"\]\(([^)]+)\)", README):
        assert (ROOT / target).is_file(), target
