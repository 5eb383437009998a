"""The one door to AWS: a call by name, tried again where that is safe, recorded, and its errors translated.

Left out: what is asked (the other modules of this folder), and where credentials come from (boto3's own order).
"""

import random
import time
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any, NamedTuple, Protocol

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError
from botocore.parsers import ResponseParserError

from ..errors import AwsError
from .recorder import Recorder

_CONFIG = Config(
    retries={"mode": "standard", "total_max_attempts": 1},  # tried again here, where clock and sleep are passed in
    connect_timeout=10,
    read_timeout=60,
    max_pool_connections=16,
)
UNKNOWN = frozenset(
    {
        "ConnectionClosedError",
        "ConnectTimeoutError",
        "EndpointConnectionError",
        "HTTPClientError",
        "NoAnswerOfAws",
        "ProxyConnectionError",
        "ReadTimeoutError",
    }
)
"""Codes of an AwsError after which it is not known whether the call was done: nothing came back."""

# https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
THROTTLED = frozenset(
    {
        "BandwidthLimitExceeded",
        "EC2ThrottledException",
        "LimitExceededException",
        "PriorRequestNotComplete",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "SlowDown",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
        "TransactionInProgressException",
    }
)
_AGAIN = frozenset({"InternalError", "InternalFailure", "InternalServerError", "ServiceUnavailable", "RequestTimeout"})
_ONCE = frozenset({("batch", "submit_job")})
"""Done twice they cost twice, and AWS has no token for them: their callers look before they ask again."""


class Session(Protocol):
    """What is needed of boto3.Session."""

    def client(self, service_name: str, *, config: Config) -> Any: ...


class BackOff(NamedTuple):
    """How long a failing call is tried again; each pause is drawn between 0 and twice the last one's longest."""

    attempts: int = 8
    first_s: float = 0.5
    longest_s: float = 20.0
    draw: Callable[[float, float], float] = random.uniform

    def pause_s(self, attempt: int) -> float:
        """The pause after attempt number `attempt`, counted from 1: "full jitter" of the AWS Architecture blog."""
        return self.draw(0, min(self.longest_s, self.first_s * 2**attempt))


class Aws:
    """A session's clients, each made when first asked for; what is asked goes to `recorder`."""

    def __init__(
        self,
        session: Session,
        *,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.time,
        back_off: BackOff = BackOff(),  # noqa: B008  # frozen
        recorder: Recorder | None = None,
    ) -> None:
        self._session, self.sleep, self.clock, self._back_off = session, sleep, clock, back_off
        self.recorder = recorder or Recorder()
        self._clients: dict[str, Any] = {}

    def client(self, service: str) -> Any:
        """The client itself, for what `call` cannot do; what it asks is recorded all the same.

        Raises: AwsError where no region is known.
        """
        if service not in self._clients:
            try:
                client = self._session.client(service, config=_CONFIG)
            except (BotoCoreError, ValueError) as error:
                raise AwsError(service, type(error).__name__, str(error)) from error
            self.recorder.listen(client)
            self._clients[service] = client
        return self._clients[service]

    def call(self, service: str, operation: str, **arguments: Any) -> dict[str, Any]:
        """The answer of one operation, named as boto3 names it: `call("batch", "submit_job", ...)`.

        Raises: AwsError.
        """
        method = getattr(self.client(service), operation)
        return dict(self._try(service, operation, lambda: method(**arguments)))

    def pages(self, service: str, operation: str, field: str, **arguments: Any) -> Iterator[Any]:
        """Each entry of a list that comes in pages.

        Raises: AwsError.
        """
        paginator = self.client(service).get_paginator(operation)
        pages = _Pages(lambda: iter(paginator.paginate(**arguments)))
        while True:
            page = self._try(service, operation, pages.next)
            if page is None:
                return
            yield from page.get(field) or []

    def _try(self, service: str, operation: str, act: Callable[[], Any]) -> Any:
        for attempt in range(1, self._back_off.attempts):
            try:
                return self._once(service, operation, act)
            except AwsError as error:
                if not _is_again(service, operation, error):
                    raise
            self.sleep(self._back_off.pause_s(attempt))
        return self._once(service, operation, act)

    @staticmethod
    def _once(service: str, operation: str, act: Callable[[], Any]) -> Any:
        with translated(f"{service}.{operation}"):
            return act()


class _Pages:
    """Pages one by one; a paginator that failed once says it is at its end, so a new one goes to where it was."""

    def __init__(self, begin: Callable[[], Iterator[Any]]) -> None:
        self._begin, self._given = begin, 0
        self._now: Iterator[Any] | None = None

    def next(self) -> Any:
        """The next page, None after the last; after an error the same page again."""
        try:
            self._now = self._now or islice(self._begin(), self._given, None)
            page = next(self._now, None)
        except BaseException:
            self._now = None
            raise
        self._given += 1
        return page


def _is_again(service: str, operation: str, error: AwsError) -> bool:
    """A throttled call was not done, so it may always be tried again; one that got no answer may have been."""
    if error.code in THROTTLED:
        return True
    return (error.code in UNKNOWN or error.code in _AGAIN) and (service, operation) not in _ONCE


class translated:  # noqa: N801  # read as a word: `with translated("s3.put_object"):`
    """Errors of botocore inside are AwsErrors outside; for what speaks to a client without `call`."""

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
                raise AwsError(self._asked, "NoCredentials", "no credentials are found") from error
            case ResponseParserError():  # a proxy's page, or a server's that has fallen over
                raise AwsError(self._asked, "NoAnswerOfAws", "what came back is no answer of this service") from error
            case BotoCoreError():
                raise AwsError(self._asked, type(error).__name__, str(error)) from error


def open_aws(region: str | None = None, profile: str | None = None) -> Aws:
    """The door with boto3's own search for region and credentials.

    Raises: AwsError for a profile that is not there.
    """
    import boto3

    try:
        return Aws(boto3.Session(region_name=region, profile_name=profile))
    except BotoCoreError as error:
        raise AwsError("session", type(error).__name__, str(error)) from error
