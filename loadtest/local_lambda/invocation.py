"""One invocation: what the function is asked, what it told, and the answer with its lines of the log.

Lines as Lambda writes them: https://docs.aws.amazon.com/lambda/latest/dg/python-logging.html
Left out: how the function is reached (`environment`).
"""

import json
from datetime import UTC, datetime
from math import ceil
from typing import NamedTuple
from uuid import uuid4


class Invocation(NamedTuple):
    """One event on its way to the function; `event` is JSON."""

    request_id: str
    event: bytes
    arn: str
    trace_id: str
    version: str = "$LATEST"
    client_context: str = ""


class Told(NamedTuple):
    """What an environment told next: `next`, `response`, `error`, `init-error`, `exit` or `timeout`."""

    kind: str
    body: bytes = b""
    error: str = ""


class Answer(NamedTuple):
    """What the caller gets; `error` is the type of what went wrong, or empty."""

    invocation: Invocation
    payload: bytes
    error: str
    environment: int
    init_ms: float  # 0.0 in a warm environment
    cold: bool
    duration_ms: float
    memory_mb: int
    log: bytes


def invocation(event: bytes, arn: str, trace_id: str = "", client_context: str = "", version: str = "") -> Invocation:
    """An invocation with an id of its own, and a trace where the caller has none."""
    request_id = str(uuid4())
    trace_id = trace_id or f"Root=1-{request_id[:8]}-{uuid4().hex[:24]};Sampled=0"
    return Invocation(request_id, event, arn, trace_id, version or "$LATEST", client_context)


def failure(told: Told, request_id: str, timeout_s: float) -> tuple[str, bytes]:
    """The type and the document of what went wrong, as Lambda words it.

    >>> kind, document = failure(Told("exit", error="exit status 3"), "id", 30)
    >>> kind, json.loads(document)["errorMessage"]
    ('Runtime.ExitError', 'RequestId: id Error: Runtime exited with error: exit status 3')
    """
    match told.kind:
        case "timeout":
            return _document(
                "Sandbox.Timedout", f"RequestId: {request_id} Error: Task timed out after {timeout_s:.2f} seconds"
            )
        case "exit":
            why = f"with error: {told.error}" if told.error else "without providing a reason"
            return _document("Runtime.ExitError", f"RequestId: {request_id} Error: Runtime exited {why}")
        case _:
            return told.error or _type_of(told.body), told.body


def _document(kind: str, message: str) -> tuple[str, bytes]:
    return kind, json.dumps({"errorType": kind, "errorMessage": message}).encode()


def _type_of(document: bytes) -> str:
    """The runtime client names it in the document alone."""
    try:
        found = json.loads(document)
    except ValueError:
        return "Runtime.Unknown"
    return str(found.get("errorType") or "Runtime.Unknown") if isinstance(found, dict) else "Runtime.Unknown"


def start_line(request_id: str, version: str) -> bytes:
    return f"START RequestId: {request_id} Version: {version}\n".encode()


def init_report(told: Told, phase: str, init_ms: float) -> bytes:
    """The line of an INIT that failed; that of one that succeeded is part of the REPORT."""
    status = "timeout" if told.kind == "timeout" else "error"
    kind = "" if told.kind == "timeout" else f"\tError Type: {failure(told, '', 0)[0]}"
    return f"INIT_REPORT Init Duration: {init_ms:.2f} ms\tPhase: {phase}\tStatus: {status}{kind}\n".encode()


def end_lines(answer: Answer, memory_size_mb: int, timeout_s: float) -> bytes:
    """What stands after the function's own lines: the fault, END and REPORT. INIT is billed."""
    request_id = answer.invocation.request_id
    billed_ms = ceil(answer.duration_ms + answer.init_ms)
    fault, status = "", ""
    if answer.error == "Sandbox.Timedout":
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3]
        fault = f"{now}Z {request_id} Task timed out after {timeout_s:.2f} seconds\n\n"
        status = "\tStatus: timeout"
    elif answer.error == "Runtime.ExitError":
        fault = f"{json.loads(answer.payload)['errorMessage']}\n{answer.error}\n"
    if answer.error and not status:
        status = f"\tStatus: error\tError Type: {answer.error}"
    init = f"\tInit Duration: {answer.init_ms:.2f} ms" if answer.init_ms else ""
    return (
        f"{fault}END RequestId: {request_id}\n"
        f"REPORT RequestId: {request_id}\tDuration: {answer.duration_ms:.2f} ms\tBilled Duration: {billed_ms} ms\t"
        f"Memory Size: {memory_size_mb} MB\tMax Memory Used: {answer.memory_mb} MB{init}{status}\n"
    ).encode()
