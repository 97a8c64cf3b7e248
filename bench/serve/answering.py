"""The process that holds the saved models and answers for them: what it hears and says.

It alone imports the models' libraries. One process holds all models of a run, as ``bench predict`` holds the
members of an ensemble; it ends when its channel or its parent does.
"""

from __future__ import annotations

import os
import socket
import threading
import time
import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np

from bench.errors import BenchError

TICK_SECONDS = 0.2


@dataclass(frozen=True)
class Setting:
    """What all questions have in common."""

    folder: str
    classes: list[Any]
    dtype: str


@dataclass(frozen=True)
class Question:
    """A row for the model that a refit job has saved; without a row, the model is only loaded."""

    estimator: str
    key: str
    row: bytes = b""


@dataclass(frozen=True)
class Answer:
    """What a model says: scores by class and their kind, or the reason why there are none."""

    scores: list[float]
    kind: str = ""
    reason: str = ""


def main(channel: str) -> None:
    """Answer until nobody asks any more.

    Parameters
    ----------
    channel : str
        File descriptor of the socket that brings a `Setting` and then questions.
    """
    import msgspec

    from bench import wire

    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    warnings.simplefilter("ignore")
    with socket.socket(fileno=int(channel)) as own:
        desk = _Desk(msgspec.msgpack.decode(wire.receive(own) or b"", type=Setting))
        while frame := wire.receive(own):
            answer = desk.answer(msgspec.msgpack.decode(frame, type=Question))
            wire.send(own, msgspec.msgpack.encode(answer))


class _Desk:
    def __init__(self, setting: Setting) -> None:
        from bench.store import RunStore

        self.dtype = np.dtype(setting.dtype)
        self.classes = np.asarray(setting.classes)
        self.store = RunStore(setting.folder)
        self.loaded: dict[tuple[str, str], Any] = {}

    def answer(self, question: Question) -> Answer:
        from bench.scoring import score_rows
        from bench.worker import sentence

        try:
            estimator = self._model(question.estimator, question.key)
            if not question.row:
                return Answer([])
            X = np.frombuffer(question.row, self.dtype).reshape(1, -1).copy()
            scores, kind = score_rows(estimator, X, self.classes)
        except Exception as error:
            return Answer([], reason=str(error) if isinstance(error, BenchError) else sentence(error))
        return Answer(scores[0].tolist(), kind)

    def _model(self, estimator: str, key: str) -> Any:
        from bench.api.predicting import load

        if (estimator, key) not in self.loaded:
            self.loaded[estimator, key] = load(self.store, estimator, key)
        return self.loaded[estimator, key]


def _end_with(parent: int) -> None:
    """End when the parent has gone, even if a model is at work."""
    while os.getppid() == parent:
        time.sleep(TICK_SECONDS)
    os._exit(1)
