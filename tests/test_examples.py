"""Every example in a docstring is run."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import bench
import estimators
import reports


def _modules() -> list[str]:
    return [
        module.name
        for package in (bench, estimators, reports)
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
        if not module.name.endswith("__main__")
    ] + ["bench", "estimators", "reports"]


def _params() -> list:
    keras = {f"estimators.{name}" for name in ("keras_classifier", "cnn", "training", "augmentation")}
    return [pytest.param(name, marks=pytest.mark.slow) if name in keras else name for name in _modules()]


@pytest.mark.parametrize("name", _params())
def test_examples_are_true(name):
    outcome = doctest.testmod(importlib.import_module(name), optionflags=doctest.ELLIPSIS)
    assert outcome.failed == 0
