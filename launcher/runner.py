"""The program that runs a script where its machine is: fetch by manifest, run, send the results by manifest, record.

    python runner.py s3://bucket/runs/ID/manifest.json      or a path, from the engine on this machine

One file, standard library alone; boto3 is imported for s3:// only. Python 3.11 and later.
It exits with the script's code, or 143 after SIGTERM, 130 after SIGINT, 75 where storage did not answer, 2 where the
manifest or a hash is wrong; the record says which it was. Left out: environments, which the engines make.

    ROOT/blobs/<sha256>              code and input
    ROOT/runs/ID/results/<path>      what the script wrote, and runs/ID/results.json, written last, what of it counts
    ROOT/runs/ID/attempts/<n>.json   one record for each attempt, written when it begins and again when it ends
"""

import hashlib
import json
import math
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import Any, NamedTuple

WRONG, AGAIN, FAILED = 2, 75, 1
VERSION = 1
THREADS = 8
GRACE_S = 20.0
"""For a script that was told to end: ECS sends SIGKILL 30 s after SIGTERM, and the results are sent after it."""
_GONE = frozenset({"NoSuchKey", "404", "NotFound"})
_REFUSED = frozenset({"AccessDenied", "403", "Forbidden", "NoSuchBucket", "InvalidAccessKeyId"})


