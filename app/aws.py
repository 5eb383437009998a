"""The one door to AWS: clients made when first needed, since importing boto3 takes longer than all else.

Left out: what is asked of them.
"""

from functools import cached_property
from typing import Any


class LazyAws:
    """Clients with the function's own role, in its own region."""

    @cached_property
    def s3(self) -> Any:
        return _client("s3")

    @cached_property
    def sqs(self) -> Any:
        return _client("sqs")


def _client(name: str) -> Any:
    import boto3

    return boto3.client(name)


def told(error: BaseException) -> str:
    """What can be told of an error: its class, and AWS's code where it has one; never its message.

    >>> told(KeyError("text"))
    'KeyError'
    """
    match getattr(error, "response", None):  # botocore's ClientError, whose class alone says nothing
        case {"Error": {"Code": str(code)}}:
            return f"{type(error).__name__} {code}"
        case _:
            return type(error).__name__
