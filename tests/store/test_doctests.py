"""The examples in docstrings are right."""

import doctest
import importlib

import pytest


@pytest.mark.parametrize("name", ["address", "partitions", "predictions", "records"])
def test_the_examples_of_a_module_hold(name: str):
    """There are some, and none fails."""
    results = doctest.testmod(importlib.import_module(f"store.{name}"))
    assert results.failed == 0
    assert results.attempted > 0
