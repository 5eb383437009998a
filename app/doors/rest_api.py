"""API Gateway REST API, and any source that speaks payload format 1.0.

Event: https://docs.aws.amazon.com/lambda/latest/dg/services-apigateway.html
"""

from typing import Any

from ..problems import Reply
from .http import Event, exchange
from .request import HttpRequest, below, body, by_name, decoded, field, headers, query, written
from .service import Outcome, Service

NAME = "rest-api"


def matches(event: Event) -> bool:
    return "httpMethod" in event


def answer(service: Service, event: Event) -> Outcome:
    return exchange(service, event, read, write)


def read(event: Event) -> HttpRequest:
    """The request; a base path of a custom domain is told apart by the resource's own path."""
    whole = decoded(field(event, "path", str))
    path, inside = below(whole, _prefix(event, whole))
    return HttpRequest(
        method=field(event, "httpMethod", str),
        path=path,
        prefix=_public_prefix(event, path) or inside,
        query=query(event.get("multiValueQueryStringParameters") or event.get("queryStringParameters")),
        headers=headers(event.get("headers"), event.get("multiValueHeaders")),
        body=body(event),
    )


def write(event: Event, reply: Reply) -> dict[str, Any]:  # noqa: ARG001  # every door's shape
    """Headers that occur once, and those that occur more often, each in its place."""
    text, is_base64 = written(reply)
    named = by_name(reply)
    return {
        "statusCode": reply.status,
        "headers": {name: values[0] for name, values in named.items() if len(values) == 1},
        "multiValueHeaders": {name: values for name, values in named.items() if len(values) > 1},
        "body": text,
        "isBase64Encoded": is_base64,
    }


def _prefix(event: Event, path: str) -> str:
    """What stands in `path` before the resource: a custom domain's base path, or an HTTP API's stage."""
    own, parameters, context = event.get("resource"), event.get("pathParameters"), event.get("requestContext")
    if not isinstance(own, str):
        return ""
    for name, value in parameters.items() if isinstance(parameters, dict) else ():
        own = own.replace(f"{{{name}+}}", str(value)).replace(f"{{{name}}}", str(value))
    if _ends(path, own):
        return path.rstrip("/")[: -len(own.rstrip("/")) or None]
    stage = context.get("stage") if isinstance(context, dict) and event.get("version") == "1.0" else None
    return f"/{stage}" if stage else ""


def _public_prefix(event: Event, path: str) -> str:
    """What stands before `path` in the address that the client knows, which names the stage where `path` does not."""
    context = event.get("requestContext")
    known = context.get("path") if isinstance(context, dict) else None
    if not isinstance(known, str) or not _ends(decoded(known), path):
        return ""
    return decoded(known).rstrip("/")[: -len(path.rstrip("/")) or None]


def _ends(path: str, own: str) -> bool:
    return path.rstrip("/").endswith(own.rstrip("/"))
