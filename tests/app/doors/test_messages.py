"""Messages by a topic and a bus, their envelopes, and where results go."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from app.direct import ServiceFault
from app.doors.envelope import unwrap
from app.doors.request import MalformedEvent
from tests.app.doors.parts import Function, sample
from tests.app.serving import TEXT

if TYPE_CHECKING:
    from collections.abc import Callable


def notification(message: object) -> str:
    return json.dumps({"Type": "Notification", "Message": message})


def wrapped(times: int) -> str:
    body = '{"text": "a"}'
    for _ in range(times):
        body = notification(body)
    return body


@pytest.mark.parametrize("times", range(5))
def test_envelopes_in_envelopes(times: int) -> None:
    """Up to four envelopes are taken off."""
    assert unwrap(wrapped(times)) == {"text": "a"}


@pytest.mark.parametrize(
    "body",
    [
        wrapped(5), "", "{", "[]", "null", '"a"', "1", None, 1, [], b"{}", "\ud800", {"text": "\ud800"}, {"a": 10**400},
        notification(None), notification([]), json.dumps({"detail-type": "a", "detail": "text"}), "[" * 10_000,
    ],
)  # fmt: skip
def test_a_message_that_holds_no_object(body: object) -> None:
    """Whatever a message is, it is an object of JSON or a mistake of its sender."""
    try:
        found = unwrap(body)
    except MalformedEvent as error:
        found = {"wrong": str(error)}
    assert found == {"a": 10**400} or found["wrong"].startswith("message: expected")


def test_words_that_only_look_like_an_envelope() -> None:
    """A type without a message, and a detail without its type, are a message's own fields."""
    for body in ({"Type": "Notification", "text": "a"}, {"detail": {"text": "b"}, "text": "a"}, {"Message": "b"}):
        assert unwrap(json.dumps(body)) == body


def test_a_topics_messages_are_stored(function: Callable[..., Function]) -> None:
    """The result has the topic's message id where the message has none of its own."""
    one = function()
    assert one(sample("sns")) == {"stored": 1, "objects": []}
    assert one.aws.sqs.results == [{"id": "95df01b4-ee98-5cb9-9903-4c221d41eb5e", **one({"text": TEXT})}]


@pytest.mark.parametrize("message", ["", "words", "{}", '{"text": 1}', None, 1])
def test_a_topics_wrong_message_is_stored_as_its_problem(function: Callable[..., Function], message: Any) -> None:
    """It would be wrong again: the invocation succeeds, and the result says what is wrong."""
    one = function()
    event = sample("sns")
    event["Records"][0]["Sns"]["Message"] = message
    assert one(event)["stored"] == 1
    assert one.aws.sqs.results[0]["error"]["status"] in (400, 422)


@pytest.mark.parametrize("sns", [None, 1, "a", []])
def test_a_record_that_no_topic_sends(function: Callable[..., Function], sns: Any) -> None:
    """The problem names the field."""
    event = sample("sns")
    event["Records"][0]["Sns"] = sns
    assert function()(event)["type"] == "urn:undertone:problem:malformed-event"


@pytest.mark.parametrize("name", ["sns", "eventbridge"])
def test_what_cannot_be_stored_fails_the_invocation(function: Callable[..., Function], name: str) -> None:
    """Lambda tries it again, and then keeps it for somebody to look at."""
    refusing, nowhere = function(), function(results_queue_url="")
    refusing.aws.sqs.refused = {"label"}
    with pytest.raises(ServiceFault, match=r"could not be stored|1 of 1 messages failed"):
        refusing(sample(name))
    with pytest.raises(ServiceFault, match="NowhereToStore"):
        nowhere(sample(name))


def test_a_buss_event_is_stored_and_given_back(function: Callable[..., Function]) -> None:
    """The result has the detail's own id."""
    one = function()
    expected = {"id": "review-7", **one({"text": TEXT})}
    assert one(sample("eventbridge")) == expected
    assert one.aws.sqs.results == [expected]


@pytest.mark.parametrize(
    "detail", [None, 1, "a", [], {}, {"text": 1}, {"text": "\ud800"}, {"text": "a", "id": "\ud800"}]
)
def test_a_buss_wrong_event_is_stored_as_its_problem(function: Callable[..., Function], detail: Any) -> None:
    """A mistake of the sender is no fault of ours."""
    one = function()
    found = one(sample("eventbridge") | {"detail": detail})
    assert found == one.aws.sqs.results[0]
    assert found["error"]["status"] in (400, 422)


def test_a_schedule_keeps_the_function_warm(function: Callable[..., Function]) -> None:
    """A schedule says nothing, so nothing is stored."""
    one = function(results_queue_url="")
    assert one(sample("scheduled")) == {"warm": True, "model": "sentiment-1.0.0"}


def test_the_queue_goes_before_the_bucket(function: Callable[..., Function]) -> None:
    """With both set, messages' results go to the queue."""
    one = function(results_bucket="results")
    one(sample("sns"))
    assert (len(one.aws.sqs.results), one.aws.s3.objects) == (1, {})
