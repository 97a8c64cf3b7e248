"""Questions to the saved models, which live in a process of their own."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import subprocess
import sys
from dataclasses import dataclass

import msgspec
import numpy as np

from bench.processes import signal_name
from bench.records import Row, Run
from bench.serve.answering import Answer, Question, Setting
from bench.store import RunStore
from bench.wire import HEAD_BYTES

BOOT = "import sys; channel, *sys.path = sys.argv[1:]; import bench.serve.answering as a; a.main(channel)"

# Loading a model and its libraries, or one answer; whatever takes longer hangs.
PATIENCE_SECONDS = 300.0
STOP_SECONDS = 4.0
LOST_SECONDS = 1.0

MOST_BYTES = 2**24


class Unanswered(Exception):
    """A model gives no answer; the message is the reason."""


@dataclass(frozen=True)
class Said:
    """What a model says of one row.

    Parameters
    ----------
    scores : ndarray of shape (n_classes,), float32
    kind : {"probability", "decision", ""}
    """

    scores: np.ndarray
    kind: str


class Asker:
    """Asks one question after another; the process that answers is started with the first.

    Parameters
    ----------
    store : RunStore
    run : Run

    Attributes
    ----------
    loaded : set of str
        Names of the models that the present process holds.
    """

    def __init__(self, store: RunStore, run: Run) -> None:
        self.loaded: set[str] = set()
        self._setting = Setting(str(store.path.resolve()), list(run.info.classes), run.info.dtype)
        self._lost: dict[str, str] = {}
        self._turn = asyncio.Lock()
        self._over = False
        self._process: subprocess.Popen[bytes] | None = None
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, row: Row, values: np.ndarray | None) -> Said:
        """Return what a saved model says of a row; without one, the model is only loaded.

        An exchange that has begun is carried through even if nobody waits for it any more.

        Raises
        ------
        Unanswered
            If the model cannot be loaded, fails, hangs, or takes its process with it.
        """
        return await asyncio.shield(self._exchange(row, b"" if values is None else values.tobytes()))

    def close(self) -> None:
        """End the process for good."""
        self._over = True
        self._drop()

    async def _exchange(self, row: Row, values: bytes) -> Said:
        async with self._turn:
            if self._over or row.name in self._lost:
                raise Unanswered(self._lost.get(row.name, "the server ends"))
            try:
                async with asyncio.timeout(PATIENCE_SECONDS):
                    answer = await self._told(Question(row.estimator, row.refit_key, values))
            except (OSError, EOFError, ValueError) as error:
                raise Unanswered(self._taken_down(row, error)) from error
        if answer.reason:
            raise Unanswered(answer.reason)
        self.loaded.add(row.name)
        return Said(np.asarray(answer.scores, dtype=np.float32), answer.kind)

    async def _told(self, question: Question) -> Answer:
        reader, writer = self._streams or await self._started()
        writer.write(_frame(question))
        await writer.drain()
        length = int.from_bytes(await reader.readexactly(HEAD_BYTES), "big")
        if length > MOST_BYTES:
            raise ValueError(f"a message of {length:,} bytes")
        answer = msgspec.msgpack.decode(await reader.readexactly(length), type=Answer)
        if not answer.reason and len(answer.scores) not in (0, len(self._setting.classes)):
            raise ValueError(f"{len(answer.scores)} scores")
        return answer

    async def _started(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        own, other = socket.socketpair()
        with other:
            self._process = _popen(other)
        self._streams = await asyncio.open_connection(sock=own)
        self._streams[1].write(_frame(self._setting))
        return self._streams

    def _drop(self) -> None:
        if self._streams is not None:
            self._streams[1].transport.abort()
        if self._process is not None:
            self._process.kill()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(STOP_SECONDS)
        self._streams = self._process = None
        self.loaded.clear()

    def _taken_down(self, row: Row, error: Exception) -> str:
        """End the process, which has ended, hangs or talks nonsense; the model is not asked again."""
        if isinstance(error, TimeoutError):
            reason = f"gave no answer in {PATIENCE_SECONDS:.0f} s"
        else:
            reason = f"its process {self._end() or f'broke off ({error})'}"
        self._drop()
        self._lost[row.name] = reason
        return reason

    def _end(self) -> str:
        """Return how the process has ended; "" if it has not."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            code = self._process.wait(LOST_SECONDS) if self._process else 0
            return f"was killed by {signal_name(-code)}" if code < 0 else f"ended with exit code {code}"
        return ""


def _popen(channel: socket.socket) -> subprocess.Popen[bytes]:
    """Start the process that answers, out of reach of a terminal's Ctrl-C."""
    return subprocess.Popen(
        [sys.executable, "-c", BOOT, str(channel.fileno()), *sys.path],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        pass_fds=(channel.fileno(),),
        start_new_session=True,
    )


def _frame(message: Setting | Question) -> bytes:
    payload = msgspec.msgpack.encode(message)
    return len(payload).to_bytes(HEAD_BYTES, "big") + payload
