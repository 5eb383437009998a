"""The examples in the docstrings of the room are true."""

import doctest
import importlib
from pathlib import Path

import pytest

ROOM = Path(__file__).parents[2] / "workbench"
MODULES = sorted(
    ".".join(path.relative_to(ROOM.parent).with_suffix("").parts)
    for path in ROOM.rglob("*.py")
    if ">>>" in path.read_text(encoding="utf-8")
)


@pytest.mark.parametrize("name", MODULES)
def test_examples(name: str):
    """Every example of a module gives what it shows."""
    expected = 0
    found = doctest.testmod(importlib.import_module(name))
    assert found.attempted > 0
    assert found.failed == expected
