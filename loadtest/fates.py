"""What came of one request: answered, throttled and why, a fault, a timeout; and whether the environment was cold.

Left out: sending. An answer is a status, its headers and its body, whichever client read it.
Sources: https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html (429, Reason, X-Amz-Function-Error),
https://docs.aws.amazon.com/lambda/latest/dg/python-logging.html (the REPORT line).
"""

import json
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

KINDS = ("answered", "throttled", "fault", "timeout", "oversize", "rejected", "unreachable")
"""answered: a 2xx. throttled: 429. fault: 5xx or a function error. timeout: the function's, or the client's.
oversize: a body that is not taken, a request's or an answer's. rejected: any other 4xx.
unreachable: no connection, or one that broke."""
_TIMED_OUT = re.compile(rb"timed out|Sandbox\.Timedout", re.IGNORECASE)
_OVERSIZE = "ResponseSizeTooLarge"
_INIT_MS = re.compile(r"Init Duration: ([\d.]+) ms")
_DURATION_MS = re.compile(r"(?<!Init )(?<!Billed )Duration: ([\d.]+) ms")


class Fate(NamedTuple):
    """One attempt's; `init` is "cold", "warm" or, where nobody tells, empty."""

    kind: str
    reason: str = ""
    init: str = ""
    retry_after_s: float = 0.0
    duration_ms: float | None = None
    init_ms: float | None = None


def of_answer(status: int, headers: Mapping[str, str], body: bytes) -> Fate:
    """The fate that an HTTP answer tells; the names of `headers` are in small letters.

    >>> of_answer(429, {}, b'{"Reason": "FunctionInvocationRateLimitExceeded"}')[:2]
    ('throttled', 'FunctionInvocationRateLimitExceeded')
    >>> of_answer(200, {"x-local-lambda-init": "warm", "x-local-lambda-duration-ms": "1.5"}, b"{}")[:5]
    ('answered', '', 'warm', 0.0, 1.5)
    """
    if status == 429:
        return _throttled(headers, body)
    kind, reason = _kind(status, headers, body)
    init = headers.get("x-local-lambda-init", "")
    return Fate(
        kind, reason, init, 0.0, *(_number(headers, f"x-local-lambda-{name}-ms") for name in ("duration", "init"))
    )


def _kind(status: int, headers: Mapping[str, str], body: bytes) -> tuple[str, str]:
    error = headers.get("x-local-lambda-error") or headers.get("x-amz-function-error")
    if error or status >= 500:
        timed_out = status == 504 or _TIMED_OUT.search((error or "").encode()) or _TIMED_OUT.search(body[:2000])
        reason = _error_type(body) or error or str(status)
        return "timeout" if timed_out else "oversize" if _OVERSIZE in reason else "fault", reason
    if status == 413:
        return "oversize", str(status)
    return ("rejected", str(status)) if status >= 400 else ("answered", "")


def with_report(fate: Fate, log: str) -> Fate:
    """The fate with what the invocation's REPORT line tells.

    >>> with_report(Fate("answered"), "REPORT RequestId: 1 Duration: 1.52 ms Billed Duration: 2 ms").duration_ms
    1.52
    """
    duration, init = _DURATION_MS.search(log), _INIT_MS.search(log)
    if not duration or fate.duration_ms is not None:
        return fate
    told = fate._replace(init="cold" if init else "warm", duration_ms=float(duration[1]))
    return told._replace(init_ms=float(init[1])) if init else told


def _throttled(headers: Mapping[str, str], body: bytes) -> Fate:
    document = _object(body)
    reason = document.get("Reason") or document.get("reason") or headers.get("x-amzn-errortype") or "unnamed"
    after = headers.get("retry-after") or document.get("retryAfterSeconds") or 0
    try:
        return Fate("throttled", str(reason), retry_after_s=float(after))
    except ValueError:  # a date, which Lambda never sends
        return Fate("throttled", str(reason))


def _number(headers: Mapping[str, str], name: str) -> float | None:
    return float(headers[name]) if name in headers else None


def _error_type(body: bytes) -> str:
    return str(_object(body).get("errorType", ""))


def _object(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
