"""Progress of a run on stderr: bars on a terminal, a line for each fit elsewhere."""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING, Self

from bench.cli.console import one_line, say
from bench.metrics import METRICS
from bench.records import FoldResult, Job

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID


def observer(metric: str, n_jobs: int, *, quiet: bool, verbose: bool) -> Lines | Bars | Errors:
    """Return what suits the terminal and the user's wish."""
    if quiet:
        return Errors()
    if verbose or not sys.stderr.isatty():
        return Lines(metric, n_jobs, verbose=verbose)
    return Bars(n_jobs)


class Errors:
    """Says nothing but which fits failed."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        pass

    def begin(self, jobs: Iterable[Job]) -> None:
        """Ignore it."""

    def end(self, result: FoldResult, *, stored: bool = False) -> None:
        """Say it if the job failed."""
        if result.status != "ok":
            say(_failure(result))

    def say(self, text: str) -> None:
        """Ignore it."""

    def warn(self, text: str) -> None:
        """Print it."""
        say(text)


class Lines(Errors):
    """A line for each finished fit."""

    def __init__(self, metric: str, n_jobs: int, *, verbose: bool) -> None:
        self.metric = metric
        self.verbose = verbose
        self.rest = Rest(n_jobs)

    def begin(self, jobs: Iterable[Job]) -> None:
        """Count them."""
        self.rest.begin(jobs)

    def end(self, result: FoldResult, *, stored: bool = False) -> None:
        """Print the job's line, unless an earlier run has finished it."""
        self.rest.end(result)
        if stored and result.status == "ok":
            return
        done = f"[{self.rest.n_done}/{self.rest.n_jobs_in_all}]"
        if result.status != "ok":
            say(f"{done} {_failure(result)}")
        else:
            say(f"{done} {describe(result)}  {self._outcome(result)}  {self.rest}".rstrip())
        for warning in result.warnings if self.verbose else ():
            say(f"    {warning}")

    def say(self, text: str) -> None:
        """Print it."""
        say(text)

    def _outcome(self, result: FoldResult) -> str:
        value = result.metrics.get(self.metric)
        score = "" if value is None else f"{METRICS[self.metric].title.lower()} {value:.4f}  "
        return f"{score}fit {result.fit_seconds:.1f} s"


class Bars(Errors):
    """A bar for each model, and one for all."""

    def __init__(self, n_jobs: int) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

        self.rest = Rest(n_jobs)
        self.progress: Progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=30),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.fields[note]}", markup=False),
            console=Console(stderr=True),
        )
        self.tasks: dict[str, TaskID] = {}

    def __enter__(self) -> Self:
        self.progress.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.progress.stop()

    def begin(self, jobs: Iterable[Job]) -> None:
        """Add a bar for each model."""
        jobs = list(jobs)
        self.rest.begin(jobs)
        for name, count in Counter(_bar_name(job) for job in jobs).items():
            self.tasks[name] = self.progress.add_task(one_line(name), total=count, note="")
        if "all" not in self.tasks:
            self.tasks["all"] = self.progress.add_task("all", total=0, note="")
        self.progress.update(self.tasks["all"], total=self.rest.n_jobs_in_all)

    def end(self, result: FoldResult, *, stored: bool = False) -> None:
        """Advance the model's bar."""
        self.rest.end(result)
        note = f"fit {result.fit_seconds:.1f} s" if result.status == "ok" else result.status
        note = "stored" if stored else note
        self.progress.update(self.tasks[_bar_name(result)], advance=1, note=note)
        self.progress.update(self.tasks["all"], advance=1, note=str(self.rest))
        if result.status != "ok":
            self.say(_failure(result))

    def say(self, text: str) -> None:
        """Print it above the bars."""
        self.progress.console.print(one_line(text), markup=False, highlight=False, emoji=False)

    def warn(self, text: str) -> None:
        """Print it above the bars."""
        self.say(text)


class Rest:
    """Estimate of the time left, from the mean time of each model's finished fits."""

    def __init__(self, n_jobs: int) -> None:
        self.n_workers = n_jobs
        self.n_done = 0
        self.n_jobs_in_all = 0
        self.waiting: Counter[str] = Counter()
        self.seconds: defaultdict[str, list[float]] = defaultdict(list)

    def begin(self, jobs: Iterable[Job]) -> None:
        """Take jobs into account."""
        names = [job.estimator for job in jobs]
        self.waiting.update(names)
        self.n_jobs_in_all += len(names)

    def end(self, result: FoldResult) -> None:
        """Take a finished job into account."""
        self.n_done += 1
        self.waiting[result.estimator] -= 1
        self.seconds[result.estimator].append(result.fit_seconds + result.predict_seconds)

    def __str__(self) -> str:
        every = [value for values in self.seconds.values() for value in values]
        means = {name: sum(values) / len(values) for name, values in self.seconds.items()}
        other = sum(every) / len(every) if every else 0.0
        rest = sum(count * means.get(name, other) for name, count in self.waiting.items())
        seconds = rest / self.n_workers
        if sum(self.waiting.values()) == 0:
            return ""
        return f"about {seconds / 60:.0f} min left" if seconds >= 90 else f"about {seconds:.0f} s left"


def describe(item: Job | FoldResult) -> str:
    """Return how people call a job."""
    if item.role == "refit":
        return f"{item.estimator} on all rows"
    if item.role == "stress":
        rows = f"on {100 * item.share:g} % of the rows of fold {item.fold + 1}"
        return f"{item.estimator} {'stressed' if item.variants else rows}"
    repeat = f" of repeat {item.repeat + 1}" if item.repeat else ""
    return f"{item.estimator} fold {item.fold + 1}{repeat}"


def _failure(result: FoldResult) -> str:
    return f"{describe(result)} {result.status}: {result.reason}"


def _bar_name(item: Job | FoldResult) -> str:
    return f"{item.estimator} on all rows" if item.role == "refit" else item.estimator
