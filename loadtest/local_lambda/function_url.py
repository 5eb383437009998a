"""The function's URL: an HTTP request as an event of format 2.0, and what the function returns as HTTP.

Source: https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html
Left out: CORS, IAM and streamed responses of function URLs.
"""

import json
import time
from base64 import b64decode, b64encode
from typing import Any
from urllib.parse import parse_qsl

from .errors import MAX_REQUEST_BYTES, RequestTooLarge
from .function import Function
from .http import Headers, Request, Response, told_headers
from .invocation import Answer, invocation

DOMAIN_PREFIX = "localundertonelambda"
_TEXTS = ("application/json", "application/xml", "application/javascript")
_UNSENT = {"connection", "content-length", "transfer-encoding", "keep-alive", "upgrade"}
"""Headers of the connection, which a function has no say in."""


async def answer(function: Function, request: Request) -> Response:
    """Raises: ServiceError."""
    if request.size > MAX_REQUEST_BYTES:
        raise RequestTooLarge(f"Request must be smaller than {MAX_REQUEST_BYTES} bytes")
    given = invocation(b"", function.options.arn, request.headers.get("x-amzn-trace-id", ""))
    event = json.dumps(event_of(request, given.request_id, given.trace_id), ensure_ascii=False)
    answered = await function.invoke(given._replace(event=event.encode("utf-8", "replace")))
    return response_of(answered)


def event_of(request: Request, request_id: str, trace_id: str) -> dict[str, Any]:
    """The event of a request; a body that is no text is in base64."""
    headers = dict(request.headers)
    cookies = [part.strip() for part in headers.pop("cookie", "").split(";") if part.strip()]
    host = headers.get("host", "127.0.0.1")
    headers |= {"x-amzn-trace-id": trace_id, "x-forwarded-for": request.client}
    headers |= {"x-forwarded-proto": "http", "x-forwarded-port": host.rpartition(":")[2] if ":" in host else "80"}
    now = time.time()
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": request.raw_path,
        "rawQueryString": request.query,
        "headers": headers,
        "requestContext": {
            "accountId": "anonymous",
            "apiId": DOMAIN_PREFIX,
            "domainName": host,
            "domainPrefix": DOMAIN_PREFIX,
            "http": {
                "method": request.method,
                "path": request.raw_path,
                "protocol": "HTTP/1.1",
                "sourceIp": request.client,
                "userAgent": headers.get("user-agent", ""),
            },
            "requestId": request_id,
            "routeKey": "$default",
            "stage": "$default",
            "time": time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime(now)),
            "timeEpoch": int(now * 1000),
        },
        "isBase64Encoded": False,
    }
    if cookies:
        event["cookies"] = cookies
    if request.query:
        event["queryStringParameters"] = _joined(request.query)
    if request.body:
        event["body"], event["isBase64Encoded"] = _written(request.body, headers.get("content-type", ""))
    return event


def _joined(query: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        found[name] = f"{found[name]},{value}" if name in found else value
    return found


def _written(body: bytes, content_type: str) -> tuple[str, bool]:
    kind = content_type.partition(";")[0].strip().lower()
    if kind.startswith("text/") or kind in _TEXTS or kind.endswith("+json"):
        try:
            return body.decode(), False
        except UnicodeDecodeError:
            pass
    return b64encode(body).decode(), True


def response_of(answered: Answer) -> Response:
    """HTTP as the function meant it; 502 where it failed or returned no response."""
    told = [*told_headers(answered), (b"x-amzn-requestid", answered.invocation.request_id.encode())]
    if answered.error:
        return _bad_gateway(told)
    try:
        result = json.loads(answered.payload)
        if not isinstance(result, dict) or "statusCode" not in result:
            return Response(200, [*told, (b"content-type", b"application/json")], answered.payload)
        return Response(_status(result["statusCode"]), _headers(result) + told, _body(result))
    except (ValueError, TypeError, AttributeError):
        return _bad_gateway([*told, (b"x-local-lambda-error", b"InvalidResponse")])


def _bad_gateway(told: Headers) -> Response:
    headers = [*told, (b"content-type", b"text/plain"), (b"x-amzn-errortype", b"InternalServerErrorException")]
    return Response(502, headers, b"Internal Server Error")


def _status(value: object) -> int:
    status = int(str(value))
    if not 200 <= status <= 599:
        raise ValueError(status)
    return status


def _headers(result: dict[str, Any]) -> Headers:
    given = {str(name).lower(): str(value) for name, value in (result.get("headers") or {}).items()}
    given.setdefault("content-type", "application/json")
    named = [(name, value) for name, value in given.items() if name not in _UNSENT]
    named += [("set-cookie", str(cookie)) for cookie in result.get("cookies") or ()]
    return [(name.encode("latin-1"), value.encode("latin-1")) for name, value in named]


def _body(result: dict[str, Any]) -> bytes:
    body = result.get("body")
    if body is None:
        return b""
    if result.get("isBase64Encoded"):
        return b64decode(body, validate=True)
    return (body if isinstance(body, str) else json.dumps(body)).encode()
