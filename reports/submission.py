"""The submission file, from the stored predictions of a refitted model about the test rows."""

from __future__ import annotations

import shlex
from typing import Any

import numpy as np
import pandas as pd

from bench.errors import DataError, FolderError
from bench.evidence.expected import Expectation, Growth, expected_of
from bench.evidence.intervals import LEVEL
from bench.metrics import METRICS
from bench.records import DatasetInfo, FoldResult, Predictions, Row, Run
from bench.store import RunStore
from reports.outcomes import outcomes
from reports.pooled import together
from reports.wording import in_sentence, merits

SUBMISSION = ("submission.csv", "submission.json")
COVERS = "the choice of the rows, those that were scored and those to come, and the training sets"


def may_be_submitted(info: DatasetInfo) -> bool:
    """Whether the data have unlabelled test rows, and all classes to answer with."""
    return bool(info.n_test) and not info.test_labelled and info.positive is None


def available(store: RunStore, run: Run, row: Row) -> bool:
    """Whether a row has predictions of unlabelled test rows to submit."""
    if not may_be_submitted(run.info) or not row.refit_key:
        return False
    refit = store.read_result(row.estimator, row.refit_key)
    return refit is not None and refit.status == "ok"


def unfit_labels(info: DatasetInfo) -> str:
    """Return why predictions of unlabelled test rows make no submission; "" if they make one."""
    if info.positive is None or info.test_labelled or not info.n_test:
        return ""
    answers = " and ".join(f'"{label}"' for label in info.classes)
    return f"--binary {info.positive} answers with {answers}, which are not the data's own labels"


def frame(store: RunStore, run: Run, row: Row) -> pd.DataFrame:
    """Return the checked submission.

    Parameters
    ----------
    store : RunStore
    run : Run
    row : Row
        The model whose predictions are taken.

    Returns
    -------
    DataFrame
        One line per test row in the order of the source: the id and the predicted label, under
        the heads that the data give them.

    Raises
    ------
    DataError
        If the data have no unlabelled test rows, if their ids are unfit, or if one class was run against
        the rest.
    FolderError
        If the stored predictions are missing or unfit.
    """
    info = run.info
    if not info.n_test or info.test_labelled:
        raise DataError(f"{info.name}: has no unlabelled test rows to submit; give them with --test")
    if reason := unfit_labels(info):
        raise DataError(f"{info.name}: {reason}; run it without --binary")
    if not available(store, run, row):
        refit = store.read_result(row.estimator, row.refit_key)
        found = f"its refit failed ({refit.reason})" if refit else "is not refitted on all rows"
        raise FolderError(f"{row.name}: {found}; run it again with --refit best")
    predictions = store.read_predictions(row.estimator, row.refit_key)
    labels = _labels(run, row, predictions)
    ids = store.read_data().test_ids
    _check_ids(run, ids)
    return pd.DataFrame({info.id_name: ids, info.label_name: labels})


def submission(store: RunStore, run: Run, row: Row) -> str:
    """Return the submission as comma-separated text; see `frame` for the checks."""
    return frame(store, run, row).to_csv(index=False, lineterminator="\n")


def summary(store: RunStore, run: Run, row: Row) -> dict[str, Any]:
    """Return what submission.json says of a submission.

    Returns
    -------
    dict
        Plain values: model, command, metric, mean and std (ddof 1, over `n_folds` folds; None
        without them), expected (low and high of the score that the test rows may be expected to give,
        what that covers, and how it is known what more rows gain; None if unknown), fingerprints, number of
        test rows, count of each label, upload
        (the command of Kaggle's client, which takes the source's name for the competition's; None if the data
        did not come as a competition's do), stamp (of the row, and whether test rows were trained on).
    """
    results = [result for result in store.read_results(row) if result.status == "ok"]
    values = pd.Series([result.metrics.get(run.metric) for result in results], dtype=float)
    counts = frame(store, run, row)[run.info.label_name].astype(str).value_counts(sort=False)
    return {
        "model": row.name,
        "command": row.command,
        "metric": run.metric,
        "mean": _plain(values.mean(skipna=False)),
        "std": _plain(values.std(ddof=1, skipna=False)),
        "n_folds": len(results),
        "expected": _expected(store, run, row),
        "dataset_sha256": run.info.sha256,
        "folds_sha256": run.protocol.folds_sha256,
        "n_rows": run.info.n_test,
        "labels": {str(label): int(counts.get(str(label), 0)) for label in run.info.classes},
        "n_test_in_train": run.info.n_test_in_train,
        "upload": _upload(store, run, row),
        "stamp": _stamp(run.info, row),
    }


