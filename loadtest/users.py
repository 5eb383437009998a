"""The users of a load test, one class for each door; each sends on its own beat, retries if asked, tells each fate.

    PredictUser    POST /predict
    BatchUser      POST /predict/batch
    UrlUser        POST /predict of a function URL, signed where it asks for IAM
    InvokeUser     lambda.invoke by boto3

Importing this imports locust, which patches the standard library for gevent: only locust's process does.
Left out: how many users there are and when (`shapes`), what an answer means (`fates`).
"""

import base64
import itertools
import json
import random
import time
from abc import abstractmethod
from collections.abc import Iterator
from functools import cached_property
from typing import Any

import boto3
import gevent
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, ConnectTimeoutError, ReadTimeoutError
from locust import FastHttpUser, User, task
from locust.exception import StopUser

from .fates import Fate, of_answer, with_report
from .rows import Row
from .shapes import backoff_s, due_s
from .target import Target
from .texts import texts

BATCH_TEXTS = 32
KEEP_S = 2.0
"""A connection that was idle for longer is not used again: the server may be closing it (uvicorn does after 5 s)."""
_JSON = {"Content-Type": "application/json"}
_seeds = itertools.count(7)


class NotAnswered(Exception):
    """What locust's table of failures shows: the kind of a failure and its reason."""


class DoorUser(User):
    """What all users share; a door says how one attempt is made."""

    abstract = True
    door = ""

    def on_start(self) -> None:
        self.test: Any = self.environment.loadtest
        self.texts = texts(next(_seeds))
        per_s = self.test.plan.per_user_per_s
        first = time.time() + random.random() / per_s  # noqa: S311 - so that users do not send together
        self._beat = (due_s(first, number, per_s) for number in itertools.count())

    def wait_time(self) -> float:
        """Nothing: the task itself waits until its request is due."""
        return 0.0

    @task
    def request(self) -> None:
        """One request, when it is due, with its retries."""
        if self.test.plan.shape == "burst":
            self.test.gate.wait()
            self._send(time.time())
            raise StopUser
        due = next(self._beat)
        gevent.sleep(max(0.0, due - time.time()))
        self._send(due)

    def _send(self, due: float) -> None:
        body = self.body()
        for attempt in itertools.count():
            sent, start = time.time(), time.perf_counter()
            fate, size = self.attempt(body)
            latency = (time.perf_counter() - start) * 1000
            last = fate.kind != "throttled" or attempt >= self.test.retries
            late = max(0.0, sent - due) * 1000
            self._tell(Row(sent, late, latency, self.door, fate.kind, fate.reason, fate.init, attempt, last,
                           fate.duration_ms, fate.init_ms), size)  # fmt: skip
            if last:
                return
            gevent.sleep(backoff_s(attempt + 1, fate.retry_after_s, random.random()))  # noqa: S311

    def _tell(self, row: Row, size: int) -> None:
        """To the file of rows, and to locust's own tables: a cold start has a line of its own there."""
        self.test.row(row)
        self.environment.events.request.fire(
            request_type=self.door,
            name="cold start" if row.init == "cold" else "warm" if row.init == "warm" else "request",
            response_time=row.latency_ms,
            response_length=size,
            context={},
            exception=None if row.kind == "answered" else NotAnswered(row.failure),
        )

    def body(self) -> bytes:
        """What to send."""
        return json.dumps({"text": next(self.texts)}).encode()

    @abstractmethod
    def attempt(self, body: bytes) -> tuple[Fate, int]:
        """One attempt: its fate, and the size of the answer."""


class _Quiet:
    """An event that nobody hears: the door tells of its requests itself."""

    def fire(self, **_: object) -> None:
        """Say nothing."""


