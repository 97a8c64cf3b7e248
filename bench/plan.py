"""The one enumerator of jobs. Pure: reads no file, fits nothing, prints nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from bench.environment import versions
from bench.records import DatasetInfo, EstimatorSpec, Folds, Job, Params, Plan, Row
from bench.stresses import variants

COMMON_PACKAGES = ("honest-bench", "numpy", "scipy", "scikit-learn")
# Seeds of repeats follow one another; those of further fits are far from them.
SEED_STEP = 1_000_003
# Of the training rows of the first fold; learning curves end with all of them.
SHARES = (0.05, 0.2, 0.5)
OPTIMISTIC = "tuned on these rows: optimistic"
NO_IMAGE = "needs images, and these columns are none; say --image-shape HxW if they are pixels"


@dataclass(frozen=True)
class Choice:
    """A model under one set of parameters, as a candidate for the leaderboard."""

    spec: EstimatorSpec
    params: Params
    tuned: bool = False

    @property
    def name(self) -> str:
        """Name of its row."""
        return row_name(self.spec.name, tuned=self.tuned)


def row_name(estimator: str, *, tuned: bool) -> str:
    """Return how a model's default or tuned row is called."""
    return f"{estimator} (tuned)" if tuned else estimator


def make_plan(
    info: DatasetInfo,
    folds: Folds,
    choices: Iterable[Choice],
    command: Callable[[Choice], str],
    n_seeds: int = 1,
) -> Plan:
    """Return the rows of the leaderboard and the fold jobs behind them.

    Parameters
    ----------
    info : DatasetInfo
    folds : Folds
    choices : iterable of Choice
        In the order in which they are to be fitted.
    command : callable
        Gives the command line that reproduces a choice.
    n_seeds : int
        How many seeds every model is fitted with on each fold; the first one is the row's own.
    """
    rows: list[Row] = []
    jobs: list[Job] = []
    further: list[Job] = []
    for choice in choices:
        reason = _reason_to_skip(choice.spec, info)
        seeds = range(0 if reason else n_seeds)
        own, *others = [fold_jobs(choice.spec, choice.params, folds, seed) for seed in seeds] or [[]]
        rows.append(_row(choice, own, others, (info, folds), reason, command(choice)))
        jobs.extend(own)
        further.extend(job for part in others for job in part)
    return Plan(info, folds, tuple(rows), (*jobs, *further))


def fold_jobs(spec: EstimatorSpec, params: Params, folds: Folds, seed: int = 0) -> list[Job]:
    """Return one job for each repeat and fold, with the model's first seed or a further one."""
    return [replace(job, seed=job.seed + seed * SEED_STEP) for job in _jobs(spec, params, folds)]


def _jobs(spec: EstimatorSpec, params: Params, folds: Folds) -> list[Job]:
    return [
        _job(spec, params, folds, repeat, fold, "fold")
        for repeat in range(folds.n_repeats)
        for fold in range(folds.n_splits)
    ]


def refit_job(spec: EstimatorSpec, params: Params, folds: Folds) -> Job:
    """Return the job that fits all rows and predicts the test rows."""
    return _job(spec, params, folds, 0, 0, "refit")


def half_job(spec: EstimatorSpec, params: Params, folds: Folds) -> Job:
    """Return the one of `stress_jobs` on half of the training rows, which shows what more rows are worth."""
    return _part(_job(spec, params, folds, 0, 0, "fold"), SHARES[-1])


def stress_jobs(spec: EstimatorSpec, params: Params, folds: Folds, info: DatasetInfo) -> list[Job]:
    """Return one job for each share of the training rows of the first fold, ascending.

    The one on all of them meets the stressed test rows too; without images it is the fold's own job.
    """
    whole, names = _job(spec, params, folds, 0, 0, "fold"), variants(info.image_shape)
    parts = [_part(whole, share) for share in SHARES]
    return [*parts, replace(whole, role="stress", variants=names) if names else whole]


def _part(whole: Job, share: float) -> Job:
    return replace(whole, role="stress", share=share)


def _job(spec: EstimatorSpec, params: Params, folds: Folds, repeat: int, fold: int, role: str) -> Job:
    return Job(
        estimator=spec.name,
        target=spec.target,
        params=params,
        folds_sha256=folds.sha256,
        repeat=repeat,
        fold=fold,
        seed=folds.seed + repeat,
        role=role,
        versions=versions((*COMMON_PACKAGES, *spec.packages)),
        parallel=spec.parallel,
    )


def _reason_to_skip(spec: EstimatorSpec, info: DatasetInfo) -> str:
    if "image" in spec.needs and info.image_shape is None:
        return NO_IMAGE
    if info.image_shape and min(info.image_shape[:2]) < spec.smallest_side:
        height, width = info.image_shape[:2]
        side = spec.smallest_side
        return f"needs images of at least {side} x {side} pixels; these are {height} x {width}"
    missing = [name for name, found in versions(spec.packages).items() if found == "absent"]
    return f"needs {' and '.join(missing)}; pip install {' '.join(missing)}" if missing else ""


def _row(
    choice: Choice,
    own: list[Job],
    others: list[list[Job]],
    data: tuple[DatasetInfo, Folds],
    reason: str,
    command: str,
) -> Row:
    info, folds = data
    stress = [] if reason else stress_jobs(choice.spec, choice.params, folds, info)
    return Row(
        name=choice.name,
        estimator=choice.spec.name,
        title=choice.spec.title,
        family=choice.spec.family,
        params=choice.params,
        keys=tuple(job.key for job in own),
        refit_key="" if reason else refit_job(choice.spec, choice.params, folds).key,
        skipped=reason,
        stamp=OPTIMISTIC if choice.tuned else "",
        command=command,
        seed_keys=tuple(tuple(job.key for job in jobs) for jobs in others),
        stress_keys=tuple(job.key for job in stress),
    )
