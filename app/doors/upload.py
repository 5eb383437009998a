"""An object written as it is made: in parts, in bounded memory, there as a whole or not at all.

S3 shows nothing of an object until its last part is in and the upload completed. Left out: what is written.
"""

from types import TracebackType
from typing import Any, Self

_PART_BYTES = 8 << 20
"""S3 takes parts of 5 MiB or more, and 10,000 of them: this makes objects of up to 78 GiB."""


class Upload:
    """One object, used in a `with` block; left by an error, nothing of it stays."""

    def __init__(self, s3: Any, bucket: str, key: str) -> None:
        self._s3 = s3
        self._object = {"Bucket": bucket, "Key": key}
        self._pending = bytearray()
        self._upload: dict[str, str] = {}
        self._parts: list[dict[str, Any]] = []

    def write(self, data: bytes) -> None:
        self._pending += data
        while len(self._pending) >= _PART_BYTES:
            with memoryview(self._pending) as pending:
                part = bytes(pending[:_PART_BYTES])
            self._send(part)
            del self._pending[:_PART_BYTES]

    def _send(self, part: bytes) -> None:
        if not self._upload:
            begun = self._s3.create_multipart_upload(**self._object, ContentType="application/x-ndjson")
            self._upload = {**self._object, "UploadId": begun["UploadId"]}
        number = len(self._parts) + 1
        sent = self._s3.upload_part(**self._upload, PartNumber=number, Body=part)
        self._parts.append({"ETag": sent["ETag"], "PartNumber": number})

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if kind is not None:
            self._abort()
            return
        try:
            self._finish()
        except BaseException:
            self._abort()
            raise

    def _finish(self) -> None:
        if not self._upload:
            self._s3.put_object(**self._object, Body=bytes(self._pending), ContentType="application/x-ndjson")
            return
        if self._pending:
            self._send(bytes(self._pending))
        self._s3.complete_multipart_upload(**self._upload, MultipartUpload={"Parts": self._parts})

    def _abort(self) -> None:
        if self._upload:
            self._s3.abort_multipart_upload(**self._upload)
