"""A process that has imported everything and forks a `bench` whenever it is told to.

It reads one JSON list of words a line and answers with the process id, then with the exit status. Each
fork leads a group of its own; what it starts itself carries MARKER in its environment. The report's page
is left out: drawing it takes longer than all the rest, and it is one file among others.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import sys

from bench_models import spec

MARKER = "BENCH_TEST_MARKER"
PRELOADED = (
    "bench.api",
    "bench.cli",
    "bench.cli.progress",
    "bench.tune",
    "bench.worker",
    "joblib",
    "local_models",
    "optuna.storages",
    "optuna.samplers",
    "pandas",
    "reports.operating",
    "rich.table",
    "sklearn.metrics",
    "sklearn.model_selection",
    "sqlalchemy.dialects.sqlite",
    "threadpoolctl",
)


def main() -> None:
    for module in PRELOADED:
        importlib.import_module(module)
    import reports.derive
    from bench.registry import ESTIMATORS, choice

    reports.derive.render = lambda sources: "<p>left out"
    for name in ("witness-a", "witness-b"):
        space = {"var_smoothing": choice(*(10.0**-k for k in range(1, 12)))}
        ESTIMATORS[name] = spec(name, f"local_models:{name.title().replace('-', '')}", space=space)
    print("ready", flush=True)
    for line in sys.stdin:
        pid = os.fork()
        if not pid:
            _bench(json.loads(line))
        print(pid, flush=True)
        print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)


def _bench(words: list[str]) -> None:
    from bench.cli import main

    os.setsid()
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    os.environ[MARKER] = sys.argv[1]
    sys.stdout = sys.stderr
    code = 1
    try:
        main(words)
    except SystemExit as end:
        code = int(end.code or 0)
    finally:
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    main()
