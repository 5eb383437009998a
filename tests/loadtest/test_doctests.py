"""The examples in the docstrings of the load tests are true."""

import doctest
import importlib
from pathlib import Path

import pytest

ROOM = Path(__file__).parents[2] / "loadtest"
PATCHES = {"users", "locustfile"}
"""What imports locust, which patches the standard library: not in this process."""
MODULES = sorted(path.stem for path in ROOM.glob("*.py") if path.stem not in PATCHES)


@pytest.mark.parametrize("name", MODULES)
def test_examples(name: str):
    """Every example of a module gives what it shows."""
    expected = 0
    assert doctest.testmod(importlib.import_module(f"loadtest.{name}")).failed == expected
