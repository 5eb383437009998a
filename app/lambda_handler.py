"""The Lambda function: `app.lambda_handler.handler`. The one module that acts when it is imported.

    settings -> model -> handler; an event picks its door, the door answers, one line of telemetry is written

Lambda imports it in the init phase, so the model is loaded once per execution environment. A mistake of a
caller is an answer; a fault of ours raises, so that Lambda counts an error and alarms see it.
Left out: what each kind of event looks like (`doors`).
"""

import os
from collections.abc import Mapping
from time import perf_counter
from typing import Any

_BEGUN = perf_counter()

from msgspec.json import decode  # noqa: E402  # what comes after the clock is timed
from msgspec.structs import replace  # noqa: E402

from .aws import LazyAws, told  # noqa: E402
from .direct import SHAPES, ServiceFault  # noqa: E402
from .doors import service  # noqa: E402
from .doors.pick import HTTP, SOURCES, pick  # noqa: E402
from .doors.request import MalformedEvent  # noqa: E402
from .front import Front, new_request_id  # noqa: E402
from .log import Log, write_stdout  # noqa: E402
from .predict import Core, open_core  # noqa: E402
from .problems import Reply, problem  # noqa: E402
from .settings import from_environment  # noqa: E402
from .telemetry import Telemetry  # noqa: E402

NO_DOOR = f"Doors: direct invocation ({SHAPES}), {SOURCES}."


class UnusableModel(Exception):
    """The artifact in the image is damaged: nothing can be answered."""


class Handler:
    """One execution environment."""

    def __init__(self, parts: service.Service, telemetry: Telemetry, log: Log, current: "_CurrentId") -> None:
        self._service = parts
        self._telemetry = telemetry
        self._log = log
        self._current = current

    def __call__(self, event: object, context: Any) -> Any:
        """What Lambda returns for one event.

        Raises: ServiceFault when the mistake is ours.
        """
        begun = perf_counter()
        self._current.value = context.aws_request_id if context else new_request_id()
        ids = {"request_id": self._current.value}
        if trace := os.environ.get("_X_AMZN_TRACE_ID"):
            ids["trace_id"] = trace
        door = pick(event)
        outcome = self._outcome(door, event, ids)
        duration_ms = (perf_counter() - begun) * 1000
        failed = outcome.fault is not None
        name = door.NAME if door else "none"
        ids |= _callers_id(outcome.replies)
        self._telemetry.line(name, outcome.status, outcome.replies, duration_ms, fault=outcome.status >= 500, **ids)
        if failed and (door not in HTTP or self._service.settings.raise_http_faults):
            raise ServiceFault(outcome.fault)
        return outcome.result

    def _outcome(self, door: Any, event: object, ids: Mapping[str, str]) -> service.Outcome:
        """The door's outcome; whatever goes wrong is ours, and is told by its type alone."""
        if door is None:
            return _refused("unknown-event", NO_DOOR)
        try:
            outcome: service.Outcome = door.answer(self._service, event)
        except MalformedEvent as error:
            return _refused("malformed-event", f"{error}.")
        except Exception as error:  # noqa: BLE001  # the last resort of an invocation: its message may hold a text
            self._log.fault(error, **ids)
            return service.Outcome(None, 500, (), f"{told(error)} at the door {door.NAME}")
        return outcome


def _refused(kind: str, detail: str) -> service.Outcome:
    reply = problem(kind, detail)
    return service.Outcome(decode(reply.body), reply.status, (reply,))


class _CurrentId:
    """The invocation's id, which a request without one of its own is given."""

    value = ""

    def __call__(self) -> str:
        return self.value


def _callers_id(replies: tuple[Reply, ...]) -> dict[str, str]:
    """The id of an HTTP request, where its caller chose one."""
    found = [value for reply in replies for name, value in reply.headers if name == "X-Request-Id"]
    return {"http_request_id": found[0]} if found else {}


def _pages(core: Core) -> Any:
    from .pages import build_pages

    return build_pages(core)


def build(environ: Mapping[str, str], imported_ms: float) -> Handler:
    """A handler with its model loaded.

    Raises: SettingsError; UnusableModel.
    """
    begun = perf_counter()
    settings = from_environment(environ)
    log = Log()
    core = open_core(settings, log)
    if core.fault:
        raise UnusableModel(core.fault)
    current = _CurrentId()
    front = Front(replace(settings, log_requests=False), frozenset(core.routes), log, (), current)
    phases = {"import": round(imported_ms, 3), "load": round((perf_counter() - begun) * 1000, 3)}
    telemetry = Telemetry(environ.get("AWS_LAMBDA_FUNCTION_NAME", "undertone"), write_stdout, phases)
    return Handler(service.Service(core, front, log, _pages, LazyAws()), telemetry, log, current)


handler = build(os.environ, (perf_counter() - _BEGUN) * 1000)
