"""Every setting of the service, read from the environment once into one frozen value.

Left out: what the settings do; each is used in one place. Names and defaults are listed in docs/settings.md.
"""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from textmodel.model import ROOT
from textmodel.reliability import DEFAULT_TARGET

MAX_LAMBDA_BODY_BYTES = 4_500_000
"""6 MB, Lambda's payload, after base64: three bytes for every four."""


class SettingsError(Exception):
    """A variable of the environment is not what it should be."""

    def __init__(self, name: str, expected: str, found: str) -> None:
        super().__init__(f"{name}: expected {expected}, found {found!r}")


class Settings(Struct, frozen=True, kw_only=True):
    """What one process of the service is told."""

    host: str = "127.0.0.1"
    port: int = 8000
    artifacts: str = ROOT
    task: str = "sentiment"
    target_accuracy: float = DEFAULT_TARGET
    max_text_chars: int = 50_000
    max_batch_texts: int = 1_000
    max_body_bytes: int = 1_048_576
    header_timeout_s: float = 10.0
    body_timeout_s: float = 10.0
    api_keys_sha256: tuple[str, ...] = ()
    cors_origins: tuple[str, ...] = ()
    log_requests: bool = True
    workers: int = 0
    results_queue_url: str = ""
    results_bucket: str = ""
    raise_http_faults: bool = True


def from_environment(environ: Mapping[str, str]) -> Settings:
    """The settings that `environ` names, defaults for the rest.

    Raises: SettingsError, naming the variable, what it may be and what was found.

    >>> from_environment({"PORT": "9000"}).port
    9000
    """
    found = {field: read(name, environ[name]) for name, (field, read) in VARIABLES.items() if environ.get(name)}
    return Settings(**found)


def _whole(low: int, high: int) -> Any:
    def read(name: str, text: str) -> int:
        if not (text.isascii() and text.isdigit() and len(text) <= 12 and low <= int(text) <= high):
            raise SettingsError(name, f"a whole number from {low} to {high}", text)
        return int(text)

    return read


def _seconds(name: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0.1 <= value <= 3600:
        raise SettingsError(name, "seconds from 0.1 to 3600", text)
    return value


def _target(name: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value < 1:
        raise SettingsError(name, "an accuracy above 0 and below 1, as 0.9", text)
    return value


def _text(_name: str, text: str) -> str:
    return text


def _url(name: str, text: str) -> str:
    if not text.startswith(("https://", "http://")):
        raise SettingsError(name, "an address like https://sqs.REGION.amazonaws.com/ACCOUNT/NAME", text)
    return text


def _bucket(name: str, text: str) -> str:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html"""
    if not 3 <= len(text) <= 63 or set(text) - set("abcdefghijklmnopqrstuvwxyz0123456789.-"):
        raise SettingsError(name, "a bucket's name of 3 to 63 small letters, digits, dots and hyphens", text)
    return text


def _switch(name: str, text: str) -> bool:
    if text not in ("0", "1"):
        raise SettingsError(name, "0 or 1", text)
    return text == "1"


def _words(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _digests(name: str, text: str) -> tuple[str, ...]:
    """SHA-256 in hexadecimal, commas between; the value itself is never shown, it may be a key."""
    digests = tuple(word.lower() for word in _words(text))
    if not digests:  # commas and blanks must not open the service
        raise SettingsError(name, "at least one SHA-256 digest, or no value", "none")
    for number, digest in enumerate(digests, 1):
        if len(digest) != 64 or set(digest) - set("0123456789abcdef"):
            raise SettingsError(name, "SHA-256 digests of 64 hexadecimal digits", f"entry {number}")
    return digests


def _origins(name: str, text: str) -> tuple[str, ...]:
    origins = _words(text)
    for origin in origins:
        scheme, _, host = origin.partition("://")
        if origin != "*" and (scheme not in ("http", "https") or not host or "/" in host):
            raise SettingsError(name, "origins like https://example.com, or *", origin)
    return origins


VARIABLES: dict[str, tuple[str, Any]] = {
    "HOST": ("host", _text),
    "PORT": ("port", _whole(0, 65535)),
    "UNDERTONE_ARTIFACTS": ("artifacts", _text),
    "UNDERTONE_TASK": ("task", _text),
    "UNDERTONE_TARGET_ACCURACY": ("target_accuracy", _target),
    "UNDERTONE_MAX_TEXT_CHARS": ("max_text_chars", _whole(1, MAX_LAMBDA_BODY_BYTES)),
    "UNDERTONE_MAX_BATCH_TEXTS": ("max_batch_texts", _whole(1, 100_000)),
    "UNDERTONE_MAX_BODY_BYTES": ("max_body_bytes", _whole(1, MAX_LAMBDA_BODY_BYTES)),
    "UNDERTONE_HEADER_TIMEOUT_S": ("header_timeout_s", _seconds),
    "UNDERTONE_BODY_TIMEOUT_S": ("body_timeout_s", _seconds),
    "UNDERTONE_API_KEYS_SHA256": ("api_keys_sha256", _digests),
    "UNDERTONE_CORS_ORIGINS": ("cors_origins", _origins),
    "UNDERTONE_LOG_REQUESTS": ("log_requests", _switch),
    "UNDERTONE_RESULTS_QUEUE_URL": ("results_queue_url", _url),
    "UNDERTONE_RESULTS_BUCKET": ("results_bucket", _bucket),
    "UNDERTONE_RAISE_HTTP_FAULTS": ("raise_http_faults", _switch),
    "UNDERTONE_WORKERS": ("workers", _whole(0, 512)),
}
