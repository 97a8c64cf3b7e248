"""Run the jobs of a plan, those that are not stored yet, and store how each ends."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import nullcontext

from bench.environment import free_memory_bytes, usable_cores
from bench.errors import UsageError
from bench.limits import limits
from bench.records import Dataset, FoldResult, Folds, Job
from bench.store import RunStore
from bench.supervise import Crew, fit
from bench.worker import Outcome

# A worker that has imported TensorFlow and holds its copy of the training rows.
WORKER_BYTES = 2_000_000_000


def split_machine(jobs: int | None, threads: int | None) -> tuple[int, int]:
    """Return how many fits run at once and how many threads each may use.

    Parameters
    ----------
    jobs : int or None
        None: as many as cores and memory allow.
    threads : int or None
        None: the cores divided among the jobs.

    Raises
    ------
    UsageError
        If a number is below 1.
    """
    for name, number in (("--jobs", jobs), ("--threads", threads)):
        if number is not None and number < 1:
            raise UsageError(f"{name} must be at least 1; got {number}")
    cores = usable_cores()
    jobs = jobs or max(1, min(cores // (threads or 1), free_memory_bytes() // WORKER_BYTES))
    return jobs, threads or max(1, cores // jobs)


def run(
    jobs: Iterable[Job],
    dataset: Dataset,
    folds: Folds,
    store: RunStore,
    *,
    n_jobs: int,
    threads: int,
    crew: Crew | None = None,
    retry_failed: bool = False,
) -> Iterator[FoldResult]:
    """Yield the result of every job as it becomes known: stored ones first, then as they end.

    Parameters
    ----------
    jobs : iterable of Job
    dataset : Dataset
    folds : Folds
    store : RunStore
        Receives results and failures.
    n_jobs, threads : int
        As `split_machine` gives them.
    crew : Crew or None
        Whose children fit, if several runs are to share them; None for some of its own, under default limits.
    retry_failed : bool
        Whether failures of an earlier run are tried again.

    Raises
    ------
    EnvironmentProblem
        If no process can be started to fit in.
    """
    waiting = []
    for job in jobs:
        stored = store.ended(job, retry_failed=retry_failed)
        if stored is None:
            waiting.append(job)
        else:
            yield stored
    if not waiting:
        return
    with nullcontext(crew) if crew else Crew(dataset, folds, limits(jobs=n_jobs)) as own:
        for outcome in _fitted(waiting, own, n_jobs, threads):
            _keep(outcome, store)
            yield outcome.result


def _fitted(jobs: list[Job], crew: Crew, n_jobs: int, threads: int) -> Iterator[Outcome]:
    from joblib import Parallel, delayed

    # The threads wait for children. Every fit is told of as soon as it has ended: no batches.
    dispatch = Parallel(n_jobs=n_jobs, backend="threading", return_as="generator_unordered", batch_size=1)
    tasks = [crew.task(job, threads) for job in jobs]
    yield from dispatch(delayed(fit)(task) for task in tasks)


def _keep(outcome: Outcome, store: RunStore) -> None:
    result = outcome.result
    if outcome.predictions is None:
        store.write_failure(result)
        return
    if outcome.model is not None:
        store.write_model(result.estimator, result.key, outcome.model)
    store.write_result(result, outcome.predictions)
