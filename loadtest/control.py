"""Speaks to the control endpoint of a local Lambda: reads and changes the limits that it enforces.

Left out: a real function's limits, which a load test does not touch.
"""

import json
import urllib.error
import urllib.request
from typing import Any

PATH = "/_local/limits"
WAIT_S = 10.0


class ControlError(Exception):
    """No local Lambda does what was asked; the message says where and why."""


def limits(address: str) -> dict[str, Any]:
    """The limits in force.

    Raises:
        ControlError: no local Lambda answers there.

    """
    return _call(urllib.request.Request(address + PATH))  # noqa: S310 - the target's address is http(s)


def set_limit(address: str, concurrency: int) -> None:
    """Put a reserved concurrency in force.

    Raises:
        ControlError: it was not accepted.

    """
    body = json.dumps({"reserved_concurrency": concurrency}).encode()
    headers = {"Content-Type": "application/json"}
    _call(urllib.request.Request(address + PATH, body, headers, method="PUT"))  # noqa: S310


def _call(request: urllib.request.Request) -> dict[str, Any]:
    try:
        with urllib.request.urlopen(request, timeout=WAIT_S) as answer:  # noqa: S310
            document = json.load(answer)
    except urllib.error.HTTPError as error:
        told = error.read(300).decode(errors="replace")
        raise ControlError(f"{request.full_url} answered {error.code}: {told}") from None
    except (OSError, ValueError) as error:
        raise ControlError(f"no local Lambda at {request.full_url}: {getattr(error, 'reason', error)}") from None
    return document if isinstance(document, dict) else {}
