"""One JSON line per invocation, in CloudWatch's embedded metric format: metrics and facts, never a text.

Format: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
CloudWatch makes metrics of the fields that `_aws` names; all others can be searched in the log.
Left out: the lines of errors, which `log` writes.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from time import time
from typing import Any

from msgspec.json import Encoder

from .problems import Reply

NAMESPACE = "Undertone"
DIMENSIONS = [["FunctionName"], ["FunctionName", "Door"]]
UNITS: Mapping[str, str] = {
    "Duration": "Milliseconds",
    "Predictions": "Count",
    "CallerErrors": "Count",
    "Faults": "Count",
    "ColdStarts": "Count",
    "InitDuration": "Milliseconds",
}
"""Every metric there is; the template's alarms and dashboard name these."""
_encode = Encoder().encode


class Telemetry:
    """The lines of one execution environment."""

    def __init__(self, function: str, write: Callable[[bytes], object], init_ms: Mapping[str, float]) -> None:
        self._function = function
        self._write = write
        self._init_ms = init_ms
        self._cold = True

    def line(
        self, door: str, status: int, replies: Sequence[Reply], duration_ms: float, *, fault: bool, **ids: str
    ) -> None:
        """Write one invocation's line; `ids` are those of the request and of the trace."""
        values: dict[str, float] = {
            "Duration": round(duration_ms, 3),
            "Predictions": sum(len(reply.predictions) for reply in replies),
            "CallerErrors": int(400 <= status < 500),
            "Faults": int(fault),
        }
        facts = _facts(replies)
        if self._cold:
            values |= {"ColdStarts": 1, "InitDuration": round(sum(self._init_ms.values()), 3)}
            facts["phases_ms"] = {**self._init_ms, "first_call": round(duration_ms, 3)}
            self._cold = False
        metrics = [{"Name": name, "Unit": UNITS[name]} for name in values]
        self._write(
            _encode(
                {
                    "_aws": {
                        "Timestamp": int(time() * 1000),
                        "CloudWatchMetrics": [{"Namespace": NAMESPACE, "Dimensions": DIMENSIONS, "Metrics": metrics}],
                    },
                    "FunctionName": self._function,
                    "Door": door,
                    "status": status,
                    **values,
                    **facts,
                    **ids,
                }
            )
            + b"\n"
        )


def _facts(replies: Sequence[Reply]) -> dict[str, Any]:
    """What was answered: of one text its label, of several how many have each."""
    predictions = [prediction for reply in replies for prediction in reply.predictions]
    readings = [reading for reply in replies for reading in reply.readings]
    facts: dict[str, Any] = {}
    if len(predictions) == 1:
        facts = {"label": predictions[0].label, "confidence": confidence(predictions[0].score)}
    elif predictions:
        facts = {"labels": Counter(p.label for p in predictions)}
    if readings:
        facts["chars"] = sum(reading.chars for reading in readings)
        facts["unknown_share"] = round(sum(reading.unknown_share for reading in readings) / len(readings), 3)
    return facts


def confidence(score: float) -> str:
    """The tenth that a score lies in.

    >>> confidence(0.93), confidence(1.0)
    ('0.9-1.0', '0.9-1.0')
    """
    tenth = min(int(score * 10), 9)
    return f"{tenth / 10:.1f}-{(tenth + 1) / 10:.1f}"
