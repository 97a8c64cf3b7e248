"""What a user asks for, as one record, and the command line that asks for the same."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, fields, replace

from bench.limits import DEFAULT_TIME
from bench.records import Label

DEFAULT_TRIALS = 20


@dataclass(frozen=True)
class Request:
    """A benchmark as wished: data, split, models, machine and folder.

    Every field is the command line's option of the same name; see ``bench run --help``.
    """

    models: tuple[str, ...] = ()
    every: bool = False
    tags: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    data: str = "digits"
    test: str | None = None
    label: str | None = None
    image_shape: str | None = None
    max_input: str = "2G"
    rows: str | None = None
    binary: Label | None = None
    cv: int = 5
    repeats: int = 1
    seed: int = 0
    seeds: int = 1
    metric: str = "accuracy"
    precision: float | None = None
    preset: str = "quick"
    overrides: tuple[str, ...] = ()
    tuned: bool = False
    allow_optimistic: bool = False
    ensembles: bool = False
    energy: bool = False
    jobs: int | None = None
    threads: int | None = None
    time_limit: str = DEFAULT_TIME
    memory_limit: str | None = None
    refit: str | None = None
    out: str | None = None
    fresh: bool = False
    retry_failed: bool = False
    wait: bool = False
    trials: int = DEFAULT_TRIALS

    def command(self, verb: str = "run") -> str:
        """Return the command line that makes this request, without what is left at its default."""
        words = ["bench", verb, *self.models]
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name not in MOMENTARY and value != field.default:
                words += _option(field.name, value)
        return shlex.join(words)

    def resumption(self, verb: str = "run") -> str:
        """Return the command line that goes on with this request after it was stopped at work."""
        return self.command(verb) + (" --retry-failed" if self.retry_failed else "")

    def for_row(self, model: str, *, tuned: bool) -> Request:
        """Return the request that makes one row of this one's leaderboard."""
        own = tuple(text for text in self.overrides if text.partition(".")[0].strip() == model)
        return replace(
            self,
            models=(model,),
            every=False,
            tags=(),
            excluded=(),
            tuned=tuned,
            ensembles=False,
            energy=False,
            overrides=own,
            fresh=False,
            retry_failed=False,
            wait=False,
            precision=None,
            trials=DEFAULT_TRIALS,
        )


# What a command that resumes or reproduces a run leaves out, and the models, which stand before the options.
MOMENTARY = ("models", "fresh", "retry_failed", "wait")
OPTION_NAMES = {"every": "all", "tags": "tag", "excluded": "not", "overrides": "set"}


def _option(name: str, value: object) -> list[str]:
    flag = f"--{OPTION_NAMES.get(name, name).replace('_', '-')}"
    if value is True:
        return [flag]
    values = value if isinstance(value, tuple) else (value,)
    return [word for item in values for word in (flag, str(item))]
