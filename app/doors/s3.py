"""S3: an object of texts arrives, an object of predictions is made of it.

    <key>.jsonl, .csv, .txt, each also .gz   ->   predictions/<key>.jsonl

Event: https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html, or by
EventBridge. Streamed, so its size does not matter to memory; the same event twice makes the same object
twice; what lies below predictions/ is never read. Left out: how lines are read (`lines`).
"""

from collections.abc import Iterator, Mapping
from contextlib import closing
from typing import Any
from urllib.parse import unquote_plus

from ..answers import Answers, merged
from ..problems import Reply, ok, problem
from .lines import KINDS, Line, Truncated, gunzip, reader
from .messages import encode_result
from .request import field
from .service import Outcome, Service
from .upload import Upload

NAME = "s3"
OUTPUT = "predictions/"
_CHUNK_BYTES = 1 << 18
_BYTES_PER_CHAR = 12
"""What one character can take in a line of JSON: two escapes of six."""


def matches(event: Mapping[str, Any]) -> bool:
    records = event.get("Records")
    first = records[0] if isinstance(records, list) and records else None
    notified = isinstance(first, Mapping) and first.get("eventSource") == "aws:s3"
    by_bus = event.get("source") == "aws.s3" and "detail" in event
    return notified or by_bus or event.get("Event") == "s3:TestEvent"


def answer(service: Service, event: Mapping[str, Any]) -> Outcome:
    """How many lines of which objects were answered, and how many had errors."""
    done = [_process(service, bucket, key) for bucket, key in _objects(event)]
    return Outcome({"objects": [report for report, _ in done]}, 200, tuple(reply for _, reply in done))


def _objects(event: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Bucket and key of each object; notifications encode their keys as forms do, the bus does not."""
    if event.get("detail-type") == "Object Created":
        yield _bucket_and_key(field(event, "detail", Mapping))
    for record in event.get("Records") or ():
        if field(record, "eventName", str).startswith("ObjectCreated"):
            bucket, key = _bucket_and_key(field(record, "s3", Mapping))
            yield bucket, unquote_plus(key)


def _bucket_and_key(news: Mapping[str, Any]) -> tuple[str, str]:
    return field(field(news, "bucket", Mapping), "name", str), field(field(news, "object", Mapping), "key", str)


def _process(service: Service, bucket: str, key: str) -> tuple[dict[str, object], Reply]:
    """One object's report, and what was answered in all; keys are not logged, they may hold anything."""
    read = reader(key)
    if key.startswith(OUTPUT) or read is None:
        why = "its own output" if key.startswith(OUTPUT) else f"expected {KINDS}, or .gz of one"
        return {"skipped": why}, ok(b"")
    source = service.aws.s3.get_object(Bucket=bucket, Key=key)["Body"]
    stream = source.iter_chunks(_CHUNK_BYTES)
    chunks = gunzip(stream) if key.lower().endswith(".gz") else stream
    counts = {"lines": 0, "errors": 0}
    target = service.settings.results_bucket or bucket
    with closing(source), Upload(service.aws.s3, target, f"{OUTPUT}{key}.jsonl") as output:
        lines = _to_the_end(read(_text_only(chunks), service.settings.max_text_chars * _BYTES_PER_CHAR))
        answers = merged(_written(service, line, output, counts) for line in lines)
    return {**counts}, ok(b"", answers)


def _written(service: Service, line: Line, output: Upload, counts: dict[str, int]) -> Answers | None:
    """One line's result in the output and in `counts`, and what was answered."""
    reply = _reply(service, line)
    counts["lines"] += 1
    counts["errors"] += reply.status != 200
    output.write(encode_result(line.id, reply, line=line.number) + b"\n")
    return reply.answers


def _reply(service: Service, line: Line) -> Reply:
    return problem("invalid-line", f"{line.error}.") if line.text is None else service.classify(line.text)


class _Binary(Exception):
    """The object is no text."""


def _text_only(chunks: Iterator[bytes]) -> Iterator[bytes]:
    for chunk in chunks:
        if b"\0" in chunk:
            raise _Binary("the object is binary: expected text in UTF-8")
        yield chunk


def _to_the_end(lines: Iterator[Line]) -> Iterator[Line]:
    """The lines, and one more that says why there are no others when the object is damaged."""
    number = 0
    try:
        for line in lines:
            number = line.number
            yield line
    except (Truncated, _Binary) as error:
        yield Line(number + 1, None, error=str(error))
