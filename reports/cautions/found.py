"""A warning as it is found, and the commands that go on from it."""

from __future__ import annotations

import shlex
from dataclasses import dataclass

from reports.cautions.codes import CODES, Code

# Options of `bench run` that `bench tune` has not, and whether a value follows.
UNTUNED = {
    "--seeds": True,
    "--precision": True,
    "--refit": True,
    "--tuned": False,
    "--allow-optimistic": False,
    "--ensembles": False,
}


@dataclass(frozen=True)
class Caution:
    """A warning about a run.

    Parameters
    ----------
    code : str
        A name in `CODES`.
    model : str or None
        The row that it is about; None for the run.
    sentence : str
        The finding with its figures, without full stop.
    command : str
        What to type next; "" where no command helps.
    """

    code: str
    model: str | None
    sentence: str
    command: str = ""

    @property
    def kind(self) -> Code:
        """What all warnings of this code share."""
        return CODES[self.code]


def with_option(command: str, *option: str) -> str:
    """Return a command with an option set, in place of what it said of it; "" for what is no command."""
    words = _without(words_of(command), {option[0]: len(option) > 1})
    return shlex.join([*words, *option]) if words else ""


def tuning_of(command: str, n_trials: int = 20) -> str:
    """Return the command that tunes the model of a row's command ``bench run MODEL ...``."""
    words = _without(words_of(command), UNTUNED | {"--trials": True})
    if not words:
        return ""
    return shlex.join([words[0], "tune", *words[2:], "--trials", str(n_trials)])


def words_of(command: str) -> list[str]:
    """Return the words of a command of ours; none for any other text, which a damaged record may hold."""
    try:
        words = shlex.split(command)
    except ValueError:
        return []
    return words if words[:2] == ["bench", "run"] else []


def _without(words: list[str], options: dict[str, bool]) -> list[str]:
    kept, skip = [], 0
    for word in words:
        if skip:
            skip -= 1
        elif word in options:
            skip = int(options[word])
        else:
            kept.append(word)
    return kept
