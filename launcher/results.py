"""What came out of a run, as the runner listed it, and the folder of the person that it is brought to.

A file appears there only when it is whole and its hash is right. Left out: where results stand (the engines).
"""

import json
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import file_digest

from .errors import DamagedError, ManifestError, NotEmptyError, OptionsError, StorageError
from .manifest import File, unsafe

THREADS = 8
"""Files that are brought at a time."""


@dataclass(frozen=True)
class Results:
    """The files that count; `partial` where the script did not end well, `left_out` in words what could not be sent."""

    files: tuple[File, ...]
    partial: bool
    left_out: tuple[str, ...] = ()

    @property
    def size_bytes(self) -> int:
        return sum(file.size_bytes for file in self.files)


def from_json(content: bytes) -> Results:
    """Read runs/ID/results.json.

    Raises: ManifestError, also for a path that would leave the person's folder.
    """
    try:
        plain = json.loads(content)
        files = tuple(File(f["path"], f["sha256"], f["size_bytes"], f["executable"]) for f in plain["files"])
        found = Results(files, bool(plain["partial"]), tuple(plain.get("left_out", ())))
    except (ValueError, KeyError, TypeError) as error:
        raise ManifestError(f"the list of results is damaged: {error!r}", "run it again") from error
    for file in found.files:
        if why := unsafe(file.path):
            raise ManifestError(f"the list of results has a path that {why}: {file.path!r}", "run it again")
    return found


def check_folder(folder: str, *, replace: bool) -> None:
    """Whether results may come into a folder: it must be empty or not there, or `replace` said.

    Raises: NotEmptyError, OptionsError for what is no folder.
    """
    try:
        if os.listdir(folder) and not replace:
            raise NotEmptyError(folder)
    except FileNotFoundError:
        return
    except OSError as error:
        raise OptionsError(f"{folder} cannot hold the results: {error.strerror}", "name a folder with -o") from error


def bring(results: Results, get: Callable[[File, str], None], folder: str) -> tuple[str, ...]:
    """Bring each file by `get(file, path)`, eight at a time, into a folder, checked; the paths below it.

    Raises: DamagedError, StorageError where the folder cannot be written.
    """
    try:
        os.makedirs(folder, exist_ok=True)
        _every(results.files, get, folder)
    except OSError as error:
        raise StorageError(f"{error.filename or folder} cannot be written: {error.strerror}",
                           "make room, then `python -m launcher fetch`") from error  # fmt: skip
    return tuple(file.path for file in results.files)


def _every(files: tuple[File, ...], get: Callable[[File, str], None], folder: str) -> None:
    pool = ThreadPoolExecutor(THREADS, thread_name_prefix="bring")
    try:
        for _ in pool.map(lambda file: _one(file, get, os.path.join(folder, file.path)), files):
            pass
    finally:
        pool.shutdown(cancel_futures=True)


def _one(file: File, get: Callable[[File, str], None], target: str) -> None:
    os.makedirs(os.path.dirname(target), exist_ok=True)
    part = f"{target}.part"
    try:
        get(file, part)
        with open(part, "rb") as came:
            found = file_digest(came, "sha256").hexdigest()
        if found != file.sha256:
            raise DamagedError(file.path, file.sha256, found)
        if file.executable:
            os.chmod(part, 0o755)  # noqa: S103
        os.replace(part, target)
    finally:
        if os.path.exists(part):
            os.remove(part)
