"""One line of a log to what it says of drift: an answer, feedback, something else, or that it is broken.

The line of a server's request and that of a Lambda invocation carry the same two fields, `model` and
`answers`. Left out: where lines come from (`sources`).
"""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple, TypeGuard

from ..histogram import BUCKETS, Histogram

_KNOWN = {field: frozenset(buckets) for field, buckets in BUCKETS.items()}
_WRAPPED = ("message", "@message", "log")
"""Where CloudWatch's documents and containers' logs keep the line itself."""


_PLATFORM = re.compile(r"(?:^|\s)(?:(?:START|END|REPORT|EXTENSION)\s.*\bRequestId: |INIT_START |LOGS\s|TELEMETRY\s)")
"""Lines of Lambda's own, where its log is set to text."""
_TIME = "expected a time in ISO 8601, or a Timestamp in milliseconds"
_MAX_COUNT = 1 << 53
_YEAR_10000 = 253_402_300_800


class Broken(ValueError):
    """A line that cannot be read; the message tells what was expected, and never the line."""


class Answer(NamedTuple):
    """What one line says was answered."""

    model: str
    histogram: Histogram
    request_id: str | None
    """What the caller knows it by."""
    time: float | None
    """Seconds since 1970."""


class Feedback(NamedTuple):
    """What one line says should have been answered."""

    request_id: str
    label: str
    time: float | None


def parse(content: object) -> list[Answer | Feedback | None]:
    """What one line, or one element of a document, says; None for an entry of another kind.

    Raises: Broken.

    >>> parse(b'12:00 web-1 {"event": "feedback", "request_id": "a", "label": "neutral"}')
    [Feedback(request_id='a', label='neutral', time=None)]
    """
    try:
        return _parse(content)
    except RecursionError as error:
        raise Broken("nested too deeply") from error


def _parse(content: object) -> list[Answer | Feedback | None]:
    if isinstance(content, list):  # a row of Logs Insights: a list of {"field", "value"}
        return _inner({str(cell.get("field")): cell.get("value") for cell in content if isinstance(cell, dict)})
    if not isinstance(content, dict):
        found = _object(content)
        return [None] if found is None else _parse(found)
    if "answers" in content:
        return [_answer(content)]
    if content.get("event") == "feedback":
        return [_feedback(content)]
    if isinstance(events := content.get("logEvents"), list):  # a subscription's message
        return [found for event in events for found in _parse(event)]
    return _inner(content)


def _inner(content: Mapping[str, Any]) -> list[Answer | Feedback | None]:
    """What the line says that this one quotes, where it quotes one."""
    for name in _WRAPPED:
        quoted = content.get(name)
        if isinstance(quoted, dict) or (isinstance(quoted, str) and "{" in quoted):
            return _parse(quoted)
    return [None]


def _object(content: object) -> dict[str, Any] | None:
    """The JSON object of a line, behind whatever stands before it; None for a blank line or one of Lambda's own."""
    if not isinstance(content, bytes | str):
        raise Broken(f"expected a JSON object, found {type(content).__name__}")
    try:
        line = content if isinstance(content, str) else content.decode()
    except UnicodeDecodeError as error:
        raise Broken("expected UTF-8") from error
    start = line.find("{")
    if start < 0 and (line.isspace() or _PLATFORM.search(line)):
        return None
    if start < 0:
        raise Broken("expected a JSON object, found none")
    try:
        found: dict[str, Any] = json.loads(line[start:])  # what begins with a brace is an object
    except json.JSONDecodeError as error:
        raise Broken(f"expected a JSON object: {error.msg}") from error
    except ValueError as error:
        raise Broken("expected a JSON object with numbers of usual length") from error
    return found


def _answer(entry: Mapping[str, Any]) -> Answer:
    model, answers = entry.get("model"), entry["answers"]
    if not isinstance(model, str) or not isinstance(answers, dict):
        raise Broken("expected the name of a model and a histogram of answers")
    sizes = {_checked(field, answers.get(field)) for field in BUCKETS}
    if len(sizes) != 1 or sizes == {0} or answers.keys() != BUCKETS.keys():
        raise Broken(f"answers: expected as many in each of {', '.join(BUCKETS)}")
    request_id = entry.get("http_request_id", entry.get("request_id"))
    return Answer(model, answers, request_id if _is_id(request_id) else None, _time(entry))


def _checked(field: str, counts: object) -> int:
    """How many answers one field counts."""
    if not isinstance(counts, dict):
        raise Broken(f"answers.{field}: expected buckets with their counts")
    for number in counts.values():
        if type(number) is not int or not 0 < number <= _MAX_COUNT:
            raise Broken(f"answers.{field}: expected whole numbers as counts")
    if _KNOWN[field] and not counts.keys() <= _KNOWN[field]:
        raise Broken(f"answers.{field}: expected buckets as {BUCKETS[field][6]!r}")
    return sum(counts.values())


def _feedback(entry: Mapping[str, Any]) -> Feedback:
    request_id, label = entry.get("request_id"), entry.get("label")
    if not _is_id(request_id) or not isinstance(label, str):
        raise Broken("feedback: expected request_id and label")
    return Feedback(request_id, label, _time(entry))


def _is_id(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and 0 < len(value) <= 128 and value.isascii()


def _time(entry: Mapping[str, Any]) -> float | None:
    """The line's own time: `time` of a log, or the timestamp in milliseconds of CloudWatch's metric format."""
    written, metrics = entry.get("time"), entry.get("_aws")
    try:
        if isinstance(written, str):
            moment = datetime.fromisoformat(written)
            return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
        if not isinstance(metrics, dict):
            return None
        found = float(metrics["Timestamp"]) / 1000
        if 0 <= found < _YEAR_10000:
            return found
    except (ValueError, TypeError, KeyError, OverflowError) as error:
        raise Broken(_TIME) from error
    raise Broken(_TIME)
