"""Direct invocation: a JSON object in, a JSON object out, as `aws lambda invoke` sends and prints it.

The same bodies as over HTTP, so the same core answers. A caller's mistake comes back as a problem
document; a fault of ours raises, so that whoever invoked counts an error.
Left out: events of queues, buckets and HTTP sources.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from .predict import Core
from .problems import Reply, problem

SHAPES = '{"text": str}, {"texts": [str, ...]}, {"payload": str} or {"warmup": true}'
KINDS = {"text": "/predict", "texts": "/predict/batch", "payload": "/process_text"}


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
    kind = next((k for k in KINDS if isinstance(event, Mapping) and k in event), None)
    if kind is None:
        return problem("unknown-event", f"Expected {SHAPES}.")
    try:
        body = msgspec.json.encode({kind: event[kind]})  # type: ignore[index]  # it is a Mapping with that key
    except (UnicodeEncodeError, RecursionError, TypeError) as error:
        return problem("invalid-json", f"The event is not JSON in UTF-8: {type(error).__name__}.", path=f"$.{kind}")
    return core.routes[KINDS[kind]](body)
