"""One fit: what it is asked, what it said, how it ended."""

from __future__ import annotations

from dataclasses import MISSING, asdict, dataclass, field, fields
from typing import TYPE_CHECKING

from bench.records.coding import Params, digest
from bench.records.parts import Part

if TYPE_CHECKING:
    import numpy as np

NEVER_DECISIVE = ("estimator", "parallel")


@dataclass(frozen=True)
class Job:
    """One fit that is fully decided.

    Role "fold" scores a fold, "refit" uses all rows, "stress" scores a fold too: after fitting only a
    `share` of its training rows, or under `variants` of its test rows, as `bench.stresses` names them.
    """

    estimator: str
    target: str
    params: Params
    folds_sha256: str
    repeat: int
    fold: int
    seed: int
    role: str
    versions: dict[str, str]
    parallel: bool
    share: float = 1.0
    variants: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """The sha256 of all that decides the result, and of nothing else.

        Fields that came later count only where they differ from their defaults, so that older keys hold.
        """
        later = {field.name: field.default for field in fields(self) if field.default is not MISSING}
        return digest(
            {
                name: value
                for name, value in asdict(self).items()
                if name not in NEVER_DECISIVE and (name not in later or value != later[name])
            }
        )


@dataclass(frozen=True)
class Predictions:
    """What a fitted model said about rows that it had not seen, and what it shows of itself.

    Parameters
    ----------
    rows : ndarray of shape (n,), int64
        Positions in the data set (roles "fold" and "stress") or in its test rows (role "refit").
    y_true : ndarray of shape (n,), int32, or None
        Index of the true class.
    scores : ndarray of shape (n, n_classes), float32
        The predicted class is the column of the largest score.
    score_kind : {"probability", "decision"}
    history : dict of str to list of float
        Per-epoch curves; empty if the model has no epochs.
    importance : ndarray of shape (n_features,), float32, or None
    stressed : ndarray of shape (n_variants, n), int16, or None
        Index of the class predicted for each row under each of the job's variants.
    """

    rows: np.ndarray
    y_true: np.ndarray | None
    scores: np.ndarray
    score_kind: str
    history: dict[str, list[float]] = field(default_factory=dict)
    importance: np.ndarray | None = None
    stressed: np.ndarray | None = None

    @property
    def y_pred(self) -> np.ndarray:
        """Index of the predicted class, of shape (n,)."""
        return self.scores.argmax(axis=1)


@dataclass(frozen=True)
class FoldResult:
    """How one job ended.

    `peak_memory_bytes` is known only for a fit in a process of its own; `device` is "cpu" or what the model
    says of itself, such as "gpu:0"; `model_bytes` is 0 if unknown; `unsaved` says why a refitted model could
    not be saved; `folds_sha256` is the fingerprint of data and folds that it is about; `anatomy` is what
    the model is made of, None if the result is older than that field; `share` and `variants` are those of the
    job; `energy_kwh` is what processor and accelerator drew while it was fitted and predicted, if that was
    wished, and `energy_source` is "measured" or "estimated".
    """

    key: str
    estimator: str
    role: str
    repeat: int
    fold: int
    status: str
    reason: str = ""
    metrics: dict[str, float | None] = field(default_factory=dict)
    score_kind: str = ""
    fit_seconds: float = 0.0
    predict_seconds: float = 0.0
    cpu_seconds: float = 0.0
    peak_memory_bytes: int | None = None
    model_bytes: int = 0
    threads: int = 1
    device: str = "cpu"
    versions: dict[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    n_train: int = 0
    n_test: int = 0
    unsaved: str = ""
    folds_sha256: str = ""
    anatomy: Part | None = None
    share: float = 1.0
    variants: tuple[str, ...] = ()
    energy_kwh: float | None = None
    energy_source: str = ""
