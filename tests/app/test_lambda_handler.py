"""The Lambda function as a whole: which door an event takes, whose mistake is what, and what nobody reads."""

from __future__ import annotations

import json
import logging
from traceback import format_exception
from typing import TYPE_CHECKING, Any

import pytest

from app.direct import ServiceFault
from app.doors.pick import pick
from app.lambda_handler import UnusableModel, build
from app.settings import SettingsError
from tests.app.doors.parts import BUCKET, EVENTS, HTTP, NO_DOOR, QUEUE, AwsError, Function, request, sample
from tests.app.serving import TEXT, body_of, modules_after

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.app.serving import Inside

DOORS = {
    "rest-api": "rest-api", "http-api-payload-1": "rest-api", "http-api": "http-api", "function-url": "http-api",
    "alb-single": "alb", "alb-multi": "alb", "lattice": "lattice", "lattice-1": "lattice", "sqs": "sqs",
    "sqs-fifo": "sqs", "sns-in-sqs": "sqs", "eventbridge-in-sqs": "sqs", "s3-in-sqs": "sqs", "s3-in-sns-in-sqs": "sqs",
    "sns": "sns", "s3-in-sns": "sns", "eventbridge": "eventbridge", "scheduled": "eventbridge", "s3-put": "s3",
    "eventbridge-s3": "s3", "s3-test": "s3", "cloudfront": None, "kinesis": None, "dynamodb": None,
}  # fmt: skip
HEAVY = (
    "numpy", "fastapi", "pydantic", "mangum", "starlette", "asyncio", "boto3", "botocore", "csv", "http", "logging",
    "prometheus_client", "uvicorn", "tensorflow", "sklearn",
)  # fmt: skip


@pytest.fixture
def function(shipped: Path) -> Callable[..., Function]:
    """A function: any settings to an execution environment whose results go to a queue."""

    def make(**settings: Any) -> Function:
        return Function(shipped, **{"results_queue_url": QUEUE, **settings})

    return make


@pytest.mark.parametrize(("name", "door"), DOORS.items())
def test_each_event_has_its_door(name: str, door: str | None) -> None:
    """An event of each source is known for what it is."""
    found = pick(sample(name))
    assert (found.NAME if found else None) == door


def test_every_sample_is_tested() -> None:
    """No event lies there that nobody looks at."""
    assert {path.stem for path in EVENTS.glob("*.json")} == set(DOORS)


def test_the_same_answer_by_every_door(function: Callable[..., Function], door: Inside) -> None:
    """One text, one answer, byte for byte: by a socket, by every HTTP source, direct, and in each kind of result."""
    one = function()
    expected = door.post("/predict", body_of(TEXT)).content
    answers = [one(request(source, body=body_of(TEXT)))["body"].encode() for source in HTTP]
    one.aws.s3.objects[BUCKET, "in/red flower+1.txt"] = TEXT.encode()
    for name in ("sqs", "sns", "eventbridge", "s3-put"):
        one(sample(name))
    file = one.aws.s3.objects[BUCKET, "predictions/in/red flower+1.txt.jsonl"]
    results = [one.aws.sqs.results[number] for number in (0, 2, 3)] + [json.loads(file)]
    bare = [{key: value for key, value in result.items() if key not in ("id", "line")} for result in results]
    answers += [json.dumps(found, separators=(",", ":")).encode() for found in (one({"text": TEXT}), *bare)]
    assert answers == [expected] * (len(HTTP) + 5)


@pytest.mark.parametrize("event", [None, [], [1], "", "text", 0, 1.5, True, {}, {"a": {"b": {}}}, {"Records": None}])
def test_an_event_without_a_door_is_told_which_there_are(function: Callable[..., Function], event: object) -> None:
    """The problem names each door, and the invocation succeeds."""
    found = function()(event)
    assert (found["type"], found["status"]) == ("urn:undertone:problem:unknown-event", 422)
    names = (
        "text",
        "REST API",
        "HTTP API",
        "function URL",
        "Load Balancer",
        "Lattice",
        "SQS",
        "SNS",
        "EventBridge",
        "S3",
    )
    assert [name for name in names if name not in found["detail"]] == []


@pytest.mark.parametrize("name", NO_DOOR)
def test_other_sources_have_no_door(function: Callable[..., Function], name: str) -> None:
    """Events of sources that nobody asked for are not taken for others."""
    assert function()(sample(name))["status"] == 422


@pytest.mark.parametrize("event", [{"text": TEXT}, {"texts": [TEXT]}, {"payload": TEXT}])
def test_direct_invocations(function: Callable[..., Function], door: Inside, event: dict[str, Any]) -> None:
    """The object that comes back is the one over HTTP."""
    paths = {"text": "/predict", "texts": "/predict/batch", "payload": "/process_text"}
    assert function()(event) == door.post(paths[next(iter(event))], json.dumps(event)).json()


def test_a_warmup_needs_no_core(function: Callable[..., Function]) -> None:
    """It is answered at once, and only where it is asked for."""
    one = function()
    one.core.routes.clear()
    assert one({"warmup": True}) == {"warm": True, "model": "sentiment-1.0.0"}


@pytest.mark.parametrize("size", [5_900_000, 6_100_000])
def test_the_largest_direct_payloads(function: Callable[..., Function], size: int) -> None:
    """A text as large as Lambda lets through is a problem, one item of a batch an error of its own."""
    one = function()
    assert one({"text": "x" * size})["status"] == 413
    assert one({"texts": ["x" * size, TEXT]})["errors"][0]["type"] == "urn:undertone:problem:text-too-long"


