"""Blobs in a bucket, each checked by S3 itself against the SHA-256 that goes with it.

Above 16 MB a file goes in parts, several at a time; the upload of parts is aborted when anything fails, since parts
that were left would cost money unseen. What breaks off on the way home goes on where it broke.
Sources: https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html, and its qfacts.html.
Left out: trying again, which the door does (`aws.door`), and who may read the bucket.
"""

import os
from base64 import b64encode
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from threading import BoundedSemaphore
from typing import IO, Any, Protocol

from .blobs import CHUNK_BYTES, PREFIX, Moved, beside, check, key, quiet
from .errors import AwsError, DamagedError, StorageError, StorageUnreachable

MB = 1 << 20
SINGLE_BYTES = 16 * MB
"""The largest file that goes in one request, held in memory so that it can be sent again."""
PART_BYTES = 8 * MB
MOST_PARTS = 10_000
THREADS = 8
IN_HAND = 12
"""Parts in memory at a time, of all files together: 96 MB."""
BREAKS = 5
"""How often a download may break off before somebody is told."""
FRESH = timedelta(days=60)
"""An older blob is sent anew: the bucket removes blobs of 90 days, and a run lasts up to 14."""
_ABSENT = frozenset({"404", "NoSuchKey", "NotFound"})
_WRONG_CONTENT = frozenset({"BadDigest", "XAmzContentChecksumMismatch", "InvalidDigest"})


class Door(Protocol):
    """What is needed of `aws.door.Aws`."""

    def call(self, service: str, operation: str, **arguments: Any) -> dict[str, Any]: ...

    def pages(self, service: str, operation: str, field: str, **arguments: Any) -> Iterator[Any]: ...

    def client(self, service: str) -> Any: ...


