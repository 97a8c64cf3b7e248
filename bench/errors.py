"""What can go wrong, each with the exit code that the command line ends with."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class BenchError(Exception):
    """A mistake or misfortune that one sentence explains.

    Parameters
    ----------
    message : str
        One line in three parts: the wish, the finding, the way out.
    """

    exit_code = 1


class UsageError(BenchError):
    """The request makes no sense as it stands."""

    exit_code = 2


class DataError(BenchError):
    """The data cannot be read, or cannot be benchmarked; what it quotes of them is made visible."""

    exit_code = 2

    def __init__(self, message: str) -> None:
        super().__init__(visible(message))


class FolderError(BenchError):
    """The run folder belongs to other data or folds, or lacks what is asked of it."""

    exit_code = 2


class DamagedFile(FolderError):
    """A stored file is not as it was written, or is another one's.

    Parameters
    ----------
    finding : str
        What is wrong with it.
    path : path-like
        Where it lies.
    """

    def __init__(self, finding: str, path: object = "a stored file") -> None:
        super().__init__(f"{path}: {finding}; run its command again: that sets it aside and makes it anew")
        self.finding = finding


class FolderInUse(BenchError):
    """Another process works in the run folder."""

    exit_code = 75


class EnvironmentProblem(BenchError):
    """The machine does not give what is needed: network, disk, permission, package."""

    exit_code = 4


def visible(text: str) -> str:
    """Return text on one line, with escapes in place of characters that cannot be seen."""
    return text if text.isprintable() else "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


N_NAMED = 40
PARTIAL_EXIT_CODE = 3
WORSE_EXIT_CODE = 6
INTERRUPTED_EXIT_CODE = 130
TERMINATED_EXIT_CODE = 143


def unknown(kind: str, given: str, known: Iterable[str]) -> UsageError:
    """Return the error for a name that is not in a table, with the nearest name suggested.

    Parameters
    ----------
    kind : str
        What the name stands for, such as "MODEL" or "--metric".
    given : str
        The name as the user typed it.
    known : iterable of str
        The names that would have been right.
    """
    names = sorted(known)
    nearest = difflib.get_close_matches(given, names, n=1, cutoff=0.5)
    hint = f" Did you mean {nearest[0]!r}?" if nearest else ""
    shown = names if len(names) <= N_NAMED else [*names[:N_NAMED], f"{len(names) - N_NAMED:,} more"]
    return UsageError(f"{kind} must be one of {', '.join(shown)}; got {given!r}.{hint}")
