"""The budgets, and what a run says to each: met, missed by how much, or not measured.

Left out: budgets that tests hold (answers equal to Keras).
"""

from collections.abc import Iterator
from typing import NamedTuple

from . import contestants as c
from .columns import number
from .plan import Plan
from .record import Record

PLAIN_WORDS_US, DOMAIN_TOKENS_US, DOMAIN_TOKENS_STRETCH_US = 25.0, 60.0, 40.0


class Budget(NamedTuple):
    """A limit beside what was measured; `most` tells whether less is better."""

    what: str
    limit: float
    unit: str
    measured: float | None
    most: bool = True

    @property
    def verdict(self) -> str:
        """
        >>> Budget("memory", 80, "MB", 100).verdict
        'missed by 25 %'
        """
        if self.measured is None:
            return "not measured"
        if not self.limit:
            return "met" if not self.measured else f"missed by {number(self.measured)}"
        over = self.measured / self.limit - 1 if self.most else 1 - self.measured / self.limit
        return "met" if over <= 0 else f"missed by {number(100 * over)} %"

    def row(self) -> tuple[str, str, str, str]:
        """What, the limit, the measured value and the verdict, as words."""
        limit = f"{'≤' if self.most else '≥'} {number(self.limit)} {self.unit}".rstrip()
        measured = "-" if self.measured is None else f"{number(self.measured)} {self.unit}".rstrip()
        return self.what, limit, measured, self.verdict


def judge(record: Record, plan: Plan) -> list[Budget]:
    """Every budget of the design that a run can answer."""
    return [
        *_classifier(record),
        *_http(record, plan),
        *_cold(record),
        *_flood(record, plan),
        *_memory(record),
    ]


def _classifier(record: Record) -> Iterator[Budget]:
    plain, domain = (record.median(name, "rule.p50_us") for name in (c.RULE_1, c.RULE_2))
    yield Budget("classifier, one text, p50, rule 1 (plain words)", PLAIN_WORDS_US, "µs", plain)
    yield Budget("classifier, one text, p50, rule 2 (domain tokens)", DOMAIN_TOKENS_US, "µs", domain)
    yield Budget("rule 2, stretch", DOMAIN_TOKENS_STRETCH_US, "µs", domain)
    explained = record.median(c.EXPLAIN, "option.p50_us")
    yield Budget("explain, one text, p50", 1, "ms", explained and explained / 1000)
    faster = record.ratio((c.ORIGINAL_TEXT, "text.p50_us"), (c.CLASSIFY, "text.p50_us"))
    yield Budget("classifier against transform + keras.predict", 900, "times faster", faster, most=False)
    handler = record.median(c.HANDLER, "text.p99_us")
    yield Budget("Lambda handler in process, HTTP event, p99", 1, "ms", handler and handler / 1000)


def _http(record: Record, plan: Plan) -> Iterator[Budget]:
    for n in plan.connections:
        metric = f"http.{n}.per_s"
        what = f"POST /predict against empty FastAPI, uvicorn, {n} connections"
        yield Budget(what, 1.3, "times its answers/s", record.ratio((c.OURS, metric), (c.EMPTY, metric)), most=False)
    last = plan.connections[-1]
    per_s = record.median(c.OURS_GRANIAN, f"http.{last}.per_s")
    yield Budget(f"server image's command, {last} connections", 10_000, "answers/s", per_s, most=False)
    failed = [sum(s) for n in plan.connections if (s := record.samples(c.OURS_GRANIAN, f"http.{n}.failed"))]
    yield Budget("the same, requests that failed", 0, "", sum(failed) if failed else None)


def _cold(record: Record) -> Iterator[Budget]:
    hot = c.HANDLER if record.samples(c.HANDLER, "cold.first_ms") else c.DIRECT
    ratio = record.ratio((hot, "cold.first_ms"), (c.MANGUM, "cold.first_ms"))
    yield Budget(f"cold start, {hot}", 0.25, "of empty FastAPI + Mangum", ratio)
    yield Budget("the same, stretch", 0.15, "of empty FastAPI + Mangum", ratio)


def _flood(record: Record, plan: Plan) -> Iterator[Budget]:
    for n in plan.flood_connections:
        for name in (c.OURS, c.OURS_GRANIAN):
            shares = record.samples(name, f"flood.{n}.share")
            what = f"{plan.flood_requests:,} requests, {n:,} connections, worst round: {name}"
            yield Budget(what, 100, "% answered", min(shares, default=None), most=False)


def _memory(record: Record) -> Iterator[Budget]:
    for name in (c.OURS, c.OURS_GRANIAN):
        yield Budget(f"one serving process: {name}", 80, "MB", record.median(name, "memory.resident_mb"))
    hot = c.HANDLER if record.samples(c.HANDLER, "memory.resident_mb") else c.DIRECT
    yield Budget(f"Lambda's hot path: {hot}", 35, "MB", record.median(hot, "memory.resident_mb"))
