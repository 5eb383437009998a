"""The examples in the docstrings of the local Lambda are true."""

import doctest
import importlib
import pkgutil

import pytest

from loadtest import local_lambda

MODULES = [module.name for module in pkgutil.iter_modules(local_lambda.__path__) if module.name != "__main__"]


@pytest.mark.parametrize("name", MODULES)
def test_examples(name: str):
    """Every example of a module gives what it shows."""
    expected = 0
    assert doctest.testmod(importlib.import_module(f"loadtest.local_lambda.{name}")).failed == expected