def expectation(store: RunStore, run: Run) -> str:
    """Return in a sentence what the best row's submission is expected to score; "" where that is unknown."""
    best = run.best_row
    if best is None or not available(store, run, best):
        return ""
    found = _expected(store, run, best)
    if found is None:
        return ""
    bounds = merits(found["low"], found["high"], run.metric)
    title = in_sentence(METRICS[run.metric].title)
    known = f"{100 * LEVEL:g} %, over the choice of rows and training sets"
    return f"The submission, by {best.name}, may expect {title} [{bounds}] on the test rows ({known})."


def _stamp(info: DatasetInfo, row: Row) -> str:
    known = f"{info.n_test_in_train:,} of {info.n_test:,} test rows are also in the training data"
    return "; ".join(filter(None, (row.stamp, known if info.n_test_in_train else "")))


def _expected(store: RunStore, run: Run, row: Row) -> dict[str, Any] | None:
    """Return the interval in which the score of the test rows is expected."""
    outcome = next(outcome for outcome in outcomes(store, run) if outcome.row.name == row.name)
    values = outcome.values(run.metric)
    if not outcome.complete or values.isna().any():
        return None
    data, half, growth = together(store, run, [row]), _half(store, row), None
    whole = outcome.results[0]
    if half and half.status == "ok" and half.n_train < whole.n_train:
        part_said, whole_said = (store.read_predictions(row.estimator, one.key) for one in (half, whole))
        growth = Growth.of(data, part_said, whole_said, half.n_train / whole.n_train)
    found = expected_of(data, run.metric, values.to_numpy(), run.info.n_test, growth)
    if found is None:
        return None
    return {
        "low": found.low,
        "high": found.high,
        "level": LEVEL,
        "covers": COVERS,
        "gain_by_rows": _gain(half, found),
    }


def _half(store: RunStore, row: Row) -> FoldResult | None:
    """Return the fit on the largest part of the first fold's training rows; a failed one if all failed."""
    parts = [one for one in store.read_each(row.estimator, row.stress_keys) if one.share < 1]
    return max(parts, key=lambda one: (one.status == "ok", one.share), default=None)


def _gain(half: FoldResult | None, found: Expectation) -> str:
    """Return how it is known what the refit gains by more rows than the folds had."""
    if half is not None and found.measured:
        return f"measured on a fit on {half.n_train:,} rows"
    reason = f" (the fit on half of the rows: {half.reason})" if half and half.reason else ""
    return f"not measured{reason}: anything between nothing and the rate of averages"


def _upload(store: RunStore, run: Run, row: Row) -> str | None:
    if not run.info.competition:
        return None
    message = f"{row.name}, {run.metric} {run.protocol.n_splits} folds, bench {run.bench_version}"
    file = store.path.absolute() / SUBMISSION[0]
    words = ["kaggle", "competitions", "submit", run.info.name, "-f", str(file)]
    return shlex.join([*words, "-m", message])


def _labels(run: Run, row: Row, predictions: Predictions) -> np.ndarray:
    n_test, n_classes = run.info.n_test, len(run.info.classes)
    where = f"{row.name}: the stored test predictions"
    remedy = "run it again with --fresh"
    if len(predictions.rows) != n_test or len(predictions.scores) != n_test:
        raise FolderError(f"{where} hold {len(predictions.scores)} rows, the test set {n_test}; {remedy}")
    order = np.argsort(predictions.rows, kind="stable")
    if not np.array_equal(predictions.rows[order], np.arange(n_test)):
        raise FolderError(f"{where} do not hold each test row exactly once; {remedy}")
    if predictions.scores.shape[1] != n_classes:
        raise FolderError(
            f"{where} know {predictions.scores.shape[1]} labels, the data {n_classes}; {remedy}"
        )
    if not np.isfinite(predictions.scores).all():
        raise FolderError(f"{where} hold scores that are not finite; {remedy}")
    return np.asarray(run.info.classes)[predictions.y_pred[order]]


def _check_ids(run: Run, ids: np.ndarray | None) -> None:
    where = f"{run.info.name}: the test ids in {run.info.id_name!r}"
    found = 0 if ids is None else len(ids)
    if found != run.info.n_test:
        raise DataError(f"{where} are {found}, the test rows {run.info.n_test}; give one id per row")
    column = pd.Series(ids)
    if column.isna().any() or (column.astype(str).str.strip() == "").any():
        raise DataError(f"{where} have gaps; give one id per row")
    twice = column[column.duplicated()]
    if len(twice):
        raise DataError(f"{where} repeat {twice.iloc[0]}; give each row an id of its own")


def _plain(value: float) -> float | None:
    return None if pd.isna(value) else float(value)
