from __future__ import annotations

import csv
from pathlib import Path
from types import SimpleNamespace

import pytest
from bench_models import LOCAL, MODELS, spec

from bench import datasets
from bench.cli import main
from bench.folds import make_folds
from bench.plan import Choice, make_plan
from bench.records import Dataset
from bench.store import RunStore


class Bench:
    """Calls the command line in this process."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self.capsys = capsys

    def __call__(self, *words: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(words)
        out, err = self.capsys.readouterr()
        return ended.value.code or 0, out, err

    def ok(self, *words: str) -> str:
        code, out, err = self(*words)
        assert code == 0, err
        return out

    def refused(self, *words: str, code: int = 2) -> str:
        found, out, err = self(*words)
        assert (found, out) == (code, "")
        assert err.startswith("bench: error: ")
        assert err.count("\n") == 1
        return err


@pytest.fixture
def bench(capsys: pytest.CaptureFixture[str], in_tmp: Path) -> Bench:
    return Bench(capsys)


@pytest.fixture
def competition(small, in_tmp: Path) -> Path:
    folder = in_tmp / "competition"
    folder.mkdir()
    heads = list(small.feature_names)
    for name, part, extra in (("train.csv", slice(0, 160), ["label"]), ("test.csv", slice(160, 200), [])):
        with (folder / name).open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow([*extra, *heads])
            for label, pixels in zip(small.y[part], small.X[part].tolist(), strict=True):
                writer.writerow([label, *pixels] if extra else pixels)
    return folder


@pytest.fixture
def two_kinds(in_tmp: Path) -> tuple[str, ...]:
    """The options for labelled and unlabelled rows of two classes, as small as a benchmark can be."""
    heads, lines = "a,b,kind", [f"{i % 7},{i % 5},{'xy'[i % 3 == 0]}" for i in range(48)]
    Path("rows.csv").write_text("\n".join([heads, *(f"{line}" for line in lines)]) + "\n")
    Path("new.csv").write_text("a,b\n" + "".join(f"{i % 6},{i % 4}.5\n" for i in range(10)))
    return ("--data", "rows.csv", "--test", "new.csv", "--label", "kind", "--cv", "3")


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
