"""Where the trials of a search are kept: Optuna's study in a SQLite file, opened and, if torn, repaired."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from bench.distributions import distribution
from bench.errors import EnvironmentProblem
from bench.metrics import METRICS
from bench.records import Params, Trial
from bench.trials import Search, default_point, ended_trials, trial_jobs, trial_of, value_of

if TYPE_CHECKING:
    import optuna

N_STARTUP_TRIALS = 5
LOCKED_SECONDS = 60
ENDED = ("complete", "pruned", "fail")
QUEUED = "fixed_params"  # where Optuna keeps what a queued trial shall use
SQLITE_FILES = ("", "-journal", "-wal", "-shm")

# What SQLite says where its file is in order and the machine is not.
TRANSIENT = ("locked", "full", "readonly", "I/O", "unable to open")


@contextmanager
def sentences(wish: Search) -> Iterator[None]:
    """Tell what goes wrong with the storage in a sentence."""
    import sqlite3

    import optuna
    import sqlalchemy.exc

    storage = (optuna.exceptions.StorageInternalError, sqlalchemy.exc.SQLAlchemyError, sqlite3.Error)
    try:
        yield
    except storage as error:
        reason = str(error.__cause__ or error).partition("\n")[0]
        raise EnvironmentProblem(
            f"{wish.store.study_path(wish.spec.name)}: cannot keep the trials ({reason}); "
            "run again when no other program holds the file and the disk has space"
        ) from error


def open_study(wish: Search, warn: Callable[[str], None]) -> optuna.Study:
    """Return the study, made or resumed, with what it shall try first in its queue.

    Parameters
    ----------
    wish : Search
    warn : callable
        Told if the storage was torn and had to be made anew from the study's record.
    """
    import optuna

    logging.getLogger("optuna").setLevel(logging.WARNING)
    study = _readable(wish)
    if study is None:
        kept = _set_aside(wish)
        study = _create(wish)
        warn(f"studies/{wish.spec.name}.db: damaged; kept as {kept}, and {_rebuild(study, wish)}")
    # A sampler with the same seed would repeat its first points when a study is resumed.
    seed = int(np.random.SeedSequence([wish.seed, len(study.trials)]).generate_state(1)[0])
    study.sampler = optuna.samplers.TPESampler(seed=seed, n_startup_trials=N_STARTUP_TRIALS)
    study.pruner = optuna.pruners.MedianPruner(n_startup_trials=N_STARTUP_TRIALS)
    _queue_again(study)
    default = default_point(wish)
    tried = [trial.params for trial in ended_trials(study)] + _queued(study)
    if not any(default.items() <= params.items() for params in tried):
        study.enqueue_trial(default)
    return study


def _readable(wish: Search) -> optuna.Study | None:
    """Return the stored or a new study; None if the storage is torn or has lost what the record knows."""
    path = wish.store.study_path(wish.spec.name)
    if path.is_file() and not _is_whole(path):
        return None
    study = _unless_torn(wish)
    if study is None:
        return None
    found = {trial.number: trial for trial in map(trial_of, study.trials)}
    if all(found.get(trial.number) == trial for trial in _known(wish)):
        return study
    _engine(study).dispose()
    return None


def _is_whole(path: Path) -> bool:
    """Whether SQLite finds its file in order, waiting while another program writes it."""
    import sqlite3

    with closing(sqlite3.connect(path, timeout=LOCKED_SECONDS)) as connection:
        try:
            return connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        except sqlite3.DatabaseError as error:
            if _is_transient(error):
                raise
            return False


def _unless_torn(wish: Search) -> optuna.Study | None:
    import optuna
    import sqlalchemy.exc

    # KeyError, ValueError and RuntimeError are what a schema that was cut off or altered leads to.
    torn = (optuna.exceptions.StorageInternalError, sqlalchemy.exc.SQLAlchemyError, LookupError, ValueError)
    try:
        study = _create(wish)
        study.get_trials(deepcopy=False)
        return study
    except (*torn, RuntimeError, AssertionError) as error:
        if _is_transient(error):
            raise
        return None


def _is_transient(error: BaseException) -> bool:
    told = f"{error} {error.__cause__ or ''}"
    return any(word in told for word in TRANSIENT)


def _create(wish: Search) -> optuna.Study:
    import optuna

    storage = optuna.storages.RDBStorage(
        f"sqlite:///{wish.store.study_path(wish.spec.name)}",
        engine_kwargs={"connect_args": {"timeout": LOCKED_SECONDS}},
    )
    return optuna.create_study(
        storage=storage,
        study_name=wish.name,
        direction="maximize" if METRICS[wish.metric].greater_is_better else "minimize",
        load_if_exists=True,
    )


def _engine(study: optuna.Study) -> Any:
    storage: Any = study._storage
    return getattr(storage, "_backend", storage).engine


def _set_aside(wish: Search) -> str:
    """Rename the storage and what SQLite keeps beside it; return the storage's new name."""
    path = wish.store.study_path(wish.spec.name)
    files = [path.with_name(path.name + ending) for ending in SQLITE_FILES]
    kept = [wish.store.set_file_aside(file).name for file in files if file.exists()]
    return kept[0]


def _known(wish: Search) -> tuple[Trial, ...]:
    """Return the ended trials that the study's record holds."""
    record = wish.store.read_study(wish.spec.name)
    if record is None or record.name != wish.name:
        return ()
    return tuple(trial for trial in record.trials if trial.state in ENDED)


def _rebuild(study: optuna.Study, wish: Search) -> str:
    """Put the record's trials into an empty study, their folds read from the store; return what was done."""
    known = _known(wish)
    for trial in known:
        study.add_trial(_frozen(trial, wish))
    return f"made anew with the {len(known)} trials of its record" if known else "made anew"


def _frozen(trial: Trial, wish: Search) -> optuna.trial.FrozenTrial:
    import optuna

    state = optuna.trial.TrialState[trial.state.upper()]
    frozen = optuna.trial.create_trial(
        state=state,
        value=trial.value,
        params=trial.params,
        distributions={name: distribution(wish.spec.space[name]) for name in trial.params},
        user_attrs={"reason": trial.reason} if trial.reason else {},
        intermediate_values=_intermediate(trial, wish),
    )
    start = datetime.now()
    frozen.datetime_start = start
    frozen.datetime_complete = start + timedelta(seconds=trial.seconds)
    return frozen


def _intermediate(trial: Trial, wish: Search) -> dict[int, float]:
    """Return the running mean after each batch of stored folds, as the trial has reported it."""
    values: list[float] = []
    means = {}
    jobs = trial_jobs(trial.params, wish)
    for start in range(0, len(jobs), wish.n_jobs):
        ended = [wish.store.ended(job) for job in jobs[start : start + wish.n_jobs]]
        values += [value_of(result, wish.metric) for result in ended if result]
        if not all(ended) or not np.isfinite(values).all():
            break
        means[len(values)] = float(np.mean(values))
    return means


def _queue_again(study: optuna.Study) -> None:
    """Fail the trials that nobody runs any more, and queue their parameters."""
    from optuna.trial import TrialState

    for trial in study.get_trials(deepcopy=False, states=(TrialState.RUNNING,)):
        params = {**trial.system_attrs.get(QUEUED, {}), **trial.params}
        study.tell(trial.number, state=TrialState.FAIL)
        if params:
            study.enqueue_trial(params)


def _queued(study: optuna.Study) -> list[Params]:
    from optuna.trial import TrialState

    waiting = study.get_trials(deepcopy=False, states=(TrialState.WAITING,))
    return [trial.system_attrs.get(QUEUED, {}) for trial in waiting]
