"""Fits in child processes, which are stopped when they take too long or too much.

Whatever scheduler calls `fit`, the process in which it does so has children of its own: one for each fit
that runs at a time. Each forks a fresh process for every model, so that no model meets another's remains.
"""

from __future__ import annotations

import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from bench import handover
from bench.child import Child, Dismissed
from bench.errors import EnvironmentProblem
from bench.limits import Limits
from bench.records import Dataset, Folds, Job
from bench.watch import Watch
from bench.wire import Task
from bench.worker import Outcome, failure

# Stopping takes less than their sum: for fits to end, and then for wardens.
STOP_SECONDS = 3.0
PARTING_SECONDS = 1.0


def fit(task: Task) -> Outcome:
    """Fit one job under its limits, in a child of this process.

    Returns
    -------
    Outcome
        Of status "timeout" or "memory" if a limit ended it, "failed" if its process ended.

    Raises
    ------
    Dismissed
        If the crew that it belongs to has gone home.
    EnvironmentProblem
        If no process can be started.
    """
    if reason := _CHILDREN.hung.get(task.model):
        return failure(task.job, task.threads, reason, status="timeout")
    child = _CHILDREN.take(task)
    done = False
    try:
        child.hand_over(task)
        watch = Watch(child, task)
        outcome = watch.outcome()
        if outcome.result.status == "timeout" and not watch.imported:
            _CHILDREN.hung[task.model] = outcome.result.reason
        done = True
        return outcome
    finally:
        _CHILDREN.give_back(child, done=done)


@contextmanager
def kept_children() -> Iterator[None]:
    """Keep children from one crew to the next; a crew alone takes its children with it when it ends."""
    _CHILDREN.enter()
    try:
        yield
    finally:
        _CHILDREN.leave(None)


class Crew:
    """The children of a run, and the data that they share; everything is gone when it is left.

    Parameters
    ----------
    dataset : Dataset
    folds : Folds
    limits : Limits
        For every fit.
    energy : bool
        Whether to meter what every fit draws.
    """

    def __init__(self, dataset: Dataset, folds: Folds, limits: Limits, *, energy: bool = False) -> None:
        self.dataset = dataset
        self.folds = folds
        self.limits = limits
        self.energy = energy
        self._folder: Path | None = None

    def __enter__(self) -> Self:
        _CHILDREN.enter()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        _CHILDREN.leave(self._folder)

    def task(self, job: Job, threads: int) -> Task:
        """Return the supervised fit of a job.

        Raises
        ------
        EnvironmentProblem
            If the data cannot be handed over.
        """
        self._folder = self._folder or self._handed_over()
        return Task(job, threads, self.limits, str(self._folder), self.energy)

    def _handed_over(self) -> Path:
        try:
            folder = _CHILDREN.new_folder()
            handover.save(folder, self.dataset, self.folds)
        except OSError as error:
            raise EnvironmentProblem(
                f"{tempfile.gettempdir()}: cannot hand the data to other processes ({error.strerror}); "
                "free space, or name another folder in TMPDIR"
            ) from error
        return folder


class _Children:
    """All children of this process, kept between fits as long as there is a crew.

    Attributes
    ----------
    hung : dict of tuple to str
        Models whose import took too long, each with the reason; their other fits need not try.
    """

    def __init__(self) -> None:
        self.hung: dict[tuple[str, str, str], str] = {}
        self._changed = threading.Condition()
        self._idle: list[Child] = []
        self._busy: dict[Child, str] = {}
        self._leaving: list[Child] = []
        self._gone: set[str] = set()
        self._n_crews = 0
        self._root: Path | None = None

    def enter(self) -> None:
        with self._changed:
            self._n_crews += 1

    def new_folder(self) -> Path:
        return Path(tempfile.mkdtemp(prefix="data-", dir=self._own_root()))

    def take(self, task: Task) -> Child:
        """Return a child for the task, best one whose fitter is its model's."""
        with self._changed:
            if task.folder in self._gone:
                raise Dismissed
            self._drop_ended()
            able = [child for child in self._idle if child.threads == task.own_threads]
            chosen = next((child for child in able if child.serves(task)), able[0] if able else None)
            if chosen is None:
                self._close(self._idle[:1])
                chosen = Child(task.own_threads, self._own_root())
            else:
                self._idle.remove(chosen)
            self._busy[chosen] = task.folder
            return chosen

    def give_back(self, child: Child, *, done: bool) -> None:
        """Take note that a fit has ended; what goes on in the child, if it is not done, is stopped."""
        if not done:
            child.clear()
        with self._changed:
            del self._busy[child]
            child.stopping.clear()
            self._idle.append(child)
            if not child.usable:
                self._close([child])
            self._changed.notify_all()

    def leave(self, folder: Path | None) -> None:
        """Stop what works for a crew; the last crew takes all children with it."""
        with self._changed:
            self._n_crews -= 1
            busy = [child for child, where in self._busy.items() if where == str(folder)]
            self._gone.add(str(folder))
            for child in busy:
                child.stopping.set()
            try:
                self._changed.wait_for(lambda: not any(child in self._busy for child in busy), STOP_SECONDS)
            finally:
                self._clean(folder)

    def _clean(self, folder: Path | None) -> None:
        if not self._n_crews:
            for child in self._busy:
                child.destroy()
            self._close([*self._idle, *self._busy])
            self._disperse()
        elif folder is not None:
            for child in self._idle:
                child.forsake(str(folder))
            shutil.rmtree(folder, ignore_errors=True)

    def _drop_ended(self) -> None:
        ended = [child for child in self._idle if not child.usable]
        for child in ended:
            child.destroy()
        self._close(ended)

    def _close(self, children: list[Child]) -> None:
        for child in children:
            child.close()
            self._leaving.append(child)
        self._idle = [child for child in self._idle if child not in children]

    def _disperse(self) -> None:
        end = time.monotonic() + PARTING_SECONDS
        for child in self._leaving:
            child.join(end - time.monotonic())
        self._leaving.clear()
        if self._root is not None:
            shutil.rmtree(self._root, ignore_errors=True)
        self._root = None

    def _own_root(self) -> Path:
        self._root = self._root or Path(tempfile.mkdtemp(prefix="bench-"))
        return self._root


_CHILDREN = _Children()
