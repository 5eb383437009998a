"""What the tests of engines share: apertium where it is installed, and chains made of small programs of our own."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from batch.engines.apertium.modes import MODES, routes

_STAGE = """#!{python}
import os, signal, sys, time
begun = b""
while piece := os.read(0, 65536):
    begun += piece
    *texts, begun = begun.split(bytes(1))
    for text in texts:
        if b"crash" in text:
            os.kill(os.getpid(), signal.SIGSEGV)
        if b"leave" in text:
            sys.exit(3)
        if b"sleep" in text:
            time.sleep(600)
        if b"twice" in text:
            os.write(1, text + bytes(1))
        if b"swallow" in text:
            continue
        if b"cut" in text:
            text = text[:-3]
        os.write(1, text.replace(b"malo", b"bad").replace(b"zzz", b"*zzz") + bytes(1))
"""


@pytest.fixture(scope="session")
def apertium() -> dict[str, tuple[str, ...]]:
    """The ways to English that are installed."""
    found = routes()
    if not found:
        pytest.skip(f"apertium's language pairs are not installed in {MODES} (Debian: apertium-eng-spa)")
    return found


@pytest.fixture
def modes(tmp_path: Path) -> Callable[..., Path]:
    """A function that makes a folder with one mode, spa-eng, of some small programs in a row."""

    def make(stages: int = 3) -> Path:
        program = tmp_path / "stage"
        program.write_text(_STAGE.format(python=sys.executable))
        program.chmod(0o755)
        (tmp_path / "spa-eng.mode").write_text(" | ".join([f"'{program}' $1"] * stages))
        return tmp_path

    return make


def running(process_id: int) -> bool:
    """Whether a process is there and no zombie."""
    try:
        with open(f"/proc/{process_id}/stat", encoding="utf-8") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


@pytest.fixture
def is_running() -> Callable[[int], bool]:
    if not os.path.isdir("/proc/self"):
        pytest.skip("no /proc to look for processes in")
    return running
