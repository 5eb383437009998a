"""Direct invocation: a JSON object in, a JSON object out, as `aws lambda invoke` sends and prints it.

The same bodies as over HTTP, so the same core answers. A caller's mistake comes back as a problem
document; a fault of ours raises, so that whoever invoked counts an error.
Left out: events of queues, buckets and HTTP sources.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from .options import OPTIONS
from .predict import Core
from .problems import Reply, problem

SHAPES = (
    '{"text": str}, {"texts": [str, ...]}, {"payload": str}, '
    '{"feedback": {"request_id": str, "label": str}} or {"warmup": true}'
)
KINDS = {"text": "/predict", "texts": "/predict/batch", "payload": "/process_text", "feedback": "/feedback"}
"""The field that tells what an event asks for, and the path that answers it."""


class ServiceFault(Exception):  # the name is what Lambda shows as errorType
    """The service failed at a valid event; the message is the problem document without the event."""


def answer(core: Core, event: object) -> dict[str, Any]:
    """The answer to one event, as an object.

    Raises: ServiceFault when the mistake is ours.
    """
    if isinstance(event, Mapping) and event.get("warmup") is True:
        return warm(core)
    try:
        reply = respond(core, event)
    except Exception as error:  # noqa: BLE001  # whatever it is, its message may hold the text
        raise ServiceFault(problem("internal", f"{type(error).__name__}.").body.decode()) from None
    if reply.status >= 500:
        raise ServiceFault(reply.body.decode())
    document: dict[str, Any] = msgspec.json.decode(reply.body)
    return document


def warm(core: Core) -> dict[str, Any]:
    """The answer to whoever only wants the environment to be there."""
    return {"warm": True, "model": core.model.name if core.model else None}


def respond(core: Core, event: object) -> Reply:
    """The core's reply to the body that the event is."""
    kind = next((k for k in KINDS if k in event), None) if isinstance(event, Mapping) else None
    if kind is None or not isinstance(event, Mapping):
        return problem("unknown-event", f"Expected {SHAPES}.")
    asked = event[kind] if kind == "feedback" else _body(kind, event)
    try:
        body = msgspec.json.encode(asked)
    except (UnicodeEncodeError, RecursionError, TypeError) as error:
        place = next((name for name in OPTIONS if name in event and not _is_json(event[name])), kind)
        return problem("invalid-json", f"The event is not JSON in UTF-8: {type(error).__name__}.", path=f"$.{place}")
    return core.routes[KINDS[kind]](body)


def _body(kind: str, event: Mapping[str, Any]) -> dict[str, Any]:
    """What the event would be over HTTP: its text or texts and the options, and nothing else that it holds."""
    return {name: event[name] for name in (kind, *OPTIONS) if name in event}


def _is_json(value: object) -> bool:
    try:
        msgspec.json.encode(value)
    except (UnicodeEncodeError, RecursionError, TypeError):
        return False
    return True
