"""Blobs by their hash, in a folder and in a bucket of moto's server, with the real door and client of AWS."""

import io
import os
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from uuid import uuid4

import boto3
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from moto.server import ThreadedMotoServer

from launcher import s3_blobs
from launcher.aws.door import Aws, BackOff
from launcher.blobs import Blobs
from launcher.errors import AwsError, DamagedError, StorageError, StorageUnreachable
from launcher.folder_blobs import FolderBlobs
from launcher.s3_blobs import S3Blobs

MB = 1 << 20


class Session:
    """Clients of one endpoint."""

    def __init__(self, url: str) -> None:
        self._url = url

    def client(self, service_name: str, *, config: Any) -> Any:
        session = boto3.Session("test", "test", region_name="eu-west-1")
        return session.client(service_name, config=config, endpoint_url=self._url)


def door(url: str, attempts: int = 2) -> Aws:
    return Aws(Session(url), sleep=lambda _: None, back_off=BackOff(attempts))


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The address of moto's server."""
    moto = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    moto.start()
    host, port = moto.get_host_and_port()
    yield f"http://{host}:{port}"
    moto.stop()


@pytest.fixture
def bucket(server: str) -> str:
    """An empty bucket's name."""
    name = f"launcher-{uuid4().hex[:12]}"
    place = {"LocationConstraint": "eu-west-1"}
    door(server).call("s3", "create_bucket", Bucket=name, CreateBucketConfiguration=place)
    return name


@pytest.fixture(params=["folder", "bucket"])
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> Blobs:
    """An empty place of either kind."""
    if request.param == "folder":
        return FolderBlobs(str(tmp_path / "état"))
    return S3Blobs(door(request.getfixturevalue("server")), request.getfixturevalue("bucket"))


def stored(path: Path, content: bytes) -> str:
    path.write_bytes(content)
    return sha256(content).hexdigest()


@given(content=st.binary(max_size=2000))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
def test_what_is_put_comes_back(blobs: Blobs, tmp_path: Path, content: bytes):
    """A blob is there after it was put, and comes back byte for byte, into folders that are made."""
    sha = stored(tmp_path / "à envoyer.bin", content)
    blobs.put(str(tmp_path / "à envoyer.bin"), sha)
    assert blobs.has(sha)
    blobs.get(sha, str(tmp_path / "new" / "home é.bin"))
    assert (tmp_path / "new" / "home é.bin").read_bytes() == content


def test_what_is_there_is_listed(blobs: Blobs, tmp_path: Path):
    """By how names begin; where there is more than was asked for, nobody is told half of it."""
    assert blobs.listed("0", 10) == set()
    shas = {stored(tmp_path / str(number), str(number).encode()) for number in range(30)}
    for number in range(30):
        content = str(number).encode()
        blobs.put(str(tmp_path / str(number)), sha256(content).hexdigest())
    found = [blobs.listed(start, 30) for start in "0123456789abcdef"]
    assert set().union(*(part for part in found if part)) == shas
    assert blobs.listed("", 29) is None


def test_what_was_never_put(blobs: Blobs, tmp_path: Path):
    """It is not there, cannot be fetched, and no file is made for it."""
    sha = "0" * 64
    assert not blobs.has(sha)
    with pytest.raises(StorageError, match="is not"):
        blobs.get(sha, str(tmp_path / "out" / "x"))
    with pytest.raises(StorageError, match="is not"):
        blobs.get_bytes("runs/1/manifest.json")
    assert list(tmp_path.rglob("*x*")) + list(tmp_path.rglob("*.part")) == []


@pytest.mark.parametrize("size", [10, s3_blobs.SINGLE_BYTES + 1], ids=["whole", "in parts"])
def test_a_file_that_changed_is_not_stored(blobs: Blobs, tmp_path: Path, size: int):
    """What is not what its hash says is refused, and nothing of it is left."""
    stored(tmp_path / "x", b"a" * size)
    wrong = sha256(b"another").hexdigest()
    with pytest.raises(DamagedError, match="x is damaged"):
        blobs.put(str(tmp_path / "x"), wrong)
    assert not blobs.has(wrong)


def test_documents_have_their_own_keys(blobs: Blobs):
    """A document is replaced whole, names with accents and spaces too."""
    blobs.put_bytes("runs/été 1/manifest.json", b"one")
    blobs.put_bytes("runs/été 1/manifest.json", b"two")
    assert blobs.get_bytes("runs/été 1/manifest.json") == b"two"


