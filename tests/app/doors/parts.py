"""A function in this process for the tests of its doors: its parts, an AWS of dictionaries, event samples.

Left out: what is asserted.
"""

from __future__ import annotations

import copy
import io
import json
from base64 import b64encode
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.doors.service import Service
from app.front import Front
from app.lambda_handler import Handler, _CurrentId, _pages
from app.log import Log
from app.predict import open_core
from app.settings import Settings
from app.telemetry import Telemetry

if TYPE_CHECKING:
    from collections.abc import Iterator

EVENTS = Path(__file__).parents[2] / "events"
NAMES = sorted(path.stem for path in EVENTS.glob("*.json"))
HTTP = ("rest-api", "http-api", "http-api-payload-1", "function-url", "alb-single", "alb-multi", "lattice", "lattice-1")
NO_DOOR = ("cloudfront", "kinesis", "dynamodb")
BUCKET = "texts.example.com"
QUEUE = "https://sqs.eu-west-1.amazonaws.com/123456789012/results"


def sample(name: str) -> dict[str, Any]:
    """One of the events in tests/events, to change at will."""
    event: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_text(encoding="utf-8"))
    return copy.deepcopy(event)


class AwsError(Exception):
    """As botocore's ClientError: an error code beside a message that may hold anything."""

    def __init__(self, code: str, message: str = "marker") -> None:
        super().__init__(f"An error occurred ({code}): {message}")
        self.response = {"Error": {"Code": code, "Message": message}}


class Body(io.BytesIO):
    """An object's bytes as boto3 gives them."""

    def iter_chunks(self, size: int) -> Iterator[bytes]:
        while chunk := self.read(size):
            yield chunk


class Buckets:
    """S3 of dictionaries: (bucket, key) to bytes."""

    def __init__(self) -> None:
        self.objects: dict[tuple[str, str], bytes] = {}
        self.uploads: dict[str, dict[int, bytes]] = {}
        self.parts: list[int] = []
        self.denied: set[str] = set()
        self.bodies: list[Body] = []

    def get_object(self, *, Bucket: str, Key: str) -> dict[str, Any]:  # noqa: N803
        self._check("get_object")
        if (Bucket, Key) not in self.objects:
            raise AwsError("NoSuchKey")
        self.bodies.append(Body(self.objects[Bucket, Key]))
        return {"Body": self.bodies[-1]}

    def put_object(self, *, Bucket: str, Key: str, Body: bytes, ContentType: str) -> None:  # noqa: ARG002, N803
        self._check("put_object")
        self.objects[Bucket, Key] = Body

    def create_multipart_upload(self, *, Bucket: str, Key: str, ContentType: str) -> dict[str, Any]:  # noqa: ARG002, N803
        self._check("create_multipart_upload")
        self.uploads[f"{Bucket}/{Key}"] = {}
        return {"UploadId": f"{Bucket}/{Key}"}

    def upload_part(self, *, UploadId: str, PartNumber: int, Body: bytes, **_where: str) -> dict[str, Any]:  # noqa: N803
        self._check("upload_part")
        self.uploads[UploadId][PartNumber] = Body
        self.parts.append(len(Body))
        return {"ETag": f"etag-{PartNumber}"}

    def complete_multipart_upload(self, *, Bucket: str, Key: str, UploadId: str, MultipartUpload: Any) -> None:  # noqa: N803
        self._check("complete_multipart_upload")
        numbers = [part["PartNumber"] for part in MultipartUpload["Parts"]]
        parts = self.uploads.pop(UploadId)
        self.objects[Bucket, Key] = b"".join(parts[number] for number in numbers)

    def abort_multipart_upload(self, *, UploadId: str, **_where: str) -> None:  # noqa: N803
        del self.uploads[UploadId]

    def _check(self, call: str) -> None:
        if call in self.denied:
            raise AwsError("AccessDenied")


