"""One JSON line per invocation, in CloudWatch's embedded metric format: metrics and facts, never a text.

Format: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
CloudWatch makes metrics of the fields that `_aws` names; all others can be searched in the log.
Left out: the lines of errors, which `log` writes.
"""

from collections.abc import Callable, Mapping, Sequence
from time import time
from typing import Any

from msgspec.json import Encoder

from textmodel.histogram import size

from .answers import fields, merged
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
        answers = merged(reply.answers for reply in replies)
        values: dict[str, float] = {
            "Duration": round(duration_ms, 3),
            "Predictions": size(answers.histogram) if answers else 0,
            "CallerErrors": int(400 <= status < 500),
            "Faults": int(fault),
        }
        facts: dict[str, Any] = fields(answers)
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
