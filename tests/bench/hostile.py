"""Models that do to a benchmark whatever a model can do, and three good ones."""

from __future__ import annotations

import contextlib
import ctypes
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import Perceptron
from sklearn.naive_bayes import GaussianNB
from sklearn.tree import DecisionTreeClassifier

STEP_BYTES = 50_000_000


class Tree(DecisionTreeClassifier):
    pass


class Bayes(GaussianNB):
    pass


class Linear(Perceptron):
    pass


class Hostile(DummyClassifier):
    def fit(self, X, y):
        super().fit(X, y)
        self.act(X, y)
        return self

    def act(self, X, y):
        pass


class Raises(Hostile):
    def act(self, X, y):
        raise RuntimeError("no luck today")


class Markup(Hostile):
    def act(self, X, y):
        raise RuntimeError("<script>alert(1)</script> \x1b[31mred\x1b[0m \udc80")


class Speechless(Hostile):
    class Error(Exception):
        def __str__(self):
            raise ValueError("no words")

    def act(self, X, y):
        raise self.Error


class Leaves(Hostile):
    def act(self, X, y):
        sys.exit(3)


class Interrupts(Hostile):
    def act(self, X, y):
        raise KeyboardInterrupt


class Exits(Hostile):
    def act(self, X, y):
        os._exit(3)


class Segfaults(Hostile):
    def act(self, X, y):
        ctypes.string_at(0)


class Aborts(Hostile):
    def act(self, X, y):
        os.write(2, b"terminate called after throwing an instance of 'std::bad_alloc'\n")
        os.abort()


class KilledBySystem(Hostile):
    def act(self, X, y):
        os.kill(os.getpid(), signal.SIGKILL)


class Hangs(Hostile):
    def act(self, X, y):
        while True:
            time.sleep(1)


class HangsInPredict(Hostile):
    def predict_proba(self, X):
        while True:
            time.sleep(1)


class IgnoresSigterm(Hangs):
    def act(self, X, y):
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        super().act(X, y)


class StopsItself(Hangs):
    def act(self, X, y):
        os.kill(os.getpid(), signal.SIGSTOP)
        super().act(X, y)


class PrintsWithoutEnd(Hostile):
    def act(self, X, y):
        while True:
            os.write(1, b"x" * 65536)


class SpawnsAndHangs(Hangs):
    def act(self, X, y):
        daemon()
        subprocess.Popen(["sleep", "600"])
        super().act(X, y)


class SpawnsAndExits(Hostile):
    def act(self, X, y):
        daemon()
        subprocess.Popen(["sleep", "600"], start_new_session=True)
        os._exit(0)


class SpawnsAndReturns(Hostile):
    def act(self, X, y):
        daemon()


class ForksMany(Hangs):
    def act(self, X, y):
        for _ in range(3):
            os.fork()
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        super().act(X, y)


class Allocates(Hostile):
    def act(self, X, y):
        allocate()


class AllocatesElsewhere(Hangs):
    def act(self, X, y):
        if os.fork() == 0:
            os.setsid()
            allocate()
        super().act(X, y)


class ClosesDescriptors(Hostile):
    def act(self, X, y):
        os.closerange(0, 4096)


class ClosesDescriptorsAndHangs(Hangs):
    def act(self, X, y):
        os.closerange(0, 4096)
        super().act(X, y)


class Babbles(Hangs):
    def act(self, X, y):
        for descriptor in range(3, 64):
            with contextlib.suppress(OSError):
                os.write(descriptor, b"\xff" * 100)
        super().act(X, y)


class KillsItsParent(Hangs):
    def act(self, X, y):
        daemon()
        time.sleep(0.3)
        os.kill(os.getppid(), signal.SIGKILL)
        super().act(X, y)


class KillsItsParentUnmarked(Hangs):
    """Writes down what it leaves behind, with nothing in its environment."""

    def act(self, X, y):
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                Path(os.environ["BENCH_TEST_PID"]).write_text(str(os.getpid()))
                os.execve("/bin/sleep", ["sleep", "600"], {})
            os._exit(0)
        time.sleep(1)
        os.kill(os.getppid(), signal.SIGKILL)
        super().act(X, y)


class NaNScores(Hostile):
    def predict_proba(self, X):
        return super().predict_proba(X) * np.nan


class Unnormalised(Hostile):
    def predict_proba(self, X):
        return super().predict_proba(X) * 3


class TooFewScores(Hostile):
    def predict_proba(self, X):
        return super().predict_proba(X)[:-1]


class Mutates(Hostile):
    def act(self, X, y):
        X[:] = 0
        y[:] = y[0]

    def predict_proba(self, X):
        X[:] = 255
        return super().predict_proba(X)


class Reseeds(Hostile):
    def act(self, X, y):
        np.random.seed(0)  # noqa: NPY002
        random.seed(0)
        os.environ["PYTHONHASHSEED"] = "0"


class Tells(Hostile):
    """Says where and how it was fitted."""

    def act(self, X, y):
        names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "TF_NUM_INTRAOP_THREADS")
        self.history_ = {name: [os.environ[name]] for name in names}
        self.history_ |= {"pid": [os.getpid()], "shared": [isinstance(X, np.memmap)], "sum": [X.sum()]}


class TellsToo(Tells):
    pass


class Grows(Tells):
    kept: list[np.ndarray] = []

    def act(self, X, y):
        super().act(X, y)
        self.kept.append(np.ones(2 * STEP_BYTES, dtype=np.uint8))


class Unpicklable(Hostile):
    def __reduce__(self):
        raise RuntimeError("not to be pickled")


def daemon() -> None:
    """Leave a process behind as daemons do: forked twice, in a session of its own."""
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            os.execvp("sleep", ["sleep", "600"])
        os._exit(0)


def allocate() -> None:
    """Take memory without end, a little at a time so that the machine is not hurt."""
    taken = []
    while True:
        taken.append(np.ones(STEP_BYTES, dtype=np.uint8))
        time.sleep(0.02)
