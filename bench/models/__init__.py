"""Fitted estimators as files that hold no code: a skops skeleton and each library's own format."""

from bench.models.saved import encode, read

__all__ = ["encode", "read"]
