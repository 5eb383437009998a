"""What goes wrong in a function: each ends as Lambda would end it, and the next call is answered."""

from __future__ import annotations

import os
import re
import signal
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from tests.loadtest.local_lambda.running import gone, until

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.loadtest.local_lambda.running import Local


def test_a_handler_that_raises_keeps_its_environment(local: Local):
    """The error's document comes back, the process stays."""
    pid = local.invoke({"do": "pid"}).payload
    told = local.invoke({"do": "fail", "message": "no ä"})
    assert (told.status, told.error) == (200, "Unhandled")
    assert (told.payload["errorType"], told.payload["errorMessage"]) == ("ValueError", "no ä")
    assert told.payload["stackTrace"]
    assert local.invoke({"do": "pid"}).payload == pid


@pytest.mark.parametrize(
    ("event", "words"),
    [
        ({"do": "exit", "code": 3}, "Runtime exited with error: exit status 3"),
        ({"do": "exit", "code": 0}, "Runtime exited without providing a reason"),
        ({"do": "kill"}, "Runtime exited with error: signal: killed"),
        ({"do": "crash"}, "Runtime exited with error: signal: segmentation fault"),
    ],
)
def test_a_process_that_ends(local: Local, event: dict[str, Any], words: str):
    """The caller learns how it ended, and the next call has a fresh environment."""
    before = local.invoke({"do": "pid"}).payload
    told = local.invoke(event)
    request_id = told.headers["x-amzn-requestid"]
    assert told.error == "Unhandled"
    assert told.payload == {"errorType": "Runtime.ExitError", "errorMessage": f"RequestId: {request_id} Error: {words}"}
    after = local.invoke({"do": "pid"})
    assert after.payload != before
    assert after.headers["x-local-lambda-init"] == "cold"
    assert f"REPORT RequestId: {request_id}" in _log(local, f"{request_id}\t.*Error Type: Runtime.ExitError")


def test_a_timeout_ends_the_environment(start: Callable[..., Local]):
    """The call ends at its time, the process is killed, another environment is unharmed."""
    local = start("obedient.handler", "--concurrency", "2", "--timeout", "1")
    with ThreadPoolExecutor(2) as pool:
        long = pool.submit(local.invoke, {"do": "sleep", "s": 60})
        short = [local.invoke({"do": "sleep", "s": 0.3}) for _ in range(4)]
        told = long.result()
    request_id = told.headers["x-amzn-requestid"]
    words = f"RequestId: {request_id} Error: Task timed out after 1.00 seconds"
    assert told.error == "Unhandled"
    assert told.payload == {"errorType": "Sandbox.Timedout", "errorMessage": words}
    assert {one.error for one in short} == {None}
    assert len({one.payload for one in short}) == 1
    assert _log(local, f"{request_id} Task timed out after 1.00 seconds")
    assert _log(local, rf"REPORT RequestId: {request_id}\tDuration: (999|1\d\d\d)\.\d\d ms\t.*\tStatus: timeout")
    assert len(local.pids()) == 1


def test_seven_megabytes_out(local: Local):
    """The caller gets Lambda's error, and the next call an answer."""
    told = local.invoke({"do": "large", "bytes": 7 * 1024 * 1024})
    assert told.error == "Unhandled"
    assert told.payload["errorType"] == "Function.ResponseSizeTooLarge"
    assert "6291556 bytes" in told.payload["errorMessage"]
    assert local.invoke({"a": 1}).payload == {"a": 1}
    most = 6 * 1024 * 1024
    assert len(local.invoke({"do": "large", "bytes": most}).payload) == most


def test_a_leak_ends_at_the_memory_size(start: Callable[..., Local]):
    """A process that holds more than its memory is killed; the report says so."""
    local = start("obedient.handler", "--memory-mb", "128")
    told = local.invoke({"do": "leak", "mb": 2000})
    assert told.payload["errorType"] == "Runtime.ExitError"
    assert told.payload["errorMessage"].endswith("Runtime exited with error: signal: killed")
    assert _log(local, r"Memory Size: 128 MB\tMax Memory Used: 128 MB")
    assert local.invoke({"do": "leak", "mb": 50}).payload == 50


