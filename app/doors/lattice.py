"""VPC Lattice, event structure versions 1.0, which target groups have by default, and 2.0.

Event: https://docs.aws.amazon.com/vpc-lattice/latest/ug/lambda-functions.html
"""

from typing import Any

from ..problems import Reply
from .http import Event, exchange
from .request import HttpRequest, body, by_name, clean, decoded, field, headers, query, single, written
from .service import Outcome, Service

NAME = "lattice"


def matches(event: Event) -> bool:
    context = event.get("requestContext")
    return (isinstance(context, dict) and "serviceNetworkArn" in context) or "raw_path" in event


def answer(service: Service, event: Event) -> Outcome:
    return exchange(service, event, read, write)


def read(event: Event) -> HttpRequest:
    """The request; in version 1.0 the path holds the query, and headers have one value, in 2.0 lists."""
    first = "raw_path" in event
    path, _, asked = field(event, "raw_path" if first else "path", str).partition("?")
    return HttpRequest(
        method=field(event, "method", str),
        path=clean(decoded(path)),
        prefix="",
        query=asked or query(event.get("query_string_parameters" if first else "queryStringParameters")),
        headers=headers(event.get("headers")),
        body=body(event, flag="is_base64_encoded" if first else "isBase64Encoded"),
    )


def write(event: Event, reply: Reply) -> dict[str, Any]:  # noqa: ARG001  # every door's shape
    """One value a header."""
    text, is_base64 = written(reply)
    return {
        "statusCode": reply.status,
        "headers": single(by_name(reply)),
        "body": text,
        "isBase64Encoded": is_base64,
    }
