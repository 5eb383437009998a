"""Projects made in the test, a state of one's own, and one cache of environments for all tests of this folder."""

import os
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

HERE = f"{sys.version_info.major}.{sys.version_info.minor}"
"""The version that runs the tests, so that every machine has it."""

ECHO = """
import argparse, pathlib, sys
parser = argparse.ArgumentParser()
parser.add_argument("-i", required=True)
parser.add_argument("-o", required=True)
asked = parser.parse_args()
given, made = pathlib.Path(asked.i), pathlib.Path(asked.o)
for path in [given] if given.is_file() else sorted(p for p in given.rglob("*") if p.is_file()):
    target = made / (path.name if given.is_file() else path.relative_to(given))
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(path.read_bytes().upper())
print("Größe", len(list(made.rglob("*"))))
"""
"""A script that writes each file of -i in capitals below -o."""

Make = Callable[..., Path]


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("environments")


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state of ours"


@pytest.fixture
def environ(cache: Path, state: Path) -> dict[str, str]:
    """The machine's variables, with places of our own and a short grace."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("LAUNCHER_", "AWS_"))}
    return {**plain, "LAUNCHER_CACHE": str(cache), "LAUNCHER_STATE": str(state), "LAUNCHER_GRACE_S": "5"}


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """A function: a folder's name and its files to a folder with them."""

    def made(folder: str, files: Mapping[str, str | bytes]) -> Path:
        root = tmp_path / folder
        for name, content in files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        return root

    return made


def until(true: Callable[[], object], what: str) -> None:
    """Wait until something is so, at most a minute."""
    end = time.monotonic() + 60
    while not true():
        assert time.monotonic() < end, f"{what} did not come"
        time.sleep(0.02)
