"""API Gateway HTTP API and Lambda function URLs: payload format 2.0.

Event: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
"""

from typing import Any

from ..problems import Reply
from .http import Event, exchange
from .request import HttpRequest, below, body, by_name, decoded, field, headers, written
from .service import Outcome, Service

NAME = "http-api"
DEFAULT_STAGE = "$default"


def matches(event: Event) -> bool:
    context = event.get("requestContext")
    return event.get("version") == "2.0" and ("rawPath" in event or (isinstance(context, dict) and "http" in context))


def answer(service: Service, event: Event) -> Outcome:
    return exchange(service, event, read, write)


def read(event: Event) -> HttpRequest:
    """The request; any stage but the default one stands before its path."""
    context = field(event, "requestContext", dict)
    http = field(context, "http", dict)
    stage = context.get("stage", DEFAULT_STAGE)
    path, prefix = below(decoded(field(event, "rawPath", str)), "" if stage == DEFAULT_STAGE else f"/{stage}")
    found = headers(event.get("headers"))
    if event.get("cookies"):
        found[b"cookie"] = "; ".join(map(str, field(event, "cookies", list))).encode("utf-8", "replace")
    query = str(event.get("rawQueryString") or "")
    return HttpRequest(field(http, "method", str), path, prefix, query, found, body(event))


def write(event: Event, reply: Reply) -> dict[str, Any]:  # noqa: ARG001  # every door's shape
    """Cookies apart, all other headers joined."""
    text, is_base64 = written(reply)
    named = by_name(reply)
    cookies = named.pop("set-cookie", [])
    response = {
        "statusCode": reply.status,
        "headers": {name: ",".join(values) for name, values in named.items()},
        "body": text,
        "isBase64Encoded": is_base64,
    }
    return response | ({"cookies": cookies} if cookies else {})
