"""Documents in S3 by s3://bucket/key: small ones as bytes, inputs as files.

Left out: reading inputs row by row (`s3`).
"""

from hashlib import sha256
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from ..errors import AwsError
from .door import Aws


def parts(url: str) -> tuple[str, str]:
    """Bucket and key.

    >>> parts("s3://reviews/plans/1/manifest.json")
    ('reviews', 'plans/1/manifest.json')

    Raises: AwsError.
    """
    scheme, _, rest = url.partition("://")
    bucket, _, key = rest.partition("/")
    if scheme != "s3" or not bucket or not key:
        raise AwsError("s3", "NoAddress", f"{url!r} is no s3://bucket/key")
    return bucket, key


def get(aws: Aws, url: str) -> bytes:
    """Raises: AwsError."""
    bucket, key = parts(url)
    try:
        return bytes(aws.call("s3", "get_object", Bucket=bucket, Key=key)["Body"].read())
    except BotoCoreError as error:
        raise AwsError("s3.get_object", type(error).__name__, f"{url}: {error}") from error
    except AwsError as error:
        raise AwsError(error.asked, error.code, f"{url}: {error.message}") from error


def put(aws: Aws, url: str, content: bytes, kind: str = "application/json", **extra: Any) -> None:
    """Raises: AwsError."""
    bucket, key = parts(url)
    aws.call("s3", "put_object", Bucket=bucket, Key=key, Body=content, ContentType=kind, **extra)


def put_new(aws: Aws, url: str, content: bytes) -> bool:
    """Write a document that is not there yet; False where it is.

    Raises: AwsError.
    """
    try:
        put(aws, url, content, IfNoneMatch="*")
    except AwsError as error:
        if error.code in ("PreconditionFailed", "ConditionalRequestConflict"):
            return False
        raise
    return True


def remove(aws: Aws, url: str) -> None:
    """Raises: AwsError."""
    bucket, key = parts(url)
    aws.call("s3", "delete_object", Bucket=bucket, Key=key)


def has(aws: Aws, url: str) -> bool:
    """Raises: AwsError, but not for what is not there."""
    bucket, key = parts(url)
    try:
        aws.call("s3", "head_object", Bucket=bucket, Key=key)
    except AwsError as error:
        if error.code in ("404", "NoSuchKey", "NotFound"):
            return False
        raise
    return True


def identity(aws: Aws, url: str) -> str:
    """An object's, as `s3` has it: the same as long as its content is.

    Raises: AwsError.
    """
    bucket, key = parts(url)
    head = aws.call("s3", "head_object", Bucket=bucket, Key=key)
    return sha256(f"{head['ETag']} {head['ContentLength']}".encode()).hexdigest()


def upload(aws: Aws, path: str, url: str) -> None:
    """A file of any size, in parts and with checksums.

    Raises: AwsError.
    """
    from boto3.exceptions import S3UploadFailedError

    bucket, key = parts(url)
    try:
        aws.client("s3").upload_file(path, bucket, key)
    except (BotoCoreError, ClientError, S3UploadFailedError) as error:
        raise AwsError("s3.upload_file", type(error).__name__, f"{path}: {error}") from error


def keys(aws: Aws, url: str) -> list[str]:
    """The addresses below a prefix, in order.

    Raises: AwsError.
    """
    bucket, prefix = parts(url)
    found = aws.pages("s3", "list_objects_v2", "Contents", Bucket=bucket, Prefix=prefix)
    return [f"s3://{bucket}/{entry['Key']}" for entry in found]
