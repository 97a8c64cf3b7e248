from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest
from bench_models import LOCAL, MODELS, spec

from bench import datasets
from bench.folds import make_folds
from bench.plan import Choice, make_plan
from bench.records import Dataset
from bench.store import RunStore


@pytest.fixture
def local_models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make ill-behaved models importable as `local_models`."""
    folder = tmp_path / "models"
    folder.mkdir()
    (folder / f"{LOCAL}.py").write_text(MODELS)
    monkeypatch.syspath_prepend(folder)


@pytest.fixture
def bench_case(small: Dataset, tmp_path: Path) -> SimpleNamespace:
    """Folds, plan and store of three small models on the small data."""
    folds = make_folds(small, 3, 1, 0)
    info = datasets.describe(small)
    models = [
        spec("linear", "sklearn.linear_model:SGDClassifier"),
        spec("nearest", "sklearn.neighbors:KNeighborsClassifier"),
    ]
    plan = make_plan(info, folds, [Choice(model, {}) for model in models], lambda choice: "bench run")
    return SimpleNamespace(
        dataset=small, folds=folds, info=info, plan=plan, models=models, store=RunStore(tmp_path / "run")
    )
