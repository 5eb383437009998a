"""One process of the runtime client: its variables, its end with ours, its memory, what it writes.

On Linux the kernel kills it when this process dies, also by kill -9; elsewhere it ends when it next asks for an event.
Left out: processes that a handler starts, where they leave its session or we end by kill -9; memory outside Linux.
"""

import asyncio
import ctypes
import os
import re
import signal
import sys
from collections.abc import Callable
from contextlib import suppress

from .options import REGION, Options

PR_SET_PDEATHSIG = 1
_PRCTL = ctypes.CDLL(None).prctl if sys.platform == "linux" else None
_HIDDEN = ("AWS_", "LAMBDA_", "_LAMBDA_", "_X_AMZN_", "_HANDLER")


class Process:
    """A process that has begun; `wrote` is called with all that it writes."""

    def __init__(self, process: asyncio.subprocess.Process, output: int, wrote: Callable[[bytes], object]) -> None:
        self._process = process
        self._output = output
        self._wrote = wrote
        self._status = _open_status(process.pid)
        asyncio.get_running_loop().add_reader(output, self.drain)

    @property
    def pid(self) -> int:
        return self._process.pid

    async def wait(self) -> str:
        """How it ended, in Lambda's words; empty for an exit with 0."""
        code = await self._process.wait()
        self.drain()
        self._close()
        return _in_words(code)

    def kill(self) -> None:
        """It and what it started; without a word, as Lambda does."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)

    def drain(self) -> None:
        """Take what it has written so far."""
        if self._output < 0:
            return
        try:
            while data := os.read(self._output, 65536):
                self._wrote(data)
                if len(data) < 65536:
                    return
        except BlockingIOError:
            return
        self._close_output()

    def memory_kb(self) -> tuple[int, int]:
        """Resident now, and at most so far; zeros where the system does not tell."""
        if self._status < 0:
            return 0, 0
        try:
            text = os.pread(self._status, 4096, 0)
        except OSError:  # it has ended
            return 0, 0
        peak, now = _HWM.search(text), _RSS.search(text)
        return (int(now[1]) if now else 0), (int(peak[1]) if peak else 0)

    def _close(self) -> None:
        self._close_output()
        if self._status >= 0:
            os.close(self._status)
            self._status = -1

    def _close_output(self) -> None:
        if self._output >= 0:
            asyncio.get_running_loop().remove_reader(self._output)
            os.close(self._output)
            self._output = -1


_HWM = re.compile(rb"VmHWM:\s*(\d+)")
_RSS = re.compile(rb"VmRSS:\s*(\d+)")


async def start(options: Options, address: str, number: int, kind: str, wrote: Callable[[bytes], object]) -> Process:
    """The runtime client with the handler, asking the Runtime API at `address`.

    Raises: OSError when the system has no room for one more process.
    """
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    try:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "awslambdaric", options.handler),
            cwd=options.task_root,
            env=variables(options, address, number, kind),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=writing,
            stderr=writing,
            start_new_session=True,
            preexec_fn=_dies_with(os.getpid()),
        )
    except OSError:
        os.close(reading)
        raise
    finally:
        os.close(writing)
    return Process(process, reading, wrote)


def variables(options: Options, address: str, number: int, kind: str) -> dict[str, str]:
    """Lambda's variables, and the caller's but for their AWS identity: no local run reaches an account.

    Source: https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_HIDDEN)}
    paths = [options.task_root, *filter(None, [os.environ.get("PYTHONPATH")])]
    return kept | {
        "AWS_LAMBDA_RUNTIME_API": address,
        "AWS_LAMBDA_FUNCTION_NAME": options.name,
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(options.memory_mb),
        "AWS_LAMBDA_INITIALIZATION_TYPE": kind,
        "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{options.name}",
        "AWS_LAMBDA_LOG_STREAM_NAME": f"local/[$LATEST]{number:032x}",
        "AWS_EXECUTION_ENV": f"AWS_Lambda_python{sys.version_info.major}.{sys.version_info.minor}",
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "_HANDLER": options.handler,
        "LAMBDA_TASK_ROOT": options.task_root,
        "PYTHONPATH": os.pathsep.join(paths),
        "TZ": ":UTC",
    }


def _dies_with(parent: int) -> Callable[[], None]:
    """What the new process does first: ask for a signal when its parent dies, unless it has by then."""

    def ask() -> None:
        if _PRCTL:
            _PRCTL(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)

    return ask


def _open_status(pid: int) -> int:
    try:
        return os.open(f"/proc/{pid}/status", os.O_RDONLY)
    except OSError:
        return -1


def _in_words(code: int) -> str:
    """An exit code as Lambda tells it.

    >>> _in_words(0), _in_words(3), _in_words(-9)
    ('', 'exit status 3', 'signal: killed')
    """
    if code >= 0:
        return f"exit status {code}" if code else ""
    text = signal.strsignal(-code) or str(-code)
    return f"signal: {text.lower()}"
