"""Lambda's limits on a running function, and the control that changes them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from tests.loadtest.local_lambda.running import gone, until

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.loadtest.local_lambda.running import Local


def many(local: Local, count: int, event: Any) -> list[Any]:
    """So many calls at once; a throttle is told as its exception."""

    def once(_: int) -> Any:
        try:
            return local.invoke(event)
        except local.client.exceptions.TooManyRequestsException as error:
            return error

    assert local.client
    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(once, range(count)))


def throttles(answers: list[Any]) -> list[Any]:
    return [one.response for one in answers if isinstance(one, Exception)]


def test_one_request_per_environment(start: Callable[..., Local]):
    """Of six at once at a reserved concurrency of two, two are answered, by two processes, and four throttled."""
    local = start("obedient.handler", "--concurrency", "2")
    answers = many(local, 6, {"do": "sleep", "s": 1})
    refused = throttles(answers)
    assert len({one.payload for one in answers if not isinstance(one, Exception)}) == 2
    assert len(refused) == 4
    told = refused[0]
    assert (told["Reason"], told["Type"]) == ("ReservedFunctionConcurrentInvocationLimitExceeded", "User")
    assert (told["message"], int(told["retryAfterSeconds"])) == ("Rate Exceeded.", 1)
    assert told["ResponseMetadata"]["HTTPStatusCode"] == 429
    assert told["ResponseMetadata"]["HTTPHeaders"]["x-local-lambda-throttle"] == "concurrency"
    stats = local.stats()
    assert (stats["answered"], stats["cold"], stats["rules"]) == (2, 2, {"concurrency": 4})


def test_the_functions_url_is_throttled_alike(start: Callable[..., Local]):
    """429 with the reason, in the same document."""
    answer = start("obedient.handler", "--concurrency", "0").get("/")
    assert answer.status_code == 429
    assert answer.json()["Reason"] == "ReservedFunctionConcurrentInvocationLimitExceeded"
    assert answer.headers["retry-after"] == "1"


def test_the_accounts_concurrency(start: Callable[..., Local]):
    """Without a reserved concurrency the account's binds, under its own reason."""
    local = start("obedient.handler", "--account-concurrency", "1")
    refused = throttles(many(local, 3, {"do": "sleep", "s": 1}))
    assert [one["Reason"] for one in refused] == ["ConcurrentInvocationLimitExceeded"] * 2


def test_the_10x_rule(start: Callable[..., Local]):
    """More than ten requests a second for one environment are too many, however short they are."""
    local = start("obedient.handler", "--concurrency", "1")
    local.invoke({})
    answers = [answer for _ in range(40) for answer in many(local, 1, {})]
    refused = throttles(answers)
    assert {one["Reason"] for one in refused} == {"ReservedFunctionInvocationRateLimitExceeded"}
    assert local.stats()["rules"] == {"rate": len(refused)}


def test_scale_out(start: Callable[..., Local]):
    """No more new environments within ten seconds than that."""
    local = start("obedient.handler", "--concurrency", "4", "--scale-out", "1")
    refused = throttles(many(local, 3, {"do": "sleep", "s": 1}))
    assert [one["Reason"] for one in refused] == ["CallerRateLimitExceeded"] * 2
    assert [one["ResponseMetadata"]["HTTPHeaders"]["x-local-lambda-throttle"] for one in refused] == ["scale-out"] * 2


def test_limits_change_while_it_runs(start: Callable[..., Local]):
    """What is named changes, the rest stays, and the next request knows."""
    local = start("obedient.handler", "--concurrency", "0")
    before = local.get("/_local/limits").json()
    after = local.request("PUT", "/_local/limits", json={"reserved_concurrency": 1, "timeout_s": 0.5}).json()
    assert after == before | {"reserved_concurrency": 1, "timeout_s": 0.5}
    assert local.invoke({"do": "sleep", "s": 9}).payload["errorType"] == "Sandbox.Timedout"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"{", "expected a JSON object"),
        (b"[]", "expected a JSON object"),
        (b'{"concurrency": 1}', "'concurrency' is no limit; there are account_concurrency, reserved_concurrency"),
        (b'{"reserved_concurrency": -1}', "reserved_concurrency is -1; it must be 0 or more"),
        (b'{"reserved_concurrency": "2"}', "reserved_concurrency is '2'; it must be a whole number"),
        (b'{"reserved_concurrency": 1.5}', "reserved_concurrency is 1.5; it must be a whole number"),
        (b'{"timeout_s": true}', "timeout_s is True; it must be a number"),
        (b'{"timeout_s": 0}', "timeout_s is 0; it must be above 0"),
        (b'{"provisioned_concurrency": 3}', "provisioned_concurrency is 3; the concurrency is 2"),
    ],
)
def test_limits_that_cannot_be(local: Local, body: bytes, words: str):
    """The field is named, the old limits stay."""
    before = local.get("/_local/limits").json()
    answer = local.request("PUT", "/_local/limits", content=body)
    assert answer.status_code == 400
    assert words in answer.json()["message"]
    assert local.get("/_local/limits").json() == before


def test_idle_environments_end(start: Callable[..., Local]):
    """After that time without a request the process is gone, and the next request is cold."""
    local = start("obedient.handler", "--idle", "0.3")
    pid = local.invoke({"do": "pid"}).payload
    until(lambda: gone([pid]), "it stays")
    assert local.pids() == []
    assert local.invoke({"do": "pid"}).headers["x-local-lambda-init"] == "cold"


def test_environments_end_when_asked(start: Callable[..., Local]):
    """Control ends the idle ones, and counts anew."""
    local = start("obedient.handler")
    pid = local.invoke({"do": "pid"}).payload
    assert local.request("DELETE", "/_local/environments").json() == {"ended": 1}
    assert gone([pid])
    assert local.request("DELETE", "/_local/stats").json() == {}
    stats = local.stats()
    assert (stats["answered"], stats["total"], stats["environments"]) == (0, 0, [])
    assert local.invoke({"do": "pid"}).headers["x-local-lambda-init"] == "cold"


def test_provisioned_environments_are_ready_before_the_first_request(start: Callable[..., Local]):
    """They are warm, others cold; one that dies is replaced."""
    local = start("obedient.handler", "--concurrency", "2", "--provisioned", "1")
    pids = until(local.pids, "none is provisioned")
    told = local.invoke({"do": "pid"})
    assert (told.payload, told.headers["x-local-lambda-init"]) == (pids[0], "warm")
    local.invoke({"do": "exit", "code": 1})
    replaced = until(local.pids, "it is not replaced")
    assert replaced != pids
    assert local.invoke({"do": "pid"}).payload == replaced[0]


def test_an_unknown_part_of_control(local: Local):
    """It says what there is."""
    answer = local.get("/_local/nothing")
    assert answer.status_code == 404
    assert "GET /_local/nothing" in answer.json()["message"]
