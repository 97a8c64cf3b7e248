"""A run folder with saved models and a small report, and a server of it in a thread."""

from __future__ import annotations

import asyncio
import http.client
import threading
import time
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from bench import datasets, registry
from bench.folds import make_folds
from bench.plan import Choice, make_plan, refit_job
from bench.records import SCHEMA_VERSION, Environment, Protocol, Run
from bench.serve.app import Bounds
from bench.serve.exhibit import Exhibit, prepare
from bench.serve.guard import MEDIA_TYPE
from bench.serve.server import BOUNDS, listen, server
from bench.store import RunStore
from bench.worker import fit_job

PAGE = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-x'">
<title>t</title></head>
<body><nav><div class="wrap"><a href="#a">A</a></div></nav><main class="wrap"></main></body></html>
"""
MODELS = ("dummy", "sgd", "tree")


def make_folder(path: Path, data, *, saved=MODELS, models=MODELS) -> RunStore:
    """Fit models in this process, and save some of them refitted."""
    store, info, folds = RunStore(path), datasets.describe(data), make_folds(data, 2, 1, 0)
    choices = [Choice(registry.ESTIMATORS[name], {}) for name in models]
    plan = make_plan(info, folds, choices, lambda choice: f"bench run {choice.name}")
    refits = {name: refit_job(registry.ESTIMATORS[name], {}, folds) for name in models}
    for job in (*plan.jobs, *(refits[name] for name in saved)):
        outcome = fit_job(job, data, folds, 1)
        assert outcome.predictions is not None, outcome.result.reason
        if outcome.model is not None:
            store.write_model(job.estimator, job.key, outcome.model)
        store.write_result(outcome.result, outcome.predictions)
    keys = {name: refits[name].key for name in saved}
    rows = tuple(replace(row, refit_key=keys.get(row.name, "")) for row in plan.rows)
    store.write_folds(folds)
    store.write_data(data, info.classes)
    store.write_run(make_record(info, folds, rows))
    store.write_text("report.html", PAGE)
    return store


def make_record(info, folds, rows) -> Run:
    return Run(
        schema_version=SCHEMA_VERSION,
        created="2026-01-01T00:00:00",
        command="bench run dummy sgd tree",
        bench_version="1.0",
        info=info,
        protocol=Protocol(2, 1, 0, "all", folds.sha256),
        environment=Environment("3.11", "Linux", "CPU", 2, 8_000_000_000, "", {}, "", 1, 1),
        metric="accuracy",
        rows=rows,
        best=rows[-1].name,
    )


@dataclass
class Served:
    """A running server, asked over real HTTP."""

    exhibit: Exhibit
    port: int

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    def get(self, path: str = "/", **headers: str):
        return self.send("GET", path, b"", {"Host": self.host} | _named(headers))

    def post(self, body: bytes, path: str = "/answers", **headers: str):
        own = {"Host": self.host, "Origin": f"http://{self.host}", "Content-Type": MEDIA_TYPE}
        return self.send("POST", path, body, own | _named(headers))

    def send(self, method: str, path: str, body: bytes, headers: dict[str, str]):
        """Return status, headers and text of an answer; a header of None is left out."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                if value is not None:
                    connection.putheader(name, value)
            connection.endheaders()
            connection.send(body)
            response = connection.getresponse()
            return response.status, response.headers, response.read().decode()
        finally:
            connection.close()

    def canvas(self) -> np.ndarray:
        """Return a drawing: a thick upright stroke."""
        pixels = np.full(self.exhibit.frame.canvas, 255, dtype=np.uint8)
        pixels[40:220, 120:145] = 10
        return pixels


def _named(headers):
    return {name.replace("_", "-").title(): value for name, value in headers.items()}


def serving(exhibit: Exhibit, bounds: Bounds = BOUNDS):
    """Serve in a thread until the generator is closed."""
    with listen(0) as listening:
        port = listening.getsockname()[1]
        own = server(exhibit, port, bounds=bounds)
        thread = threading.Thread(target=asyncio.run, args=(own.serve(sockets=[listening]),))
        thread.start()
        while not own.started:
            time.sleep(0.01)
        yield Served(exhibit, port)
        own.should_exit = True
        thread.join()


@pytest.fixture(scope="session")
def folder(small, tmp_path_factory) -> RunStore:
    """Three saved models of handwritten digits; nothing may write to it."""
    return make_folder(tmp_path_factory.mktemp("served") / "run", small)


@pytest.fixture(scope="session")
def served(folder):
    yield from serving(prepare(folder.path))
