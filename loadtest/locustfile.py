"""What locust runs: the users, one shape, the options. `locust -f loadtest/locustfile.py --host TARGET`.

Works with locust's web page, with `--headless`, and spread over `--processes`, or a master and its workers.
With `--rows FOLDER` each process writes its attempts there, and the first one when a limit was changed.
Left out: judging what came of it (`loadtest.run`).
"""

import collections
import os
import sys
import time
from pathlib import Path
from typing import Any

import gevent
from gevent.event import Event
from locust import LoadTestShape, events
from locust.runners import STATE_RUNNING, WorkerRunner

sys.path.insert(0, str(Path(__file__).parents[1]))  # locust is given a file, not a module

from loadtest import control, shapes, users
from loadtest.rows import Row, Writer
from loadtest.shapes import Plan
from loadtest.target import TargetError, parse
from loadtest.users import BatchUser, InvokeUser, PredictUser, UrlUser

__all__ = ["BatchUser", "InvokeUser", "PredictUser", "Shape", "UrlUser"]


class Test:
    """What this process's users share."""

    def __init__(self, environment: Any) -> None:
        options = environment.parsed_options
        self.asked = _asked(environment)
        limits = tuple(int(part) for part in options.limits.split(","))
        self.plan = Plan(options.shape, options.rate, options.seconds, limits, options.burst, options.give_up)
        self.target = parse(self.asked["host"] or "")
        self.retries, self.timeout_s = options.retries, options.request_timeout
        key = os.environ.get("UNDERTONE_API_KEY")
        self.key = {"X-API-Key": key} if key else {}
        self.client = users.client(self.target, self.timeout_s) if self.target.function else None
        self.folder = Path(options.rows) if options.rows else None
        self.gate, self.ended = Event(), False
        self.limit: int | None = None
        self.recent: collections.deque[bool] = collections.deque(maxlen=max(50, int(self.plan.rate_per_s)))
        self._writer: Writer | None = None

    def row(self, row: Row) -> None:
        """Take note of one attempt."""
        self.recent.append(row.kind == "answered" and row.waited_ms < shapes.BROKEN_MS)
        if self.folder and not self._writer:
            self._writer = Writer(self.folder / f"rows-{os.getpid()}.csv")
        if self._writer:
            self._writer.write(row)

    def end(self) -> None:
        """No further rows."""
        self.ended = True
        if self._writer:
            self._writer.close()
            self._writer = None


class Shape(LoadTestShape):
    """The plan, second by second; changes the local Lambda's limit when the plan says so."""

    def reset_time(self) -> None:
        """A new run begins, perhaps with other options from the page."""
        super().reset_time()
        _renew(self.runner.environment)  # type: ignore[union-attr]

    def tick(self) -> tuple[int, float] | None:
        test: Test = self.runner.environment.loadtest  # type: ignore[union-attr]
        run_s = self.get_run_time()
        limit = shapes.limit_at(test.plan, run_s)
        if limit != test.limit and run_s < test.plan.total_s:
            test.limit = limit
            _step(test, limit)
        wanted = None if self._over(test) else shapes.users_at(test.plan, run_s)
        return None if wanted is None else (wanted, float(wanted))

    def _over(self, test: Test) -> bool:
        if test.plan.shape == "burst":  # its users end when their one request has
            runner: Any = self.runner  # until it runs, its figures are those of the test before
            begun = runner.state == STATE_RUNNING and runner.stats.total.num_requests > 0
            return bool(begun and self.get_current_user_count() == 0)
        return test.plan.shape == "ramp" and shapes.broken(test.recent)


def _step(test: Test, limit: int | None) -> None:
    if limit is None:
        return
    address = test.target.url or test.target.endpoint
    try:
        control.set_limit(address, limit)
    except control.ControlError as error:
        sys.exit(f"loadtest: {error}")
    if test.folder:
        with (test.folder / "steps.csv").open("a", encoding="utf-8") as file:
            file.write(f"{time.time():.6f},{limit}\n")


@events.init_command_line_parser.add_listener
def _options(parser: Any) -> None:
    group = parser.add_argument_group("Undertone's load test")
    add = group.add_argument
    add("--shape", choices=shapes.NAMES, default="rate", env_var="LOADTEST_SHAPE", help="shape of the load over time")
    add("--door", choices=("auto", *dict(users.by_door())), default="auto", env_var="LOADTEST_DOOR",
        help="which users; auto: by the target")  # fmt: skip
    add("--rate", type=float, default=100.0, help="requests a second; for a ramp the highest")
    add("--seconds", type=float, default=10.0, help="length of the test, or of each step")
    add("--limits", default="1,2,4,8", help="concurrency limits to step through, on a local Lambda")
    add("--burst", type=int, default=1000, help="requests of a burst")
    add("--retries", type=int, default=0, help="how often a throttled request is sent again")
    add("--request-timeout", type=float, default=30.0, help="seconds until a request is given up")
    add("--give-up", type=float, default=120.0, help="seconds until a burst is given up")
    parser.add_argument(
        "--rows", default="", env_var="LOADTEST_ROWS", help="folder for the raw CSV", include_in_web_ui=False
    )


@events.init.add_listener
def _init(environment: Any, **_: object) -> None:
    environment.events.spawning_complete.add_listener(lambda **_: environment.loadtest.gate.set())
    environment.loadtest = None
    if isinstance(environment.runner, WorkerRunner):
        return  # it hears from its master what to do, when a test starts
    try:
        environment.loadtest = test = Test(environment)
    except (TargetError, ValueError) as error:
        sys.exit(f"loadtest: {error}")
    door = environment.parsed_options.door
    environment.user_classes = [dict(users.by_door())[test.target.door if door == "auto" else door]]
    gevent.spawn(_end_with_parent, environment, os.getppid())


@events.test_start.add_listener
def _renew(environment: Any, **_: object) -> None:
    test: Test | None = environment.loadtest
    if test and not test.ended and test.asked == _asked(environment):
        return
    if test:
        test.end()
    environment.loadtest = Test(environment)


def _asked(environment: Any) -> dict[str, Any]:
    """The options; the page keeps the host elsewhere."""
    return {**vars(environment.parsed_options), "host": environment.host or environment.parsed_options.host}


@events.test_stop.add_listener
def _stop(environment: Any, **_: object) -> None:
    environment.loadtest.end()


def _end_with_parent(environment: Any, parent: int) -> None:
    """A test that `loadtest.run` started ends with it, even where that was killed."""
    while "LOADTEST_OWNED" in os.environ:
        gevent.sleep(1.0)
        if os.getppid() != parent:
            environment.runner.quit()