class End(Exception):
    """The attempt ends with `code`, for a reason in one sentence."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(code, reason)
        self.code, self.reason = code, reason


class Gone(End):
    """Nothing stands under a key."""


class Folder(NamedTuple):
    """Storage in a folder of this machine."""

    root: str

    def read(self, key: str) -> bytes | None:
        with suppress(FileNotFoundError), open(os.path.join(self.root, key), "rb") as file:
            return file.read()
        return None

    def fetch(self, key: str, path: str) -> None:
        """A copy, never a link: the script may write into what it was given."""
        try:
            shutil.copyfile(os.path.join(self.root, key), path)
        except FileNotFoundError:
            raise Gone(WRONG, f"{key} is not in storage") from None

    def send(self, path: str, key: str) -> None:
        with self._beside(key) as part:
            shutil.copyfile(path, part)

    def write(self, key: str, content: bytes) -> None:
        with self._beside(key) as part, open(part, "wb") as file:
            file.write(content)

    @contextmanager
    def _beside(self, key: str) -> Iterator[str]:
        target = os.path.join(self.root, key)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        yield f"{target}.part"
        os.replace(f"{target}.part", target)

    def remove(self, key: str) -> None:
        with suppress(FileNotFoundError):
            os.remove(os.path.join(self.root, key))


class Bucket(NamedTuple):
    """Storage in S3; big files go in parts, and S3 checks a SHA-256 of each."""

    bucket: str
    prefix: str
    client: Any

    def read(self, key: str) -> bytes | None:
        with suppress(Gone), _answers(key):
            body: bytes = self.client.get_object(Bucket=self.bucket, Key=self.prefix + key)["Body"].read()
            return body
        return None

    def fetch(self, key: str, path: str) -> None:
        with _answers(key):
            self.client.download_file(self.bucket, self.prefix + key, path)

    def send(self, path: str, key: str) -> None:
        with _answers(key):
            self.client.upload_file(path, self.bucket, self.prefix + key, ExtraArgs={"ChecksumAlgorithm": "SHA256"})

    def write(self, key: str, content: bytes) -> None:
        with _answers(key):
            self.client.put_object(Bucket=self.bucket, Key=self.prefix + key, Body=content, ChecksumAlgorithm="SHA256")

    def remove(self, key: str) -> None:
        with _answers(key):
            self.client.delete_object(Bucket=self.bucket, Key=self.prefix + key)


@contextmanager
def _answers(key: str) -> Iterator[None]:
    """What botocore raises becomes an End: refused and gone are wrong, all else may pass."""
    from boto3.exceptions import Boto3Error
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        yield
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", ""))
        if code in _GONE:
            raise Gone(WRONG, f"{key} is not in storage") from error
        raise End(WRONG if code in _REFUSED else AGAIN, f"storage said {code} for {key}") from error
    except (BotoCoreError, Boto3Error) as error:
        refused = any(f"({code})" in str(error) for code in _REFUSED)  # an upload's error wraps another as text
        raise End(WRONG if refused else AGAIN, f"storage did not take or give {key}: {error}") from error


def opened(url: str) -> tuple[Folder | Bucket, str]:
    """The storage that a manifest's URL is in, and the prefix `runs/ID` below its root.

    >>> opened("/state/runs/20260102-101500-ab12/manifest.json")
    (Folder(root='/state/'), 'runs/20260102-101500-ab12')
    """
    found = re.fullmatch(r"(?:s3://(?P<bucket>[^/]+)/)?(?P<root>.*?)(?P<run>runs/[^/]+)/manifest\.json", url)
    if not found:
        raise End(WRONG, f"{url} is no address of a manifest: expected .../runs/ID/manifest.json")
    if not found["bucket"]:
        return Folder(found["root"] or "."), found["run"]
    import boto3
    from botocore.config import Config

    client = boto3.client("s3", config=Config(retries={"mode": "standard", "total_max_attempts": 8}))
    return Bucket(found["bucket"], found["root"], client), found["run"]


def checked(content: bytes | None) -> dict[str, Any]:
    """A manifest that is safe to act on: every path stays below its folder, every hash is one."""
    try:
        plain = json.loads(content or b"")
        if plain["version"] != VERSION:
            raise End(WRONG, f"the manifest has version {plain['version']}, this runner reads {VERSION}")
        for file in (*plain["code"], *plain["input"]):
            if _unsafe(file["path"]) or not re.fullmatch(r"[0-9a-f]{64}", file["sha256"]):
                raise End(WRONG, f"the manifest has an unsafe path or no hash: {file['path']!r}")
        _, _ = plain["budget_s"] or (0, 0)
        is_there = plain["entry"] in {file["path"] for file in plain["code"]}
        if not is_there or _unsafe(plain["results"]) or not plain["timeout_s"] > 0 or plain["env"] is None:
            raise End(WRONG, "the manifest's entry, results, timeout_s or env cannot be used")
    except (ValueError, KeyError, TypeError) as error:
        raise End(WRONG, f"the manifest is missing or damaged: {error!r}") from None
    return dict(plain)


def _unsafe(path: str) -> bool:
    parts = path.split("/")
    return path.startswith("/") or "\\" in path or "\0" in path or any(part in ("", ".", "..") for part in parts)


def fetch(storage: Folder | Bucket, files: list[dict[str, Any]], folder: str) -> None:
    """Bring files by their hashes, eight at a time, each checked; one that came damaged is asked for once more."""
    os.makedirs(folder, exist_ok=True)
    pool = ThreadPoolExecutor(THREADS)
    try:
        for _ in pool.map(lambda file: _fetch_one(storage, file, folder), files):
            pass
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _fetch_one(storage: Folder | Bucket, file: dict[str, Any], folder: str) -> None:
    path = os.path.join(folder, file["path"])
    os.makedirs(os.path.dirname(path), exist_ok=True)
    for _ in range(2):
        storage.fetch(f"blobs/{file['sha256']}", path)
        if digest(path) == file["sha256"]:
            os.chmod(path, 0o755 if file.get("executable") else 0o644)
            return
    raise End(WRONG, f"{file['path']} is damaged in storage: its SHA-256 is not {file['sha256']}")


def digest(path: str) -> str:
    """The SHA-256 of a file, in hex."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class Stop:
    """Signals: before the script starts they end the attempt, while it runs they go to it, after it they are noted."""

    signal = 0
    reason = ""
    told_s = math.inf
    noting = False
    group = 0

    def told(self, number: int, _frame: Any = None) -> None:
        self.tell(number, f"told to end by {signal.Signals(number).name}")

    def tell(self, number: int, reason: str) -> None:
        """Pass a signal on; the first one counts."""
        if not self.signal:
            self.signal, self.reason, self.told_s = number, reason, time.monotonic()
        if self.group:
            _kill(self.group, number)
        elif not self.noting:
            raise End(128 + number, reason)


def _kill(group: int, number: int) -> None:
    with suppress(ProcessLookupError, PermissionError):  # it has ended; macOS says the latter of a zombie
        os.killpg(group, number)


