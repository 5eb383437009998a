"""Lambda's Invoke API: `POST /2015-03-31/functions/<name>/invocations`, for the AWS CLI and the SDKs.

Source: https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
Left out: every other operation of Lambda's API, streamed responses, signatures.
"""

import json
import re
from base64 import b64decode, b64encode
from collections.abc import Mapping
from urllib.parse import parse_qs

from .errors import (
    MAX_EVENT_BYTES,
    MAX_REQUEST_BYTES,
    InvalidParameterValue,
    InvalidRequestContent,
    RequestTooLarge,
    ResourceNotFound,
)
from .events import Events
from .function import Function
from .http import Request, Response, told_headers
from .invocation import Answer, Invocation, invocation
from .options import ACCOUNT, REGION, Options

PATH = re.compile(r"/2015-03-31/functions/([^/]+)/invocations/?")
VERSIONS: Mapping[str, str] = {"": "$LATEST", "$LATEST": "$LATEST", "1": "1", "live": "1"}
"""Which version each qualifier means; `live` is the alias of the project's template."""
_NAME = re.compile(
    r"(?:(?:arn:aws[a-z-]*:lambda:[a-z0-9-]+:)?\d{12}:function:)?([A-Za-z0-9_-]+)(?::(\$LATEST|[A-Za-z0-9_-]+))?"
)
LOG_TAIL_BYTES = 4096


async def answer(function: Function, events: Events, request: Request, name: str) -> Response:
    """Raises: ServiceError."""
    version = _version(function.options, name, request.query)
    kind = request.headers.get("x-amz-invocation-type", "RequestResponse")
    match kind:
        case "RequestResponse" | "DryRun":
            most = MAX_REQUEST_BYTES
        case "Event":
            most = MAX_EVENT_BYTES
        case _:
            raise InvalidParameterValue(
                f"X-Amz-Invocation-Type is {kind!r}; it must be RequestResponse, Event or DryRun"
            )
    given = _invocation(function.options, request, version, most)
    executed = [(b"x-amz-executed-version", version.encode()), (b"x-amzn-requestid", given.request_id.encode())]
    if kind == "DryRun":
        return Response(204, executed, b"")
    if kind == "Event":
        events.add(given)
        return Response(202, executed, b"")
    answered = await function.invoke(given)
    return Response(200, executed + _outcome(answered, request), answered.payload)


def _version(options: Options, name: str, query: str) -> str:
    """The version that a name and a qualifier mean."""
    found = _NAME.fullmatch(name)
    asked = parse_qs(query).get("Qualifier", [""])[0]
    qualifier = asked or (found[2] if found and found[2] else "")
    if found is None or found[1] != options.name:
        plain = name if name.startswith("arn:") else f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}"
        raise ResourceNotFound(f"Function not found: {plain}; there is {options.name!r}")
    if qualifier not in VERSIONS:
        raise ResourceNotFound(f"Function not found: {options.arn}:{qualifier}; there are {', '.join(VERSIONS)[2:]}")
    return VERSIONS[qualifier]


def _invocation(options: Options, request: Request, version: str, most: int) -> Invocation:
    if request.size > most:
        raise RequestTooLarge(f"Request must be smaller than {most} bytes for the InvokeFunction operation")
    event = request.body or b"{}"
    try:
        json.loads(event)
    except ValueError as error:
        raise InvalidRequestContent(f"Could not parse request body into json: {error}") from None
    trace = request.headers.get("x-amzn-trace-id", "")
    context = request.headers.get("x-amz-client-context", "")
    return invocation(event, options.arn, trace, _client_context(context), version)


def _client_context(encoded: str) -> str:
    """The runtime client wants the JSON that the caller encoded."""
    if not encoded:
        return ""
    try:
        return json.dumps(json.loads(b64decode(encoded, validate=True)))
    except ValueError:
        raise InvalidRequestContent("Client context must be a valid Base64-encoded JSON object.") from None


def _outcome(answered: Answer, request: Request) -> list[tuple[bytes, bytes]]:
    headers = [(b"content-type", b"application/json"), *told_headers(answered)]
    if answered.error:
        headers.append((b"x-amz-function-error", b"Unhandled"))
    if request.headers.get("x-amz-log-type") == "Tail":
        headers.append((b"x-amz-log-result", b64encode(answered.log[-LOG_TAIL_BYTES:])))
    return headers
