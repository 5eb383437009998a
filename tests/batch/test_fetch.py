"""The image's entry point as a process, against a real S3 server: what it fetches, refuses, forwards and returns."""

import io
import json
import os
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from batch.archive import pack
from batch.aws import plans, storage
from batch.aws.door import Aws
from batch.rehearsal import moto
from tests.batch.aws import REGION, Session

ENTRY = Path(__file__).parents[2] / "batch/fetch.py"
Start = Callable[..., "subprocess.Popen[str]"]
TELLS = "import os, sys; print(sys.argv[1:], os.path.exists(os.environ['UNDERTONE_MANIFEST_FILE'])); sys.exit(7)"
WAITS = """
import signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
print("up", flush=True)
while True:
    time.sleep(0.05)
"""
DIES = "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with moto.serving() as (host, port):
        yield f"http://{host}:{port}"


@pytest.fixture(scope="module")
def aws(url: str) -> Aws:
    door = Aws(Session(url))
    door.call("s3", "create_bucket", Bucket="reviews", CreateBucketConfiguration={"LocationConstraint": REGION})
    return door


@pytest.fixture
def start(aws: Aws, url: str, tmp_path: Path) -> Start:
    """A function: the code's __main__, to the entry point's process."""

    def begin(code: str, *arguments: str, **environment: str) -> "subprocess.Popen[str]":
        files = io.BytesIO()
        with zipfile.ZipFile(files, "w") as archive:
            archive.writestr("batch/__main__.py", code)
        made = plans.save_code(aws, "reviews", files.getvalue())
        document = json.dumps({"code": made._asdict()}).encode()
        storage.put(aws, "s3://reviews/m.json", document)
        told = {
            "PATH": os.environ["PATH"], "TMPDIR": str(tmp_path), "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "a",
            "AWS_DEFAULT_REGION": REGION, "AWS_ENDPOINT_URL": url, "UNDERTONE_MANIFEST": "s3://reviews/m.json",
            "UNDERTONE_MANIFEST_SHA256": sha256(document).hexdigest(), "AWS_MAX_ATTEMPTS": "1", **environment,
        }  # fmt: skip
        command = [sys.executable, str(ENTRY), *arguments]
        return subprocess.Popen(command, env=told, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    return begin


def test_the_code_runs_with_its_arguments_and_its_exit_code_comes_back(start: Start, tmp_path: Path):
    """It finds the manifest as a file, and nothing stays behind."""
    with start(TELLS, "shard", "--x") as process:
        output, _ = process.communicate(timeout=60)
    assert (process.returncode, output.strip()) == (7, "['shard', '--x'] True")
    assert list(tmp_path.iterdir()) == []


def test_sigterm_goes_on_to_the_code(start: Start):
    """What the code makes of it is the exit code."""
    with start(WAITS) as process:
        assert process.stdout
        assert process.stdout.readline() == "up\n"
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 143


def test_a_killed_code_is_told_as_shells_do(start: Start):
    with start(DIES) as process:
        assert process.wait(60) == 137


@pytest.mark.parametrize(
    ("environment", "code", "said"),
    [
        ({"UNDERTONE_MANIFEST_SHA256": "0" * 64}, 2, "planned was 000"),
        ({"UNDERTONE_MANIFEST": "s3://reviews/none"}, 2, "s3://reviews/none: NoSuchKey"),
        ({"UNDERTONE_MANIFEST": "https://b/m.json"}, 2, "is no s3://bucket/key"),
        ({"UNDERTONE_MANIFEST": ""}, 2, "UNDERTONE_MANIFEST is not set"),
        ({"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}, 75, "s3://reviews/m.json: "),
    ],
)
def test_what_is_wrong_is_one_line(start: Start, environment: dict[str, str], code: int, said: str):
    """2 for what trying again does not mend, 75 for a server that does not answer."""
    with start(TELLS, **environment) as process:
        output, error = process.communicate(timeout=60)
    assert (process.returncode, output) == (code, "")
    assert said in error
    assert error.count("\n") == 1


def test_code_that_was_changed_does_not_run(start: Start, aws: Aws):
    """Somebody writes over the archive after the plan was made."""
    with start(TELLS) as process:
        process.communicate(timeout=60)
    (url,) = [
        found
        for found in storage.keys(aws, "s3://reviews/code/")
        if sha256(storage.get(aws, found)).hexdigest() in found
    ][:1]
    original = storage.get(aws, url)
    document = json.dumps({"code": {"url": url, "sha256": sha256(b"another").hexdigest(), "size_bytes": 1}}).encode()
    with start(
        TELLS, UNDERTONE_MANIFEST="s3://reviews/m2.json", UNDERTONE_MANIFEST_SHA256=_put(aws, document)
    ) as process:
        _, error = process.communicate(timeout=60)
    assert process.returncode == 2
    assert sha256(original).hexdigest() in error


def test_sigterm_before_the_code_is_there_ends_at_once(start: Start):
    """A server that takes the connection and says nothing holds up nobody."""
    import socket

    with socket.create_server(("127.0.0.1", 0)) as silent:
        endpoint = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with start(TELLS, AWS_ENDPOINT_URL=endpoint) as process:
            connection, _ = silent.accept()
            with connection:
                process.send_signal(signal.SIGTERM)
                assert process.wait(30) == 143
            assert process.stderr
            assert "told to stop" in process.stderr.read()


def test_equal_code_is_an_equal_archive(tmp_path: Path):
    """Neither time nor place changes a byte, and what is packed is the code."""
    for name in ("one", "two"):
        (tmp_path / name / "batch").mkdir(parents=True)
        (tmp_path / name / "batch/a.py").write_text("a = 1\n")
        (tmp_path / name / "batch/a.pyc").write_text("x")
    os.utime(tmp_path / "two/batch/a.py", (1, time.time()))
    assert pack(tmp_path / "one") == pack(tmp_path / "two")
    with zipfile.ZipFile(io.BytesIO(pack(tmp_path / "one"))) as files:
        assert files.namelist() == ["batch/a.py"]


def _put(aws: Aws, document: bytes) -> str:
    storage.put(aws, "s3://reviews/m2.json", document)
    return sha256(document).hexdigest()
