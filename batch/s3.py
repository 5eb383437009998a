"""The door to S3 for reading: what lies below a prefix, and an object as a file that can be read from any place.

An object is fetched in blocks, each a request of its own: a reader that takes hours over one keeps no connection open,
and a connection that is lost costs one block. The endpoint and the credentials are boto3's: AWS_ENDPOINT_URL,
AWS_PROFILE and so on. Left out: writing.
"""

import io
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from hashlib import sha256
from typing import Any, NamedTuple

from .errors import InputError, InputUnreachable

SCHEME = "s3://"
BLOCK_BYTES = 1 << 23
_ATTEMPTS = 5
_PASSING = {"SlowDown", "Throttling", "RequestTimeout", "RequestTimeTooSkewed", "InternalError", "ServiceUnavailable"}
"""https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html"""


class Object(NamedTuple):
    """One object; `name` counts from the folder that was asked for, `identity` is that of its content."""

    url: str
    name: str
    identity: str
    size_bytes: int


def parse(url: str) -> tuple[str, str]:
    """Bucket and key.

    >>> parse("s3://reviews/2026/a.csv")
    ('reviews', '2026/a.csv')

    Raises: InputError.
    """
    bucket, _, key = url.removeprefix(SCHEME).partition("/")
    if not bucket:
        raise InputError(url, "s3://bucket/prefix", "no bucket")
    return bucket, key


def listed(url: str) -> list[Object]:
    """The object of that name, or else those in the folder of that name, or else those whose names begin so.

    Raises: InputError; InputUnreachable.
    """
    bucket, prefix = parse(url)
    with _door(url) as s3:
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
        found = {row["Key"]: row for page in pages for row in page.get("Contents", ()) if not row["Key"].endswith("/")}
    folder = prefix.rstrip("/") + "/"
    below = {key: row for key, row in found.items() if key.startswith(folder)}
    if prefix in found:
        found = {prefix: found[prefix]}
    elif below:
        found = below
    start = len(folder) if below is found else prefix.rfind("/") + 1
    return [Object(f"{SCHEME}{bucket}/{key}", key[start:], _identity(row), row["Size"]) for key, row in found.items()]


class S3File(io.RawIOBase):
    """An object to read and to seek in.

    Raises: InputError when it is not the object of that identity any more; InputUnreachable.
    """

    def __init__(
        self, url: str, identity: str, block_bytes: int = BLOCK_BYTES, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._url = url
        self._bucket, self._key = parse(url)
        self._block_bytes, self._sleep = block_bytes, sleep
        self._place = self._start = 0
        self._block = b""
        with _door(url) as s3:
            head = s3.head_object(Bucket=self._bucket, Key=self._key)
        self._etag, self._size = head["ETag"], int(head["ContentLength"])
        if identity != _identity({"ETag": self._etag, "Size": self._size}):
            raise InputError(url, "the object that was found", "another one of that name")

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._place

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._place, io.SEEK_END: self._size}[whence]
        self._place = max(0, base + offset)
        return self._place

    def readinto(self, buffer: Any) -> int:
        if self._place >= self._size:
            return 0
        if not self._start <= self._place < self._start + len(self._block):
            self._block = b""  # two are never held
            self._block, self._start = self._fetched(self._place), self._place
        at = self._place - self._start
        content = self._block[at : at + len(buffer)]
        buffer[: len(content)] = content
        self._place += len(content)
        return len(content)

    def _fetched(self, start: int) -> bytes:
        asked = f"bytes={start}-{min(start + self._block_bytes, self._size) - 1}"
        for attempt in range(1, _ATTEMPTS):
            try:
                return self._asked(asked)
            except InputUnreachable:
                self._sleep(0.2 * 2**attempt)
        return self._asked(asked)

    def _asked(self, asked: str) -> bytes:
        with _door(self._url) as s3:
            answer = s3.get_object(Bucket=self._bucket, Key=self._key, Range=asked, IfMatch=self._etag)
            content: bytes = answer["Body"].read()
        return content


@contextmanager
def _door(url: str) -> Iterator[Any]:
    """A client, whose errors are this room's.

    Raises: InputError where trying again is of no use; InputUnreachable.
    """
    from botocore import exceptions as aws

    passing = aws.HTTPClientError, aws.ConnectionError, aws.IncompleteReadError, aws.CredentialRetrievalError
    try:
        yield _client(os.getpid(), os.environ.get("AWS_ENDPOINT_URL"))
    except aws.ClientError as error:
        raise _refused(url, error.response) from error
    except passing as error:
        raise InputUnreachable(url, type(error).__name__) from error
    except aws.BotoCoreError as error:
        raise InputError(url, "an object or a prefix that can be read", str(error)) from error


def _refused(url: str, answer: Any) -> InputError | InputUnreachable:
    code, status = answer["Error"]["Code"], answer.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if code in _PASSING or status >= 500 or status == 429:
        return InputUnreachable(url, code)
    if status == 412:
        return InputError(url, "the object that was found", "another one of that name")
    return InputError(url, "an object or a prefix that can be read", f"{code}, {answer['Error'].get('Message', '')}")


@lru_cache(maxsize=1)
def _client(_process: int, _endpoint: str | None) -> Any:
    """One for a process, as it takes a fifth of a second to make; a forked process has connections of its own."""
    import boto3
    from botocore.config import Config

    options = Config(retries={"mode": "standard", "max_attempts": _ATTEMPTS}, connect_timeout=10, read_timeout=60)
    return boto3.session.Session().client("s3", config=options)


def _identity(row: Any) -> str:
    return sha256(f"{row['ETag']} {row['Size']}".encode()).hexdigest()
