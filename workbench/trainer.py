"""The one door to training: `python -m model_training` as a process, its lines told as they come.

    exit code 0   published                        3   the artifact in place is better, or cannot be compared with
              2   data or an argument is at fault  1   disk, export, behaviour

Left out: which rows it gets (`emotion`); the trainer itself, which is another room.
"""

import os
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Sequence

from textmodel.model import ROOT

from .errors import RunError, TrainingError

_LAST = 20
"""Lines that are kept, to tell why it failed."""


def train(
    task: str, data: str, text: str, label: str, root: str, options: Sequence[str], say: Callable[[str], None]
) -> None:
    """The pair `saved_model/<task>`, `vectorizer/<task>` below `root`, from the columns of a file.

    `options` are further arguments of the trainer; `say` is told each of its lines.
    Raises: RunError where data, options or the artifact in place are at fault; TrainingError.
    """
    command = [sys.executable, "-m", "model_training", task, "--data", os.path.abspath(data),
               "--text", text, "--label", label, "--out", os.path.abspath(root), *options]  # fmt: skip
    kept: deque[str] = deque(maxlen=_LAST)
    with subprocess.Popen(  # noqa: S603  # our own trainer, no shell
        command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        env={**os.environ, "PYTHONUNBUFFERED": "1"}, encoding="utf-8", errors="replace",
    ) as process:  # fmt: skip
        try:
            for line in process.stdout or ():
                kept.append(line.rstrip("\n"))
                say(kept[-1])
        except BaseException:  # Ctrl-C: the trainer had it too, and leaves the artifact in place as it was
            process.terminate()
            raise
    if process.returncode:
        _fail(task, process.returncode, kept)


def _fail(task: str, code: int, lines: Sequence[str]) -> None:
    """Raises: RunError for what the person can mend, else TrainingError."""
    told = [line.removeprefix("error: ") for line in lines if line.startswith("error: ")]
    usage = [line.split(": error: ")[-1] for line in lines if ": error: " in line]
    reason = (told or usage or [line for line in lines if line.strip()] or [f"exit code {code}"])[-1]
    if code == 3:
        raise RunError(f"training of {task}", "a better model than the one in place, or --replace", reason)
    if code == 2:
        raise RunError(f"training of {task}", "data and options that the trainer takes", reason)
    raise TrainingError(task, code, reason)
