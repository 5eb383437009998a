"""Asynchronous invocations: accepted at once, run when there is room, retried twice, then told as failed.

A fault of the function is retried after one minute and after two; a throttle is no attempt, it waits from 1 s to 5
minutes, for 6 hours at most (https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html).
Left out: a queue that outlives this process; destinations for success.
"""

import asyncio
import json
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from .errors import TooManyRequests
from .function import Function
from .invocation import Answer, Invocation
from .log import Log

THROTTLE_WAIT_S = (1.0, 300.0)


class Events:
    """The events of one function that have not ended."""

    def __init__(self, function: Function, log: Log) -> None:
        self._function = function
        self._log = log
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def waiting(self) -> int:
        return len(self._tasks)

    def add(self, given: Invocation) -> None:
        """Take an event; nobody is told how it went, but for the failure destination."""
        self._function.stats.event("accepted")
        task = asyncio.create_task(self._handle(given))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Give up what has not ended, and say how much."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if tasks:
            self._log.write(f"{len(tasks)} asynchronous events were dropped at the end\n".encode())

    async def _handle(self, given: Invocation) -> None:
        options, attempts, answer = self._function.options, 0, None
        expires = time.monotonic() + options.event_max_age_s
        for wait_s in (0.0, *options.event_retry_s):
            if time.monotonic() + wait_s > expires:
                return self._failed(given, "EventAgeExceeded", attempts, answer)
            await asyncio.sleep(wait_s)
            answer = await self._admitted(given, expires)
            if answer is None:
                return self._failed(given, "EventAgeExceeded", attempts, answer)
            attempts += 1
            if not answer.error:
                return self._function.stats.event("succeeded")
        return self._failed(given, "RetriesExhausted", attempts, answer)

    async def _admitted(self, given: Invocation, expires: float) -> Answer | None:
        """The answer once there is room, None where there is none before it expires."""
        wait_s, most_s = THROTTLE_WAIT_S
        while time.monotonic() <= expires:
            with suppress(TooManyRequests):
                return await self._function.invoke(given)
            await asyncio.sleep(min(wait_s, max(0.0, expires - time.monotonic()) + 0.001))
            wait_s = min(wait_s * 2, most_s)
        return None

    def _failed(self, given: Invocation, condition: str, attempts: int, answer: Answer | None) -> None:
        """A record as Lambda sends it to a destination, as a file or a line of the log."""
        self._function.stats.event(condition)
        record = json.dumps(_record(given, condition, attempts, answer))
        folder = self._function.options.on_failure
        if folder is None:
            self._log.write(f"ON_FAILURE {record}\n".encode())
            return
        try:
            Path(folder, f"{given.request_id}.json").write_text(record, encoding="utf-8")
        except OSError as error:
            self._log.write(f"ON_FAILURE {folder}: {error.strerror}: {record}\n".encode())


def _record(given: Invocation, condition: str, attempts: int, answer: Answer | None) -> dict[str, Any]:
    record: dict[str, Any] = {
        "version": "1.0",
        "timestamp": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z",
        "requestContext": {
            "requestId": given.request_id,
            "functionArn": f"{given.arn}:{given.version}",
            "condition": condition,
            "approximateInvokeCount": attempts,
        },
        "requestPayload": json.loads(given.event),
    }
    if answer:
        context = {"statusCode": 200, "executedVersion": given.version, "functionError": "Unhandled"}
        record |= {"responseContext": context, "responsePayload": _decoded(answer.payload)}
    return record


def _decoded(payload: bytes) -> Any:
    try:
        return json.loads(payload)
    except ValueError:
        return payload.decode("utf-8", "replace")