class PredictUser(DoorUser, FastHttpUser):
    """One text over HTTP."""

    door = "predict"
    path = "/predict"

    def __init__(self, environment: Any) -> None:
        self.network_timeout = self.connection_timeout = environment.loadtest.timeout_s
        super().__init__(environment)
        self.client.request_event = _Quiet()
        self._used_s = 0.0

    def attempt(self, body: bytes) -> tuple[Fate, int]:
        if time.monotonic() - self._used_s > KEEP_S:
            self.client.client.clientpool.close()
        answer: Any = self.client.request("POST", self.path, data=body, headers=self.headers(body))  # type: ignore[arg-type]
        self._used_s = time.monotonic()
        if not answer.status_code:
            return _broken(answer.error), 0
        headers = {name.lower(): value for name, value in answer.headers.items()}
        content = answer.content or b""
        return of_answer(answer.status_code, headers, content), len(content)

    def headers(self, _body: bytes) -> dict[str, str]:
        """The request's headers."""
        return {**_JSON, **self.test.key}


class BatchUser(PredictUser):
    """Many texts over HTTP."""

    door = "batch"
    path = "/predict/batch"

    def body(self) -> bytes:
        return json.dumps({"texts": list(itertools.islice(self.texts, BATCH_TEXTS))}).encode()


class UrlUser(PredictUser):
    """One text to a function URL, signed by the environment's credentials where it is one of AWS."""

    door = "url"

    @cached_property
    def _signer(self) -> SigV4Auth | None:
        target = self.test.target
        credentials = boto3.Session().get_credentials() if target.region else None
        return SigV4Auth(credentials, "lambda", target.region) if credentials else None

    def headers(self, body: bytes) -> dict[str, str]:
        if not self._signer:
            return super().headers(body)
        request = AWSRequest("POST", self.test.target.url + self.path, data=body, headers=super().headers(body))
        self._signer.add_auth(request)
        return dict(request.headers.items())


class InvokeUser(DoorUser):
    """One text by `lambda.invoke`; the REPORT line comes with the answer."""

    door = "invoke"

    def attempt(self, body: bytes) -> tuple[Fate, int]:
        target: Target = self.test.target
        more = {"Qualifier": target.qualifier} if target.qualifier else {}
        try:
            answer = self.test.client.invoke(FunctionName=target.function, Payload=body, LogType="Tail", **more)
            return _of_invoke(answer)
        except ClientError as error:
            return _of_client_error(error.response), 0
        except (BotoCoreError, OSError) as error:
            return _broken(error), 0


def client(target: Target, timeout_s: float) -> Any:
    """boto3's client, one for all users of a process; on loopback it needs no credentials."""
    config = Config(
        connect_timeout=timeout_s, read_timeout=timeout_s, retries={"total_max_attempts": 1}, max_pool_connections=1000
    )
    own: dict[str, Any] = {"endpoint_url": target.endpoint} if target.endpoint else {}
    if target.local:
        own |= {"aws_access_key_id": "local", "aws_secret_access_key": "local", "region_name": "us-east-1"}
    elif target.region:
        own["region_name"] = target.region
    return boto3.client("lambda", config=config, **own)


def _of_invoke(answer: dict[str, Any]) -> tuple[Fate, int]:
    content = answer["Payload"].read()
    headers = dict(answer["ResponseMetadata"]["HTTPHeaders"])
    log = base64.b64decode(answer.get("LogResult", "")).decode(errors="replace")
    return with_report(of_answer(answer["StatusCode"], headers, content), log), len(content)


def _of_client_error(response: dict[str, Any]) -> Fate:
    """A refusal as boto3 tells it: the fields of its body are in the response itself."""
    meta = response["ResponseMetadata"]
    named = {name: response[name] for name in ("Reason", "retryAfterSeconds") if name in response}
    return of_answer(meta["HTTPStatusCode"], dict(meta["HTTPHeaders"]), json.dumps(named).encode())


def _broken(error: BaseException | None) -> Fate:
    """No whole answer came."""
    if isinstance(error, TimeoutError | ReadTimeoutError | ConnectTimeoutError | gevent.Timeout):
        return Fate("timeout", "client")
    return Fate("unreachable", type(error).__name__)


def by_door() -> Iterator[tuple[str, type[DoorUser]]]:
    """(door, its users)."""
    for users in (PredictUser, BatchUser, UrlUser, InvokeUser):
        yield users.door, users
