"""What the tests of training share: a made-up data file, a quick run over it, and pictures of a folder.

Left out: mocks. Trainings are real, only small: 60 sentences a label, few epochs, two folds.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from model_training import calibrate, sample
from model_training.__main__ import main
from model_training.corpus import Fold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

QUICK = ("--folds", "2", "--split-seeds", "0,1", "--epochs", "3", "--jobs", "1", "--without-behaviour")
REPOSITORY = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def data_file(tmp_path_factory: pytest.TempPathFactory) -> str:
    return sample.write(str(tmp_path_factory.mktemp("data") / "all-data.csv"))


@pytest.fixture(scope="session")
def command() -> Callable[..., subprocess.Popen[str]]:
    """A function: arguments to the running command, in its own process, with Ctrl-C as on a terminal."""
    code = (
        "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler); "
        "from model_training.__main__ import main; sys.exit(main())"
    )

    def start(*arguments: str, before: str = "") -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-c", before + code, *arguments],
            cwd=REPOSITORY,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    return start


@pytest.fixture(scope="session")
def trained_twice(
    tmp_path_factory: pytest.TempPathFactory, data_file: str, command: Callable[..., subprocess.Popen[str]]
) -> Iterator[tuple[Path, Path]]:
    """The roots of two trainings of the same data with the same seed, in two processes."""
    roots = tmp_path_factory.mktemp("first"), tmp_path_factory.mktemp("second")
    runs = [command("sentiment", "--data", data_file, "--out", str(root), *QUICK) for root in roots]
    for run in runs:
        _, errors = run.communicate(timeout=120)
        assert run.returncode == 0, errors
    return roots


@pytest.fixture(scope="session")
def trained(trained_twice: tuple[Path, Path]) -> Path:
    """The root of a small trained pair; read it, never write there."""
    return trained_twice[0]


@pytest.fixture
def train(data_file: str) -> Callable[..., int]:
    """A function: a root and further arguments to the exit code of a quick run in this process."""

    def run(root: Path, *arguments: str) -> int:
        return main(["sentiment", "--data", data_file, "--out", str(root), *QUICK, *arguments])

    return run


@pytest.fixture(scope="session")
def drawn() -> Callable[..., tuple[np.ndarray, np.ndarray]]:
    """A function: a temperature and a count to logits (count, 3), and labels drawn from their softmax at it."""

    def draw(temperature: float, count: int = 6000) -> tuple[np.ndarray, np.ndarray]:
        source = np.random.default_rng(0)
        logits = source.normal(0, 2, (count, 3)).astype(np.float32)
        chances = calibrate.softmax(logits, temperature)
        return logits, (chances.cumsum(1) < source.random((count, 1))).sum(1)

    return draw


@pytest.fixture(scope="session")
def folds() -> Callable[..., list[Fold]]:
    """A function: how many sentences, and how many folds, to the folds."""

    def split(count: int, number: int = 5) -> list[Fold]:
        every = np.arange(count)
        return [Fold(every[every % number != n], every[every % number == n]) for n in range(number)]

    return split


@pytest.fixture(scope="session")
def tree() -> Callable[[Path], dict[str, bytes]]:
    """A function: a folder to its files' bytes by their path in it."""

    def picture(root: Path) -> dict[str, bytes]:
        files = (Path(folder, name) for folder, _, names in os.walk(root, followlinks=True) for name in names)
        return {str(file.relative_to(root)): file.read_bytes() for file in files}

    return picture
