"""SQS: a batch of messages, of which some may fail without repeating or losing the others.

Event: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html (ReportBatchItemFailures)
A message that is wrong is reported as failed each time it comes, so that its queue's redrive policy moves
it to the dead-letter queue. In a FIFO queue, what follows a failure in its group waits with it.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..problems import Reply
from . import s3
from .messages import Answered, answer_message, inside
from .request import field
from .results import results
from .service import Outcome, Service

NAME = "sqs"


def matches(event: Mapping[str, Any]) -> bool:
    records = event.get("Records")
    return records == [] or (isinstance(records, list) and _source(records[0]) == "aws:sqs")


def answer(service: Service, event: Mapping[str, Any]) -> Outcome:
    """The messages that failed; the status is that of the worst."""
    places = [(field(record, "messageId", str), _group(record)) for record in event["Records"]]
    done: list[Answered] = []
    files: list[Reply] = []
    failed: set[str] = set()
    blocked: set[str] = set()
    worst = 200
    for record, (message_id, group) in zip(event["Records"], places, strict=True):
        if group in blocked:
            continue
        answered, status = _guarded(service, record, message_id, files)
        worst = max(worst, status)
        if status != 200:
            failed.add(message_id)
            blocked |= {group} if group else set()
        elif answered:
            done.append(answered)
    unstored = results(service).put([one.result for one in done]) if done else set()
    items = [{"itemIdentifier": message_id} for message_id in _with_followers(places, failed | unstored)]
    replies = (*(one.reply for one in done), *files)
    return Outcome({"batchItemFailures": items}, 500 if unstored else worst, replies)


def _guarded(
    service: Service, record: Mapping[str, Any], message_id: str, files: list[Reply]
) -> tuple[Answered | None, int]:
    """A text's answer and status; no answer for a notification of an object, which is told in `files`."""
    try:
        told = inside(record.get("body"))
        if isinstance(told, Mapping) and s3.matches(told):
            outcome = s3.answer(service, told)
            files += outcome.replies
            return None, outcome.status
        answered = answer_message(service, message_id, told)
    except Exception as error:  # noqa: BLE001  # whatever it is, the other messages must not fail with it
        service.log.fault(error, message_id=message_id)
        return None, 500
    return answered, answered.reply.status


def _with_followers(places: Sequence[tuple[str, str]], failed: set[str]) -> Iterator[str]:
    """Those that failed, and all that follow one of them in its group."""
    blocked: set[str] = set()
    for message_id, group in places:
        if message_id in failed or group in blocked:
            blocked |= {group} if group else set()
            yield message_id


def _group(record: Mapping[str, Any]) -> str:
    """The FIFO group of a message; empty in a queue without order."""
    attributes = record.get("attributes")
    return str(attributes.get("MessageGroupId", "")) if isinstance(attributes, Mapping) else ""


def _source(record: object) -> object:
    return record.get("eventSource") if isinstance(record, Mapping) else None
