"""The command line: parse, call one function, print, exit code; nothing else."""

from bench.cli.app import main

__all__ = ["main"]
