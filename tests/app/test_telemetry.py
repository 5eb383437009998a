"""Telemetry: one line an invocation in CloudWatch's embedded metric format."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft7Validator

from app.answers import Answers
from app.problems import Reply
from app.telemetry import UNITS, Telemetry
from tests.app.doors.parts import BUCKET, QUEUE, Function, request, sample
from tests.app.serving import TEXT, body_of
from textmodel import histogram
from textmodel.histogram import size

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NAME = {"type": "string", "minLength": 1, "maxLength": 1024}
UNIT = {"enum": ["Seconds", "Microseconds", "Milliseconds", "Bytes", "Percent", "Count", "Count/Second", "None"]}
METRIC = {
    "type": "object",
    "required": ["Name"],
    "properties": {"Name": NAME, "Unit": UNIT, "StorageResolution": {"enum": [1, 60]}},
    "additionalProperties": False,
}
DIRECTIVE = {
    "type": "object",
    "required": ["Namespace", "Dimensions", "Metrics"],
    "properties": {
        "Namespace": NAME,
        "Dimensions": {
            "type": "array",
            "minItems": 1,
            "items": {"type": "array", "maxItems": 30, "items": {"type": "string", "minLength": 1, "maxLength": 250}},
        },
        "Metrics": {"type": "array", "maxItems": 100, "items": METRIC},
    },
    "additionalProperties": False,
}
SCHEMA = {
    "type": "object",
    "required": ["_aws"],
    "properties": {
        "_aws": {
            "type": "object",
            "required": ["Timestamp", "CloudWatchMetrics"],
            "properties": {
                "Timestamp": {"type": "integer", "minimum": 1_600_000_000_000, "maximum": 9_999_999_999_999},
                "CloudWatchMetrics": {"type": "array", "items": DIRECTIVE},
            },
        }
    },
}
"""What the page Specification: Embedded metric format of the CloudWatch User Guide says of a document."""


def check(line: bytes) -> dict[str, Any]:
    """The line as CloudWatch reads it: by the schema, its dimensions texts and its metrics numbers of the root."""
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    assert len(line) < 262_144
    found: dict[str, Any] = json.loads(line)
    assert [error.message for error in Draft7Validator(SCHEMA).iter_errors(found)] == []
    for directive in found["_aws"]["CloudWatchMetrics"]:
        for name in {name for names in directive["Dimensions"] for name in names}:
            assert isinstance(found[name], str)
            assert 0 < len(found[name]) <= 1024
        for metric in directive["Metrics"]:
            assert type(found[metric["Name"]]) in (int, float)
    return found


@pytest.fixture
def lines() -> list[bytes]:
    return []


@pytest.fixture
def telemetry(lines: list[bytes]) -> Telemetry:
    return Telemetry("undertone", lines.append, {"import": 40.0, "load": 2.5})


@pytest.fixture
def function(shipped: Path) -> Callable[..., Function]:
    def make(**settings: Any) -> Function:
        return Function(shipped, **{"results_queue_url": QUEUE, **settings})

    return make


def test_a_cold_start_has_its_phases_once(telemetry: Telemetry, lines: list[bytes]) -> None:
    """The first line counts the cold start and tells its phases, the others do neither."""
    for _ in range(2):
        telemetry.line("direct", 200, (), 0.25, fault=False, request_id="a")
    first, second = map(check, lines)
    assert (first["ColdStarts"], first["InitDuration"]) == (1, 42.5)
    assert first["phases_ms"] == {"import": 40.0, "load": 2.5, "first_call": 0.25}
    assert {"ColdStarts", "InitDuration", "phases_ms"} & set(second) == set()


def test_every_metric_has_its_unit(telemetry: Telemetry, lines: list[bytes]) -> None:
    """The metrics of a first line are all that there are, which alarms and dashboard name."""
    telemetry.line("direct", 200, (), 0.25, fault=False)
    metrics = check(lines[0])["_aws"]["CloudWatchMetrics"][0]["Metrics"]
    assert {metric["Name"]: metric["Unit"] for metric in metrics} == UNITS


@pytest.mark.parametrize(
    ("status", "caller", "fault"), [(200, 0, 0), (304, 0, 0), (400, 1, 0), (422, 1, 0), (500, 0, 1), (503, 0, 1)]
)
def test_whose_mistake_it_was(telemetry: Telemetry, lines: list[bytes], status: int, caller: int, fault: int) -> None:
    """A caller's mistake and a fault of ours are counted apart."""
    telemetry.line("direct", status, (), 1.0, fault=bool(fault))
    found = check(lines[0])
    assert (found["status"], found["CallerErrors"], found["Faults"]) == (status, caller, fault)


def test_what_is_told_of_one_text(function: Callable[..., Function]) -> None:
    """Who answered, and the answer in buckets: its label, the tenth of its score, the known share, the length."""
    one = function()
    prediction = one({"text": TEXT})
    found = check(one.lines[0])
    assert found["answers"] == histogram.of([(*(prediction[f] for f in ("label", "score", "known")), len(TEXT))])
    assert found["model"] == prediction["model"]
    assert (found["Predictions"], found["Door"], found["status"]) == (1, "direct", 200)
    assert found["request_id"] == "8b7f2c3e-0000-4000-8000-000000000001"


def test_what_is_told_of_several_texts(function: Callable[..., Function]) -> None:
    """The answers of a batch are counted together; an item that is no text is no answer."""
    one = function()
    predictions = one({"texts": [TEXT, "zzz", 1]})["predictions"]
    found = check(one.lines[0])
    rows = [(p["label"], p["score"], p["known"], n) for p, n in zip(predictions, (len(TEXT), 3), strict=False)]
    assert found["answers"] == histogram.of(rows)
    assert found["Predictions"] == 2