def test_progress_is_told_and_may_end_it(blobs: Blobs, tmp_path: Path):
    """The bytes told add up to the size; what the teller raises ends the transfer and leaves no file."""
    content = os.urandom(2 * MB)
    sha, told = stored(tmp_path / "x", content), []
    blobs.put(str(tmp_path / "x"), sha, told.append)
    assert sum(told) == len(content)

    def stop(_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        blobs.get(sha, str(tmp_path / "home" / "y"), stop)
    assert list((tmp_path / "home").iterdir()) == []


def test_a_damaged_blob_is_not_brought_home(tmp_path: Path):
    """A blob that rotted is told by where it stands, and the file at home stays as it was."""
    place = FolderBlobs(str(tmp_path))
    sha = stored(tmp_path / "x", b"right")
    place.put(str(tmp_path / "x"), sha)
    (tmp_path / "blobs" / sha).write_bytes(b"wrong")
    with pytest.raises(DamagedError, match=sha):
        place.get(sha, str(tmp_path / "x"))
    assert (tmp_path / "x").read_bytes() == b"right"


@pytest.mark.parametrize("key", ["/etc/passwd", "../x", "runs/../../x", "a\\b"])
def test_a_key_stays_in_the_folder(tmp_path: Path, key: str):
    """No key names a file outside."""
    with pytest.raises(StorageError):
        FolderBlobs(str(tmp_path)).get_bytes(key)


def test_a_large_file_goes_in_parts_to_a_real_server(server: str, bucket: str, tmp_path: Path):
    """Parts arrive in order whichever was first, each with a SHA-256 that the server has computed too."""
    content = os.urandom(s3_blobs.SINGLE_BYTES + 3 * MB + 1)
    sha, aws = stored(tmp_path / "x", content), door(server)
    place = S3Blobs(aws, bucket)
    place.put(str(tmp_path / "x"), sha)
    head = aws.call("s3", "head_object", Bucket=bucket, Key=f"blobs/{sha}", PartNumber=1)
    assert (head["PartsCount"], head["ContentLength"]) == (3, s3_blobs.PART_BYTES)
    place.get(sha, str(tmp_path / "y"))
    assert sha256((tmp_path / "y").read_bytes()).hexdigest() == sha


def test_an_upload_that_fails_leaves_no_parts(server: str, bucket: str, tmp_path: Path):
    """Neither a wrong hash nor a stop leaves parts, which would be paid for unseen."""
    stored(tmp_path / "x", bytes(s3_blobs.SINGLE_BYTES + 1))
    aws = door(server)

    def stop(_: int) -> None:
        raise KeyboardInterrupt

    for how, expected in ((stop, KeyboardInterrupt), (lambda _: None, DamagedError)):
        with pytest.raises(expected):
            S3Blobs(aws, bucket).put(str(tmp_path / "x"), "1" * 64, how)
    assert aws.call("s3", "list_multipart_uploads", Bucket=bucket).get("Uploads", []) == []


def test_an_old_blob_is_sent_anew(server: str, bucket: str, tmp_path: Path):
    """The bucket removes old blobs, so one that might go during a run counts as missing."""
    sha = stored(tmp_path / "x", b"old")
    S3Blobs(door(server), bucket).put(str(tmp_path / "x"), sha)
    later = datetime.now(UTC) + s3_blobs.FRESH + timedelta(days=1)
    assert not S3Blobs(door(server), bucket, now=lambda: later).has(sha)
    assert S3Blobs(door(server), bucket, now=lambda: later).listed(sha[0], 9) == set()
    assert S3Blobs(door(server), bucket).listed(sha[0], 9) == {sha}


class Recorded:
    """A door whose S3 keeps no byte: it counts what is asked, and refuses what it is told to."""

    def __init__(self, refuse: Callable[[str, dict[str, Any]], None] = lambda *_: None) -> None:
        self.asked: Counter[str] = Counter()
        self.parts: dict[int, tuple[int, str]] = {}
        self.completed: list[dict[str, Any]] = []
        self._refuse, self._lock = refuse, threading.Lock()

    def client(self, service: str) -> None:
        assert service == "s3"

    def pages(self, service: str, operation: str, field: str, **arguments: Any) -> Iterator[Any]:
        yield from self.call(service, operation, **arguments).get(field, [])

    def call(self, service: str, operation: str, **arguments: Any) -> dict[str, Any]:
        assert service == "s3"
        with self._lock:
            self.asked[operation] += 1
            self._refuse(operation, arguments)
            if operation == "upload_part":
                self.parts[arguments["PartNumber"]] = (len(arguments["Body"]), arguments["ChecksumSHA256"])
            if operation == "complete_multipart_upload":
                self.completed = arguments["MultipartUpload"]["Parts"]
        return {"UploadId": "u", "ETag": f'"{arguments.get("PartNumber")}"'}


class Zeros(io.RawIOBase):
    """A file of 5 GB that is nowhere: the reader of a disk's holes; it never gives more than it is asked for."""

    def __init__(self, size_bytes: int) -> None:
        self._left = size_bytes

    def read(self, size: int = -1) -> bytes:
        count = self._left if size < 0 else min(size, self._left)
        self._left -= count
        return bytes(count)


def test_five_gigabytes_go_in_parts():
    """5 GB in parts of 8 MB: every part once, in order, the last one short, with few of them in memory."""
    size = 5 * 1024 * MB + 5
    whole = (
        "72817bde53b553921a72d2b8888b5afbc3ffe2719334282a60514f06ab51daf7"  # head -c 5368709125 /dev/zero | sha256sum
    )
    aws, told = Recorded(), []
    S3Blobs(aws, "b").put_stream(Zeros(size), size, whole, told.append)
    assert aws.asked == {"create_multipart_upload": 1, "upload_part": 641, "complete_multipart_upload": 1}
    assert [part["PartNumber"] for part in aws.completed] == list(range(1, 642))
    assert (aws.parts[1][0], aws.parts[641][0], sum(length for length, _ in aws.parts.values())) == (8 * MB, 5, size)
    assert sum(told) == size
    assert len(aws.parts[1][1]) == 44  # 32 bytes in base64


def test_five_gigabytes_that_break_off_are_aborted_early():
    """A part that is refused ends the upload: it is aborted, not completed, and little more is read."""

    def refuse(operation: str, arguments: dict[str, Any]) -> None:
        if operation == "upload_part" and arguments["PartNumber"] == 3:
            raise AwsError("s3.upload_part", "SlowDown", "later")

    size, aws = 5 * 1024 * MB, Recorded(refuse)
    with pytest.raises(StorageUnreachable) as raised, s3_blobs._told("blobs/x"):
        S3Blobs(aws, "b").put_stream(Zeros(size), size, "0" * 64)
    assert raised.value.fix
    assert (aws.asked["abort_multipart_upload"], aws.asked["complete_multipart_upload"]) == (1, 0)
    assert aws.asked["upload_part"] <= 3 + s3_blobs.IN_HAND + s3_blobs.THREADS


@pytest.mark.parametrize("code", ["AccessDenied", "NoCredentials"])
def test_a_refusal_is_never_an_absence(code: str):
    """Who may not look must not conclude that nothing is there."""

    def refuse(*_: Any) -> None:
        raise AwsError("s3.head_object", code, "")

    with pytest.raises(AwsError, match=code) as raised:
        S3Blobs(Recorded(refuse), "b").has("0" * 64)
    assert raised.value.fix


class _Breaking(BaseHTTPRequestHandler):
    """Gives an object of 3 MB, of each answer one MB at most before it hangs up; `ranges` is what was asked for."""

    content, ranges, always = os.urandom(3 * MB), list[str](), False

    def do_GET(self) -> None:
        asked = self.headers.get("Range", "bytes=0-")
        self.ranges.append(asked)
        rest = self.content[int(asked.removeprefix("bytes=").rstrip("-")) :]
        self.send_response(200 if asked == "bytes=0-" else 206)
        self.send_header("Content-Length", str(len(rest)))
        self.end_headers()
        self.wfile.write(rest[: 0 if self.always else MB])
        self.close_connection = True

    def log_message(self, *_: Any) -> None:
        pass


@pytest.mark.parametrize("always", [False, True], ids=["some", "all"])
def test_a_download_goes_on_where_it_broke(tmp_path: Path, always: bool):
    """What came is not asked for again; where nothing comes any more it is an error that says try again."""
    handler = type("Handler", (_Breaking,), {"ranges": [], "always": always})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        place = S3Blobs(door(f"http://127.0.0.1:{server.server_port}"), "b")
        sha = sha256(handler.content).hexdigest()
        if always:
            with pytest.raises(StorageUnreachable, match="broke off"):
                place.get(sha, str(tmp_path / "x"))
            assert list(tmp_path.iterdir()) == []
        else:
            place.get(sha, str(tmp_path / "x"))
            assert (tmp_path / "x").read_bytes() == handler.content
            assert handler.ranges == ["bytes=0-", f"bytes={MB}-", f"bytes={2 * MB}-"]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
