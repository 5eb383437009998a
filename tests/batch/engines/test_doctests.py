"""The examples in the docstrings of language, negation, engines and quality are true."""

import doctest
import importlib
import pkgutil

import pytest

import batch.engines
import batch.quality

MODULES = [
    "batch.language",
    "batch.negation",
    *(m.name for m in pkgutil.walk_packages(batch.engines.__path__, "batch.engines.")),
    *(m.name for m in pkgutil.walk_packages(batch.quality.__path__, "batch.quality.")),
]


@pytest.mark.parametrize("name", MODULES)
def test_examples(name: str):
    """Every example of a module gives what it shows."""
    expected = 0
    assert doctest.testmod(importlib.import_module(name)).failed == expected
