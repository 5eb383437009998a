"""Asynchronous invocations: accepted, retried twice, and told to the failure destination."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.loadtest.local_lambda.running import until

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.loadtest.local_lambda.running import Local


def test_an_event_is_accepted_and_run(start: Callable[..., Local]):
    """202 without a body, then the function has it."""
    local = start()
    told = local.invoke({"do": "write", "text": "an event"}, InvocationType="Event")
    assert (told.status, told.payload) == (202, None)
    until(lambda: local.stats()["events"] == {"accepted": 1, "succeeded": 1}, "it was not run")
    until(lambda: "an event" in local.log, "it did not write")


def test_an_event_that_fails_is_retried_twice_and_told(start: Callable[..., Local], tmp_path: Path):
    """Three attempts under one request id, then a record in Lambda's form in the failure destination."""
    folder = tmp_path / "failures"
    local = start("obedient.handler", "--event-retry", "0.05,0.1", "--on-failure", str(folder))
    event = {"do": "fail", "message": "never"}
    told = local.invoke(event, InvocationType="Event")
    request_id = told.headers["x-amzn-requestid"]
    file = folder / f"{request_id}.json"
    until(lambda: file.exists() and file.read_text().endswith("}"), "no record")
    record = json.loads(file.read_text())
    assert record["version"] == "1.0"
    assert record["requestContext"]["requestId"] == request_id
    assert record["requestContext"]["functionArn"].endswith(":function:undertone:$LATEST")
    assert record["requestContext"]["condition"] == "RetriesExhausted"
    assert record["requestContext"]["approximateInvokeCount"] == 3
    assert record["requestPayload"] == event
    assert record["responseContext"] == {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"}
    assert (record["responsePayload"]["errorType"], record["responsePayload"]["errorMessage"]) == (
        "ValueError",
        "never",
    )
    until(lambda: local.log.count(f"REPORT RequestId: {request_id}") == 3, "not three attempts")
    assert local.stats()["errors"] == {"ValueError": 3}


def test_without_a_destination_the_record_is_a_line(start: Callable[..., Local]):
    """Nothing is lost in silence."""
    local = start("obedient.handler", "--event-retry", "0,0")
    local.invoke({"do": "exit", "code": 1}, InvocationType="Event")
    until(lambda: "ON_FAILURE {" in local.log, "no line")
    line = next(line for line in local.log.splitlines() if line.startswith("ON_FAILURE"))
    assert json.loads(line.removeprefix("ON_FAILURE "))["responsePayload"]["errorType"] == "Runtime.ExitError"


def test_a_throttled_event_waits_until_there_is_room(start: Callable[..., Local]):
    """A throttle is no attempt of the function's."""
    local = start("obedient.handler", "--concurrency", "0")
    local.invoke({"do": "echo"}, InvocationType="Event")
    until(lambda: local.stats()["rules"], "it was not throttled")
    local.request("PUT", "/_local/limits", json={"reserved_concurrency": 1})
    until(lambda: local.stats()["events"] == {"accepted": 1, "succeeded": 1}, "it was forgotten")


def test_an_event_that_is_too_old_is_given_up(start: Callable[..., Local]):
    """The record says that it never ran."""
    local = start("obedient.handler", "--concurrency", "0", "--event-max-age", "0.3")
    local.invoke({}, InvocationType="Event")
    until(lambda: "ON_FAILURE {" in local.log, "no line")
    record = json.loads(local.log.partition("ON_FAILURE ")[2].splitlines()[0])
    assert record["requestContext"]["condition"] == "EventAgeExceeded"
    assert record["requestContext"]["approximateInvokeCount"] == 0
    assert "responsePayload" not in record


def test_events_that_wait_at_the_end_are_counted(start: Callable[..., Local]):
    """A stop says what it drops."""
    local = start("obedient.handler", "--concurrency", "0")
    local.invoke({}, InvocationType="Event")
    assert local.stop() == 0
    assert "1 asynchronous events were dropped at the end" in local.log
