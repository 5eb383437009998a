"""The batch image's entry point: fetch the code that a manifest names, check its SHA-256, run it, end as it ends.

SIGTERM and SIGINT go on to the code, whose exit code is the container's. Stands alone: the image holds this file and
the packages, never the rest of the room. Left out: what is run (`commands.shard`) and what Batch makes of the exit
code (`retries`).

    UNDERTONE_MANIFEST          s3://bucket/key
    UNDERTONE_MANIFEST_SHA256   of the manifest's bytes

    2     the manifest or the code is not what was planned: a mistake, never tried again
    75    S3 did not answer, or the disk is full: try again
    143   told to stop before the code was running
"""

import hashlib
import io
import json
import os
import signal
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

WRONG, TEMPORARY, TERMINATED = 2, 75, 143
_FORWARDED = (signal.SIGTERM, signal.SIGINT)


class Stop(BaseException):  # so that nobody on its way takes it for an error of his own
    """End with this exit code and this sentence."""

    def __init__(self, code: int, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


def main(arguments: list[str]) -> int:
    """Fetch and run; `arguments` go to `python -m batch`."""
    for number in _FORWARDED:
        signal.signal(number, _stop_early)
    try:
        with tempfile.TemporaryDirectory(prefix="undertone-") as folder:
            return _run(fetched(Path(folder), os.environ), folder, arguments)
    except Stop as stop:
        print(f"fetch: {stop}", file=sys.stderr, flush=True)
        return stop.code
    except OSError as error:
        print(f"fetch: {error.strerror}: {error.filename or 'the disk'}", file=sys.stderr, flush=True)
        return TEMPORARY


def fetched(folder: Path, environment: Any) -> Path:
    """Put the code into `folder`; gives the manifest's place beside it.

    Raises: Stop.
    """
    where, expected = (_needed(environment, name) for name in ("UNDERTONE_MANIFEST", "UNDERTONE_MANIFEST_SHA256"))
    manifest = _checked(where, _get(where), expected)
    try:
        code = json.loads(manifest)["code"]
        archive = _checked(code["url"], _get(code["url"]), code["sha256"])
    except (ValueError, KeyError, TypeError):
        raise Stop(WRONG, f"{where} names no code") from None
    with zipfile.ZipFile(io.BytesIO(archive)) as files:
        files.extractall(folder)  # which leaves no file outside, whatever its name
    place = folder / "manifest.json"
    place.write_bytes(manifest)
    return place


def _run(manifest: Path, folder: str, arguments: list[str]) -> int:
    command = [sys.executable, "-m", "batch", *arguments]
    environment = {**os.environ, "UNDERTONE_MANIFEST_FILE": str(manifest), "PYTHONPATH": _path(folder)}
    signal.pthread_sigmask(signal.SIG_BLOCK, _FORWARDED)  # none is lost between the start and its handler
    process = subprocess.Popen(command, cwd=folder, env=environment, preexec_fn=_unblock)  # noqa: S603, PLW1509
    for number in _FORWARDED:
        signal.signal(number, lambda n, _frame: process.send_signal(n))
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _FORWARDED)
    code = process.wait()
    return 128 - code if code < 0 else code


def _unblock() -> None:
    for number in _FORWARDED:
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _FORWARDED)


def _path(folder: str) -> str:
    return os.pathsep.join(filter(None, (folder, os.environ.get("PYTHONPATH"))))


def _stop_early(_number: int, _frame: FrameType | None) -> NoReturn:
    raise Stop(TERMINATED, "told to stop before the code was there")


def _needed(environment: Any, name: str) -> str:
    value = environment.get(name)
    if not value:
        raise Stop(WRONG, f"{name} is not set")
    return str(value)


def _get(url: str) -> bytes:
    """The bytes of s3://bucket/key."""
    import boto3
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError, ClientError

    scheme, _, rest = url.partition("://")
    bucket, _, key = rest.partition("/")
    if scheme != "s3" or not bucket or not key:
        raise Stop(WRONG, f"{url} is no s3://bucket/key")
    try:
        attempts = int(os.environ.get("AWS_MAX_ATTEMPTS", "8"))
        client = boto3.client("s3", config=Config(retries={"mode": "standard", "total_max_attempts": attempts}))
        return bytes(client.get_object(Bucket=bucket, Key=key)["Body"].read())
    except ClientError as error:
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        temporary = status >= 500 or status == 429
        raise Stop(TEMPORARY if temporary else WRONG, f"{url}: {error.response['Error']['Code']}") from error
    except BotoCoreError as error:
        raise Stop(TEMPORARY, f"{url}: {error}") from error


def _checked(url: str, content: bytes, expected: str) -> bytes:
    found = hashlib.sha256(content).hexdigest()
    if found != expected:
        raise Stop(WRONG, f"{url} has SHA-256 {found}, planned was {expected}")
    return content


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
