"""SQS: one bad message neither repeats nor loses the others, and a FIFO queue keeps its order."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import fields

from app.direct import ServiceFault
from app.schemas import Prediction
from tests.app.doors.parts import BUCKET, Function, sample
from tests.app.serving import TEXT

if TYPE_CHECKING:
    from collections.abc import Callable

GOOD = '{"text": "Profit rose"}'
POISON = [
    "", "{", "null", "[]", "1", '"text"', "{}", '{"text": 1}', '{"text": null}', '{"texts": ["a"]}', "\ud800",
    '{"text": "\\ud800"}', json.dumps({"text": "x" * 50_001}), "[" * 100_000, '{"Type": "Notification", "Message": 1}',
]  # fmt: skip


def batch(*bodies: object, group: Callable[[int], str] | None = None) -> dict[str, Any]:
    """A batch of messages m0, m1, ..., of a FIFO queue when `group` names each one's."""
    record = sample("sqs-fifo" if group else "sqs")["Records"][0]
    records = [record | {"messageId": f"m{number}", "body": body} for number, body in enumerate(bodies)]
    for number, one in enumerate(records):
        one["attributes"] = {**record["attributes"], **({"MessageGroupId": group(number)} if group else {})}
    return {"Records": records}


def failures(answer: dict[str, Any]) -> list[str]:
    return [item["itemIdentifier"] for item in answer["batchItemFailures"]]


def test_each_message_has_its_result(function: Callable[..., Function]) -> None:
    """A result is the prediction with the message's own id, or that of the queue."""
    one = function()
    assert one(sample("sqs")) == {"batchItemFailures": []}
    first, second = one.aws.sqs.results
    assert first == {"id": "059f36b4-87a3-44ab-83d2-661975960001", **one({"text": TEXT})}
    assert second == {"id": 7, **one({"text": "Net loss and layoffs in Helsinki"})}
    assert set(first) == {"id", *(field.name for field in fields(Prediction) if field.required)}


@pytest.mark.parametrize("name", ["sqs", "sns-in-sqs", "eventbridge-in-sqs"])
def test_envelopes_are_taken_off(function: Callable[..., Function], name: str) -> None:
    """A topic's or a bus's message in a queue is answered as the message itself."""
    one = function()
    assert one(sample(name)) == {"batchItemFailures": []}
    assert one.aws.sqs.results[0]["label"] == one({"text": TEXT})["label"]


@pytest.mark.parametrize("body", POISON)
def test_a_poison_message_is_reported_and_no_other(function: Callable[..., Function], body: str) -> None:
    """What cannot be answered fails each time it comes; its neighbours are answered once."""
    one = function()
    assert failures(one(batch(GOOD, body, GOOD))) == ["m1"]
    assert [result["id"] for result in one.aws.sqs.results] == ["m0", "m2"]


@pytest.mark.parametrize("body", [None, 1, ["a"], {"text": "a"}])
def test_a_body_of_another_type_is_poison_or_read(function: Callable[..., Function], body: object) -> None:
    """Whatever stands in the body, the others are answered."""
    one = function()
    assert set(failures(one(batch(GOOD, body, GOOD)))) <= {"m1"}
    assert {"m0", "m2"} <= {result["id"] for result in one.aws.sqs.results}


def test_a_fault_at_one_message_is_that_messages_alone(function: Callable[..., Function]) -> None:
    """A fault of ours is logged without the text, counted, and the others are answered."""
    one = function()
    real = one.core.predict_text

    def explode(text: str) -> Any:
        if "marker" in text:
            raise ValueError(text)
        return real(text)

    one.core.predict_text = explode  # type: ignore[method-assign]  # the fake is the fault
    assert failures(one(batch(GOOD, '{"text": "marker"}', GOOD))) == ["m1"]
    assert [result["id"] for result in one.aws.sqs.results] == ["m0", "m2"]
    assert (one.logged()[-1]["Faults"], one.logged()[0]["error"]) == (1, "ValueError")
    assert b"marker" not in b"".join(one.lines)


def test_results_that_the_queue_refuses_are_tried_again(function: Callable[..., Function]) -> None:
    """A refused entry is its message's failure; the rest is stored."""
    one = function()
    one.aws.sqs.refused = {'"id":"m1"', '"id":"m12"'}
    assert failures(one(batch(*[GOOD] * 25))) == ["m1", "m12"]
    assert len(one.aws.sqs.results) == 23
    assert [len(call) for call in one.aws.sqs.calls] == [10, 10, 5]


def test_a_result_that_breaks_a_call_breaks_no_other(function: Callable[..., Function]) -> None:
    """Where the queue refuses a call for one of its entries, the others go by themselves."""
    one = function()
    one.aws.sqs.broken = {"\\uffff", "\uffff"}
    assert failures(one(batch(GOOD, '{"text": "a", "id": "\\uffff"}', GOOD))) == ["m1"]
    assert [result["id"] for result in one.aws.sqs.results] == ["m0", "m2"]


