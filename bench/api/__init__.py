"""The command line's verbs as Python functions; the place where all layers meet."""

from bench.api.deriving import digest, open_run, report, submit
from bench.api.predicting import predict
from bench.api.request import Request
from bench.api.running import Observer, carry_out, prepare, run
from bench.api.tuning import search

__all__ = [
    "Observer",
    "Request",
    "carry_out",
    "digest",
    "open_run",
    "predict",
    "prepare",
    "report",
    "run",
    "search",
    "submit",
]