def test_nothing_answered_is_nothing_told(function: Callable[..., Function]) -> None:
    """A warmup, a mistake and an empty batch have neither model nor answers in their lines."""
    one = function()
    for event in ({"warmup": True}, {"text": 1}, {"texts": []}, {"feedback": {"request_id": "a", "label": "x"}}):
        one(event)
    lines = list(map(check, one.lines))
    assert [{"model", "answers"} & set(line) for line in lines] == [set()] * 4
    assert [line["Predictions"] for line in lines] == [0] * 4


def test_the_messages_of_one_event_are_one_histogram(function: Callable[..., Function]) -> None:
    """A queue's texts are counted together in the one line of their event."""
    one = function()
    one(sample("sqs"))
    found = check(one.lines[-1])
    assert found["Predictions"] == size(found["answers"]) == len(one.aws.sqs.results)
    assert found["answers"]["label"] == dict(Counter(result["label"] for result in one.aws.sqs.results))


@pytest.mark.parametrize("name", ["s3-put", "eventbridge-s3", "s3-in-sqs", "s3-in-sns", "s3-in-sns-in-sqs"])
def test_the_texts_of_a_file_are_one_histogram(function: Callable[..., Function], name: str) -> None:
    """However the news of a file came, its answers are counted; broken lines are not."""
    one = function()
    one.aws.s3.objects[BUCKET, "in/red flower+1.txt"] = b"Profit rose\n\xff\nNet loss\n" * 2
    one(sample(name))
    texts = ["Profit rose", "Net loss"] * 2
    answers = [one.core.model.classify(text) for text in texts]  # type: ignore[union-attr]  # there is one
    expected = histogram.of((a.label, a.score, a.known, len(t)) for a, t in zip(answers, texts, strict=True))
    found = check(one.lines[-1])
    assert found["answers"] == expected
    assert found["Predictions"] == 4


def test_feedback_is_a_line_of_its_own(function: Callable[..., Function]) -> None:
    """Beside the invocation's line stands one that joins to the answer's by its request id."""
    one = function()
    assert one({"feedback": {"request_id": "a-1", "label": "negative"}}) == {"status": "recorded"}
    feedback, invocation = one.logged()
    del feedback["time"]
    assert feedback == {
        "level": "info", "event": "feedback", "request_id": "a-1", "label": "negative", "model": "sentiment-1.0.0",
    }  # fmt: skip
    assert (invocation["Door"], invocation["status"]) == ("direct", 202)


def test_the_trace_and_the_callers_own_id(function: Callable[..., Function], monkeypatch: pytest.MonkeyPatch) -> None:
    """X-Ray's id as Lambda tells it, and an HTTP request's own beside Lambda's."""
    monkeypatch.setenv("_X_AMZN_TRACE_ID", "Root=1-5e6722a7-cc56;Sampled=1")
    one = function()
    one(request("http-api", body=body_of(TEXT), headers={"x-request-id": "mine"}))
    found = check(one.lines[0])
    assert found["trace_id"] == "Root=1-5e6722a7-cc56;Sampled=1"
    assert (found["request_id"], found["http_request_id"]) == ("8b7f2c3e-0000-4000-8000-000000000001", "mine")


@pytest.mark.parametrize(
    "name", ["rest-api", "http-api", "alb-multi", "lattice", "sqs", "sns", "eventbridge", "kinesis"]
)
def test_one_line_by_every_door(function: Callable[..., Function], name: str) -> None:
    """Whatever came, one line is written, in form."""
    one = function()
    one(sample(name))
    assert len(one.lines) == 1
    assert check(one.lines[0])["Door"] in (
        "rest-api",
        "http-api",
        "alb",
        "lattice",
        "sqs",
        "sns",
        "eventbridge",
        "none",
    )


def test_a_batch_of_a_thousand_is_one_short_line(function: Callable[..., Function]) -> None:
    """A line does not grow with a batch."""
    one = function()
    one({"texts": [TEXT] * 1000})
    assert len(one.lines[0]) < 2000
    assert check(one.lines[0])["Predictions"] == 1000


@given(
    door=st.text(st.characters(categories=["L"]), min_size=1, max_size=20),
    status=st.integers(100, 599),
    scores=st.lists(st.floats(0, 1), max_size=3),
    duration_ms=st.floats(0, 900_000),
)
def test_any_outcome_is_a_line_in_form(door: str, status: int, scores: list[float], duration_ms: float) -> None:
    """Whatever happened, CloudWatch can read it."""
    written: list[bytes] = []
    answers = Answers("m", histogram.of(("neutral", score, score, 3) for score in scores), 0) if scores else None
    reply = Reply(status, "", b"", (), answers)
    Telemetry("f", written.append, {}).line(door, status, (reply,), duration_ms, fault=status >= 500)
    assert check(written[0])["Predictions"] == len(scores)


def test_the_schema_sees_mistakes() -> None:
    """The schema that lines are held against refuses what CloudWatch would."""
    good = {
        "_aws": {
            "Timestamp": 1_795_249_618_144,
            "CloudWatchMetrics": [{"Namespace": "a", "Dimensions": [["b"]], "Metrics": []}],
        }
    }
    wrong = json.loads(json.dumps(good).replace('"Namespace"', '"namespace"'))
    assert Draft7Validator(SCHEMA).is_valid(good)
    assert not Draft7Validator(SCHEMA).is_valid(wrong)
