"""`make test-lambda`: what it asks, and that a wrong answer ends it."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.deploy.conftest import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

# The AWS CLI as far as it is used here, with the handler of this repository behind it.
AWS = """#!{python}
import json, os, sys
if sys.argv[1] == "cloudformation":
    print("undertone:live")
    sys.exit()
options = dict(zip(sys.argv[3:-1:2], sys.argv[4:-1:2]))
assert sys.argv[1:3] == ["lambda", "invoke"] and options["--cli-binary-format"] == "raw-in-base64-out"
assert options["--function-name"] == "undertone:live" and options["--query"] == "FunctionError"
out = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)  # the handler's own lines go where a log is
from app import lambda_handler
answer, error = lambda_handler.handler(json.loads(options["--payload"]), None), "None"
{fault}
json.dump(answer, open(sys.argv[-1], "w"))
print(error, file=out)
"""


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """A function: the arguments of make, and a line of a fault in the function, to what came of it."""

    def make(*arguments: str, fault: str = "") -> subprocess.CompletedProcess[str]:
        aws = tmp_path / "aws"
        aws.write_text(AWS.format(python=sys.executable, fault=fault))
        aws.chmod(0o755)
        path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
        return subprocess.run(
            ["make", "--no-print-directory", "test-lambda", *arguments],
            cwd=ROOT, env={**os.environ, "PATH": path, "PYTHONPATH": str(ROOT)},
            check=False, capture_output=True, text=True, timeout=60,
        )  # fmt: skip

    return make


@pytest.mark.parametrize("arguments", [["FUNCTION=undertone:live"], []])
def test_every_direct_form_is_asked(run: Callable[..., subprocess.CompletedProcess[str]], arguments: list[str]):
    """The function named, or the stack's own, answers each form, and the answers are shown."""
    found = run(*arguments)
    assert (found.returncode, found.stderr.count("expected an answer")) == (0, 0)
    forms = [line[2:].partition('"')[0] for line in found.stdout.splitlines()]
    assert forms == ["warmup", "text", "texts", "payload", "text"]


@pytest.mark.parametrize("fault", ['error = "Unhandled"', 'answer["label"] = "neutral"'])
def test_a_wrong_answer_ends_it(run: Callable[..., subprocess.CompletedProcess[str]], fault: str):
    """A fault that Lambda reports beside its 200, or another answer than the expected, is an exit code and a line."""
    found = run("FUNCTION=undertone:live", fault=fault)
    assert found.returncode == 2
    assert ": expected an answer with " in found.stderr
