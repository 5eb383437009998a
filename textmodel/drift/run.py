"""One run of `drift`: check, read, compare, show, and the exit code.

    0 stable or some shift   3 shift, also beside broken lines   1 no shift, but lines were broken and skipped
    2 nothing to compare: bad arguments, no baseline, no answers of the model, or too few of them;
      or the plot cannot be written, which is told after the report

Left out: the arguments (`command`) and what is computed (the other modules of this folder).
"""

import argparse
import json
import os
import sys
from collections.abc import Mapping, Sequence

from ..artifact import Artifact
from ..errors import ArtifactError
from ..model import load
from ..progress import Progress
from .plot import svg
from .report import SHIFTED, TOO_FEW, Report, as_json, report
from .sources import paths, read
from .tally import Tally
from .text import lines, shown

_STABLE, _BROKEN, _NOTHING, _SHIFT = 0, 1, 2, 3


class Refusal(Exception):
    """Nothing can be compared; the message tells why."""


def run(arguments: argparse.Namespace) -> int:
    """Read, compare, show; the exit code."""
    try:
        found = _compared(arguments)
    except (ArtifactError, Refusal) as error:
        name = "" if isinstance(error, Refusal) else f"{type(error).__name__}: "
        print(f"textmodel: {name}{error}", file=sys.stderr)
        return _NOTHING
    except OSError as error:
        return _unusable(str(error.filename), error)
    print(json.dumps(as_json(found)) if arguments.json else "\n".join(lines(found)))
    try:  # after the report, which a plot that cannot be written must not cost
        if arguments.plot:
            with open(arguments.plot, "w", encoding="utf-8") as file:
                file.write(svg(found))
    except OSError as error:
        return _unusable(arguments.plot, error)
    return _exit_code(found)


def _unusable(path: str, error: OSError) -> int:
    print(f"textmodel: {shown(path)}: {error.strerror}", file=sys.stderr)
    return _NOTHING


def _exit_code(found: Report) -> int:
    if found.verdict == TOO_FEW:
        return _NOTHING
    if found.verdict == SHIFTED:
        return _SHIFT
    return _BROKEN if found.tally.broken else _STABLE


def _compared(arguments: argparse.Namespace) -> Report:
    """Everything that is checked before a long read, the read, and the report."""
    if arguments.plot and not arguments.plot.lower().endswith(".svg"):
        raise Refusal(f"--plot: expected a name that ends in .svg, found {shown(arguments.plot)}")
    model = load(arguments.task, arguments.artifacts)
    baseline = _baseline(model.artifact)
    tally = Tally(arguments.model or model.name, model.labels)
    _read(paths(arguments.logs), tally)
    found = report(tally, baseline, model.labels)
    if not found.answers:
        raise Refusal(_no_answers(tally))
    return found


def _baseline(artifact: Artifact) -> Mapping[str, Mapping[str, int]]:
    if not artifact.baseline:
        raise Refusal(f"the artifact of {artifact.task!r} has no baseline; train it again")
    return artifact.baseline


def _read(files: Sequence[str], tally: Tally) -> None:
    """Count every file, with a bar on a terminal."""
    known = "-" not in files
    size_bytes = sum(map(os.path.getsize, files)) if known else 0
    progress = Progress(None if known else sys.stdin, sys.stderr, size_bytes if known else None)
    for file in files:
        tally.take(read(file, sys.stdin.buffer, progress.advance))
    progress.finish()
    tally.close()


def _no_answers(tally: Tally) -> str:
    """Why there is nothing, with what there was instead."""
    others = ", ".join(f"{number:,} of {shown(name)}" for name, number in tally.other_models.most_common(5))
    parts = [f"{others} (choose one by --model)" if others else "", f"{tally.other_lines:,} lines of other events"]
    parts += [f"{tally.broken:,} broken lines, the first {shown(tally.first_broken[0])}"] if tally.broken else []
    return f"no answers of {shown(tally.model)}; found {'; '.join(filter(None, parts))}"
