"""What a coordinator and its child say to each other: frames of msgpack, which run no code when read.

The child runs other people's code: whoever reads what it sends believes no size before checking it.
"""

from __future__ import annotations

import math
import socket
from dataclasses import dataclass, field

import msgspec
import numpy as np

from bench.limits import Limits
from bench.records import FoldResult, Job, Predictions
from bench.worker import Outcome, threads_of

HEAD_BYTES = 8
CHUNK_BYTES = 2**20
KINDS = "iuf"
ARRAYS = ("rows", "y_true", "scores", "importance", "stressed")


@dataclass(frozen=True)
class Setting:
    """What a process that fits takes over from its coordinator."""

    sys_path: list[str]
    directory: str
    environment: dict[str, str]


@dataclass(frozen=True)
class Task:
    """One supervised fit, as a scheduler may send it to any process that sees the folder.

    Parameters
    ----------
    job : Job
    threads : int
        Upper limit, for jobs that are `parallel`.
    limits : Limits
    folder : str
        Where data and folds were handed over.
    energy : bool
        Whether to meter what it draws.
    """

    job: Job
    threads: int
    limits: Limits
    folder: str
    energy: bool = False

    @property
    def model(self) -> tuple[str, str, str]:
        """What tasks share that one process may fit."""
        return self.folder, self.job.estimator, self.job.target

    @property
    def own_threads(self) -> int:
        """How many threads the job may use."""
        return threads_of(self.job, self.threads)


@dataclass(frozen=True)
class Packed:
    """An array as bytes."""

    dtype: str
    shape: tuple[int, ...]
    data: bytes


@dataclass(frozen=True)
class Reply:
    """An outcome without its model, which follows as a frame of its own."""

    result: FoldResult
    score_kind: str = ""
    history: dict[str, list[float]] = field(default_factory=dict)
    arrays: dict[str, Packed] = field(default_factory=dict)


class Garbled(Exception):
    """What came over the wire is no message."""


class Inbox:
    """Collects frames as they arrive.

    Parameters
    ----------
    channel : socket
    most_bytes : int
        Longest frame that is believed.
    """

    def __init__(self, channel: socket.socket, most_bytes: int) -> None:
        self._channel = channel
        self._most_bytes = most_bytes
        self._buffer = bytearray()

    def receive(self) -> list[bytes]:
        """Return the frames that are complete; call it when the channel is readable.

        Raises
        ------
        EOFError
            If the other side has closed the channel.
        Garbled
            If a frame says that it is too long.
        """
        try:
            chunk = self._channel.recv(CHUNK_BYTES)
        except ConnectionError:
            chunk = b""
        if not chunk:
            raise EOFError
        self._buffer += chunk
        return list(iter(self._next, None))

    def _next(self) -> bytes | None:
        length = int.from_bytes(self._buffer[:HEAD_BYTES], "big")
        if len(self._buffer) >= HEAD_BYTES and length > self._most_bytes:
            raise Garbled(f"a message of {length:,} bytes")
        end = HEAD_BYTES + length
        if len(self._buffer) < max(end, HEAD_BYTES):
            return None
        frame = bytes(memoryview(self._buffer)[HEAD_BYTES:end])
        del self._buffer[:end]
        return frame


def send(channel: socket.socket, payload: bytes) -> None:
    """Send one frame."""
    channel.sendall(len(payload).to_bytes(HEAD_BYTES, "big"))
    channel.sendall(payload)


def receive(channel: socket.socket) -> bytes | None:
    """Wait for one frame and return it; None at the end."""
    head = channel.recv(HEAD_BYTES, socket.MSG_WAITALL)
    return channel.recv(int.from_bytes(head, "big"), socket.MSG_WAITALL) if head else None


def pack(message: Setting | Task) -> bytes:
    """Return the bytes of a message."""
    return msgspec.msgpack.encode(message)


def parts(outcome: Outcome) -> tuple[bytes, bytes]:
    """Return the two frames of an outcome: what is known of it, and its model."""
    found = outcome.predictions
    if found is None:
        return msgspec.msgpack.encode(Reply(outcome.result)), b""
    arrays = {name: getattr(found, name) for name in ARRAYS}
    packed = {name: _pack(array) for name, array in arrays.items() if array is not None}
    reply = Reply(outcome.result, found.score_kind, found.history, packed)
    return msgspec.msgpack.encode(reply), outcome.model or b""


def read(frame: bytes, model: bytes) -> Outcome:
    """Return the outcome that two frames hold.

    Raises
    ------
    Garbled
        If they hold none.
    """
    try:
        reply = msgspec.msgpack.decode(frame, type=Reply)
        arrays = {name: _unpack(packed) for name, packed in reply.arrays.items()}
        if not arrays:
            return Outcome(reply.result)
        found = Predictions(
            rows=arrays["rows"],
            y_true=arrays.get("y_true"),
            scores=arrays["scores"],
            score_kind=reply.score_kind,
            history=reply.history,
            importance=arrays.get("importance"),
            stressed=arrays.get("stressed"),
        )
    except (ValueError, TypeError, KeyError) as error:
        raise Garbled(str(error)) from error
    return Outcome(reply.result, found, model or None)


def _pack(array: np.ndarray) -> Packed:
    return Packed(array.dtype.str, array.shape, np.ascontiguousarray(array).tobytes())


def _unpack(packed: Packed) -> np.ndarray:
    dtype = np.dtype(packed.dtype)
    if dtype.kind not in KINDS or len(packed.data) != dtype.itemsize * math.prod(packed.shape):
        raise ValueError(f"an array of {packed.dtype} and shape {packed.shape}")
    return np.frombuffer(packed.data, dtype).reshape(packed.shape)
