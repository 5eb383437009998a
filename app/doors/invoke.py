"""Direct invocation: `aws lambda invoke` and the SDKs, with the JSON of `direct`.

Left out: asynchronous destinations, which Lambda serves from what this returns.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from ..direct import KINDS, respond, warm
from .service import Outcome, Service

NAME = "direct"


def matches(event: Mapping[str, Any]) -> bool:
    return "warmup" in event or any(kind in event for kind in KINDS)


def answer(service: Service, event: Mapping[str, Any]) -> Outcome:
    if event.get("warmup") is True:
        return Outcome(warm(service.core), 200)
    reply = respond(service.core, event)
    return Outcome(
        msgspec.json.decode(reply.body), reply.status, (reply,), reply.body.decode() if reply.status >= 500 else None
    )
