"""Fixtures that several packages' tests share."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from bench import datasets
from bench.records import Dataset
from bench.supervise import kept_children

# New examples are for developers; the verdict on a submission must not depend on luck.
settings.register_profile("ci", derandomize=True, deadline=None)
settings.register_profile("developer", deadline=None)
settings.load_profile("ci" if os.environ.get("CI") else "developer")


@pytest.fixture(scope="session", autouse=True)
def children() -> Iterator[None]:
    """Children stay from test to test: starting one takes longer than most fits here."""
    os.environ["BENCH_TEST_MARK"] = uuid.uuid4().hex
    with kept_children():
        yield


@pytest.fixture(scope="session")
def digits() -> Dataset:
    return datasets.load("digits")


@pytest.fixture(scope="session")
def small() -> Dataset:
    """The embedded digits, cut to 200 rows."""
    return datasets.take(datasets.load("digits"), "200", 0)


@pytest.fixture(scope="session")
def real_data() -> Path:
    folder = os.environ.get("BENCH_DATA")
    if not folder:
        pytest.skip("BENCH_DATA names no folder with the real data")
    return Path(folder)


@pytest.fixture
def in_tmp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path
