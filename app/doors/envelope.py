"""Messages inside messages: what SNS and EventBridge put around what somebody sent.

    {"Type": "Notification", "Message": "..."}     SNS to a queue
    {"detail-type": "...", "detail": {...}}        EventBridge to a queue or a function

Left out: S3 notifications, which carry the name of an object and not a text (`s3`).
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from .request import MalformedEvent

_DEPTH = 4


def unwrap(body: object) -> Mapping[str, Any]:
    r"""The JSON object that a message holds, below any envelopes.

    Raises: MalformedEvent when it is none.

    >>> unwrap('{"Type": "Notification", "Message": "{\\"text\\": \\"Sales fell\\"}"}')
    {'text': 'Sales fell'}
    """
    for _ in range(_DEPTH + 1):
        message = _parsed(body)
        if message.get("Type") == "Notification" and "Message" in message:
            body = message["Message"]
        elif "detail-type" in message and "detail" in message and message.get("source") != "aws.s3":
            body = message["detail"]
        else:
            return message
    raise MalformedEvent(f"message: expected at most {_DEPTH} envelopes, found more")


def _parsed(body: object) -> Mapping[str, Any]:
    if isinstance(body, str):
        try:
            body = msgspec.json.decode(body)
        except (msgspec.DecodeError, RecursionError, UnicodeError) as error:
            raise MalformedEvent("message: expected JSON in UTF-8") from error
    else:
        _check_utf8(body)
    if not isinstance(body, Mapping):
        raise MalformedEvent(f"message: expected a JSON object, found {type(body).__name__}")
    return body


def _check_utf8(message: object) -> None:
    """Lambda's own decoder lets halves of surrogate pairs and deep nesting through."""
    try:
        msgspec.json.encode(message)
    except (UnicodeEncodeError, RecursionError, OverflowError) as error:
        raise MalformedEvent(f"message: expected JSON in UTF-8, found {type(error).__name__}") from error
