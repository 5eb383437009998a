"""Every answer that is not the one asked for: RFC 9457 problem documents, by stable type.

HTTP statuses are known in this module alone. docs/errors.md tells each type in words.
Left out: when a problem arises; whoever finds one says its name and the detail.
"""

from collections.abc import Mapping
from typing import NamedTuple

from msgspec import UNSET, Struct, UnsetType
from msgspec.json import encode

from .answers import Answers

TYPE_PREFIX = "urn:undertone:problem:"
JSON = "application/json"
PROBLEM_JSON = "application/problem+json"
Headers = tuple[tuple[str, str], ...]


class Reply(NamedTuple):
    """An answer before any door has dressed it."""

    status: int
    content_type: str
    body: bytes
    headers: Headers = ()
    answers: Answers | None = None
    """What was classified; None where nothing was."""


class Problem(Struct, omit_defaults=True):
    """RFC 9457 problem details."""

    type: str
    title: str
    status: int
    detail: str
    path: str | UnsetType = UNSET
    """Where in the body the mistake is, as a JSONPath."""


class _Kind(NamedTuple):
    status: int
    title: str
    headers: Headers = ()


CLOSE = (("Connection", "close"),)
KINDS: Mapping[str, _Kind] = {
    "malformed-request": _Kind(400, "The request is not HTTP", CLOSE),
    "malformed-event": _Kind(400, "The event is not as its source sends it"),
    "invalid-json": _Kind(400, "The body is not JSON in UTF-8"),
    "unauthorized": _Kind(401, "An API key is required", (("WWW-Authenticate", 'Bearer realm="undertone"'),)),
    "not-found": _Kind(404, "There is nothing at this path"),
    "method-not-allowed": _Kind(405, "This path does not take this method"),
    "body-timeout": _Kind(408, "The body did not arrive in time", CLOSE),
    "body-too-large": _Kind(413, "The body is too large", CLOSE),
    "text-too-long": _Kind(413, "The text is too long"),
    "batch-too-large": _Kind(413, "The batch has too many texts"),
    "invalid-shape": _Kind(422, "The body does not have the expected shape"),
    "invalid-line": _Kind(422, "The line cannot be read"),
    "unknown-event": _Kind(422, "The event fits no door"),
    "headers-too-large": _Kind(431, "The headers are too large", CLOSE),
    "internal": _Kind(500, "The service failed"),
    "model-unavailable": _Kind(503, "The model cannot be used", (("Retry-After", "60"),)),
}


def problem(kind: str, detail: str, *, path: str | None = None, headers: Headers = ()) -> Reply:
    """The reply for a problem of `kind`, a key of KINDS.

    >>> problem("not-found", "Try /docs.").body.decode()[:41]
    '{"type":"urn:undertone:problem:not-found"'
    """
    status, title, own_headers = KINDS[kind]
    document = Problem(TYPE_PREFIX + kind, title, status, detail, UNSET if path is None else path)
    return Reply(status, PROBLEM_JSON, encode(document), own_headers + headers)


def ok(body: bytes, answers: Answers | None = None) -> Reply:
    """The reply to a request that was answered."""
    return Reply(200, JSON, body, (), answers)


def accepted(body: bytes) -> Reply:
    """The reply to what was taken and will be used later."""
    return Reply(202, JSON, body)


def refused(content_type: str, body: bytes, headers: Headers = ()) -> Reply:
    """The reply to a caller's mistake in the words of another service's protocol."""
    return Reply(400, content_type, body, headers)


def no_content(headers: Headers) -> Reply:
    """The reply whose headers say it all, as to a CORS preflight."""
    return Reply(204, JSON, b"", headers)