class Queue:
    """SQS of a list; it refuses what it is told to."""

    def __init__(self) -> None:
        self.calls: list[list[dict[str, str]]] = []
        self.sent: list[dict[str, str]] = []
        self.refused: set[str] = set()
        self.broken: set[str] = set()

    def send_message_batch(self, *, QueueUrl: str, Entries: list[dict[str, str]]) -> dict[str, Any]:  # noqa: ARG002, N803
        assert 0 < len(Entries) <= 10
        self.calls.append(Entries)
        if any(word in entry["MessageBody"] for entry in Entries for word in self.broken):
            raise AwsError("InvalidMessageContents")
        bad = [entry for entry in Entries if any(word in entry["MessageBody"] for word in self.refused)]
        self.sent += [entry for entry in Entries if entry not in bad]
        return {"Failed": [{"Id": entry["Id"], "Code": "InternalError", "SenderFault": False} for entry in bad]}

    @property
    def results(self) -> list[dict[str, Any]]:
        return [json.loads(entry["MessageBody"]) for entry in self.sent]


class FakeAws:
    def __init__(self) -> None:
        self.s3 = Buckets()
        self.sqs = Queue()


class Context:
    """What Lambda tells of one invocation, as far as the function looks."""

    aws_request_id = "8b7f2c3e-0000-4000-8000-000000000001"


class Function:
    """One execution environment; `lines` are what it wrote."""

    def __init__(self, artifacts: Path, aws: Any = None, **settings: Any) -> None:
        self.lines: list[bytes] = []
        self.aws = aws or FakeAws()
        log, current = Log(self.lines.append), _CurrentId()
        self.core = open_core(Settings(artifacts=str(artifacts), **settings), log)
        quiet = Settings(artifacts=str(artifacts), **settings, log_requests=False)
        front = Front(quiet, frozenset(self.core.routes), log, (), current)
        telemetry = Telemetry("undertone", self.lines.append, {"import": 40.0, "load": 2.0})
        self.service = Service(self.core, front, log, _pages, self.aws)
        self.handler = Handler(self.service, telemetry, log, current)

    def __call__(self, event: object) -> Any:
        return self.handler(event, Context())

    def logged(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.lines]


def request(
    source: str,
    method: str = "POST",
    path: str = "/predict",
    body: bytes | None = None,
    headers: dict[str, str] | None = None,
    *,
    base64: bool = False,
) -> dict[str, Any]:
    """One HTTP request as `source` tells it, with the rest of its sample."""
    event = sample(source)
    text = None if body is None else b64encode(body).decode() if base64 else body.decode()
    event["body"] = text
    flag = "is_base64_encoded" if source == "lattice-1" else "isBase64Encoded"
    event[flag] = base64
    given = headers or {}
    if source in ("rest-api", "http-api-payload-1", "alb-multi"):
        event["multiValueHeaders"] |= {name: [value] for name, value in given.items()}
    elif source == "lattice":
        event["headers"] |= {name: [value] for name, value in given.items()}
    if source not in ("alb-multi", "lattice"):
        event["headers"] |= given
    _place(event, source, method, path)
    return event


def _place(event: dict[str, Any], source: str, method: str, path: str) -> None:
    match source:
        case "http-api" | "function-url":
            event["rawPath"] = path
            event["requestContext"]["http"] |= {"path": path, "method": method}
        case "lattice":
            event |= {"path": path, "method": method}
        case "lattice-1":
            event |= {"raw_path": path, "method": method}
        case _:
            event |= {"path": path, "httpMethod": method}
            if "resource" in event:
                event["pathParameters"] = {"proxy": path.lstrip("/")}
                event["requestContext"]["path"] = ("/prod" if source == "rest-api" else "") + path


def headers_of(response: dict[str, Any]) -> dict[str, list[str]]:
    """The headers of a response in any source's form, names in lower case."""
    found: dict[str, list[str]] = {}
    for name, value in (response.get("headers") or {}).items():
        found.setdefault(name.lower(), []).append(value)
    for name, values in (response.get("multiValueHeaders") or {}).items():
        found.setdefault(name.lower(), []).extend(values)
    if "cookies" in response:
        found["set-cookie"] = response["cookies"]
    return found