def test_a_call_holds_no_more_than_a_queue_takes(function: Callable[..., Function]) -> None:
    """Results with long ids are spread over calls."""
    one = function()
    body = json.dumps({"text": "a", "id": "i" * 100_000})
    assert failures(one(batch(*[body] * 5))) == []
    assert [len(call) for call in one.aws.sqs.calls] == [2, 2, 1]


@pytest.mark.parametrize("place", ["queue", "bucket"])
def test_a_place_that_refuses_all_fails_all(function: Callable[..., Function], place: str) -> None:
    """When nothing can be stored every message comes again, and a fault is counted."""
    one = function(**{} if place == "queue" else {"results_queue_url": "", "results_bucket": "results"})
    one.aws.sqs.broken, one.aws.s3.denied = {"label"}, {"put_object"}
    assert failures(one(batch(GOOD, GOOD))) == ["m0", "m1"]
    assert one.logged()[-1]["Faults"] == 1
    assert b"marker" not in b"".join(one.lines)


def test_results_go_to_a_bucket(function: Callable[..., Function]) -> None:
    """Without a queue each result is an object named by its message, so twice is once."""
    one = function(results_queue_url="", results_bucket="results")
    assert one(sample("sqs")) == one(sample("sqs")) == {"batchItemFailures": []}
    keys = sorted(key for _, key in one.aws.s3.objects)
    assert keys == [f"predictions/messages/059f36b4-87a3-44ab-83d2-66197596000{n}.json" for n in (1, 2)]


def test_without_a_place_the_invocation_fails(function: Callable[..., Function]) -> None:
    """Nothing is lost when nobody said where results go: all messages come again."""
    one = function(results_queue_url="")
    with pytest.raises(ServiceFault, match="NowhereToStore"):
        one(sample("sqs"))


@pytest.mark.parametrize("bad", [0, 1, 2, 3, 4])
def test_a_fifo_queue_keeps_the_order_of_a_group(function: Callable[..., Function], bad: int) -> None:
    """After a failure its group waits, and the other groups go on."""
    one = function()
    bodies = [GOOD] * 5
    bodies[bad] = "{"
    answer = one(batch(*bodies, group=lambda number: "ab"[number % 2]))
    waiting = [f"m{number}" for number in range(bad, 5, 2)]
    assert failures(answer) == waiting
    assert [result["id"] for result in one.aws.sqs.results] == [f"m{n}" for n in range(5) if f"m{n}" not in waiting]


def test_a_group_waits_for_a_result_that_was_not_stored(function: Callable[..., Function]) -> None:
    """What follows an unstored result in its group comes again with it."""
    one = function()
    one.aws.sqs.refused = {'"id":"m0"'}
    assert failures(one(batch(GOOD, GOOD, GOOD, group=lambda number: "aba"[number]))) == ["m0", "m2"]


def test_results_of_a_fifo_queue_keep_their_order(function: Callable[..., Function]) -> None:
    """A FIFO queue of results is told an order and the message that each is of."""
    one = function(results_queue_url="https://sqs.eu-west-1.amazonaws.com/123456789012/results.fifo")
    one(sample("sqs-fifo"))
    assert [entry["MessageDeduplicationId"][-1] for entry in one.aws.sqs.sent] == ["1", "2", "3"]
    assert {entry["MessageGroupId"] for entry in one.aws.sqs.sent} == {"results"}


def test_an_empty_batch_is_answered(function: Callable[..., Function]) -> None:
    """No records, no failures."""
    assert function()({"Records": []}) == {"batchItemFailures": []}


@pytest.mark.parametrize("name", ["s3-in-sqs", "s3-in-sns-in-sqs"])
def test_news_of_an_object_is_answered_beside_the_texts(function: Callable[..., Function], name: str) -> None:
    """A notification in a queue makes the object's predictions; one whose object is gone fails alone."""
    one = function()
    news = sample(name)["Records"][0]["body"]
    gone = news.replace("flower", "ghost")
    one.aws.s3.objects[BUCKET, "in/red flower+1.txt"] = b"Profit rose\n"
    assert failures(one(batch(GOOD, gone, news, GOOD))) == ["m1"]
    assert (BUCKET, "predictions/in/red flower+1.txt.jsonl") in one.aws.s3.objects
    assert [result["id"] for result in one.aws.sqs.results] == ["m0", "m3"]


def test_a_buckets_test_event_is_taken(function: Callable[..., Function]) -> None:
    """What S3 sends when a queue is first named is done with."""
    assert function()(batch(json.dumps(sample("s3-test")))) == {"batchItemFailures": []}


@pytest.mark.parametrize("record", [None, 1, "a", [], {}, {"messageId": 1}])
def test_a_record_that_no_queue_sends_is_the_callers_mistake(function: Callable[..., Function], record: Any) -> None:
    """Without a message's id nothing can be reported: a problem names the field."""
    found = function()({"Records": [sample("sqs")["Records"][0], record]})
    assert (found["status"], found["detail"][:9]) == (400, "messageId")
