from importlib import import_module
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture(scope="session")
def from_benchmarks():
    """Import a module that lies beside the benchmarks."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(BENCHMARKS)
        yield import_module


@pytest.fixture(scope="session")
def made(from_benchmarks):
    """Make scores of models that find the same rows hard."""
    return from_benchmarks("synthetic").out_of_fold