def run(command: list[str], folder: str, env: dict[str, str], stop: Stop, limit_s: float, grace_s: float) -> int:
    """The script's exit code, as shells have it; nothing of its process group is left."""
    stop.noting = True  # a signal between the start and the next line must not lose the script
    process = subprocess.Popen(command, cwd=folder, env=env, start_new_session=True, stdin=subprocess.DEVNULL)  # noqa: S603
    stop.group = process.pid
    if stop.signal:
        _kill(stop.group, stop.signal)
    try:
        code = _waited(process, stop, time.monotonic() + limit_s, grace_s)
        return 128 - code if code < 0 else code
    finally:
        _kill(process.pid, signal.SIGKILL)  # what it started and left
        stop.group = 0


def _waited(process: subprocess.Popen[bytes], stop: Stop, until_s: float, grace_s: float) -> int:
    while True:
        try:
            return process.wait(0.5)
        except subprocess.TimeoutExpired:
            if not stop.signal and time.monotonic() >= until_s:
                stop.tell(signal.SIGTERM, "the time limit was reached")
            if time.monotonic() - stop.told_s >= grace_s:
                stop.reason += f", and killed since it had not ended {grace_s:g} s later"
                stop.told_s = math.inf
                _kill(process.pid, signal.SIGKILL)


def outputs(folder: str) -> tuple[list[str], list[str]]:
    """Paths below a folder that can be sent, with `/` between, and in words what cannot."""
    found, left = [], []
    for where, _, names in os.walk(folder):
        for name in sorted(names):
            path = os.path.join(where, name)
            plain = os.path.relpath(path, folder).replace(os.sep, "/")
            fits = plain.isprintable() and len(plain.encode()) <= 900  # a key of S3 has 1,024 bytes
            if fits and os.path.isfile(path) and not _unsafe(plain):
                found.append(plain)
            else:
                left.append(f"{plain!a} is no plain file, or its name cannot be kept")
    return found, left


def send(storage: Folder | Bucket, run: str, prefix: str, folder: str, about: dict[str, Any]) -> list[dict[str, Any]]:
    """Send all that was written, then the list of it; what an earlier attempt left and this one lacks is removed."""
    paths, left = outputs(folder)
    for line in left:
        say(f"left out of the results: {line}")
    with ThreadPoolExecutor(THREADS) as pool:
        files = list(pool.map(lambda path: _send_one(storage, prefix, folder, path), paths))
    earlier = storage.read(f"{run}/results.json") if about["attempt"] > 1 else None
    before = json.loads(earlier or b'{"files": []}')
    now = {"version": VERSION, **about, "files": files, "left_out": left}
    storage.write(f"{run}/results.json", json.dumps(now, ensure_ascii=False, indent=1).encode())
    for gone in {file["path"] for file in before["files"]} - set(paths):
        storage.remove(f"{prefix}/{gone}")
    return files


def _send_one(storage: Folder | Bucket, prefix: str, folder: str, path: str) -> dict[str, Any]:
    full = os.path.join(folder, path)
    storage.send(full, f"{prefix}/{path}")
    about = {"path": path, "sha256": digest(full), "size_bytes": os.path.getsize(full)}
    return {**about, "executable": os.access(full, os.X_OK)}


def peak_bytes() -> int:
    """The most memory that was held: by the container where there is one, else by the script's largest process."""
    import resource

    if "AWS_BATCH_JOB_ID" in os.environ:
        with suppress(OSError, ValueError), open("/sys/fs/cgroup/memory.peak", encoding="ascii") as file:
            return int(file.read())
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def _told(files: Collection[dict[str, Any]]) -> str:
    return f"{len(files):,} files, {sum(file['size_bytes'] for file in files):,} bytes"


def say(line: str) -> None:
    print(f"launcher: {line}", file=sys.stderr, flush=True)


