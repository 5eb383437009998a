"""One function: its limits, its environments, and what becomes of each invocation.

INIT that fails or takes too long runs again inside the invocation, then with the function's own time
(https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html).
Left out: how an invocation arrives (`invoke_api`, `function_url`, `events`).
"""

import asyncio
import time
from collections.abc import Coroutine
from contextlib import suppress
from typing import NamedTuple

from ..rules import Concurrency, Limits, Throttle
from .environment import Environment, Gone
from .errors import TooManyRequests
from .invocation import Answer, Invocation, Told, end_lines, failure, init_report, start_line
from .log import Log
from .options import Options
from .stats import Stats

TICK_S = 0.01
"""How often memory, idleness and the log's buffer are looked at."""


class _Course(NamedTuple):
    """How an invocation went in its environment."""

    told: Told
    init_ms: float
    cold: bool
    duration_ms: float


class Function:
    """Started with `start`, asked with `invoke`, ended with `close`."""

    def __init__(self, options: Options, log: Log) -> None:
        self.options = options
        self.stats = Stats()
        self.rules = Concurrency(options.limits, time.monotonic())
        self._log = log
        self._environments: dict[int, Environment] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._closed = False

    @property
    def limits(self) -> Limits:
        return self.rules.limits

    @property
    def environments(self) -> list[Environment]:
        return list(self._environments.values())

    def start(self) -> None:
        self._background(self._tick())
        for number in self.rules.provisioned:
            self._background(self._provision(number))

    async def close(self) -> None:
        """End every environment."""
        self._closed = True
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*(environment.close() for environment in self.environments))

    def set_limits(self, limits: Limits) -> None:
        """Raises: LimitsError."""
        for number in self.rules.set_limits(limits, time.monotonic()):
            self._background(self._provision(number))

    async def end_idle(self) -> int:
        """End all environments that wait, so that the next request is a cold one; how many those were."""
        idle = [one for one in self.environments if not one.busy.locked()]
        for environment in idle:
            self._forget(environment)
        await asyncio.gather(*(environment.close() for environment in idle))
        return len(idle)

    async def invoke(self, given: Invocation) -> Answer:
        """The function's answer, or that of Lambda where the function has none.

        Raises: TooManyRequests.
        """
        admitted = self.rules.admit(time.monotonic())
        if isinstance(admitted, Throttle):
            self.stats.throttled(admitted)
            raise TooManyRequests(admitted)
        environment = self._environment(admitted.environment)
        timeout_s = self.limits.timeout_s
        async with environment.busy:
            try:
                course = await self._course(environment, given, timeout_s)
            except BaseException:  # the server stops: nobody will ask this environment again
                await environment.close()
                self._forget(environment)
                raise
            answer = self._answer(environment, given, course, timeout_s)
            self._put_back(environment)
        self.stats.answered(answer)
        self._log.write(answer.log, notable=answer.cold or bool(answer.error))
        return answer

    def _environment(self, number: int) -> Environment:
        found = self._environments.get(number)
        if found is None:
            found = self._environments[number] = Environment(number, self.options, self._ended)
        return found

    async def _course(self, environment: Environment, given: Invocation, timeout_s: float) -> _Course:
        """INIT where it is due, then the event; anew in a fresh process where the old one has just gone."""
        start = start_line(given.request_id, given.version)
        if environment.alive:
            environment.log.extend(start)
            start = b""
            with suppress(Gone):
                told, duration_ms = await environment.run(given, timeout_s)
                return _Course(told, 0.0, cold=False, duration_ms=duration_ms)
        told, init_ms = await environment.init(self.limits.init_timeout_s)
        begun = time.perf_counter()
        environment.log.extend(start)
        if told.kind != "next":
            environment.log.extend(init_report(told, "init", init_ms))
            told, init_ms = await environment.init(timeout_s)
            if told.kind != "next":
                environment.log.extend(init_report(told, "invoke", init_ms))
            init_ms = 0.0  # it is part of the duration
        if told.kind == "next":
            left_s = timeout_s - (time.perf_counter() - begun)
            try:
                told, _ = await environment.run(given, left_s)
            except Gone:
                told = Told("exit")
        return _Course(told, init_ms, cold=True, duration_ms=(time.perf_counter() - begun) * 1000)

    def _answer(self, environment: Environment, given: Invocation, course: _Course, timeout_s: float) -> Answer:
        told = course.told
        error, payload = "", told.body
        if told.kind != "response":
            error, payload = failure(told, given.request_id, timeout_s)
        init_ms, cold, duration_ms = course.init_ms, course.cold, course.duration_ms
        memory_mb = -(-environment.memory_kb // 1024)
        answer = Answer(given, payload, error, environment.number, init_ms, cold, duration_ms, memory_mb, b"")
        lines = bytes(environment.log) + end_lines(answer, self.options.memory_mb, timeout_s)
        environment.log.clear()
        return answer._replace(log=lines)

    def _put_back(self, environment: Environment) -> None:
        """It waits for the next event, or is gone with its process."""
        if environment.alive:
            self.rules.release(environment.number, time.monotonic())
        else:
            self._forget(environment)
            self._background(environment.close())

    def _ended(self, environment: Environment) -> None:
        """A process ended; one that was idle is nobody's fault and nobody's answer."""
        if not environment.busy.locked() and not self._closed:
            self._put_back(environment)

    def _forget(self, environment: Environment) -> None:
        if self._environments.pop(environment.number, None):
            replacement = self.rules.end(environment.number, time.monotonic())
            if replacement is not None and not self._closed:
                self._background(self._provision(replacement))

    async def _provision(self, number: int) -> None:
        """INIT before the first request; where it fails, the first request does it again."""
        environment = self._environment(number)
        environment.kind = "provisioned-concurrency"
        async with environment.busy:
            told, init_ms = await environment.init(self.limits.init_timeout_s)
            self.stats.initialized(init_ms)
            if told.kind != "next":
                environment.log.extend(init_report(told, "init", init_ms))

    async def _tick(self) -> None:
        """Look after memory, idleness and the log."""
        most_kb, count = self.options.memory_mb * 1024, 0
        while True:
            await asyncio.sleep(TICK_S)
            count += 1
            for environment in self.environments:
                if environment.busy.locked():
                    environment.limit_memory(most_kb)
            if count % 10 == 0:
                self._log.flush()
                for number in self.rules.expire(time.monotonic()):
                    if ended := self._environments.pop(number, None):
                        self._background(ended.close())

    def _background(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
