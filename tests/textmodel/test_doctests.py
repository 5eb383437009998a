"""The examples in the docstrings of the text model are true."""

from __future__ import annotations

import doctest
import importlib
import os
import pkgutil

import pytest

import textmodel
from textmodel.artifact import folders
from textmodel.model import ROOT

MODULES = [
    "textmodel",
    *(m.name for m in pkgutil.walk_packages(textmodel.__path__, "textmodel.") if not m.name.endswith("__main__")),
]


@pytest.mark.parametrize("name", MODULES)
def test_examples(name: str):
    """Every example of a module gives what it shows."""
    if name == "textmodel" and not all(map(os.path.isdir, folders(ROOT, "sentiment"))):
        pytest.skip("no trained artifact in saved_model/sentiment")
    expected = 0
    assert doctest.testmod(importlib.import_module(name)).failed == expected


def test_there_are_examples():
    """The modules that compute something show it."""
    finder = doctest.DocTestFinder(exclude_empty=True)
    found = {name for name in MODULES if any(test.examples for test in finder.find(importlib.import_module(name)))}
    expected = {"textmodel", *(f"textmodel.{name}" for name in ("model", "safetensors", "tokens", "vectorizer"))}
    assert found >= expected