class Attempt:
    """One go at a run, from its fresh folder to its record."""

    def __init__(self, url: str, env: dict[str, str], stop: Stop) -> None:
        self._storage, self._run = opened(url)
        self._env, self._stop = env, stop
        number = int(env.get("LAUNCHER_ATTEMPTS_BEFORE", "0")) + int(env.get("AWS_BATCH_JOB_ATTEMPT", "1"))
        self.record: dict[str, Any] = {
            "number": number, "started_s": time.time(), "host": socket.gethostname(), "ended_s": None, "exit_code": None
        }  # fmt: skip

    def write(self) -> None:
        content = json.dumps(self.record, ensure_ascii=False, indent=1).encode()
        self._storage.write(f"{self._run}/attempts/{self.record['number']:04}.json", content)

    def go(self, work: str) -> None:
        """All of it in a folder that is fresh; the record then holds exit code and reason."""
        self.write()
        manifest = checked(self._storage.read(f"{self._run}/manifest.json"))
        begun = time.monotonic()
        for name in ("code", "input"):
            fetch(self._storage, manifest[name], os.path.join(work, name))
        say(f"fetched {_told((*manifest['code'], *manifest['input']))} in {time.monotonic() - begun:.1f} s")
        code = self._script(manifest, work)
        about = {"attempt": self.record["number"], "exit_code": code, "partial": code != 0}
        files = send(self._storage, self._run, manifest["results"], os.path.join(work, "output"), about)
        say(f"sent {_told(files)} of {'partial ' * bool(code)}results")
        size_bytes = sum(file["size_bytes"] for file in files)
        self.record.update(exit_code=code, partial=code != 0, files=len(files), bytes=size_bytes)

    def _script(self, manifest: dict[str, Any], work: str) -> int:
        given, made = os.path.join(work, "input"), os.path.join(work, "output")
        if manifest.get("input_is_file"):
            given = os.path.join(given, manifest["input"][0]["path"])
        os.makedirs(made)
        env = {"PYTHONUNBUFFERED": "1", **self._env, "TMPDIR": tempfile.mkdtemp(dir=work), **manifest["env"]}
        end_by_s = float(self._env.get("LAUNCHER_END_BY_S", "inf"))
        limit_s = min(manifest["timeout_s"], end_by_s - time.time(), self._left_s(manifest["budget_s"]))
        say(f"starting {manifest['entry']}")
        self.record["script_started_s"] = time.time()
        code = run([sys.executable, manifest["entry"], "-i", given, "-o", made], os.path.join(work, "code"), env,
                   self._stop, limit_s, float(self._env.get("LAUNCHER_GRACE_S", GRACE_S)))  # fmt: skip
        self.record.update(script_ended_s=time.time(), peak_memory_bytes=peak_bytes(), script_exit_code=code)
        killed = " (killed, most likely for want of memory)" if code == 128 + signal.SIGKILL else ""
        ended = f"{manifest['entry']} ended with exit code {code}{killed}"
        self.record["reason"] = self._stop.reason or ended * bool(code)
        say(self._stop.reason or ended)
        return 128 + self._stop.signal if self._stop.signal else code

    def _left_s(self, budget_s: list[float] | None) -> float:
        """What the script may take of [all attempts together, the start of each one's machine]."""
        if not budget_s:
            return math.inf
        left_s, start_s = budget_s[0] - budget_s[1] - (time.time() - float(self.record["started_s"])), budget_s[1]
        for number in range(1, self.record["number"]):
            content = self._storage.read(f"{self._run}/attempts/{number:04}.json")
            if earlier := json.loads(content or b"null"):  # one that had no time to say its end went on until now
                left_s -= start_s + (earlier["ended_s"] or self.record["started_s"]) - earlier["started_s"]
        if left_s <= 0:
            raise End(128 + signal.SIGTERM, "earlier attempts have used up what the run may cost")
        return left_s


def main(url: str) -> int:
    """Run one attempt; the exit code for the process."""
    stop = Stop()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop.told)
    attempt, work, ending = None, "", End(0, "")
    try:
        attempt = Attempt(url, dict(os.environ), stop)
        work = tempfile.mkdtemp(prefix="launcher-")
        attempt.go(work)
    except End as end:
        ending = end
    except OSError as error:  # as with a full disk
        ending = End(FAILED, f"{error.filename or 'a file'}: {error.strerror or error}")
    stop.noting = True
    shutil.rmtree(work, ignore_errors=True)
    if attempt is None:
        say(ending.reason)
        return ending.code
    if ending.code:
        attempt.record.update(exit_code=ending.code, reason=ending.reason, partial=True)
        say(f"this attempt ends with {ending.code}: {ending.reason}")
    try:
        attempt.record["ended_s"] = time.time()
        attempt.write()
    except (End, OSError) as error:
        say(f"its record could not be written: {error}")
        return attempt.record["exit_code"] or AGAIN  # a code of 0 stands only where the record does
    return int(attempt.record["exit_code"])


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python runner.py MANIFEST-URL")
    os._exit(main(sys.argv[1]))  # a download that was given up may still hold a thread
