"""An event of a Lambda HTTP API (payload version 2.0) with one text, by Amazon's own field names.

Left out: other sources of events.
"""

from __future__ import annotations

TYPE_CHECKING = False  # `typing` would take 5 ms of every cold start
if TYPE_CHECKING:
    from typing import Any


def http_event(text: str) -> dict[str, Any]:
    from json import dumps

    return {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": "/predict",
        "rawQueryString": "",
        "headers": {"content-type": "application/json", "host": "api.example.com", "x-forwarded-proto": "https"},
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "api",
            "domainName": "api.example.com",
            "http": {
                "method": "POST",
                "path": "/predict",
                "protocol": "HTTP/1.1",
                "sourceIp": "192.0.2.1",
                "userAgent": "benchmark",
            },
            "requestId": "a-request",
            "routeKey": "$default",
            "stage": "$default",
            "time": "12/Nov/2026:19:03:58 +0000",
            "timeEpoch": 1794510238000,
        },
        "body": dumps({"text": text}),
        "isBase64Encoded": False,
    }


class Context:
    """What Lambda tells a handler of an invocation, as far as anyone here reads it."""

    function_name = "benchmark"
    function_version = "$LATEST"
    invoked_function_arn = "arn:aws:lambda:eu-west-1:123456789012:function:benchmark"
    memory_limit_in_mb = 512
    aws_request_id = "00000000-0000-0000-0000-000000000000"
    log_group_name = "/aws/lambda/benchmark"
    log_stream_name = "benchmark"
    identity = None
    client_context = None

    def get_remaining_time_in_millis(self) -> int:
        return 10_000
