"""A run's own objects in the bucket: its manifest, the records of its attempts, its machines, its results.

    runs/<run id>/manifest.json  attempts/<n>.json  results.json  results/<path>  machines.json

Left out: blobs, which runs share (`s3_blobs`), and what the runner writes there (`runner`).
"""

import json
from collections.abc import Mapping
from typing import Any

from boto3.exceptions import Boto3Error

from ..engines.protocol import Attempt
from ..errors import AwsError, DamagedError, StorageUnreachable
from ..manifest import File
from ..names import RunNames
from .door import Aws, translated

_GONE = frozenset({"NoSuchKey", "404"})


def read(aws: Aws, bucket: str, key: str) -> bytes | None:
    """A small document, or None where it is not there.

    Raises: AwsError.
    """
    try:
        body: bytes = aws.call("s3", "get_object", Bucket=bucket, Key=key)["Body"].read()
    except AwsError as error:
        if error.code in _GONE:
            return None
        raise
    return body


def write(aws: Aws, bucket: str, key: str, content: bytes) -> None:
    """Raises: AwsError."""
    aws.call("s3", "put_object", Bucket=bucket, Key=key, Body=content, ChecksumAlgorithm="SHA256")


def records(aws: Aws, bucket: str, run: RunNames) -> list[Attempt]:
    """The attempts as the runner recorded them, in order.

    Raises: AwsError; DamagedError.
    """
    prefix = f"{run.prefix}attempts/"
    keys = [entry["Key"] for entry in aws.pages("s3", "list_objects_v2", "Contents", Bucket=bucket, Prefix=prefix)]
    found = (_json(read(aws, bucket, key), key) for key in sorted(keys))
    return [Attempt.read(record) for record in found]


def machines(aws: Aws, bucket: str, run: RunNames) -> dict[str, str]:
    """The types of the machines that were seen, by ARN: AWS forgets a machine that is gone.

    Raises: AwsError; DamagedError.
    """
    key = f"{run.prefix}machines.json"
    return {str(arn): str(kind) for arn, kind in _json(read(aws, bucket, key), key).items()}


def note_machine(aws: Aws, bucket: str, run: RunNames, known: Mapping[str, str]) -> None:
    """Raises: AwsError."""
    write(aws, bucket, f"{run.prefix}machines.json", json.dumps(dict(known)).encode())


def download(aws: Aws, bucket: str, run: RunNames, file: File, path: str) -> None:
    """Bring one result to a path; large ones come in parts, several at a time.

    Raises: AwsError; StorageUnreachable.
    """
    key = f"{run.results_prefix}{file.path}"
    try:
        with translated("s3.get_object"):
            aws.client("s3").download_file(bucket, key, path)
    except Boto3Error as error:
        raise StorageUnreachable(
            f"{key} did not come whole: {error}", "`python -m launcher fetch` tries again"
        ) from error


def _json(content: bytes | None, key: str) -> dict[str, Any]:
    try:
        return dict(json.loads(content or b"{}"))
    except (ValueError, TypeError) as error:
        raise DamagedError(key, "a JSON object", str(error)) from error
