"""The one door to files: local ones and those of s3://, as pyarrow sees them, with names, sizes and versions.

Left out: what is in them (`parquet`, `csvs`). Credentials, region and endpoint are those of the AWS environment.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from pyarrow import fs

from .errors import SourceError, UnreachableError, WorkbenchError


@dataclass(frozen=True)
class File:
    """One file; `mark` changes when its content does: the time of change, or the ETag."""

    path: str
    size_bytes: int
    mark: str


def is_s3(address: str) -> bool:
    return address.startswith("s3://")


def listed(address: str, suffixes: tuple[str, ...]) -> list[File]:
    """The file at an address, or those below a folder, sorted; names that begin with `.` or `_` do not count.

    Raises: SourceError where there is none; UnreachableError.
    """
    with told(address):
        found = _in_bucket(address) if is_s3(address) else _in_folder(address)
        chosen = [f for f in found if f.path == address or (f.path.endswith(suffixes) and not _hidden(f.path, address))]
    if not chosen:
        raise SourceError(address, f"a file or a folder with {' or '.join(suffixes)} files", "none")
    return sorted(chosen, key=lambda file: file.path)


def system(address: str, environ: Mapping[str, str] = os.environ) -> Any:
    """The pyarrow file system of an address."""
    if not is_s3(address):
        return fs.LocalFileSystem()
    endpoint = environ.get("AWS_ENDPOINT_URL_S3") or environ.get("AWS_ENDPOINT_URL")
    region = environ.get("AWS_REGION") or environ.get("AWS_DEFAULT_REGION") or "us-east-1"
    return fs.S3FileSystem(region=region, endpoint_override=endpoint or None)


def within(address: str) -> str:
    """The path that its file system knows it by."""
    return address.removeprefix("s3://")


def content(address: str) -> bytes:
    """All of a file. Raises: SourceError; UnreachableError."""
    with told(address), system(address).open_input_file(within(address)) as file:
        return bytes(file.read())


@contextmanager
def told(address: str) -> Iterator[None]:
    """What Arrow, boto3 and the operating system raise, in this room's words."""
    try:
        yield
    except WorkbenchError:
        raise
    except FileNotFoundError:
        raise SourceError(address, "a file or a folder", "nothing") from None
    except PermissionError as error:
        raise SourceError(address, "a file that may be read", str(error)) from error
    except pa.ArrowInvalid as error:
        raise SourceError(address, "a Parquet file", str(error)) from error
    except OSError as error:
        if is_s3(address):
            raise UnreachableError(address, str(error)) from error
        raise SourceError(address, "a file that can be read", str(error)) from error


def _hidden(path: str, address: str) -> bool:
    return any(part.startswith((".", "_")) for part in path.removeprefix(address).split("/"))


def _in_folder(address: str) -> list[File]:
    if os.path.isfile(address):
        return [_local(address)]
    if not os.path.isdir(address):
        raise FileNotFoundError(address)
    return [_local(os.path.join(folder, name)) for folder, _, names in os.walk(address) for name in names]


def _local(path: str) -> File:
    state = os.stat(path)
    return File(path, state.st_size, str(state.st_mtime_ns))


def _in_bucket(address: str) -> list[File]:
    import boto3
    from botocore.exceptions import BotoCoreError, ClientError

    bucket, _, prefix = within(address).partition("/")
    found: list[File] = []
    try:
        for page in boto3.client("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
            objects = page.get("Contents", ())
            found += [File(f"s3://{bucket}/{one['Key']}", one["Size"], one["ETag"].strip('"')) for one in objects]
    except ClientError as error:
        if error.response["Error"]["Code"] in ("NoSuchBucket", "AccessDenied", "InvalidAccessKeyId"):
            raise SourceError(address, "a bucket that may be listed", str(error)) from error
        raise UnreachableError(address, str(error)) from error
    except BotoCoreError as error:
        raise UnreachableError(address, str(error)) from error
    folder = address if address.endswith("/") else address + "/"
    return [file for file in found if file.path == address or file.path.startswith(folder)]
