"""A function that does what its event says."""

import ctypes
import os
import signal
import sys
import time
from collections.abc import Callable
from typing import Any


def handler(event: Any, context: Any) -> Any:
    if not isinstance(event, dict):
        return event
    if "requestContext" in event:
        return HTTP.get(event["rawPath"], lambda _: event)(event)
    return DOES[event.get("do", "echo")](event, context)


def fail(event: Any, _context: Any) -> Any:
    raise ValueError(event["message"])


def sleep(event: Any, _context: Any) -> Any:
    time.sleep(event["s"])
    return os.getpid()


def leak(event: Any, _context: Any) -> Any:
    held = []
    for _ in range(event["mb"]):
        held.append(bytes(2**20))
        held[-1] = bytearray(b"x") * 2**20
        time.sleep(0.0005)
    return len(held)


def write(event: Any, _context: Any) -> Any:
    print(event["text"] * event.get("times", 1))
    print("to stderr", file=sys.stderr)


def tell(_event: Any, context: Any) -> Any:
    custom = context.client_context.custom if context.client_context else None
    return {
        "id": context.aws_request_id,
        "arn": context.invoked_function_arn,
        "memory": context.memory_limit_in_mb,
        "remaining_ms": context.get_remaining_time_in_millis(),
        "custom": custom,
        "account": os.environ.get("AWS_ACCESS_KEY_ID"),
    }


DOES: dict[str, Callable[[Any, Any], Any]] = {
    "echo": lambda event, _: event,
    "fail": fail,
    "sleep": sleep,
    "pid": lambda _event, _: os.getpid(),
    "exit": lambda event, _: os._exit(event["code"]),
    "kill": lambda _event, _: os.kill(os.getpid(), signal.SIGKILL),
    "crash": lambda _event, _: ctypes.string_at(0),
    "large": lambda event, _: "x" * event["bytes"],
    "leak": leak,
    "write": write,
    "tell": tell,
}
HTTP: dict[str, Callable[[Any], Any]] = {
    "/made": lambda _: {
        "statusCode": 201,
        "headers": {"X-Made": "yes", "Content-Type": "text/plain"},
        "cookies": ["a=1", "b=2"],
        "body": "bWFkZQ==",
        "isBase64Encoded": True,
    },
    "/fail": lambda _: 1 / 0,
    "/strange": lambda _: {"statusCode": "many"},
    "/empty": lambda _: {"statusCode": 204, "body": "dropped"},
    "/number": lambda _: 42,
    "/sleep": lambda event: time.sleep(float(event["rawQueryString"])),
}
