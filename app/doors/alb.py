"""Application Load Balancer, with single and with multi-value headers.

Event: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html
"""

from typing import Any

from ..problems import Reply
from .http import Event, exchange
from .request import HttpRequest, body, by_name, clean, decoded, field, headers, query, single, written
from .service import Outcome, Service

NAME = "alb"


def matches(event: Event) -> bool:
    context = event.get("requestContext")
    return isinstance(context, dict) and "elb" in context


def answer(service: Service, event: Event) -> Outcome:
    return exchange(service, event, read, write)


def read(event: Event) -> HttpRequest:
    """The request; the load balancer leaves paths and parameters as the client encoded them."""
    given = event.get("multiValueQueryStringParameters") or event.get("queryStringParameters")
    return HttpRequest(
        method=field(event, "httpMethod", str),
        path=clean(decoded(field(event, "path", str))),
        prefix="",
        query=query(given, encoded=True),
        headers=headers(event.get("headers"), event.get("multiValueHeaders")),
        body=body(event),
    )


def write(event: Event, reply: Reply) -> dict[str, Any]:
    """Headers in the form the target group uses, which is the one it sent."""
    from http import HTTPStatus  # a millisecond that no other door needs

    text, is_base64 = written(reply)
    named = by_name(reply)
    many = "multiValueHeaders" in event
    return {
        "statusCode": reply.status,
        "statusDescription": f"{reply.status} {HTTPStatus(reply.status).phrase}",
        "multiValueHeaders" if many else "headers": named if many else single(named),
        "body": text,
        "isBase64Encoded": is_base64,
    }
