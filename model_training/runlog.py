"""The run log: a line of JSON for every run that was judged, whether it was published or not.

`<root>/runs/<task>.jsonl` is committed with what it tells of, so it holds nothing of a machine: date, outcome,
data hash, recipe, metrics, seconds. A line is added by one write; one that fails is taken back, and one that
another hand has broken is named and skipped. Left out: how runs are compared on a terminal (`runs`).
"""

import errno
import json
import os
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

FOLDER = "runs"


@dataclass(frozen=True)
class Run:
    """One run."""

    date: str
    """In UTC, as ISO 8601 writes it, to the second."""
    outcome: str
    """`published` and its name, or `kept` or `failed` and why."""
    data_sha256: str
    agreement_lists: int
    folds: int
    split_seeds: list[int]
    seed: int
    recipe: Mapping[str, Any]
    metrics: Mapping[str, float]
    seconds: float
    left_out: int = 0
    """Rows without a text or a label, or with a rare one."""

    @property
    def published(self) -> bool:
        return self.outcome.startswith("published ")


def path_of(root: str, task: str) -> str:
    """Where the log of a task is."""
    return os.path.join(root, FOLDER, f"{task}.jsonl")


def append(path: str, run: Run) -> None:
    """Add a run to the log, whole or not at all, also while another process does.

    Raises: OSError when the disk refuses.
    """
    os.makedirs(os.path.dirname(path), exist_ok=True)
    line = (json.dumps(asdict(run), ensure_ascii=False, allow_nan=False) + "\n").encode()
    with open(path, "a+b", buffering=0) as file:  # appending: each write lands at the end, wherever that is by then
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - 1))
        if file.read(1) not in (b"", b"\n"):  # somebody's half a line stays a line of its own
            line = b"\n" + line
        if file.write(line) != len(line):
            file.truncate(size)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), path)
        os.fsync(file.fileno())


def read(path: str) -> tuple[list[Run], list[str]]:
    """The runs of a log, oldest first, and a sentence on each line that is none.

    Raises: OSError when it cannot be read.
    """
    runs: list[Run] = []
    broken: list[str] = []
    with open(path, "rb") as file:
        for number, line in enumerate(file, 1):
            run = _run(line)
            if run:
                runs.append(run)
            elif line.strip():
                broken.append(f"{path}, line {number}: expected a run, found {line[:40]!r}; skipped")
    return runs, broken


def _run(line: bytes) -> Run | None:
    try:
        run = Run(**json.loads(line))
    except (ValueError, TypeError, RecursionError):
        return None
    return run if _is_whole(run) else None


def _is_whole(run: Run) -> bool:
    """Whether every field is what whoever shows a run takes it for."""
    if not (isinstance(run.recipe, dict) and isinstance(run.metrics, dict) and isinstance(run.split_seeds, list)):
        return False
    texts = (run.date, run.outcome, run.data_sha256)
    counts = (run.agreement_lists, run.folds, run.seed, run.left_out)
    figures = (run.seconds, *run.metrics.values())
    return (
        run.metrics.keys() >= {"accuracy", "macro_f1"}
        and all(isinstance(text, str) for text in texts)
        and all(isinstance(count, int) for count in counts)
        and all(isinstance(figure, float | int) and abs(figure) <= sys.float_info.max for figure in figures)
    )
