"""Steady load by wrk: a number of connections, each with one request under way, for some seconds.

wrk sends varied bodies (bodies.lua) and counts statuses above 399 and each kind of socket error.
Left out: floods, where every single request's fate is told (`flood_client`).
"""

import json
import os
import subprocess
from typing import Any, NamedTuple

from . import machine
from .process import Running

SCRIPT = os.path.join(os.path.dirname(__file__), "bodies.lua")
KINDS = ("connect", "read", "write", "status", "timeout")


class Load(NamedTuple):
    """What came of one load."""

    requests: int
    per_second: float
    p50_ms: float
    p99_ms: float
    failures: dict[str, int]


def run(running: Running, bodies: str, connections: int, seconds: float, timeout_s: float) -> Load:
    """`connections` to a server for `seconds`; `bodies` is a file with a body per line."""
    whole_s = max(1, round(seconds))  # wrk takes whole seconds
    command = [
        "wrk", "-t1", f"-c{connections}", f"-d{whole_s}s", "--timeout", f"{timeout_s:.0f}s", "-s", SCRIPT,
        f"http://127.0.0.1:{running.port}", "--", bodies,
    ]  # fmt: skip
    with machine.on_cores(machine.ALL_CORES if running.server.shared else machine.CLIENT_CORE):
        done = subprocess.run(command, capture_output=True, text=True, timeout=seconds + timeout_s + 30, check=True)
    return parse(done.stdout)


def parse(output: str) -> Load:
    """The last line of what wrk printed.

    >>> parse('RESULT {"requests": 10, "duration_us": 2000000, "p50_us": 1500, "p99_us": 3000, "connect": 0, '
    ...       '"read": 1, "write": 0, "status": 0, "timeout": 0}')
    Load(requests=10, per_second=5.0, p50_ms=1.5, p99_ms=3.0, failures={'read': 1})
    """
    result: dict[str, Any] = json.loads(output.rpartition("RESULT ")[2])
    failures = {kind: result[kind] for kind in KINDS if result[kind]}
    good = result["requests"] - failures.get("status", 0)
    per_second = good / (result["duration_us"] / 1e6)
    return Load(result["requests"], per_second, result["p50_us"] / 1000, result["p99_us"] / 1000, failures)
