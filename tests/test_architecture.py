"""The import contracts, and what may be loaded when."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
HEAVY = {"tensorflow", "keras", "xgboost", "optuna", "matplotlib", "seaborn", "sklearn", "pandas", "dask"}


def test_import_contracts():
    tool = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([tool], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def loaded(code: str) -> set[str]:
    script = f"import sys\n{code}\nprint(*sorted({{name.partition('.')[0] for name in sys.modules}}))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(done.stdout.splitlines()[-1].split())


@pytest.mark.parametrize(
    "words", [["--help"], ["run", "--help"], ["list", "models"], ["list", "metrics"], ["list", "datasets"]]
)
def test_the_command_line_starts_without_heavy_libraries(words):
    code = f"from bench.cli import main\ntry: main({words!r})\nexcept SystemExit as end: assert not end.code"
    assert not loaded(code) & HEAVY


@pytest.mark.parametrize("package", ["bench", "estimators", "reports"])
def test_importing_a_package_loads_nothing_heavy(package):
    assert not loaded(f"import {package}") & HEAVY


def test_an_estimator_loads_its_library_when_it_is_fitted():
    code = "import estimators\n[getattr(estimators, name)().get_params() for name in estimators.__all__]"
    assert not loaded(code) & {"tensorflow", "keras", "xgboost"}


def test_the_leaderboard_is_printed_without_plotting_libraries():
    assert not loaded("import reports.leaderboard, reports.submission") & {"matplotlib", "seaborn"}


def test_tuning_alone_imports_optuna_and_one_module_fits():
    sources = {path: path.read_text(encoding="utf-8") for path in (ROOT / "bench").rglob("*.py")}
    tuning = {path.name for path, text in sources.items() if "import optuna" in text}
    assert tuning == {"tune.py", "studies.py", "trials.py"}
    assert [path.name for path, text in sources.items() if ".fit(" in text] == ["worker.py"]
