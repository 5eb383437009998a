"""Log lines as a server writes them, made by seed: answers, feedback to some of them, and other requests.

For the rate at which drift reads a log. Left out: logs of Lambda and damaged lines, which are rare.
"""

import json
import random
from collections.abc import Iterator

from textmodel import histogram

from .texts import SEED

MODEL, LABELS = "sentiment-1.0.0", ("negative", "neutral", "positive")
_OF_20 = 20
"""Of so many lines one is feedback and one another request."""


def make(count: int, seed: int = SEED) -> Iterator[bytes]:
    """`count` lines.

    >>> [b"answers" in line for line in make(3)], b"feedback" in [*make(20)][18]
    ([True, True, True], True)
    """
    rng = random.Random(seed)
    before = ""
    for number in range(count):
        request_id, kind = f"{rng.getrandbits(128):032x}", number % _OF_20
        if kind == _OF_20 - 2:
            yield _line("feedback", before, {"label": rng.choice(LABELS), "model": MODEL})
        elif kind == _OF_20 - 1:
            yield _line("request", request_id, {"method": "GET", "path": "/health", "status": 200})
        else:
            yield _line("request", request_id, _answer(rng))
            before = request_id


def _answer(rng: random.Random) -> dict[str, object]:
    answers = histogram.one(rng.choice(LABELS), rng.uniform(0.34, 1), rng.uniform(0.6, 1), rng.randint(40, 250))
    timing = {"status": 200, "duration_ms": 0.366, "bytes_out": 290}
    return {"method": "POST", "path": "/predict", **timing, "model": MODEL, "answers": answers}


def _line(event: str, request_id: str, fields: dict[str, object]) -> bytes:
    head = {"time": "2026-11-21T10:04:57.462220Z", "level": "info", "event": event, "request_id": request_id}
    return json.dumps({**head, **fields}, separators=(",", ":")).encode() + b"\n"
