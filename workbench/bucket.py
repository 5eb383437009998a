"""The one door to a bucket of outputs: an object's bytes, a local copy with its ETag, what lies in a folder.

Left out: files that engines read (`files`).
"""

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
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
        """The objects below a folder, or whose keys begin so, by their keys."""
        return {key: one["ETag"].strip('"') for key, one in self._listed(folder)}

    def times(self, folder: str) -> dict[str, datetime]:
        """The same with the time when each was written."""
        return {key: one["LastModified"] for key, one in self._listed(folder)}

    def told_of(self, key: str) -> dict[str, str] | None:
        """What was said of an object when it was written; None where there is none."""
        try:
            with told(self.name, key):
                return dict(self._s3.head_object(Bucket=self.name, Key=key)["Metadata"])
        except FileNotFoundError:
            return None

    def put(self, key: str, path: str, said: Mapping[str, str]) -> None:
        """A file as an object, in pieces where it is large, with what is `said` of it."""
        with told(self.name, key):
            self._s3.upload_file(path, self.name, key, ExtraArgs={"Metadata": dict(said)})

    def copy(self, key: str, path: str) -> str:
        """An object as the file `path`; its ETag.

        Raises: StorageError, too, where the disk is too small.
        """
        folder = os.path.dirname(path)
        with told(self.name, key):
            answer = self._s3.get_object(Bucket=self.name, Key=key)
            if answer["ContentLength"] > (free := shutil.disk_usage(folder).free):
                raise StorageError(folder, f"{answer['ContentLength']:,} bytes are needed, {free:,} are free")
            with open(path, "wb") as file:
                file.writelines(answer["Body"].iter_chunks(_CHUNK_BYTES))
            return str(answer["ETag"]).strip('"')

    @contextmanager
    def fetched(self, key: str) -> Iterator[tuple[str, str]]:
        """A local copy and its ETag, which belong together whatever is written meanwhile. Raises: as `copy`."""
        with tempfile.TemporaryDirectory(prefix="undertone-") as folder:
            path = os.path.join(folder, "object")
            etag = self.copy(key, path)
            yield path, etag

    def _listed(self, folder: str) -> list[tuple[str, dict[str, Any]]]:
        with told(self.name, folder):
            pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=self.name, Prefix=folder)
            return [(one["Key"], one) for page in pages for one in page.get("Contents", ())]


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
    """S3's, one for this process."""
    return connect()


def connect() -> Any:
    """A client of S3, which tries five times by itself."""
    import boto3
    from botocore.config import Config

    return boto3.client("s3", config=Config(retries={"mode": "standard", "total_max_attempts": 5}))
