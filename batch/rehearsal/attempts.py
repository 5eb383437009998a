"""One attempt of a shard as a process: the entry point of the image, told what Batch would tell it, and its fault.

Left out: what follows from how it ends (`engine`).
"""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from ..archive import ROOT
from ..errors import RehearsalError
from ..retries import Ending
from .faults import HOLDER, Fault

ENTRY = ROOT / "batch" / "fetch.py"
_KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "COVERAGE_PROCESS_START")
_LOST = "Host EC2 (instance i-0123456789abcdef0) terminated."
_ENDED = "Essential container in task exited"
_PATIENCE_S = 120.0
_HEARD, _HEARD_S = "Stopping: ", 15.0
"""What `run` says on SIGTERM; after 20 s it waits for no chunk."""


class Run(NamedTuple):
    """How an attempt ended, when (milliseconds since 1970), and what it wrote."""

    ending: Ending
    started_ms: int
    stopped_ms: int
    output: str


def run(command: list[str], told: Mapping[str, str], fault: Fault | None) -> Run:
    """Run it to its end, or to that of its machine.

    Raises: RehearsalError where a fault finds nothing to break.
    """
    with tempfile.TemporaryDirectory(prefix="undertone-attempt-") as name:
        folder = Path(name)
        environment = {key: os.environ[key] for key in _KEPT if key in os.environ} | dict(told)
        environment |= {"PYTHONUNBUFFERED": "1", "TMPDIR": name} | _fault(fault, folder)
        with (folder / "output").open("wb+") as output:
            started_ms = _now_ms()
            process = subprocess.Popen(  # noqa: S603
                [sys.executable, str(ENTRY), *command], cwd=folder, env=environment, stdout=output, stderr=output
            )
            try:
                _befall(process, fault, folder)
                code = process.wait(_PATIENCE_S)
            except BaseException:
                _kill_tree(process.pid)
                process.wait()
                raise
            stopped_ms = _now_ms()
            output.seek(0)
            return Run(_ending(code, fault), started_ms, stopped_ms, output.read().decode(errors="replace"))


def _fault(fault: Fault | None, folder: Path) -> dict[str, str]:
    if fault in (Fault.SIGTERM, Fault.KILL):
        return {"UNDERTONE_REHEARSAL_HOLD": str(folder / "held"), "PYTHONPATH": str(HOLDER)}
    return {"AWS_MAX_ATTEMPTS": "2"} if fault is Fault.UNREACHABLE else {}


def _befall(process: "subprocess.Popen[bytes]", fault: Fault | None, folder: Path) -> None:
    if fault not in (Fault.SIGTERM, Fault.KILL):
        return
    held = folder / "held"
    until = time.monotonic() + _PATIENCE_S
    while not held.exists():
        if process.poll() is not None or time.monotonic() > until:
            output = (folder / "output").read_text(errors="replace")[-2000:]
            raise RehearsalError(
                f"an attempt never came to a transaction, so it cannot lose its host in one:\n{output}"
            )
        time.sleep(0.01)
    if fault is Fault.KILL:
        _kill_tree(process.pid)
    else:
        process.send_signal(signal.SIGTERM)
        _await(lambda: _HEARD in (folder / "output").read_text(errors="replace"))
    held.unlink()


def _await(holds: Callable[[], bool]) -> None:
    """Until the job has told that it was told, so that it cannot be done before it knows."""
    until = time.monotonic() + _HEARD_S
    while not holds() and time.monotonic() < until:
        time.sleep(0.01)


def _ending(code: int, fault: Fault | None) -> Ending:
    """As Batch tells it: of a machine that is gone without a word there is no exit code."""
    if fault is Fault.KILL:
        return Ending(None, _LOST)
    return Ending(128 - code if code < 0 else code, _LOST if fault is Fault.SIGTERM else _ENDED)


def _kill_tree(pid: int) -> None:
    """All of a container's processes at once, in whatever sessions they are, as a machine takes them with it."""
    tree = list(_tree(pid))
    for one in tree:
        _kill(one, signal.SIGSTOP)
    for one in {*tree, *_tree(pid)}:
        _kill(one, signal.SIGKILL)


def _tree(pid: int) -> Iterator[int]:
    yield pid
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = path.read_text().split()
        except OSError:
            continue
        for child in children:
            yield from _tree(int(child))


def _kill(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)


def _now_ms() -> int:
    return time.time_ns() // 1_000_000
