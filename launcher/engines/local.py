"""A run on this machine: a fresh environment, and the same runner as on AWS, in a subprocess that outlives the command.

    STATE/blobs/<sha256>      code and input by content, shared by runs
    STATE/runs/<run id>/      run.json, manifest.json, attempts/, results.json, results/, log.txt, process.json, alive

`alive` is locked for as long as the runner lives, so a number of a process that was given anew misleads nobody.
Left out: limits of cores and memory, which a machine of one's own does not set.
"""

import fcntl
import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress

from .. import environments, results, runs
from ..errors import EngineError, StorageError
from ..folder_blobs import FolderBlobs
from ..manifest import File, to_json
from ..upload import upload
from . import local_storage
from .protocol import Attempt, Job, Say, State, Status

RUNNER = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "runner.py")
_PASSED = frozenset({
    "PATH", "HOME", "USER", "LANG", "LANGUAGE", "TZ", "TMPDIR", "SSL_CERT_FILE", "SSL_CERT_DIR", "LD_LIBRARY_PATH",
    "http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "LAUNCHER_GRACE_S",
})  # fmt: skip
"""What a script sees of the person's variables; more is said by --env, since a machine of AWS has none of them."""
_STOP_S = 40.0
"""How long a stopped run may take: the runner's grace of 20 s, and the sending of its results."""


