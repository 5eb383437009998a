"""The examples in the docstrings are true."""

from __future__ import annotations

import doctest
from importlib import import_module

import pytest


@pytest.mark.parametrize(
    "module",
    [
        "agreement",
        "calibrate",
        "corpus",
        "data",
        "labels",
        "markdown",
        "metrics",
        "plots",
        "readers.raw",
        "readers.separated",
        "scripts",
        "table",
        "targets",
        "tasks",
    ],
)
def test_examples(module: str) -> None:
    results = doctest.testmod(import_module(f"model_training.{module}"))

    assert results.attempted > 0
    assert results.failed == 0
