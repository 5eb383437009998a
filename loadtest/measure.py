"""Measures what this service takes, on a local Lambda, and writes measured.json: `python -m loadtest.measure`.

Direct invocations, one at a time, of texts of realistic lengths; then as many cold starts as asked. To be run on
a machine that does nothing else. Left out: reading the file (`measured`).
"""

import json
import os
import platform
import sys
import tempfile
import urllib.request
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from . import measured, settings
from .arguments import count
from .command_line import Parser
from .processes import Lambda, StartError
from .summary import quantile
from .texts import texts

INVOKE, ENVIRONMENTS, STATS = "/2015-03-31/functions/undertone/invocations", "/_local/environments", "/_local/stats"
WARM_UP = 50
"""Invocations that are not counted: words are met for the first time."""


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and write."""
    parser = Parser("python -m loadtest.measure", description="Measure the service anew.")
    parser.add_argument("--invocations", type=count, default=3000, help="warm ones (%(default)s)")
    parser.add_argument("--cold-starts", type=count, default=30, help="(%(default)s)")
    parser.add_argument("--out", type=Path, default=measured.FILE, help="(%(default)s)")
    given = parser.parse_args(argv)
    asked = settings.parse(["--concurrency", "1"])
    try:
        with tempfile.TemporaryDirectory() as folder, Lambda(asked, Path(folder)) as address:
            _call(address, "PUT", "/_local/limits", {"requests_per_concurrency": 1_000_000})
            found = _measure(address, given.invocations, given.cold_starts)
    except (StartError, OSError) as error:
        print(f"loadtest: {error}", file=sys.stderr)
        return 1
    given.out.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    print(f"{given.out}: {found['duration_ms']} ms warm, {found['init_ms']} ms INIT")
    return 0


def _measure(address: str, invocations: int, cold_starts: int) -> dict[str, Any]:
    bodies = [{"text": text} for text in islice(texts(), WARM_UP + invocations)]
    for body in bodies[:WARM_UP]:
        _call(address, "POST", INVOKE, body)
    warm = sorted(_call(address, "POST", INVOKE, body)["duration-ms"] for body in bodies[WARM_UP:])
    memory_kb = json.loads(_open(address, "GET", STATS).read())["environments"][0]["memory_kb"]
    inits = []
    for number in range(cold_starts):
        _call(address, "DELETE", ENVIRONMENTS)
        inits.append(_call(address, "POST", INVOKE, bodies[number % len(bodies)])["init-ms"])
    return {
        "measured": datetime.now(UTC).date().isoformat(),
        "how": (
            f"python -m loadtest.measure: local Lambda, concurrency 1, {invocations:,} direct invocations one after the"
            f" other, then {cold_starts} cold starts; {os.cpu_count()} cores, Python {platform.python_version()}"
        ),
        "duration_ms": {f"p{p}": round(quantile(warm, p / 100), 2) for p in (50, 95, 99)},
        "init_ms": {f"p{p}": round(quantile(sorted(inits), p / 100), 1) for p in (50, 95)},
        "memory_mb": -(-memory_kb // 1024),
    }


def _call(address: str, method: str, path: str, document: object = None) -> dict[str, float]:
    """The times that the answer tells, by name."""
    with _open(address, method, path, document) as answer:
        answer.read()
        told = {name.lower().removeprefix("x-local-lambda-"): value for name, value in answer.headers.items()}
    return {name: float(value) for name, value in told.items() if name in ("duration-ms", "init-ms")}


def _open(address: str, method: str, path: str, document: object = None) -> Any:
    body = None if document is None else json.dumps(document).encode()
    headers = {"Content-Type": "application/json"}
    return urllib.request.urlopen(  # noqa: S310  # our own process on loopback
        urllib.request.Request(address + path, body, headers, method=method), timeout=60  # noqa: S310
    )  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
