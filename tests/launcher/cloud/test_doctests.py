"""The examples in docstrings are true."""

import doctest
import importlib

import pytest

NAMES = (
    "launcher.policy", "launcher.aws.decide", "launcher.aws.kept", "launcher.aws.schedule", "launcher.aws.kinds.kind",
    "launcher.aws.kinds.batch", "launcher.aws.kinds.codebuild",
)  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_examples(name: str):
    failed, tried = doctest.testmod(importlib.import_module(name))
    assert (failed, tried > 0) == (0, True)