def marked() -> dict[str, Any]:
    """An event by every door whose text, ids and paths hold a marker."""
    texts = {source: request(source, body=body_of("marker"), path="/predict") for source in HTTP}
    paths = {f"{source} path": request(source, "GET", "/marker", headers={"x-a": "marker"}) for source in HTTP}
    bus, topic = sample("eventbridge"), sample("sns")
    bus["detail"] = {"text": "marker", "id": "marker"}
    topic["Records"][0]["Sns"]["Message"] = '{"text": "marker", "id": "marker"}'
    queue, bucket = sample("sqs"), sample("s3-put")
    queue["Records"][0]["body"], queue["Records"][1]["body"] = '{"text": "marker", "id": "marker"}', "marker"
    bucket["Records"][0]["s3"]["object"]["key"] = "marker.txt"
    direct = {kind: {kind: "marker"} for kind in ("text", "payload")} | {"texts": {"texts": ["marker", {"marker": 1}]}}
    return (
        texts | paths | direct | {"bus": bus, "topic": topic, "queue": queue, "bucket": bucket, "none": {"marker": 1}}
    )


def explode(*_arguments: Any, **_named: Any) -> Any:
    raise ValueError("marker")


def refuse(*_arguments: Any, **_named: Any) -> Any:
    raise AwsError("Throttled", "marker")


def broken(kind: str, one: Function) -> None:
    """Break one part of a function, with a message that holds the marker."""
    if kind == "core":
        one.core.routes |= dict.fromkeys(one.core.routes, explode)
        one.core.predict_text = explode  # type: ignore[method-assign]  # the fake is the fault
    if kind == "pages":
        one.service._pages = explode
    if kind == "aws":
        one.aws.sqs.send_message_batch = refuse
        one.aws.s3.get_object = one.aws.s3.put_object = refuse


@pytest.mark.parametrize("kind", ["nothing", "core", "pages", "aws", "place"])
@pytest.mark.parametrize("name", marked())
def test_no_text_in_any_log_or_error(
    function: Callable[..., Function],
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    name: str,
    kind: str,
) -> None:
    """Whatever fails on the way, neither a log nor an error holds what somebody wrote."""
    caplog.set_level(logging.DEBUG)
    one = function(**{"results_queue_url": ""} if kind == "place" else {})
    one.aws.s3.objects[BUCKET, "marker.txt"] = b"marker\n\xff marker\n"
    broken(kind, one)
    said = ""
    try:
        one(marked()[name])
    except ServiceFault as fault:
        said = "".join(format_exception(fault))
    captured = capfd.readouterr()
    assert one.lines
    assert "marker" not in said + b"".join(one.lines).decode() + captured.out + captured.err + caplog.text


@pytest.mark.parametrize("settings", [{}, {"raise_http_faults": False}])
def test_a_fault_is_counted_either_way(function: Callable[..., Function], settings: dict[str, Any]) -> None:
    """Whether a fault over HTTP raises or is answered, its line counts it."""
    one = function(**settings)
    broken("core", one)
    try:
        one(request("http-api", body=b"{}"))
    except ServiceFault:
        assert settings == {}
    assert (one.logged()[-1]["Faults"], one.logged()[-1]["status"]) == (1, 500)


def test_a_damaged_artifact_stops_init(tmp_path: Path) -> None:
    """Nothing can be answered, so init fails and says why."""
    with pytest.raises(UnusableModel, match=r"ArtifactMissing: vectorizer/sentiment/manifest\.json"):
        build({"UNDERTONE_ARTIFACTS": str(tmp_path)}, 0.0)


def test_a_wrong_setting_stops_init() -> None:
    """The variable is named."""
    with pytest.raises(SettingsError, match="UNDERTONE_RAISE_HTTP_FAULTS: expected 0 or 1, found 'yes'"):
        build({"UNDERTONE_RAISE_HTTP_FAULTS": "yes"}, 0.0)


def imported(shipped: Path, *events: object) -> set[str]:
    """The packages of a fresh process after the function answered these events."""
    return {name.partition(".")[0] for name in modules_after(shipped, *events)[0]}


@pytest.mark.parametrize("source", [source for source in HTTP if not source.startswith("alb")])
def test_a_prediction_over_http_imports_nothing_heavy(shipped: Path, source: str) -> None:
    """A cold start that answers POST /predict knows neither NumPy nor a framework nor an event loop nor boto3."""
    loaded = imported(shipped, request(source, body=body_of(TEXT)))
    assert loaded & set(HEAVY) == set()


def test_a_load_balancers_prediction_imports_nothing_heavy(shipped: Path) -> None:
    """As above, but for the phrases of statuses."""
    loaded = imported(shipped, request("alb-single", body=body_of(TEXT)), request("alb-multi", body=body_of(TEXT)))
    assert loaded & set(HEAVY) == {"http"}


def test_a_direct_invocation_imports_nothing_heavy(shipped: Path) -> None:
    """Nor does a direct one, a warmup or an unknown event."""
    loaded = imported(shipped, {"text": TEXT}, {"payload": TEXT}, {"warmup": True}, [], {"text": 1})
    assert loaded & set(HEAVY) == set()


def test_an_unknown_event_or_an_empty_batch_needs_no_aws(shipped: Path) -> None:
    """Doors of messages come in when an event looks like none of the others, clients when there is something to say."""
    loaded = imported(shipped, {"a": 1}, {"Records": []}, sample("scheduled"))
    assert loaded & {"boto3", "numpy", "fastapi", "mangum", "asyncio"} == set()


def test_a_page_imports_the_framework(shipped: Path) -> None:
    """FastAPI and Mangum come with the first page that is asked for."""
    assert {"fastapi", "mangum"} <= imported(shipped, request("http-api", "GET", "/livez"))
