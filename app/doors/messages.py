"""One message to one result: what the doors of queues, topics and buses have in common.

Left out: what becomes of a message that is wrong, which each source decides in its own way.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec

from ..problems import Problem, Reply, problem
from ..schemas import Prediction
from .envelope import unwrap
from .request import MalformedEvent
from .results import Result
from .service import Service

_decode_problem = msgspec.json.Decoder(Problem).decode


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
    """The answer to what is `inside` a message; its own id, where it has one, is repeated in the result."""
    if isinstance(told, MalformedEvent):
        reply = problem("malformed-event", f"{told}.")
        return Answered(reply, Result(message_id, encode_result(message_id, reply)))
    reply = service.classify(told.get("text"))
    return Answered(reply, Result(message_id, encode_result(told.get("id", message_id), reply)))


def encode_result(own_id: object, reply: Reply, **place: int) -> bytes:
    """A line of results: the id, the place where there is one, and the prediction or the error."""
    tail = _fields(reply.predictions[0]) if reply.predictions else {"error": _fields(_decode_problem(reply.body))}
    return msgspec.json.encode({**place} | ({} if own_id is None else {"id": own_id}) | tail)


def _fields(value: Prediction | Problem) -> dict[str, object]:
    fields: dict[str, object] = msgspec.to_builtins(value)
    return fields
