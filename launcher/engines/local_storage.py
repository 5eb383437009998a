"""The blobs and runs of this machine as a whole: what nobody uses any more goes, as in a bucket with a lifecycle.

Left out: a single run (`local`).
"""

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from .. import runs
from ..blobs import PREFIX
from ..errors import LauncherError
from ..manifest import from_json

KEPT_S = 14 * 86400
"""How long an ended run stays for `list`, `logs` and `fetch`."""


@contextmanager
def used(state: str, *, alone: bool = False) -> Iterator[None]:
    """Hold the blobs: together with other runs that start, or alone to remove some."""
    os.makedirs(state, exist_ok=True)
    with open(os.path.join(state, "blobs.lock"), "wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
        yield


def remove(state: str, *run_ids: str) -> int:
    """Remove runs that have ended and the blobs that no other run names; the number of those."""
    with used(state, alone=True):
        for run_id in run_ids:
            shutil.rmtree(runs.folder(state, run_id), ignore_errors=True)
        named = {sha for known in runs.known(state) for sha in _named(state, known.run_id)}
        folder = os.path.join(state, PREFIX)
        gone = [name for name in (os.listdir(folder) if os.path.isdir(folder) else ()) if name not in named]
        for name in gone:
            with suppress(FileNotFoundError):
                os.remove(os.path.join(folder, name))
        return len(gone)


def _named(state: str, run_id: str) -> set[str]:
    try:
        with open(os.path.join(runs.folder(state, run_id), "manifest.json"), "rb") as file:
            return {one.sha256 for one in from_json(file.read()).files}
    except (OSError, LauncherError):  # a run of another engine, or one that cannot be run again
        return set()


def prune(state: str, now_s: float, alive: Callable[[str], bool]) -> None:
    """Remove the runs of this engine that are older than KEPT_S."""
    old = [k.run_id for k in runs.known(state) if k.engine == "local" and now_s - k.made_s > KEPT_S]
    if gone := [run_id for run_id in old if not alive(run_id)]:
        remove(state, *gone)
