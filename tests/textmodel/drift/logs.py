"""Logs made up for the tests of drift: answers drawn by a seed, as lines of a server or of Lambda.

Left out: what is asserted.
"""

from __future__ import annotations

import json
import random
from typing import Any

from textmodel import histogram

LABELS = ("negative", "neutral", "positive")
MODEL = "sentiment-1.0.0"
Row = tuple[str, float, float, int]


def drawn(
    seed: int, number: int, weights: tuple[int, int, int] = (12, 60, 28), size: float = 4.8, known: float = 0.85
) -> list[Row]:
    """Answers as usual texts have them; other weights, sizes or known shares are drift."""
    rng = random.Random(seed)
    return [
        (
            rng.choices(LABELS, weights)[0],
            max(0.34, rng.betavariate(5, 1.6)),
            round(min(1.0, max(0.0, rng.gauss(known, 0.12))), 2),
            int(rng.lognormvariate(size, 0.5)),
        )
        for _ in range(number)
    ]


def server_line(*rows: Row, request_id: str = "a", model: str = MODEL, second: int = 0, **more: Any) -> str:
    """A server's line of a request."""
    time = f"2026-11-21T{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}.123456Z"
    fields = {
        "time": time, "level": "info", "event": "request", "request_id": request_id, "method": "POST",
        "path": "/predict", "status": 200, "duration_ms": 0.1, "bytes_out": 150,
        "model": model, "answers": histogram.of(rows),
    }  # fmt: skip
    return json.dumps(fields | more, separators=(",", ":"))


def lambda_line(*rows: Row, request_id: str = "invocation", second: int = 0, **more: Any) -> str:
    """A function's line of telemetry."""
    metrics = [{"Namespace": "Undertone", "Dimensions": [["FunctionName"]], "Metrics": []}]
    fields = {
        "_aws": {"Timestamp": 1_795_219_200_123 + second * 1000, "CloudWatchMetrics": metrics},
        "FunctionName": "undertone", "Door": "direct", "status": 200, "Predictions": len(rows),
        "model": MODEL, "answers": histogram.of(rows), "request_id": request_id,
    }  # fmt: skip
    return json.dumps(fields | more, separators=(",", ":"))


def feedback_line(request_id: str, label: str, second: int = 0) -> str:
    """A line of feedback, as both write it."""
    time = f"2026-11-21T{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}.5Z"
    fields = {"time": time, "level": "info", "event": "feedback", "request_id": request_id, "label": label}
    return json.dumps({**fields, "model": MODEL})


def log_of(rows: list[Row]) -> str:
    """A server's log of one request a row, with ids of its own."""
    return "".join(server_line(row, request_id=f"r{n}", second=n % 86_400) + "\n" for n, row in enumerate(rows))
