"""What the data and the protocol warn of."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from reports.cautions.codes import ALONE, COPIES, FEW_FOLDS, HALF_WIDTH, IMBALANCE, MAJORITY
from reports.cautions.found import Caution, with_option
from reports.wording import counted, shortened

if TYPE_CHECKING:
    from bench.store import StoredRows
    from reports.sources import Sources

SHARES = (
    "accuracy",
    "balanced_accuracy",
    "f1",
    "f1_macro",
    "f1_weighted",
    "precision",
    "recall",
    "roc_auc_ovr",
)
N_FEATURES, N_ROWS, N_BINS, N_ENOUGH = 200, 5000, 32, 200


def of_classes(sources: Sources) -> Iterator[Caution]:
    """Yield W01 and W02."""
    info = sources.run.info
    few, most = min(info.class_counts), max(info.class_counts)
    imbalanced = few < IMBALANCE * most
    rare, frequent = (info.classes[info.class_counts.index(count)] for count in (few, most))
    share = most / max(info.n_rows, 1)
    if imbalanced:
        sentence = f"class {rare} has {counted(few, 'row')}, class {frequent} {most:,}"
        yield Caution("W01", None, sentence)
    if sources.run.metric == "accuracy" and (imbalanced or share > MAJORITY):
        sentence = f"whoever always says {frequent} has an accuracy of {share:.4f}"
        better = with_option(sources.run.command, "--metric", "balanced_accuracy")
        yield Caution("W02", None, sentence, better)


def of_rows(sources: Sources) -> Iterator[Caution]:
    """Yield W03, W04 and W05."""
    info = sources.run.info
    if info.n_test_in_train:
        yield Caution(
            "W03", None, f"{info.n_test_in_train:,} of {counted(info.n_test, 'test row')} are in train"
        )
    if info.n_duplicates > COPIES * info.n_rows:
        yield Caution(
            "W04", None, f"{info.n_duplicates:,} of {counted(info.n_rows, 'row')} equal an earlier one"
        )
    if info.n_contradictory:
        sentence = f"{counted(info.n_contradictory, 'row')} of {info.n_rows:,} equal a row of another label"
        folder = shlex.quote(str(sources.store.path))
        yield Caution("W05", None, sentence, f"bench errors {folder} --labels")


def of_features(sources: Sources) -> Iterator[Caution]:
    """Yield W07, for the feature that decides most."""
    info = sources.run.info
    if info.image_shape is not None or info.n_features > N_FEATURES or info.n_rows < N_ENOUGH:
        return
    stored = sources.stored
    shares = alone(stored, len(info.classes))
    best = int(shares.argmax())
    if shares[best] >= ALONE and max(info.class_counts) < 0.9 * info.n_rows:
        name = shortened(stored.feature_names[best], 40)
        yield Caution("W07", None, f"{name} alone tells the class of {shares[best]:.2%} of the rows")


def of_protocol(sources: Sources) -> Iterator[Caution]:
    """Yield W40, W41 and W42."""
    run = sources.run
    if sources.found is not None and run.metric in SHARES:
        best = sources.found.standing().iloc[0]
        reach = max(best["high"] - best["value"], best["value"] - best["low"])
        if reach > HALF_WIDTH:
            interval = f"{best['low']:.4f} to {best['high']:.4f}"
            sentence = f"{best['value']:.4f} has the interval {interval} over {run.info.n_rows:,} rows"
            yield Caution("W40", best["model"], sentence)
    n_folds = run.protocol.n_splits * run.protocol.n_repeats
    if n_folds < FEW_FOLDS:
        yield Caution("W41", None, f"each model has been fitted on {counted(n_folds, 'fold')}")
    rows = [row for row in run.rows if row.keys and row.recipe is None]
    if rows and not any(row.seed_keys for row in rows):
        best = sources.board.best()
        more = with_option(best.row.command if best else run.command, "--seeds", "3")
        yield Caution("W42", None, "how far a score moves with the seed alone is unknown", more)


def alone(stored: StoredRows, n_classes: int) -> np.ndarray:
    """Return the share of the stored rows whose class each feature alone tells.

    Each feature is cut at its quantiles into at most `N_BINS` bins, of which each says its most frequent
    class. The same rows are used for both, evenly spread ones of many: an upper bound that is close as long
    as bins hold many rows.

    Returns
    -------
    ndarray of shape (n_features,), float64
    """
    chosen = np.linspace(0, len(stored.X) - 1, min(len(stored.X), N_ROWS)).round().astype(int)
    X, y = stored.X[chosen].astype(float), stored.y[stored.positions[chosen]]
    return np.array([_told(column, y, n_classes) for column in X.T])


def _told(column: np.ndarray, y: np.ndarray, n_classes: int) -> float:
    values = np.unique(column)
    cuts = values if len(values) <= N_BINS else np.unique(np.quantile(column, np.arange(1, N_BINS) / N_BINS))
    bins = np.searchsorted(cuts, column, side="right")
    counts = np.bincount(bins * n_classes + y, minlength=(len(cuts) + 1) * n_classes)
    return counts.reshape(-1, n_classes).max(axis=1).sum() / len(y)
