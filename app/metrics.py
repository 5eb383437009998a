"""Figures of a serving process in Prometheus's text format: what `GET /metrics` tells.

docs/operations/metrics.md tells each by name. With PROMETHEUS_MULTIPROC_DIR set, as prometheus-client has it,
those of several workers are added up (`shared_figures`).
Left out: Lambda, whose metrics go another way, so this module is never imported there.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    generate_latest,
)

from textmodel import Model
from textmodel.histogram import TENTHS

from .answers import Answers
from .problems import Reply
from .shared_figures import SharedFigures

_BUCKETS_S = (0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0)


class _Series(NamedTuple):
    requests: Counter
    duration: Histogram


class _Adders(dict[str, Callable[[float], None]]):
    """What adds to a counter, by the value of its one label; those named at first are there, at 0, from the start."""

    def __init__(self, counter: Counter, names: tuple[str, ...]) -> None:
        super().__init__((name, counter.labels(name).inc) for name in names)
        self._counter = counter

    def __missing__(self, name: str) -> Callable[[float], None]:
        return self.setdefault(name, self._counter.labels(name).inc)


class Metrics:
    """What one process has answered, and with which model; `folder` is where several workers' figures lie."""

    def __init__(self, folder: str | None = None, model: Model | None = None) -> None:
        self._shared = SharedFigures(folder) if folder else None
        self._registry = CollectorRegistry()
        self._requests = self._counter("requests", "Requests answered.", "path", "method", "status")
        self._duration = Histogram(
            "undertone_request_duration_seconds",
            "From headers read to answer ready.",
            ["path"],
            buckets=_BUCKETS_S,
            registry=self._registry,
        )
        labels = self._counter("predictions", "Texts classified, by label.", "label")
        known = self._counter("known", "Texts classified, by the share of their words that the model knows.", "known")
        reliable = self._counter("reliability", "Texts classified, by whether the model vouches for it.", "reliable")
        self._label = _Adders(labels, model.labels if model else ())
        self._known = _Adders(known, TENTHS)
        self._reliable, self._unreliable = reliable.labels("yes").inc, reliable.labels("no").inc
        self._series = lru_cache(maxsize=256)(self._make_series)
        if model:
            self._tell(model)
        if not self._shared:
            ProcessCollector(registry=self._registry)

    def observe(self, path: str, method: str, status: int, duration_s: float) -> None:
        """Count one answer; `path` is one of the service's own, so that series stay few."""
        series = self._series(path, method, status)
        series.requests.inc()
        series.duration.observe(duration_s)

    def count(self, answers: Answers) -> None:
        """Count the texts that one reply answers."""
        texts = 0
        for label, number in answers.histogram["label"].items():
            self._label[label](number)
            texts += number
        for tenth, number in answers.histogram["known"].items():
            self._known[tenth](number)
        if answers.reliable:
            self._reliable(answers.reliable)
        if texts != answers.reliable:
            self._unreliable(texts - answers.reliable)

    def render(self) -> Reply:
        """The exposition."""
        exposition = self._shared.render() if self._shared else generate_latest(self._registry)
        return Reply(200, CONTENT_TYPE_LATEST, exposition)

    def _counter(self, name: str, about: str, *labels: str) -> Counter:
        return Counter(f"undertone_{name}", about, labels, registry=self._registry)

    def _tell(self, model: Model) -> None:
        """The model, as labels of a gauge that is 1; of several workers with several models, all that live."""
        names = ("name", "version", "task")
        info = Gauge(
            "undertone_model_info", "What answers here.", names, registry=self._registry, multiprocess_mode="livemax"
        )
        info.labels(model.name, model.artifact.version, model.artifact.task).set(1)

    def _make_series(self, path: str, method: str, status: int) -> _Series:
        return _Series(self._requests.labels(path, method, status), self._duration.labels(path))
