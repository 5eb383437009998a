"""One message to one result: what the doors of queues, topics and buses have in common.

Left out: what becomes of a message that is wrong, which each source decides in its own way.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec

from ..direct import respond
from ..options import OPTIONS
from ..problems import Reply, problem
from .envelope import unwrap
from .request import MalformedEvent
from .results import Result
from .service import Service


class Answered(NamedTuple):
    """A message's reply, and the result to store: a prediction, or the problem in its place."""

    reply: Reply
    result: Result


def inside(body: object) -> Mapping[str, Any] | MalformedEvent:
    """What a message holds, below any envelopes, or what is wrong with it."""
    try:
        return unwrap(body)
    except MalformedEvent as error:
        return error


def answer_message(service: Service, message_id: str, told: Mapping[str, Any] | MalformedEvent) -> Answered:
    """The answer to what is `inside` a message; its own id, where it has one, is repeated in the result.

    Beside its text a message may carry a request's options.
    """
    if isinstance(told, MalformedEvent):
        reply = problem("malformed-event", f"{told}.")
        return Answered(reply, Result(message_id, encode_result(message_id, reply)))
    with_options = isinstance(told.get("text"), str) and not told.keys().isdisjoint(OPTIONS)
    reply = respond(service.core, told) if with_options else service.classify(told.get("text"))
    return Answered(reply, Result(message_id, encode_result(told.get("id", message_id), reply)))


def encode_result(own_id: object, reply: Reply, **place: int) -> bytes:
    """A line of results: the id, the place where there is one, and the prediction or the error."""
    head = {**place} | ({} if own_id is None else {"id": own_id})
    if reply.status != 200:
        return msgspec.json.encode({**head, "error": msgspec.Raw(reply.body)})
    if not head:
        return reply.body
    return msgspec.json.encode(head)[:-1] + b"," + reply.body[1:]  # two objects in one, without reading the second