class LocalEngine:
    """Runs below the folder `state`; `cache` holds environments, and `fresh` makes one anew."""

    name = "local"
    costs = False

    def __init__(
        self, state: str, cache: str, environ: Mapping[str, str], *, fresh: bool = False,
        clock: Callable[[], float] = time.time, sleep: Callable[[float], None] = time.sleep,
    ) -> None:  # fmt: skip
        self._state, self._cache, self._environ, self._fresh = state, cache, environ, fresh
        self._clock, self._sleep = clock, sleep
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        self._read_to: dict[tuple[str, int], int] = {}
        """The byte that a log's lines, so many, end at: following one does not read it all again."""

    def place(self) -> str:
        """Here."""
        return ""

    def plan(self, job: Job) -> tuple[str, ...]:
        """In words."""
        count, python = len(job.manifest.files), job.options.python
        needs = len([line for line in job.project.requirements.splitlines() if line.strip()])
        return (
            f"make an environment of Python {python} with {needs} lines of requirements, where the cache has none",
            f"copy what is missing of {count:,} files to {self._state}",
            f"run {job.manifest.entry} with -i and -o in a fresh folder, for {job.manifest.timeout_s:,} s at most",
            f"bring the results to {os.path.abspath(job.options.output)}",
        )

    def start(self, job: Job, say: Say) -> None:
        """Make the environment, copy what is missing, start the runner; `runs` knows of it already.

        Raises: ProjectError, EngineError, StorageError.
        """
        environment = environments.ready(
            job.project.requirements, job.options.python, self._cache, self._environ, say, fresh=self._fresh
        )
        local_storage.prune(self._state, self._clock(), self._alive)
        folder = runs.folder(self._state, job.run_id)
        try:
            with open(os.path.join(folder, "alive"), "wb") as alive:
                fcntl.flock(alive, fcntl.LOCK_EX)
                self._store(job, say)
                self._spawn(job.run_id, environment, alive.fileno())
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise

    def _store(self, job: Job, say: Say) -> None:
        blobs = FolderBlobs(self._state)
        with local_storage.used(self._state):
            blobs.put_bytes(f"runs/{job.run_id}/manifest.json", to_json(job.manifest))
            say(f"code: {upload(job.manifest.code, job.project.root, blobs)}")
            say(f"input: {upload(job.manifest.input, job.input.root, blobs)}")

    def _spawn(self, run_id: str, environment: environments.Environment, alive: int) -> None:
        folder = runs.folder(self._state, run_id)
        with open(os.path.join(folder, "log.txt"), "wb") as log:
            child = subprocess.Popen(  # noqa: S603
                [environment.python, RUNNER, os.path.join(folder, "manifest.json")],
                env=self._variables(environment), stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
                start_new_session=True, pass_fds=(alive,),
            )  # fmt: skip
        self._children[run_id] = child
        with open(os.path.join(folder, "process.json"), "w", encoding="ascii") as file:
            json.dump({"pid": child.pid}, file)

    def _variables(self, environment: environments.Environment) -> dict[str, str]:
        passed = {n: v for n, v in self._environ.items() if n in _PASSED or n.startswith(("LC_", "CUDA_"))}
        folder = os.path.dirname(environment.python)
        path = os.pathsep.join([folder, passed.get("PATH", os.defpath)])
        return {**passed, "PATH": path, "VIRTUAL_ENV": os.path.dirname(folder)}

    def status(self, run_id: str) -> Status:
        """Raises: UnknownRun."""
        alive, attempts = self._alive(run_id), tuple(self.attempts(run_id))
        return Status(*_state(attempts, alive=alive, now_s=self._clock()), attempts)

    def attempts(self, run_id: str) -> list[Attempt]:
        """Raises: UnknownRun."""
        runs.read(self._state, run_id)
        folder = os.path.join(runs.folder(self._state, run_id), "attempts")
        names = sorted(os.listdir(folder)) if os.path.isdir(folder) else []
        return [Attempt.read(_json(os.path.join(folder, n))) for n in names if n.endswith(".json")]

    def logs(self, run_id: str, skip: int = 0) -> Iterator[str]:
        """Whole lines only; what is no UTF-8 is shown so.

        Raises: UnknownRun.
        """
        runs.read(self._state, run_id)
        at = self._read_to.get((run_id, skip), 0)
        count, ended = skip if at else 0, not self._alive(run_id)
        with suppress(FileNotFoundError), open(os.path.join(runs.folder(self._state, run_id), "log.txt"), "rb") as file:
            file.seek(at)
            for line in file:
                if not line.endswith(b"\n") and not ended:
                    break
                count, at = count + 1, at + len(line)
                if count > skip:
                    yield line.decode(errors="replace").rstrip("\r\n")
        self._read_to = {(run_id, count): at}

    def fetch(self, run_id: str, folder: str) -> tuple[str, ...]:
        """Raises: UnknownRun, StorageError where the run has no results yet."""
        runs.read(self._state, run_id)
        where = runs.folder(self._state, run_id)
        try:
            with open(os.path.join(where, "results.json"), "rb") as file:
                found = results.from_json(file.read())
        except FileNotFoundError:
            raise StorageError(
                f"run {run_id} has no results", f"`python -m launcher logs {run_id}` may tell why"
            ) from None

        def get(file: File, path: str) -> None:
            shutil.copyfile(os.path.join(where, "results", file.path), path)

        return results.bring(found, get, folder)

    def link(self, run_id: str) -> str:
        """The folder of the results."""
        return os.path.join(runs.folder(self._state, run_id), "results")

    def stop(self, run_id: str) -> None:
        """SIGTERM to the runner, which passes it on and sends what there is.

        Raises: UnknownRun.
        """
        runs.read(self._state, run_id)
        self._signal(run_id, signal.SIGTERM)

    def _signal(self, run_id: str, number: int) -> None:
        process = os.path.join(runs.folder(self._state, run_id), "process.json")
        if self._alive(run_id) and os.path.exists(process):
            with suppress(ProcessLookupError):
                os.kill(int(str(_json(process)["pid"])), number)

    def destroy(self, run_id: str, say: Say) -> None:
        """Stop it; remove its record, its results here and the blobs that no other run uses.

        Raises: UnknownRun, EngineError where it does not end.
        """
        self.stop(run_id)
        until = self._clock() + _STOP_S
        while self._alive(run_id):
            if self._clock() > until:
                raise EngineError(
                    f"run {run_id} does not end", f"end it by hand: {self._state}/runs/{run_id}/process.json"
                )
            self._sleep(0.1)
        removed = local_storage.remove(self._state, run_id)
        say(f"run {run_id} is removed, with {removed:,} blobs that no other run uses")

    def _alive(self, run_id: str) -> bool:
        try:
            with open(os.path.join(runs.folder(self._state, run_id), "alive"), "rb") as file:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except FileNotFoundError:
            return False
        except BlockingIOError:
            return True
        if child := self._children.pop(run_id, None):
            child.wait()  # so that no zombie stays
        return False


def _state(attempts: tuple[Attempt, ...], *, alive: bool, now_s: float) -> tuple[State, str]:
    """The state of a run, and a sentence for it, from its records and whether its runner lives."""
    last = attempts[-1] if attempts else None
    if alive:
        if last is None:
            return State.WAITING, "its files are copied"
        return State.RUNNING, f"running for {now_s - last.started_s:.0f} s"
    if last is None or last.ended_s is None:
        return State.FAILED, "its process is gone without a word: killed, or the machine was started again"
    took = f"after {last.ended_s - last.started_s:.1f} s, with {last.files:,} result{'s' * (last.files != 1)}"
    if last.exit_code == 0:
        return State.SUCCEEDED, f"ended well {took}"
    ended = State.STOPPED if last.exit_code in (130, 143) else State.FAILED
    return ended, f"{last.reason}; ended {took}{' (partial)' if last.files else ''}"


def _json(path: str) -> dict[str, object]:
    try:
        with open(path, encoding="utf-8") as file:
            return dict(json.load(file))
    except (OSError, ValueError) as error:
        raise EngineError(f"{path} is damaged: {error}", "remove the folder of that run") from error
