"""Counters of a serving process in Prometheus's text format.

With PROMETHEUS_MULTIPROC_DIR set, as prometheus-client has it, the figures of several workers are
added up. Left out: Lambda, whose metrics go another way, so this module is never imported there.
"""

import os
from functools import lru_cache
from typing import NamedTuple

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from textmodel.histogram import size

from .answers import Answers
from .problems import Reply

_BUCKETS_S = (0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0)


class _Series(NamedTuple):
    requests: Counter
    duration: Histogram


class Metrics:
    """What one process has answered."""

    def __init__(self, multiprocess_dir: str | None = None) -> None:
        self._multiprocess_dir = multiprocess_dir
        if multiprocess_dir:
            os.makedirs(multiprocess_dir, exist_ok=True)
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "undertone_requests", "Requests answered", ["path", "method", "status"], registry=self._registry
        )
        self._duration = Histogram(
            "undertone_request_duration_seconds",
            "From headers read to answer ready",
            ["path"],
            buckets=_BUCKETS_S,
            registry=self._registry,
        )
        self._predictions = Counter(
            "undertone_predictions", "Texts classified, by label", ["label"], registry=self._registry
        )
        reliable = Counter(
            "undertone_reliability",
            "Texts classified, by whether the model vouches for the answer",
            ["reliable"],
            registry=self._registry,
        )
        self._reliable, self._unreliable = reliable.labels("yes"), reliable.labels("no")
        self._series = lru_cache(maxsize=256)(self._make_series)
        self._label = lru_cache(maxsize=64)(self._predictions.labels)

    def observe(self, path: str, method: str, status: int, duration_s: float) -> None:
        """Count one answer; `path` is one of the service's own, so that series stay few."""
        series = self._series(path, method, status)
        series.requests.inc()
        series.duration.observe(duration_s)

    def count(self, answers: Answers) -> None:
        """Count the texts that one reply answers."""
        for label, number in answers.histogram["label"].items():
            self._label(label).inc(number)
        if answers.reliable:
            self._reliable.inc(answers.reliable)
        if others := size(answers.histogram) - answers.reliable:
            self._unreliable.inc(others)

    def render(self) -> Reply:
        """The exposition."""
        registry = self._registry
        if self._multiprocess_dir:
            registry = CollectorRegistry()
            MultiProcessCollector(registry, path=self._multiprocess_dir)  # type: ignore[no-untyped-call]
        return Reply(200, CONTENT_TYPE_LATEST, generate_latest(registry))

    def _make_series(self, path: str, method: str, status: int) -> _Series:
        return _Series(self._requests.labels(path, method, status), self._duration.labels(path))
