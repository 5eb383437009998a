"""An answer of any door becomes one of seven kinds, with Lambda's own reason."""

import json

import pytest

from loadtest.fates import KINDS, Fate, of_answer, with_report
from tests.loadtest.standin import ANSWERS


@pytest.mark.parametrize("name", ANSWERS)
def test_each_answer_is_of_its_kind(name: str):
    """Throttles, faults, timeouts and refusals are told apart; cold and warm answers are both answered."""
    status, headers, document = ANSWERS[name]
    fate = of_answer(status, {key.lower(): value for key, value in headers.items()}, json.dumps(document).encode())
    expected = "answered" if name in ("cold", "warm", "slow") else name
    assert fate.kind == expected
    assert fate.kind in KINDS


def test_a_throttle_keeps_lambdas_reason_and_when_to_come_back():
    """From the Invoke API's body, or from the header of a function URL."""
    body = b'{"Reason":"ConcurrentInvocationLimitExceeded","Type":"User","retryAfterSeconds":"2"}'
    assert of_answer(429, {}, body) == Fate("throttled", "ConcurrentInvocationLimitExceeded", retry_after_s=2.0)
    headers = {"x-amzn-errortype": "TooManyRequestsException", "retry-after": "1"}
    assert of_answer(429, headers, b"") == Fate("throttled", "TooManyRequestsException", retry_after_s=1.0)
    assert of_answer(429, {"retry-after": "Wed, 21 Oct 2026 07:28:00 GMT"}, b"x").retry_after_s == 0.0


def test_the_report_line_tells_duration_and_cold_start():
    """As AWS's documentation shows it, with tabs."""
    line = (
        "REPORT RequestId: 8f5\tDuration: 79.67 ms\tBilled Duration: 180 ms\tMemory Size: 128 MB\t"
        "Max Memory Used: 73 MB\tInit Duration: 100.44 ms"
    )
    fate = with_report(Fate("answered"), f"START RequestId: 8f5\nEND RequestId: 8f5\n{line}\n")
    assert (fate.init, fate.duration_ms, fate.init_ms) == ("cold", 79.67, 100.44)
    assert with_report(Fate("answered"), line.rpartition("\t")[0]).init == "warm"
    assert with_report(Fate("fault"), "no report") == Fate("fault")


def test_what_the_local_lambda_names_as_an_error_is_one():
    """A function URL shows a timeout as 502; the header says which it was."""
    assert of_answer(502, {"x-local-lambda-error": "Sandbox.Timedout"}, b"Internal Server Error").kind == "timeout"
    assert of_answer(502, {"x-local-lambda-error": "Runtime.ExitError"}, b"")[:2] == ("fault", "Runtime.ExitError")
    assert of_answer(502, {"x-local-lambda-error": "Function.ResponseSizeTooLarge"}, b"").kind == "oversize"
