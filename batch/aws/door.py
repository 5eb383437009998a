"""The one door to AWS: a session is passed in, what botocore raises becomes an AwsError of this room.

Throttled and failing calls are repeated by botocore itself ("standard" mode: back-off with jitter).
Left out: what is asked (the other modules of this folder), and where credentials come from (boto3's own order).
"""

from collections.abc import Iterator
from typing import Any, Protocol

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, NoRegionError
from botocore.parsers import ResponseParserError

from ..errors import AwsError

_CONFIG = Config(retries={"mode": "standard", "total_max_attempts": 10}, connect_timeout=10, read_timeout=60)


class Session(Protocol):
    """What is needed of boto3.Session."""

    def client(self, service_name: str, *, config: Config) -> Any: ...


class Aws:
    """A session's clients, each made when first asked for."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._clients: dict[str, Any] = {}

    def client(self, service: str) -> Any:
        """The client itself, for what `call` cannot do.

        Raises: AwsError where no region is known.
        """
        if service not in self._clients:
            try:
                self._clients[service] = self._session.client(service, config=_CONFIG)
            except NoRegionError as error:
                raise AwsError(service, "NoRegion", "set AWS_REGION, or run `aws configure`") from error
            except (BotoCoreError, ValueError) as error:
                raise AwsError(service, type(error).__name__, str(error)) from error
        return self._clients[service]

    def call(self, service: str, operation: str, **arguments: Any) -> dict[str, Any]:
        """The answer of one operation, named as boto3 names it: `call("batch", "submit_job", ...)`.

        Raises: AwsError.
        """
        method = getattr(self.client(service), operation)
        with _Translated(f"{service}.{operation}"):
            return dict(method(**arguments))

    def pages(self, service: str, operation: str, field: str, **arguments: Any) -> Iterator[Any]:
        """Each entry of a list that comes in pages.

        Raises: AwsError.
        """
        with _Translated(f"{service}.{operation}"):
            for page in self.client(service).get_paginator(operation).paginate(**arguments):
                yield from page.get(field, [])


class _Translated:
    """Errors of botocore inside are AwsErrors outside."""

    def __init__(self, asked: str) -> None:
        self._asked = asked

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        match error:
            case ClientError():
                known = error.response.get("Error", {})
                raise AwsError(self._asked, known.get("Code", "?"), known.get("Message", "")) from error
            case NoCredentialsError():
                raise AwsError(self._asked, "NoCredentials", "set AWS_PROFILE, or run `aws configure`") from error
            case ResponseParserError():  # a proxy's page, or a server's that has fallen over
                raise AwsError(self._asked, "NoAnswerOfAws", "what came back is no answer of this service") from error
            case BotoCoreError():
                raise AwsError(self._asked, type(error).__name__, str(error)) from error


def open_aws() -> Aws:
    """The door with boto3's own search for region and credentials.

    Raises: AwsError for a profile that is not there.
    """
    import boto3

    try:
        return Aws(boto3.Session())
    except BotoCoreError as error:
        raise AwsError("session", type(error).__name__, str(error)) from error
