"""docs/own-classes.md, followed by hand: every command of it runs, in a copy of the project, and prints what it shows.

Training is told to hurry, so numbers may differ; everything else must be as on the page. `python -m
tests.model_training.test_own_classes_page` follows it unhurried and writes what is printed into the page.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.app.serving import HOUSE, Running, clean_environment, free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = HOUSE / "docs/own-classes.md"
NEEDED = ("Makefile", "app", "model_training", "requirements", "textmodel")
HURRY = "--folds 2 --split-seeds 0 --epochs 10 --jobs 1"
_BLOCK = re.compile(r"(?<=^```shell-session\n)(.*?)(?=^```$)", re.DOTALL | re.MULTILINE)
_COMMAND = re.compile(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", re.MULTILINE)
_numbers = re.compile(r"-?\d[\d,.e-]*|[ ]+").sub


def masked(text: str) -> str:
    """A text without its figures and the widths of its columns."""
    return _numbers("0", text).strip()


class Follower:
    """A shell in a copy of the project, whose `make` needs no installing and whose service has a free port."""

    def __init__(self, folder: Path, hurry: str) -> None:
        self._folder, self._hurry, self._port = folder, hurry, free_port()
        self._service: Running | None = None
        for name in NEEDED:
            place = HOUSE / name
            (shutil.copytree if place.is_dir() else shutil.copy)(place, folder / name)
        (folder / ".venv").symlink_to(Path(sys.executable).parent.parent)

    def run(self, command: str) -> str:
        """What a command prints; one that fails must say so in one line, which is all then."""
        if command.startswith("make serve"):
            self._serve(command)
            return ""
        if command.startswith("make train") and self._hurry:
            command += f" ARGS='{self._hurry}'"
        command = command.replace("127.0.0.1:8000", f"127.0.0.1:{self._port}")
        done = subprocess.run(["bash", "-c", self._made(command)], capture_output=True, text=True, cwd=self._folder,
                              env=self._environment(), check=False, timeout=300)  # fmt: skip
        if done.returncode:
            assert done.stderr.count("\n") == 1, done.stderr
            return done.stderr
        printed = done.stdout.replace(str(self._folder), "/path/to/undertone")
        return printed if printed.endswith("\n") or not printed else f"{printed}\n"

    def _serve(self, command: str) -> None:
        shell = ["bash", "-c", f"cd '{self._folder}' && exec {self._made(command)} PORT={self._port}"]
        self._service = Running(self._folder, shell, self._environment(), self._port)
        self._service.wait_until_alive()

    def _made(self, command: str) -> str:
        """make, told that everything is installed: the environment that runs the tests is the one that it finds."""
        return re.sub(r"^make", "make -s -o .venv/.serve -o .venv/.train", command)

    def _environment(self) -> dict[str, str]:
        outer = ("MAKEFLAGS", "MAKELEVEL", "MFLAGS", "PYTHONWARNINGS", "PYTHONPATH")
        return {name: value for name, value in clean_environment().items() if name not in outer}

    def stop(self) -> None:
        if self._service:
            self._service.stop()


def follow(page: str, follower: Follower) -> Iterator[tuple[str, str, str]]:
    """Each command of the page, what stands under it, and what it prints."""
    for block in _BLOCK.findall(page):
        for command, shown in _COMMAND.findall(block):
            yield command, shown, follower.run(command)


@pytest.mark.skipif(not all(map(shutil.which, ("make", "curl", "jq"))), reason="needs make, curl and jq")
@pytest.mark.skipif(not (HOUSE / ".venv").samefile(Path(sys.executable).parent.parent), reason="needs .venv")
def test_the_page_can_be_followed(tmp_path: Path) -> None:
    """From the made-up file to the served model, in order; answers have the labels shown, errors the very words."""
    follower = Follower(tmp_path, HURRY)
    commands = 0
    try:
        for command, shown, printed in follow(PAGE.read_text(encoding="utf-8"), follower):
            commands += 1
            if "train" not in command and not command.startswith(("head", "printf")) and '"label"' in printed:
                assert re.findall(r'"label":"(\d)"', printed) == re.findall(r'"label":"(\d)"', shown), command
            hurried = re.sub(r"^0\.\d+ accurate: .*\n", "", shown, flags=re.MULTILINE)
            assert masked(hurried) == masked(re.sub(r"^0\.\d+ accurate: .*\n", "", printed, flags=re.MULTILINE)), (
                command
            )
    finally:
        follower.stop()
    assert commands >= 9
    assert sorted(os.listdir(tmp_path / "saved_model")) == ["reviews"]


def main() -> None:
    """Follow the page unhurried and write what was printed under each command."""
    page = PAGE.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder:
        follower = Follower(Path(folder), "")
        try:
            for command, shown, printed in follow(page, follower):
                page = page.replace(f"$ {command}\n{shown}", f"$ {command}\n{printed}")
        finally:
            follower.stop()
    PAGE.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
