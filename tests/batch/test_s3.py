"""Sources in S3: a real client of AWS, against moto's server and one that loses connections."""

import gzip
import io
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from uuid import uuid4

import boto3
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from moto.server import ThreadedMotoServer
from pyarrow import parquet

from batch import s3
from batch.errors import InputError, InputUnreachable
from batch.inputs import find
from batch.reading import read
from batch.records import Record
from batch.s3 import S3File, listed
from tests.batch.made import PLAIN, texts


def _meant_for(monkeypatch: pytest.MonkeyPatch, endpoint: str) -> None:
    for name, value in {
        "AWS_ENDPOINT_URL": endpoint, "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "eu-west-1", "AWS_CONFIG_FILE": "/dev/null", "AWS_MAX_ATTEMPTS": "1",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The address of moto's server."""
    moto = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    moto.start()
    host, port = moto.get_host_and_port()
    yield f"http://{host}:{port}"
    moto.stop()


@pytest.fixture
def bucket(server: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    """An empty bucket."""
    _meant_for(monkeypatch, server)
    made = boto3.resource("s3").Bucket(f"reviews-{uuid4().hex[:12]}")
    made.create(CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    return made


def put(bucket: Any, **contents: bytes) -> None:
    for key, content in contents.items():
        bucket.put_object(Key=key, Body=content)


def test_what_a_prefix_means(bucket: Any):
    """The object of that name, else the folder, else all that begin so; names count from the folder."""
    put(bucket, **{
        "r/a.csv": b"text\none\n", "r/a.csv.gz": gzip.compress(b"text\ntwo\n"), "r/b/c.txt": b"three\n", "r/": b"",
        "r/_SUCCESS": b"", "r/.hidden/a.txt": b"x", "r2/d.txt": b"four\n", "r/notes.md": b"x",
    })  # fmt: skip
    told: list[str] = []

    def names(prefix: str) -> list[str]:
        return [one.name for one in find(f"s3://{bucket.name}{prefix}", PLAIN, told.append)]

    assert names("/r/a.csv") == ["a.csv"]
    assert names("/r/") == ["a.csv", "a.csv.gz", "b/c.txt"]
    assert names("/r") == ["a.csv", "a.csv.gz", "b/c.txt"]
    assert names("/r/a") == ["a.csv", "a.csv.gz"]
    assert names("") == ["r/a.csv", "r/a.csv.gz", "r/b/c.txt", "r2/d.txt"]
    assert names("/r2/d") == ["d.txt"]
    assert names("/r/.hidden/a.txt") == ["a.txt"]
    assert {line.split(":")[0] for line in told} == {"notes.md", "r/notes.md"}


def test_rows_are_those_of_a_file(bucket: Any, tmp_path: Path):
    """Every format, packed or not, from any place, as from a disk."""
    parquet.write_table(pa.table({"id": range(50), "text": [f"t{n}" for n in range(50)]}), tmp_path / "a.parquet")
    (tmp_path / "b.csv").write_text("id,text\n" + "".join(f'{n},"a\nb{n}"\n' for n in range(50)))
    (tmp_path / "c.jsonl.gz").write_bytes(gzip.compress(b'{"text": "one"}\n{"text": "two"}\n'))
    (tmp_path / "d.txt").write_text("Žluťoučký\nkůň", encoding="utf-16")
    for path in tmp_path.iterdir():
        bucket.upload_file(str(path), f"in/{path.name}")
    there = find(f"s3://{bucket.name}/in/", PLAIN)
    here = find(str(tmp_path), PLAIN)
    assert [one._replace(source_id="", path="") for one in there] == [
        one._replace(source_id="", path="") for one in here
    ]
    assert [texts(one) for one in there] == [texts(one) for one in here]


def test_an_object_that_changed(bucket: Any):
    """What is read is what was found, or an error."""
    put(bucket, **{"a.txt": b"one\n"})
    (found,) = find(f"s3://{bucket.name}/a.txt", PLAIN)
    put(bucket, **{"a.txt": b"two\n"})
    with pytest.raises(InputError, match=r"expected the object that was found, found another one of that name"):
        next(read(found, PLAIN))


def test_an_object_that_is_gone(bucket: Any):
    """Between the look at the folder and the reading."""
    put(bucket, **{"a.txt": b"one\n"})
    (found,) = find(f"s3://{bucket.name}/a.txt", PLAIN)
    bucket.Object("a.txt").delete()
    with pytest.raises(InputError, match=r"a\.txt: expected an object or a prefix that can be read, found 404"):
        next(read(found, PLAIN))


def test_an_object_that_changes_while_it_is_read(bucket: Any):
    """A block of another object is never taken for one of this."""
    put(bucket, **{"a.txt": b"one\ntwo\n"})
    (about,) = listed(f"s3://{bucket.name}/a.txt")
    with S3File(about.url, about.identity, block_bytes=4) as file:
        assert file.read(4) == b"one\n"
        put(bucket, **{"a.txt": b"six\nten\n"})
        with pytest.raises(InputError, match="another one of that name"):
            file.read(4)


def test_nothing_there(bucket: Any):
    """No bucket, no object: an error that says so."""
    with pytest.raises(InputError, match=r"NoSuchBucket"):
        find("s3://no-bucket-of-that-name/a", PLAIN)
    with pytest.raises(InputError, match=r"expected files that end in .*, found no files"):
        find(f"s3://{bucket.name}/a", PLAIN)
    with pytest.raises(InputError, match=r"expected an object or a prefix"):
        find("s3://no bucket/a", PLAIN)


def test_nobody_answers(monkeypatch: pytest.MonkeyPatch):
    """That may pass: another error than that of a wrong name."""
    _meant_for(monkeypatch, "http://127.0.0.1:1")
    with pytest.raises(InputUnreachable, match="EndpointConnectionError"):
        find("s3://bucket/a", PLAIN)


CONTENT = bytes(range(256)) * 3


@given(reads=st.lists(st.tuples(st.integers(-10, 900), st.integers(0, 2), st.integers(0, 300))))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15)
def test_an_object_is_a_file(bucket: Any, reads: list[tuple[int, int, int]]):
    """Seeks and reads anywhere give what they give in memory, whatever the blocks."""
    put(bucket, a=CONTENT)
    (about,) = listed(f"s3://{bucket.name}/a")
    file, memory = S3File(about.url, about.identity, block_bytes=100), io.BytesIO(CONTENT)
    for offset, whence, size in reads:
        if whence or offset >= 0:
            assert file.seek(offset, whence) == memory.seek(
                max(offset, -memory.tell()) if whence == 1 else offset, whence
            )
        wanted = memory.read(size)
        found = b""
        while part := file.read(size - len(found)):
            found += part
        assert found == wanted


class Lossy(BaseHTTPRequestHandler):
    """Gives an object by range; each answer in `lost` ends in its middle, and those of `busy` are refused."""

    content = b""
    lost = 0
    asked: list[str] = []  # noqa: RUF012

    def do_HEAD(self) -> None:
        self._answer(b"", len(self.content))

    def do_GET(self) -> None:
        asked = self.headers["Range"]
        self.asked.append(asked)
        start, end = map(int, asked.removeprefix("bytes=").split("-"))
        part = self.content[start : end + 1]
        if len(self.asked) <= self.lost:
            self._answer(part[: len(part) // 2], len(part))
            self.close_connection = True
        else:
            self._answer(part, len(part))

    def _answer(self, content: bytes, length: int) -> None:
        self.send_response(206 if content else 200)
        self.send_header("ETag", '"1"')
        self.send_header("Content-Length", str(length))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def lossy(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Lossy]]:
    """A server of one object, whose class says what becomes of it."""
    kind = type("Kind", (Lossy,), {"asked": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), kind)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    _meant_for(monkeypatch, f"http://127.0.0.1:{server.server_port}")
    yield kind
    server.shutdown()
    server.server_close()
    thread.join()


def _identity(size: int) -> str:
    return s3._identity({"ETag": '"1"', "Size": size})


def test_a_connection_that_is_lost(lossy: type[Lossy]):
    """The block is asked for again, and no byte is there twice or missing."""
    lossy.content, lossy.lost = CONTENT, 3
    pauses: list[float] = []
    with S3File("s3://b/k", _identity(len(CONTENT)), block_bytes=500, sleep=pauses.append) as file:
        assert file.readall() == CONTENT
    assert lossy.asked == ["bytes=0-499"] * 4 + ["bytes=500-767"]
    assert pauses == sorted(pauses)
    assert len(pauses) == 3


def test_a_connection_that_is_lost_always(lossy: type[Lossy]):
    """After some attempts it is an error that says that it may pass, through pyarrow too: no row becomes a bad one."""
    out = io.BytesIO()
    parquet.write_table(pa.table({"text": ["a"] * 10}), out)
    lossy.content, lossy.lost = out.getvalue(), 10**6
    with S3File("s3://b/k", _identity(len(lossy.content)), sleep=lambda _: None) as file:
        with pytest.raises(InputUnreachable):
            file.readall()
        file.seek(0)
        with pytest.raises(InputUnreachable):
            parquet.ParquetFile(file)


def test_a_text_without_an_id_is_named_by_its_object(bucket: Any):
    """As by a file: name and line."""
    put(bucket, **{"in/a.txt": b"one\n\ntwo\n"})
    (found,) = find(f"s3://{bucket.name}/in/", PLAIN)
    assert [row.review_id for row in read(found, PLAIN) if isinstance(row, Record)] == ["a.txt:1", "a.txt:3"]