def test_a_handler_that_cannot_be_imported(start: Callable[..., Local]):
    """INIT is tried twice, then the call has the import's error; each call anew."""
    local = start("broken.handler")
    for _ in range(2):
        told = local.invoke({})
        assert told.error == "Unhandled"
        assert (told.payload["errorType"], told.payload["errorMessage"]) == ("RuntimeError", "no model here")
        assert told.headers["x-local-lambda-init"] == "cold"
    log = _log(local, r"(?s)REPORT RequestId.*REPORT RequestId")
    for phase in ("init", "invoke"):
        assert len(re.findall(rf"INIT_REPORT .*Phase: {phase}\tStatus: error\tError Type: RuntimeError", log)) == 2
    assert local.pids() == []


def test_a_handler_that_is_not_there(start: Callable[..., Local]):
    """The runtime client's words come back."""
    told = start("obedient.nobody").invoke({})
    assert told.payload["errorType"] == "Runtime.HandlerNotFound"


def test_a_process_that_ends_in_init(start: Callable[..., Local]):
    """The call has the exit's code."""
    told = start("quits.handler").invoke({})
    assert told.payload["errorType"] == "Runtime.ExitError"
    assert told.payload["errorMessage"].endswith("Runtime exited with error: exit status 7")


def test_init_that_overruns_runs_again_in_the_call(start: Callable[..., Local], tmp_path: Path):
    """The second time it has the function's own time; that is part of the duration, not of INIT."""
    local = start("slow.handler", "--init-timeout", "1", SLOW_INIT_S="60", ONCE=str(tmp_path / "once"))
    told = local.invoke({})
    assert (told.payload, told.headers["x-local-lambda-init"]) == ("ready", "cold")
    assert "x-local-lambda-init-ms" not in told.headers
    assert _log(local, r"INIT_REPORT Init Duration: (999|1\d\d\d)\.\d\d ms\tPhase: init\tStatus: timeout")


def test_init_that_never_ends(start: Callable[..., Local]):
    """The second overrun is the call's timeout, and nothing is left."""
    local = start("slow.handler", "--init-timeout", "0.5", "--timeout", "1", SLOW_INIT_S="60")
    told = local.invoke({})
    assert told.payload["errorType"] == "Sandbox.Timedout"
    assert local.pids() == []


def test_kill_9_of_an_idle_environment(local: Local):
    """Nobody notices but the next call, which is cold."""
    pid = local.invoke({"do": "pid"}).payload
    os.kill(pid, signal.SIGKILL)
    until(lambda: pid not in local.pids(), "it is still counted")
    told = local.invoke({"do": "pid"})
    assert (told.error, told.headers["x-local-lambda-init"]) == (None, "cold")


def test_kill_9_of_a_busy_environment(local: Local):
    """Its caller is told, the other caller is answered."""
    with ThreadPoolExecutor(2) as pool:
        calls = [pool.submit(local.invoke, {"do": "sleep", "s": 0.7}) for _ in range(2)]
        until(lambda: len(_busy(local)) == 2, "they never began")
        killed = _busy(local)[0]
        os.kill(killed, signal.SIGKILL)
        told = [call.result() for call in calls]
    assert sorted(str(one.error) for one in told) == ["None", "Unhandled"]
    assert [one.payload for one in told if one.error is None] != [killed]
    assert gone([killed])


def _busy(local: Local) -> list[int]:
    return [one["pid"] for one in local.stats()["environments"] if one["busy"] and one["pid"]]


def _log(local: Local, pattern: str) -> str:
    """The log once it holds that; it is written a moment after the answer."""
    until(lambda: re.search(pattern, local.log), f"{pattern} is not in the log")
    return local.log
