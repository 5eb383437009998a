"""What every HTTP answer owes, once for all doors: request id, keys, CORS, limits, log line, figures.

    visit = front.enter(method, path, headers)      may refuse: visit.refusal
    ... the core or FastAPI answers ...
    headers = front.leave(visit, reply)             to add to the answer

Left out: reading bytes and sending them (the doors) and the answer itself (`predict`, `api`).
"""

import os
from collections.abc import Callable, Mapping
from time import perf_counter
from typing import TYPE_CHECKING, Protocol

from .answers import Answers, fields
from .cors import Cors
from .forms import Form, form_of
from .log import Log
from .problems import Headers, Reply, problem
from .settings import Settings

if TYPE_CHECKING:
    from .keys import Keys

OPEN_PATHS = frozenset({"/", "/docs", "/openapi.json", "/livez", "/readyz", "/v2/health/live", "/v2/health/ready"})
OPEN_FOLDERS = ("/page/", "/static-offline-docs/")
OTHER = "(other)"
_ID_CHARS = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.:/+=@")
ID_LENGTH = 128


class Meter(Protocol):
    """Who counts answers."""

    def observe(self, path: str, method: str, status: int, duration_s: float) -> None: ...

    def count(self, answers: Answers) -> None: ...


class Visit:
    """One request on its way through."""

    __slots__ = ("form", "method", "origin", "path", "refusal", "request_id", "started")

    def __init__(self, request_id: str, method: str, path: str, origin: bytes | None, form: Form | None) -> None:
        self.request_id = request_id
        self.method = method
        self.path = path
        self.origin = origin
        self.form = form
        self.refusal: Reply | None = None
        self.started = perf_counter()


class Front:
    """The settings' rules around every answer; `paths` are those named in log and figures."""

    def __init__(
        self,
        settings: Settings,
        paths: frozenset[str],
        log: Log,
        meters: tuple[Meter, ...],
        new_id: Callable[[], str],
    ) -> None:
        self._settings = settings
        self._paths = paths
        self._keys = _keys(settings.api_keys_sha256)
        self._cors = Cors(settings.cors_origins)
        self._log = log
        self._meters = meters
        self._new_id = new_id

    def enter(self, method: str, path: str, headers: Mapping[bytes, bytes]) -> Visit:
        """Receive a request by its head alone; names of `headers` are in lower case."""
        given_id = headers.get(b"x-request-id")
        request_id = valid_id(given_id) if given_id else None
        visit = Visit(
            request_id or self._new_id(), method, path, headers.get(b"origin"), form_of(method, path, headers)
        )
        visit.refusal = self._refusal(visit, headers)
        return visit

    def leave(self, visit: Visit, reply: Reply) -> Headers:
        """Log and count the answer; gives the headers that are added to its own."""
        duration_s = perf_counter() - visit.started
        path = visit.path if visit.path in self._paths else OTHER
        method = visit.method if visit.method in ("GET", "HEAD", "POST", "OPTIONS") else OTHER
        for meter in self._meters:
            meter.observe(path, method, reply.status, duration_s)
            if reply.answers:
                meter.count(reply.answers)
        if self._settings.log_requests:
            self._log.line(
                "info", "request", request_id=visit.request_id, method=method, path=path, status=reply.status,
                duration_ms=round(duration_s * 1000, 3), bytes_out=len(reply.body), **fields(reply.answers),
            )  # fmt: skip
        return (("X-Request-Id", visit.request_id), *self._cors.headers(visit.origin))

    def gone(self, visit: Visit) -> None:
        """The client left before its request was whole."""
        if self._settings.log_requests:
            self._log.line("info", "client-gone", request_id=visit.request_id, method=visit.method)

    def fault(self, visit: Visit, error: BaseException) -> Reply:
        """An error of ours, logged without its message and answered without its inside."""
        self._log.fault(error, request_id=visit.request_id)
        return failed()

    def _refusal(self, visit: Visit, headers: Mapping[bytes, bytes]) -> Reply | None:
        if visit.method == "OPTIONS" and b"access-control-request-method" in headers:
            preflight = self._cors.preflight(visit.origin)
            if preflight:
                return preflight
        if self._keys and not _is_open(visit) and not self._keys.admit(headers):
            return no_key()
        length = headers.get(b"content-length", b"0")
        if length.isdigit() and int(length[:20]) > self._settings.max_body_bytes:
            return body_too_large(self._settings)
        return None


def _keys(digests: tuple[str, ...]) -> "Keys | None":
    if not digests:
        return None
    from .keys import Keys

    return Keys(digests)


def body_too_large(settings: Settings) -> Reply:
    """The refusal of a body over the limit, by its announced or its counted length."""
    return problem("body-too-large", f"At most {settings.max_body_bytes} bytes.")


def body_timeout(settings: Settings) -> Reply:
    """The refusal of a body that takes too long."""
    return problem("body-timeout", f"The whole body must arrive within {settings.body_timeout_s:g} s.")


def no_key() -> Reply:
    """The refusal of whoever brings no key that is known."""
    return problem("unauthorized", "Send one as X-API-Key or as Authorization: Bearer.")


def failed() -> Reply:
    """What is told of a fault of ours."""
    return problem("internal", "The fault is logged under this answer's X-Request-Id.")


def new_request_id() -> str:
    """128 random bits in hexadecimal."""
    return os.urandom(16).hex()


def _is_open(visit: Visit) -> bool:
    """Pages, docs and health checks need no key; what is posted does, also to the page's own path."""
    return visit.method != "POST" and (visit.path in OPEN_PATHS or visit.path.startswith(OPEN_FOLDERS))


def valid_id(given: bytes) -> str | None:
    """A request id as it came, or None where it could not stand in a header and a log.

    >>> valid_id(b"a-1"), valid_id(b"a b"), valid_id(b"")
    ('a-1', None, None)
    """
    return given.decode() if 0 < len(given) <= ID_LENGTH and _ID_CHARS.issuperset(given) else None
