"""The one door to a bucket of outputs: an object's bytes, a local copy with its ETag, what lies in a folder.

Left out: files that engines read (`files`).
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from .errors import SourceError, StorageError, UnreachableError

_CHUNK_BYTES = 1 << 20
_GONE = ("NoSuchKey", "404")
_REFUSED = ("AccessDenied", "NoSuchBucket", "403")


class Bucket:
    """One bucket. Every method raises: FileNotFoundError; SourceError; UnreachableError."""

    def __init__(self, s3: Any, name: str) -> None:
        self._s3 = s3
        self.name = name

    def content(self, key: str) -> bytes:
        """All of an object."""
        with told(self.name, key):
            return bytes(self._s3.get_object(Bucket=self.name, Key=key)["Body"].read())

    def etags(self, folder: str) -> dict[str, str]:
        """The objects below a folder by their keys."""
        with told(self.name, folder):
            pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=self.name, Prefix=folder)
            return {one["Key"]: one["ETag"].strip('"') for page in pages for one in page.get("Contents", ())}

    @contextmanager
    def fetched(self, key: str) -> Iterator[tuple[str, str]]:
        """A local copy and its ETag, which belong together whatever is written meanwhile.

        Raises: StorageError, too, where the disk is too small.
        """
        with tempfile.TemporaryDirectory(prefix="undertone-") as folder:
            path = os.path.join(folder, "object")
            with told(self.name, key):
                answer = self._s3.get_object(Bucket=self.name, Key=key)
                if answer["ContentLength"] > (free := shutil.disk_usage(folder).free):
                    raise StorageError(folder, f"{answer['ContentLength']:,} bytes are needed, {free:,} are free")
                with open(path, "wb") as file:
                    file.writelines(answer["Body"].iter_chunks(_CHUNK_BYTES))
            yield path, answer["ETag"].strip('"')


@contextmanager
def told(bucket: str, key: str = "") -> Iterator[None]:
    """What boto3 raises, in this room's words.

    Raises: FileNotFoundError; SourceError; UnreachableError; StorageError.
    """
    from boto3.exceptions import S3UploadFailedError
    from botocore.exceptions import BotoCoreError, ClientError

    place = f"s3://{bucket}/{key}"
    try:
        yield
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code in _GONE:
            raise FileNotFoundError(place) from error
        if code in _REFUSED:
            raise SourceError(place, "a bucket that may be read and written", code) from error
        raise UnreachableError(place, code) from error
    except (BotoCoreError, S3UploadFailedError) as error:
        raise UnreachableError(place, type(error).__name__) from error
    except OSError as error:
        raise StorageError(tempfile.gettempdir(), error.strerror or type(error).__name__) from error


@cache
def client() -> Any:
    """S3's, which tries five times by itself."""
    import boto3
    from botocore.config import Config

    return boto3.client("s3", config=Config(retries={"mode": "standard", "total_max_attempts": 5}))
