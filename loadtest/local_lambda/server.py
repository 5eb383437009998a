"""Runs a local Lambda on 127.0.0.1 until SIGINT, SIGTERM, or the end of the process that started it.

Exits with 0 after either, with 1 when it cannot begin, which it tells in one line.
Left out: what is served (`front`).
"""

import asyncio
import os
import resource
import socket
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from types import FrameType

import uvicorn

from .events import Events
from .front import Front
from .function import Function
from .log import Log
from .options import Options, parse

BACKLOG = 16_384
GRACE_S = 2
"""How long after a signal an answer may take."""
PARENT_S = 0.1


class Server(uvicorn.Server):
    """Stops without an error, and with the process that started it."""

    def __init__(self, front: Front) -> None:
        quiet = {"log_level": "error", "access_log": False, "server_header": False, "date_header": False}
        super().__init__(
            uvicorn.Config(
                front,
                lifespan="off",
                ws="none",
                proxy_headers=False,
                timeout_graceful_shutdown=GRACE_S,
                **quiet,  # type: ignore[arg-type]
            )
        )

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """To be stopped is no failure: the signal is not raised again afterwards."""
        super().handle_exit(sig, frame)
        self._captured_signals.clear()

    async def stop_with(self, parent: int) -> None:
        """Stop once `parent` is no longer the process above this one."""
        while os.getppid() == parent:  # noqa: ASYNC110  # no event tells of it
            await asyncio.sleep(PARENT_S)
        self.should_exit = True


def main(argv: Sequence[str] | None = None) -> int:
    """Serve; the exit code."""
    parent = os.getppid()
    options = parse(argv)
    _raise_file_limit()
    try:
        if options.on_failure:
            Path(options.on_failure).mkdir(parents=True, exist_ok=True)
        log = Log(options.log)
        listener = _listen(options.port)
    except OSError as error:
        where = error.filename or f"127.0.0.1:{options.port}"
        print(f"local lambda: {where}: {error.strerror}", file=sys.stderr)
        return 1
    with suppress(KeyboardInterrupt), listener, asyncio.Runner(loop_factory=_loop_factory()) as runner:
        runner.run(_serve(options, log, listener, parent))
    return 0


async def _serve(options: Options, log: Log, listener: socket.socket, parent: int) -> None:
    """Until it is told to stop; no process of an environment outlives this."""
    function = Function(options, log)
    events = Events(function, log)
    server = Server(Front(function, events))
    watching = asyncio.create_task(server.stop_with(parent))
    function.start()
    _greet(options, listener.getsockname()[1])
    try:
        await server.serve([listener])
    finally:
        watching.cancel()
        await events.close()
        await function.close()
        log.close()


def _greet(options: Options, port: int) -> None:
    """What to open and to ask, once it listens."""
    url, name = f"http://127.0.0.1:{port}", options.name
    print(
        f"Local Lambda {name!r}, concurrency {options.limits.concurrency}: function URL {url}/ ; "
        f"aws lambda invoke --endpoint-url {url} --function-name {name} ... ; control {url}/_local/limits. "
        "Ctrl-C stops it.",
        file=sys.stderr,
    )


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """The faster one, uvloop, where it is installed."""
    return uvicorn.Config("", loop="auto").get_loop_factory()


def _listen(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
        listener.listen(BACKLOG)
    except OSError:
        listener.close()
        raise
    return listener


def _raise_file_limit() -> None:
    """A connection is a file, and an environment some: allow as many as the system lets this process have."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
