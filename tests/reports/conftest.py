"""Run folders made through the real store from synthetic scores, so that no test fits a model."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import pytest
from chromium import chromium

from bench.metrics import score
from bench.records import (
    SCHEMA_VERSION,
    Dataset,
    DatasetInfo,
    Environment,
    FoldResult,
    Folds,
    Predictions,
    Protocol,
    Row,
    Run,
)
from bench.store import RunStore


@pytest.fixture
def browser(tmp_path):
    yield from chromium(tmp_path / "profile", offline=True)


@dataclass(frozen=True)
class Model:
    """A row to be made up: `skill` is the lead of the true class's score over noise."""

    name: str
    family: str = "classical"
    skill: float = 4.0
    kind: str = "probability"
    title: str = ""
    stamp: str = ""
    skipped: str = ""
    failing: dict[int, str] = field(default_factory=dict)
    missing: tuple[int, ...] = ()
    epochs: int = 0
    importance: bool = False
    warnings: tuple[str, ...] = ()
    refit: bool = False
    fit_seconds: float = 1.0


@dataclass(frozen=True)
class Made:
    store: RunStore
    run: Run
    folds: Folds
    dataset: Dataset
    scores: dict[str, np.ndarray]

    def row(self, name: str) -> Row:
        return next(row for row in self.run.rows if row.name == name)

    def y(self) -> np.ndarray:
        return np.searchsorted(np.asarray(self.run.info.classes), self.dataset.y)


