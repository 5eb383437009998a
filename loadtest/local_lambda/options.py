"""What a local Lambda is told on the command line, as one frozen value.

Left out: the rules that the limits stand for (`loadtest.rules`).
"""

import argparse
import importlib.util
import os
from collections.abc import Sequence
from typing import NamedTuple

from ..command_line import Parser
from ..rules import Limits, LimitsError

ACCOUNT = "123456789012"
REGION = "eu-west-1"


class Options(NamedTuple):
    """One function and where it is found."""

    limits: Limits
    port: int = 9000
    name: str = "undertone"
    handler: str = "app.lambda_handler.handler"
    task_root: str = "."
    memory_mb: int = 512
    log: str | None = None
    on_failure: str | None = None
    event_retry_s: tuple[float, ...] = (60.0, 120.0)
    event_max_age_s: float = 21600.0

    @property
    def arn(self) -> str:
        return f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{self.name}"


def parse(argv: Sequence[str] | None = None) -> Options:
    """The command line as options.

    Raises: SystemExit with 2 when something in it is wrong, which is told in one line.
    """
    parser = _parser()
    given = parser.parse_args(argv)
    limits = Limits(
        account_concurrency=given.account_concurrency,
        reserved_concurrency=given.concurrency,
        provisioned_concurrency=given.provisioned,
        scale_out_per_10_s=given.scale_out,
        requests_per_concurrency=given.requests_per_concurrency,
        idle_s=given.idle,
        timeout_s=given.timeout,
        init_timeout_s=given.init_timeout,
    )
    try:
        limits.check()
    except LimitsError as error:
        parser.error(str(error))
    if "." not in given.handler:
        parser.error(f"--handler is {given.handler!r}; it must be module.function")
    if not os.path.isdir(given.task_root):
        parser.error(f"--task-root {given.task_root!r} is no folder")
    if importlib.util.find_spec("awslambdaric") is None:
        parser.error("the package awslambdaric, Lambda's runtime client, is not installed")
    return Options(
        limits,
        given.port,
        given.name,
        given.handler,
        os.path.abspath(given.task_root),
        given.memory_mb,
        given.log,
        given.on_failure,
        given.event_retry,
        given.event_max_age,
    )


def _parser() -> argparse.ArgumentParser:
    usual = Limits()
    shown = argparse.ArgumentDefaultsHelpFormatter
    parser = Parser("python -m loadtest.local_lambda", formatter_class=shown, description=__doc__)
    add = parser.add_argument
    add("--concurrency", type=int, metavar="N", help="reserved concurrency: most execution environments at a time")
    add("--account-concurrency", type=int, default=usual.account_concurrency, metavar="N", help="of the whole account")
    add("--provisioned", type=int, default=0, metavar="N", help="environments that are ready before the first request")
    add("--scale-out", type=int, default=usual.scale_out_per_10_s, metavar="N", help="new environments each 10 s")
    add("--requests-per-concurrency", type=int, default=10, metavar="N", help="the 10x rule, per second")
    add("--idle", type=float, default=usual.idle_s, metavar="S", help="an environment ends after so long unused")
    add("--timeout", type=float, default=usual.timeout_s, metavar="S", help="of one invocation")
    add("--init-timeout", type=float, default=usual.init_timeout_s, metavar="S", help="of INIT")
    add("--port", type=_port, default=9000, help="on 127.0.0.1; 0 takes a free one, which is told")
    add("--name", default="undertone", help="the function's name in the Invoke API")
    add("--handler", default="app.lambda_handler.handler", metavar="MODULE.FUNCTION", help="what an event is given to")
    add("--task-root", default=".", metavar="DIR", help="the folder that the handler is imported from")
    add("--memory-mb", type=_memory, default=512, metavar="MB", help="more than that ends an environment")
    add("--log", metavar="FILE", help="append every log line; without it cold starts and faults are shown")
    add("--on-failure", metavar="DIR", help="where asynchronous events go that failed; without it, into the log")
    add("--event-retry", type=_seconds, default=(60.0, 120.0), metavar="S,S", help="waits before an event's retries")
    add("--event-max-age", type=float, default=21600.0, metavar="S", help="an event is given up after so long")
    return parser


def _port(text: str) -> int:
    return _between(text, 0, 65535)


def _memory(text: str) -> int:
    return _between(text, 128, 10240)


def _between(text: str, least: int, most: int) -> int:
    if not text.isdecimal() or not least <= int(text) <= most:
        raise argparse.ArgumentTypeError(f"expected a number from {least} to {most}, found {text!r}")
    return int(text)


def _seconds(text: str) -> tuple[float, ...]:
    try:
        waits = tuple(float(part) for part in text.split(",") if part)
    except ValueError:
        waits = (-1.0,)
    if any(not wait >= 0 for wait in waits):
        raise argparse.ArgumentTypeError(f"expected seconds, as in 60,120, found {text!r}")
    return waits
