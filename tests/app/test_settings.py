"""Every variable of the environment, right and wrong, as a value and as a start of the service."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any

import pytest

from app.settings import VARIABLES, Settings, SettingsError, from_environment

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.app.serving import Running

DIGEST = sha256(b"key").hexdigest()
GOOD: list[tuple[str, str, str, Any]] = [
    ("HOST", "::1", "host", "::1"),
    ("PORT", "0", "port", 0),
    ("PORT", "65535", "port", 65535),
    ("UNDERTONE_ARTIFACTS", "there", "artifacts", "there"),
    ("UNDERTONE_TASK", "emotion", "task", "emotion"),
    ("UNDERTONE_TARGET_ACCURACY", "0.95", "target_accuracy", 0.95),
    ("UNDERTONE_TARGET_ACCURACY", "1e-3", "target_accuracy", 0.001),
    ("UNDERTONE_MAX_TEXT_CHARS", "1", "max_text_chars", 1),
    ("UNDERTONE_MAX_TEXT_CHARS", "4500000", "max_text_chars", 4_500_000),
    ("UNDERTONE_MAX_BATCH_TEXTS", "100000", "max_batch_texts", 100_000),
    ("UNDERTONE_MAX_BODY_BYTES", "4500000", "max_body_bytes", 4_500_000),
    ("UNDERTONE_HEADER_TIMEOUT_S", "0.1", "header_timeout_s", 0.1),
    ("UNDERTONE_BODY_TIMEOUT_S", "3600", "body_timeout_s", 3600.0),
    ("UNDERTONE_API_KEYS_SHA256", f" {DIGEST.upper()} ,{DIGEST},", "api_keys_sha256", (DIGEST, DIGEST)),
    ("UNDERTONE_CORS_ORIGINS", "https://a.example, http://b:81,*", "cors_origins",
     ("https://a.example", "http://b:81", "*")),
    ("UNDERTONE_LOG_REQUESTS", "0", "log_requests", False),
    ("UNDERTONE_LOG_REQUESTS", "1", "log_requests", True),
    ("UNDERTONE_WORKERS", "512", "workers", 512),
    ("UNDERTONE_RESULTS_QUEUE_URL", "https://sqs.example/q", "results_queue_url", "https://sqs.example/q"),
    ("UNDERTONE_RESULTS_BUCKET", "results", "results_bucket", "results"),
    ("UNDERTONE_RAISE_HTTP_FAULTS", "0", "raise_http_faults", False),
]  # fmt: skip
_NO_NUMBERS = ["x", "-1", "1.5", " 1", "1 ", "1_0", "+1", "٣", "²", "9" * 30, "0" * 20 + "9" * 12, "0x10", "1e3"]
BAD: list[tuple[str, str]] = [
    *[("PORT", value) for value in [*_NO_NUMBERS, "65536"]],
    *[("UNDERTONE_TARGET_ACCURACY", value) for value in ["0", "1", "1.5", "-0.5", "nan", "inf", "high", "90 %"]],
    *[("UNDERTONE_MAX_TEXT_CHARS", value) for value in [*_NO_NUMBERS, "0", "4500001"]],
    *[("UNDERTONE_MAX_BATCH_TEXTS", value) for value in [*_NO_NUMBERS, "0", "100001"]],
    *[("UNDERTONE_MAX_BODY_BYTES", value) for value in [*_NO_NUMBERS, "0", "4500001"]],
    *[("UNDERTONE_HEADER_TIMEOUT_S", value) for value in ["x", "0", "0.09", "-1", "nan", "inf", "3601", "1s"]],
    *[("UNDERTONE_BODY_TIMEOUT_S", value) for value in ["x", "0", "0.09", "-1", "nan", "inf", "3601", "1s"]],
    *[("UNDERTONE_API_KEYS_SHA256", value) for value in ["key", DIGEST[1:], DIGEST + "0", f"{DIGEST},key", ",", " "]],
    *[("UNDERTONE_CORS_ORIGINS", value) for value in ["a.example", "ftp://a", "https://", "https://a/", "null"]],
    *[("UNDERTONE_LOG_REQUESTS", value) for value in ["2", "yes", "true", " 1"]],
    *[("UNDERTONE_RESULTS_QUEUE_URL", value) for value in ["results", "arn:aws:sqs:eu-west-1:123456789012:q"]],
    *[("UNDERTONE_RESULTS_BUCKET", value) for value in ["ab", "Results", "a" * 64, "s3://results"]],
    *[("UNDERTONE_RAISE_HTTP_FAULTS", value) for value in ["2", "no"]],
    *[("UNDERTONE_WORKERS", value) for value in ["-1", "513", "all"]],
]
NEVER_WRONG = {"HOST", "UNDERTONE_ARTIFACTS", "UNDERTONE_TASK"}


def test_the_tables_here_name_every_variable() -> None:
    """A variable without a right and a wrong value here is not allowed."""
    assert {name for name, *_ in GOOD} == set(VARIABLES)
    assert {name for name, _ in BAD} | NEVER_WRONG == set(VARIABLES)


@pytest.mark.parametrize(("name", "text", "field", "expected"), GOOD)
def test_a_right_value_is_taken(name: str, text: str, field: str, expected: object) -> None:
    """Each variable sets its field and no other."""
    found = from_environment({name: text})
    assert getattr(found, field) == expected
    assert [f for f in Settings.__struct_fields__ if getattr(found, f) != getattr(Settings(), f)] in ([field], [])


@pytest.mark.parametrize(("name", "text"), BAD)
def test_a_wrong_value_is_refused_by_name(name: str, text: str) -> None:
    """The error names the variable and what it may be; a key is not shown, as it may be a secret."""
    with pytest.raises(SettingsError, match=f"^{name}: expected .+, found ") as caught:
        from_environment({name: text})
    assert name != "UNDERTONE_API_KEYS_SHA256" or text.strip(" ,") == "" or text not in str(caught.value)


def test_an_empty_variable_is_none() -> None:
    """As shells and compose files leave them, empty variables are those that are not set."""
    assert from_environment(dict.fromkeys(VARIABLES, "")) == Settings()


def test_defaults_listen_on_this_machine_only() -> None:
    """Without a setting nobody else reaches the service, and bodies fit through Lambda."""
    assert (Settings().host, Settings().port) == ("127.0.0.1", 8000)
    assert Settings().max_body_bytes < 4_500_000


@pytest.mark.parametrize(
    ("name", "text"),
    [next(pair for pair in BAD if pair[0] == name) for name in sorted({name for name, _ in BAD})],
)
def test_a_service_told_wrong_says_so_in_one_line(start: Callable[..., Running], name: str, text: str) -> None:
    """`python -m app` ends with 2 and one line that names the variable, without a traceback or a key."""
    server = start(**{name: text})
    assert server.exit_code() == 2
    assert server.err.startswith(f"undertone: {name}: expected ")
    assert server.err.count("\n") == 1
    assert "key" not in server.err.removeprefix(f"undertone: {name}")
