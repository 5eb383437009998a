"""The README's commands, run as they stand, give the outputs that stand under them."""

import contextlib
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[1]


class Example(NamedTuple):
    """A command or a program, and what it prints."""

    kind: str
    source: str
    output: str


def examples(page: str) -> list[Example]:
    """Every console command and every Python program of a page."""
    found: list[Example] = []
    for kind, block, text in re.findall(r"```(console|python)\n(.*?)```(?:\n\n```text\n(.*?)```)?", page, re.DOTALL):
        if kind == "python":
            found.append(Example(kind, block, text))
        else:
            commands = re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n?)*)", block, re.MULTILINE)
            found += [Example(kind, command, output) for command, output in commands]
    return found


def run(example: Example, port: int) -> str:
    source = example.source.replace("127.0.0.1:8000", f"127.0.0.1:{port}")
    command = [sys.executable, "-c", source] if example.kind == "python" else ["bash", "-c", source]
    outer_make = ("MAKEFLAGS", "MAKELEVEL", "MFLAGS")  # a person runs make from a shell
    environment = {name: value for name, value in os.environ.items() if name not in outer_make}
    environment["PYTHONPATH"] = str(ROOT)
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, env=environment, check=False, timeout=120)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


@pytest.fixture(scope="module")
def service() -> Iterator[int]:
    """The port of a server started as `make serve` does, with the artifact that is shipped."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = {**os.environ, "PORT": str(port), "UNDERTONE_LOG_REQUESTS": "0"}
    server = subprocess.Popen([sys.executable, "-m", "app"], cwd=ROOT, env=environment, stderr=subprocess.PIPE)
    try:
        assert server.stderr
        assert b"Undertone answers at" in server.stderr.readline()
        _wait_for(port)
        yield port
    finally:
        server.terminate()
        server.communicate(timeout=30)


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.02)
    pytest.fail("the server does not answer")


EXAMPLES = examples((ROOT / "README.md").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def shipped_artifact() -> None:
    """The README shows the answers of the artifact that is committed; one of your own answers otherwise."""
    changed = subprocess.run(["git", "status", "--porcelain", "--", "saved_model", "vectorizer"],
                             capture_output=True, text=True, cwd=ROOT, check=False).stdout  # fmt: skip
    if changed:
        pytest.skip("the artifact in place is not the committed one")


@pytest.mark.usefixtures("shipped_artifact")
@pytest.mark.parametrize("example", EXAMPLES, ids=[example.source.strip()[:40] for example in EXAMPLES])
def test_an_example_prints_what_stands_under_it(example: Example, service: int):
    """Each example's output is exactly the one shown, but for the last line's end."""
    assert run(example, service).rstrip("\n") == example.output.rstrip("\n")


def test_the_readme_has_examples_of_every_door():
    """curl, make, the command line, httpx and the library are all shown."""
    shown = " ".join(example.source for example in EXAMPLES)
    assert [door for door in ("curl", "make predict", "-m textmodel", "httpx", "load()") if door not in shown] == []
