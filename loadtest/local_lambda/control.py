"""What only a local Lambda has: limits that change while it runs, and what it has done so far.

    GET    /_local/limits          the limits
    PUT    /_local/limits          {"reserved_concurrency": 8}: those named change, the others stay
    GET    /_local/stats           counts, environments, and the last measured times
    DELETE /_local/stats           count anew
    DELETE /_local/environments    end the idle ones, so that the next request is a cold one

Left out: the rules that the limits stand for (`loadtest.rules`).
"""

import json
from typing import Any

from ..rules import Limits, LimitsError
from .errors import InvalidParameterValue, UnknownOperation
from .events import Events
from .function import Function
from .http import Request, Response

PREFIX = "/_local/"


async def answer(function: Function, events: Events, request: Request) -> Response:
    """Raises: ServiceError."""
    match request.method, request.path.removeprefix(PREFIX):
        case "GET", "limits":
            return _json(function.limits._asdict())
        case "PUT", "limits":
            function.set_limits(_changed(function.limits, request.body))
            return _json(function.limits._asdict())
        case "GET", "stats":
            return _json(_stats(function, events))
        case "DELETE", "stats":
            function.stats.reset()
            return _json({})
        case "DELETE", "environments":
            return _json({"ended": await function.end_idle()})
        case method, _:
            raise UnknownOperation(f"no {method} {request.path} here; see GET /_local/limits and /_local/stats")


def _json(document: Any) -> Response:
    return Response(200, [(b"content-type", b"application/json")], json.dumps(document).encode())


def _stats(function: Function, events: Events) -> dict[str, Any]:
    rules = function.rules
    found = [
        {"number": e.number, "pid": e.pid, "busy": e.busy.locked(), "memory_kb": e.memory_kb}
        for e in function.environments
    ]
    now = {"in_flight": rules.in_flight, "idle": rules.idle, "total": rules.total, "events_waiting": events.waiting}
    return {**now, **function.stats.document(), "environments": found}


def _changed(limits: Limits, body: bytes) -> Limits:
    """Raises: InvalidParameterValue, naming the field."""
    try:
        fields = json.loads(body)
    except ValueError:
        fields = None
    if not isinstance(fields, dict):
        raise InvalidParameterValue('expected a JSON object, as in {"reserved_concurrency": 8}')
    for name, value in fields.items():
        _check(name, value)
    try:
        return limits._replace(**fields).check()
    except LimitsError as error:
        raise InvalidParameterValue(str(error)) from None


def _check(name: str, value: object) -> None:
    if name not in Limits._fields:
        raise InvalidParameterValue(f"{name!r} is no limit; there are {', '.join(Limits._fields)}")
    if value is None and name == "reserved_concurrency":
        return
    whole = name not in ("idle_s", "timeout_s", "init_timeout_s")
    if isinstance(value, bool) or not isinstance(value, int if whole else int | float):
        raise InvalidParameterValue(f"{name} is {value!r}; it must be a {'whole ' if whole else ''}number")
