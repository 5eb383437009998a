"""EventBridge: an event whose detail is a text. The news of an object in S3 goes to the door of S3.

Event: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-events-structure.html
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from ..direct import warm
from .messages import answer_message, inside
from .results import results
from .service import Outcome, Service

NAME = "eventbridge"


def matches(event: Mapping[str, Any]) -> bool:
    return "detail-type" in event and "detail" in event


def answer(service: Service, event: Mapping[str, Any]) -> Outcome:
    """Stored, and given back; failed as a whole when it could not be stored."""
    if event.get("source") == "aws.events":  # a schedule, which says nothing and keeps the environment warm
        return Outcome(warm(service.core), 200)
    answered = answer_message(service, str(event.get("id")), inside(event["detail"]))
    failed = results(service).put([answered.result])
    fault = "the result could not be stored" if failed or answered.reply.status >= 500 else None
    return Outcome(msgspec.json.decode(answered.result.body), answered.reply.status, (answered.reply,), fault)
