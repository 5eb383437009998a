"""SNS: messages pushed to the function, one or more an event.

Event: https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html
A message that is wrong would be wrong again: its problem is stored as its result.
"""

from collections.abc import Mapping
from typing import Any

from ..problems import Reply
from . import s3
from .messages import Answered, answer_message, inside
from .request import field
from .results import results
from .service import Outcome, Service

NAME = "sns"


def matches(event: Mapping[str, Any]) -> bool:
    records = event.get("Records")
    first = records[0] if isinstance(records, list) and records else None
    return isinstance(first, Mapping) and first.get("EventSource") == "aws:sns"


def answer(service: Service, event: Mapping[str, Any]) -> Outcome:
    """Stored, or failed as a whole, so that Lambda tries again."""
    answered: list[Answered] = []
    reports: list[object] = []
    files: list[Reply] = []
    for note in [field(record, "Sns", Mapping) for record in event["Records"]]:
        told = inside(note.get("Message"))
        if isinstance(told, Mapping) and s3.matches(told):
            outcome = s3.answer(service, told)
            reports += outcome.result["objects"]
            files += outcome.replies
        else:
            answered.append(answer_message(service, str(note.get("MessageId")), told))
    failed = results(service).put([one.result for one in answered]) if answered else set()
    ours = [one.reply for one in answered if one.reply.status >= 500]
    fault = f"{len(failed) + len(ours)} of {len(answered)} messages failed" if failed or ours else None
    replies = (*(one.reply for one in answered), *files)
    return Outcome({"stored": len(answered) - len(failed), "objects": reports}, 500 if fault else 200, replies, fault)
