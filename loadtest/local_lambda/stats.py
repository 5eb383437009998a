"""What a function has done since it started: counts by outcome, and the last measured times.

Left out: what the limits allow (`loadtest.rules`).
"""

from collections import Counter, deque
from typing import Any

from ..rules import Throttle
from .invocation import Answer

KEPT = 10_000
"""How many of the last times are kept, for who wants their distribution."""


class Stats:
    """Counted from the start, or from `reset`."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self._answered = self._cold = 0
        self._errors: Counter[str] = Counter()
        self._throttles: Counter[str] = Counter()
        self._rules: Counter[str] = Counter()
        self._events: Counter[str] = Counter()
        self._duration_ms: deque[float] = deque(maxlen=KEPT)
        self._init_ms: deque[float] = deque(maxlen=KEPT)

    def answered(self, answer: Answer) -> None:
        if answer.error:
            self._errors[answer.error] += 1
        else:
            self._answered += 1
            self._duration_ms.append(round(answer.duration_ms, 3))
        if answer.cold:
            self._cold += 1
            self.initialized(answer.init_ms)

    def initialized(self, init_ms: float) -> None:
        if init_ms:
            self._init_ms.append(round(init_ms, 3))

    def throttled(self, throttle: Throttle) -> None:
        self._throttles[throttle.reason] += 1
        self._rules[throttle.rule] += 1

    def event(self, what: str) -> None:
        self._events[what] += 1

    def document(self) -> dict[str, Any]:
        """Everything, for JSON.

        >>> Stats().document()["answered"]
        0
        """
        return {
            "answered": self._answered,
            "errors": dict(self._errors),
            "throttles": dict(self._throttles),
            "rules": dict(self._rules),
            "cold": self._cold,
            "events": dict(self._events),
            "duration_ms": list(self._duration_ms),
            "init_ms": list(self._init_ms),
        }
