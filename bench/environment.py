"""Where a run takes place: versions, processor, memory, accelerator, commit."""

from __future__ import annotations

import importlib.metadata
import json
import os
import platform
import shutil
import subprocess
import time
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from bench.records import Environment

if TYPE_CHECKING:
    import numpy as np

N_YARDSTICKS = 3
SHOWN_PACKAGES = (
    "honest-bench",
    "numpy",
    "scipy",
    "scikit-learn",
    "pandas",
    "xgboost",
    "tensorflow",
    "keras",
    "optuna",
    "joblib",
    "matplotlib",
    "seaborn",
)

# Distributions that bring the same package under another name.
VARIANTS = {"tensorflow": ("tensorflow-cpu",), "xgboost": ("xgboost-cpu",)}


def describe(jobs: int, threads: int) -> Environment:
    """Return the record of this machine.

    Parameters
    ----------
    jobs : int
        Fits that run at the same time.
    threads : int
        Threads that each of them may use.
    """
    return Environment(
        python=platform.python_version(),
        platform=platform.platform(),
        cpu=_cpu(),
        cores=usable_cores(),
        memory_bytes=psutil.virtual_memory().total,
        accelerator=_first_line("nvidia-smi", "--query-gpu=name", "--format=csv,noheader") or "none",
        versions=versions(SHOWN_PACKAGES),
        commit=_first_line("git", "rev-parse", "HEAD"),
        jobs=jobs,
        threads=threads,
        yardstick_seconds=yardstick(),
    )


def yardstick() -> float:
    """Return the seconds of one core for fixed work: products of matrices, sorting, interpreted code.

    The least of some repetitions: what else runs on the machine can only add to it.
    """
    import numpy as np
    from threadpoolctl import threadpool_limits

    rng = np.random.default_rng(0)
    matrix, column = rng.random((300, 300), dtype=np.float32), rng.random(200_000)
    with threadpool_limits(1):
        return min(_work(matrix, column) for _ in range(N_YARDSTICKS))


def _work(matrix: np.ndarray, column: np.ndarray) -> float:
    start = time.process_time()
    for _ in range(5):
        matrix @ matrix
        column.copy().sort()
        sum(i * i for i in range(20_000))
    return time.process_time() - start


def versions(packages: Iterable[str]) -> dict[str, str]:
    """Return the installed version of each distribution, "absent" where there is none.

    With Keras comes its backend, which decides results as a version does.
    """
    found = {name: _version(name) for name in packages}
    if "keras" in found:
        backend = keras_backend()
        found |= {"KERAS_BACKEND": backend, backend: _version(backend)}
    return found


def keras_backend() -> str:
    """Return the backend that Keras will take: by its variable, else its settings file, else TensorFlow."""
    home = Path(os.environ.get("KERAS_HOME") or Path.home() / ".keras")
    try:
        settings = json.loads((home / "keras.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        settings = {}  # as Keras itself takes a missing or torn file
    return os.environ.get("KERAS_BACKEND") or settings.get("backend", "tensorflow")


def usable_cores() -> int:
    """Return how many processor cores this process may use, container limits included."""
    import joblib

    return joblib.cpu_count()


def free_memory_bytes() -> int:
    """Return the memory that new processes can have without swapping."""
    return psutil.virtual_memory().available


def _version(name: str) -> str:
    for distribution in (name, *VARIANTS.get(name, ())):
        found = next(iter(importlib.metadata.distributions(name=distribution)), None)
        if found is not None:
            return found.version
    return "absent"


def _cpu() -> str:
    path = Path("/proc/cpuinfo")
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def _first_line(*command: str) -> str:
    if shutil.which(command[0]) is None:
        return ""
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=10)
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip().partition("\n")[0] if done.returncode == 0 else ""