class S3Blobs:
    """A bucket of the account `owner`; without one, of whoever has a bucket of that name.

    Every method raises StorageUnreachable where S3 does not answer, AwsError where it refuses.
    """

    def __init__(
        self, aws: Door, bucket: str, owner: str | None = None, now: Callable[[], datetime] | None = None
    ) -> None:
        self._aws, self._now = aws, now or (lambda: datetime.now(UTC))
        self._to: dict[str, Any] = {"Bucket": bucket, **({"ExpectedBucketOwner": owner} if owner else {})}
        self._room = BoundedSemaphore(IN_HAND)
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="part")
        aws.client("s3")  # made before threads ask for it

    def has(self, sha: str) -> bool:
        try:
            with _told(key(sha)):
                head = self._aws.call("s3", "head_object", Key=key(sha), **self._to)
        except StorageError as error:
            if isinstance(error, StorageUnreachable):
                raise
            return False
        return self._is_fresh(head)

    def _is_fresh(self, told: dict[str, Any]) -> bool:
        return bool(self._now() - told["LastModified"] < FRESH)

    def listed(self, start: str, most: int) -> set[str] | None:
        found: set[str] = set()
        with _told(key(start)):
            pages = self._aws.pages("s3", "list_objects_v2", "Contents", Prefix=key(start), **self._to)
            for count, entry in enumerate(pages):
                if count >= most:
                    return None
                if self._is_fresh(entry):
                    found.add(entry["Key"].removeprefix(PREFIX))
        return found

    def put(self, path: str, sha: str, moved: Moved = quiet) -> None:
        try:
            with open(path, "rb") as file, _told(key(sha), path):
                size = os.fstat(file.fileno()).st_size
                if size <= SINGLE_BYTES:
                    self._put_whole(file.read(), path, sha, moved)
                else:
                    self.put_stream(file, size, sha, moved, path)
        except OSError as error:
            raise StorageError(
                f"{path} cannot be read: {error.strerror or error}", "mend it, then try again"
            ) from error

    def _put_whole(self, content: bytes, path: str, sha: str, moved: Moved) -> None:
        check(path, sha, sha256(content).hexdigest())
        self._aws.call(
            "s3", "put_object", Key=key(sha), Body=content, ChecksumSHA256=_base64(bytes.fromhex(sha)), **self._to
        )
        moved(len(content))

    def put_stream(self, source: IO[bytes], size_bytes: int, sha: str, moved: Moved = quiet, shown: str = "") -> None:
        """Store what a source gives, in parts; nothing is left where its hash is not `sha`.

        Raises: DamagedError, StorageUnreachable, AwsError.
        """
        made = self._aws.call("s3", "create_multipart_upload", Key=key(sha), ChecksumAlgorithm="SHA256", **self._to)
        to = {**self._to, "Key": key(sha), "UploadId": made["UploadId"]}
        try:
            parts, found = self._send_parts(source, part_bytes(size_bytes), to, moved)
            check(shown or key(sha), sha, found)
            self._aws.call("s3", "complete_multipart_upload", MultipartUpload={"Parts": parts}, **to)
        except BaseException:
            with suppress(AwsError):  # the bucket's own rule aborts it a day later
                self._aws.call("s3", "abort_multipart_upload", **to)
            raise

    def _send_parts(
        self, source: IO[bytes], size_bytes: int, to: dict[str, Any], moved: Moved
    ) -> tuple[list[dict[str, Any]], str]:
        """Read one part after the other, send several at a time; the parts and the hash of all that was read."""
        found, sent = sha256(), list[Future[dict[str, Any]]]()
        try:
            while content := source.read(size_bytes):
                found.update(content)
                self._room.acquire()
                sent.append(self._pool.submit(self._send_part, content, len(sent) + 1, to, moved))
                if failed := next((part for part in sent if part.done() and part.exception()), None):
                    failed.result()
            return [part.result() for part in sent], found.hexdigest()
        finally:
            for part in sent:
                if part.cancel():
                    self._room.release()
            wait(sent)  # a part that arrives after the upload was aborted would be left

    def _send_part(self, content: bytes, number: int, to: dict[str, Any], moved: Moved) -> dict[str, Any]:
        try:
            checksum = _base64(sha256(content).digest())
            told = self._aws.call("s3", "upload_part", PartNumber=number, Body=content, ChecksumSHA256=checksum, **to)
            moved(len(content))
            return {"PartNumber": number, "ETag": told["ETag"], "ChecksumSHA256": checksum}
        finally:
            self._room.release()

    def get(self, sha: str, path: str, moved: Moved = quiet) -> None:
        found = sha256()
        try:
            with beside(path) as target, _told(key(sha)):
                for chunk in self._stream(key(sha)):
                    found.update(chunk)
                    target.write(chunk)
                    moved(len(chunk))
                check(key(sha), sha, found.hexdigest())
        except OSError as error:
            raise StorageError(
                f"{path} cannot be written: {error.strerror or error}", "make room, then try again"
            ) from error

    def _stream(self, key: str) -> Iterator[bytes]:
        """The object's bytes; a stream that breaks is taken up again at the byte where it broke."""
        done, size, breaks = 0, None, 0
        while size is None or done < size:
            told = self._aws.call(
                "s3", "get_object", Key=key, **self._to, **({"Range": f"bytes={done}-"} if done else {})
            )
            size = done + told["ContentLength"]
            try:
                for chunk in told["Body"].iter_chunks(CHUNK_BYTES):
                    done += len(chunk)
                    yield chunk
            except _broken_off() as error:
                breaks += 1
                if breaks > BREAKS:
                    raise AwsError("s3.get_object", "ConnectionClosedError", f"broke off {breaks} times") from error

    def put_bytes(self, key: str, content: bytes) -> None:
        checksum = _base64(sha256(content).digest())
        with _told(key):
            self._aws.call("s3", "put_object", Key=key, Body=content, ChecksumSHA256=checksum, **self._to)

    def get_bytes(self, key: str) -> bytes:
        with _told(key):
            return b"".join(self._stream(key))


def part_bytes(size_bytes: int) -> int:
    """The size of a part, so that there are at most 10,000 of them.

    >>> part_bytes(5 << 30) >> 20, part_bytes(1 << 40) >> 20
    (8, 105)
    """
    return max(PART_BYTES, (-(-size_bytes // MOST_PARTS) + MB - 1) // MB * MB)


def _base64(digest: bytes) -> str:
    return b64encode(digest).decode()


def _broken_off() -> tuple[type[Exception], ...]:
    from botocore.exceptions import IncompleteReadError, ReadTimeoutError, ResponseStreamingError

    return IncompleteReadError, ReadTimeoutError, ResponseStreamingError


@contextmanager
def _told(key: str, path: str = "") -> Iterator[None]:
    """What the door says of one object is an error of storage, but for what a person's rights forbid."""
    try:
        yield
    except AwsError as error:
        if error.code in _ABSENT:
            raise StorageError(f"{key} is not in the bucket", "start the run again to send it anew") from error
        if error.code in _WRONG_CONTENT:
            raise DamagedError(path or key, "the content that was announced", error.said or error.code) from error
        if error.may_pass:
            raise StorageUnreachable(f"{key} cannot be reached: {error}", "try again in a minute") from error
        raise