def make_scores(y: np.ndarray, n_classes: int, model: Model, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    raw = rng.normal(size=(len(y), n_classes))
    raw[np.arange(len(y)), y] += model.skill
    if model.kind == "decision":
        return raw.astype(np.float32)
    shares = np.exp(raw)
    return (shares / shares.sum(axis=1, keepdims=True)).astype(np.float32)


def make_dataset(X, y, *, image_shape=None, X_test=None, y_test=None, test_ids=None, **names) -> Dataset:
    if X_test is not None and test_ids is None:
        test_ids = np.arange(1, len(X_test) + 1)
    return Dataset(
        name=names.get("name", "digits"),
        source=names.get("source", "digits"),
        X=X,
        y=np.asarray(y),
        row_ids=np.arange(len(X)),
        feature_names=names.get("feature_names", tuple(f"pixel{i}" for i in range(X.shape[1]))),
        image_shape=image_shape,
        X_test=X_test,
        y_test=y_test,
        test_ids=test_ids,
        id_name=names.get("id_name", "ImageId"),
        label_name=names.get("label_name", "Label"),
        sha256="d" * 64,
        competition=names.get("competition", False),
    )


def make_info(dataset: Dataset) -> DatasetInfo:
    classes, counts = np.unique(dataset.y, return_counts=True)
    return DatasetInfo(
        name=dataset.name,
        source=dataset.source,
        sha256=dataset.sha256,
        n_rows=len(dataset.X),
        n_features=dataset.X.shape[1],
        classes=tuple(classes.tolist()),
        class_counts=tuple(counts.tolist()),
        image_shape=dataset.image_shape,
        dtype=str(dataset.X.dtype),
        value_min=float(np.nanmin(dataset.X)),
        value_max=float(np.nanmax(dataset.X)),
        n_missing=int(np.isnan(dataset.X.astype(float)).sum()),
        n_duplicates=0,
        n_test=0 if dataset.X_test is None else len(dataset.X_test),
        test_labelled=dataset.y_test is not None,
        id_name=dataset.id_name,
        label_name=dataset.label_name,
        positive=dataset.positive,
        competition=dataset.competition,
    )


def make_run(path, dataset: Dataset, models, *, n_splits=5, n_repeats=1, metric="accuracy", best="") -> Made:
    store, info = RunStore(path), make_info(dataset)
    y = np.searchsorted(np.asarray(info.classes), dataset.y)
    assignment = np.stack([_assign(y, n_splits, repeat) for repeat in range(n_repeats)])
    folds = Folds(dataset.sha256, "stratified", n_splits, n_repeats, 0, assignment)
    rows = tuple(_row(model, n_splits * n_repeats) for model in models)
    run = Run(
        schema_version=SCHEMA_VERSION,
        created="2026-01-01T00:00:00",
        command="bench run --data digits",
        bench_version="1.0",
        info=info,
        protocol=Protocol(n_splits, n_repeats, 0, "all", folds.sha256),
        environment=Environment(
            "3.11", "Linux", "CPU", 2, 8_000_000_000, "", {"numpy": "2.4", "scikit-learn": "1.9"}, "", 1, 1
        ),
        metric=metric,
        rows=rows,
        best=best,
    )
    store.write_run(run)
    store.write_folds(folds)
    store.write_data(dataset, info.classes)
    scores = {
        model.name: _store_model(store, run, folds, dataset, y, model, row, seed)
        for seed, (model, row) in enumerate(zip(models, rows, strict=True))
    }
    return Made(store, run, folds, dataset, scores)


def _assign(y: np.ndarray, n_splits: int, repeat: int) -> np.ndarray:
    order = np.lexsort((np.random.default_rng(repeat).random(len(y)), y))
    assignment = np.empty(len(y), dtype=np.int16)
    assignment[order] = np.arange(len(y)) % n_splits
    return assignment


def _row(model: Model, n_jobs: int) -> Row:
    slug = model.name.replace(" ", "_").replace("/", "_")
    return Row(
        name=model.name,
        estimator=slug[:40],
        title=model.title or f"The {model.name} model",
        family=model.family,
        params={"depth": 3, "name": None},
        keys=() if model.skipped else tuple(f"{slug[:20]}-{i}" for i in range(n_jobs)),
        refit_key="" if model.skipped else f"{slug[:20]}-refit",
        skipped=model.skipped,
        stamp=model.stamp,
        command=f"bench run {model.name} --data digits",
    )


def _store_model(store, run, folds, dataset, y, model, row, seed) -> np.ndarray:
    n_classes = len(run.info.classes)
    scores = make_scores(y, n_classes, model, seed)
    for i, key in enumerate(row.keys):
        repeat, fold = divmod(i, folds.n_splits)
        _, tests = folds.rows(repeat, fold)
        result = FoldResult(
            key, row.estimator, "fold", repeat, fold, "ok", n_train=len(y) - len(tests), n_test=len(tests),
            folds_sha256=folds.sha256,
        )  # fmt: skip
        if i in model.failing:
            store.write_failure(replace(result, status="failed", reason=model.failing[i]))
        elif i not in model.missing:
            predictions = Predictions(
                tests,
                y[tests].astype(np.int32),
                scores[tests],
                model.kind,
                _history(model, i),
                _importance(model, run),
            )
            store.write_result(_finished(result, predictions, model, run), predictions)
    if model.refit and dataset.X_test is not None:
        _store_refit(store, run, dataset, model, row)
    return scores


def _finished(result: FoldResult, predictions: Predictions, model: Model, run: Run) -> FoldResult:
    return replace(
        result,
        metrics=score(predictions, run.info.positive_index) if predictions.y_true is not None else {},
        score_kind=model.kind,
        fit_seconds=model.fit_seconds * (1 + 0.1 * result.fold),
        predict_seconds=0.01,
        model_bytes=123_456,
        warnings=model.warnings,
    )


def _store_refit(store, run, dataset, model, row) -> None:
    n_test, classes = len(dataset.X_test), np.asarray(run.info.classes)
    labelled = dataset.y_test is not None
    y = np.searchsorted(classes, dataset.y_test) if labelled else np.arange(n_test) % len(classes)
    predictions = Predictions(
        np.arange(n_test),
        y.astype(np.int32) if labelled else None,
        make_scores(y, len(classes), model, 99),
        model.kind,
    )
    result = FoldResult(row.refit_key, row.estimator, "refit", 0, 0, "ok", n_test=n_test)
    store.write_result(_finished(result, predictions, model, run), predictions)


def _history(model: Model, fold: int) -> dict[str, list[float]]:
    steps = np.arange(1, model.epochs + 1 - fold % 2)
    if not len(steps):
        return {}
    loss = (1 / steps + 0.01 * fold).tolist()
    return {
        "loss": loss,
        "val_loss": [1.1 * value for value in loss],
        "accuracy": (1 - 0.5 / steps).tolist(),
        "learning_rate": (0.01 * 0.5**steps).tolist(),
    }


def _importance(model: Model, run: Run) -> np.ndarray | None:
    if not model.importance:
        return None
    return np.linspace(0, 1, run.info.n_features, dtype=np.float32)


USUAL = (
    Model("sgd", skill=2.5, kind="decision", fit_seconds=0.2),
    Model("forest", skill=4.0, importance=True, warnings=("a warning <b>",)),
    Model("forest (tuned)", skill=9.0, stamp="tuned on these rows: optimistic"),
    Model("boosting", failing={3: "memory ran out"}),
    Model("broken", failing=dict.fromkeys(range(5), "no such <solver>")),
    Model("late", missing=(2, 4)),
    Model("cnn", family="deep", skill=5.0, epochs=6, refit=True, fit_seconds=60.0),
    Model("mlp", family="deep", skipped="needs keras"),
)


@pytest.fixture(scope="session")
def digits() -> Dataset:
    from sklearn.datasets import load_digits

    X, y = load_digits(return_X_y=True)
    X = X.astype(np.uint8)
    return make_dataset(X[:600], y[:600], image_shape=(8, 8), X_test=X[600:650])


@pytest.fixture(scope="session")
def made(digits, tmp_path_factory) -> Made:
    """Eight rows in every state over handwritten digits; nothing may write to it."""
    return make_run(tmp_path_factory.mktemp("usual") / "run", digits, USUAL, best="cnn")
