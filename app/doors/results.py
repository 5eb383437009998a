"""Where the results of messages go: the queue or the bucket that the settings name.

A result stored twice is the same result: it is keyed by its message. Left out: results of files (`s3`).
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple, Protocol

from ..aws import told
from ..log import Log
from .service import Aws, Service

_QUEUE_BATCH = 10
_QUEUE_BATCH_BYTES = 262_144
"""What one call of a queue took before its limit was raised to 1 MiB, which holds everywhere."""


class NowhereToStore(Exception):
    """The settings name neither a queue nor a bucket for results."""

    def __init__(self) -> None:
        super().__init__("set UNDERTONE_RESULTS_QUEUE_URL or UNDERTONE_RESULTS_BUCKET")


class Result(NamedTuple):
    """One message's result; `message_id` is the source's own, unlike any id that `body` repeats."""

    message_id: str
    body: bytes


class Results(Protocol):
    """A place for results."""

    def put(self, results: Sequence[Result]) -> set[str]:
        """Store them; gives the message ids of those that could not be, after logging why."""
        ...


def results(service: Service) -> Results:
    """The place that the settings name, the queue before the bucket.

    Raises: NowhereToStore.
    """
    settings = service.settings
    if settings.results_queue_url:
        return QueueResults(service.aws, settings.results_queue_url, service.log)
    if settings.results_bucket:
        return BucketResults(service.aws, settings.results_bucket, service.log)
    raise NowhereToStore


class QueueResults:
    """An SQS queue, ten messages a call."""

    def __init__(self, aws: Aws, url: str, log: Log) -> None:
        self._sqs = aws.sqs
        self._url = url
        self._log = log

    def put(self, results: Sequence[Result]) -> set[str]:
        return set[str]().union(*map(self._send, _batches(results)))

    def _send(self, batch: Sequence[Result]) -> set[str]:
        """One call; where the queue refuses it as a whole, for what one of them holds, each by itself."""
        entries = [self._entry(number, result) for number, result in enumerate(batch)]
        try:
            answer = self._sqs.send_message_batch(QueueUrl=self._url, Entries=entries)
        except Exception as error:  # noqa: BLE001  # whatever it is, the other messages must not fail with it
            if len(batch) > 1:
                return set[str]().union(*(self._send([result]) for result in batch))
            self._log.fault(error, aws=told(error), message_id=batch[0].message_id)
            return {batch[0].message_id}
        refused = answer.get("Failed", ())
        for entry in refused:
            self._log.line("error", "result-refused", message_id=batch[int(entry["Id"])].message_id, code=entry["Code"])
        return {batch[int(entry["Id"])].message_id for entry in refused}

    def _entry(self, number: int, result: Result) -> dict[str, str]:
        entry = {"Id": str(number), "MessageBody": result.body.decode()}
        if self._url.endswith(".fifo"):
            entry |= {"MessageGroupId": "results", "MessageDeduplicationId": result.message_id}
        return entry


def _batches(results: Sequence[Result]) -> Iterator[Sequence[Result]]:
    """In their order, as many a call as it takes."""
    batch: list[Result] = []
    size = 0
    for result in results:
        if batch and (len(batch) == _QUEUE_BATCH or size + len(result.body) > _QUEUE_BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(result)
        size += len(result.body)
    if batch:
        yield batch


class BucketResults:
    """An S3 bucket, an object a message."""

    def __init__(self, aws: Aws, bucket: str, log: Log) -> None:
        self._s3 = aws.s3
        self._bucket = bucket
        self._log = log

    def put(self, results: Sequence[Result]) -> set[str]:
        return {result.message_id for result in results if not self._stored(result)}

    def _stored(self, result: Result) -> bool:
        key = f"predictions/messages/{result.message_id}.json"
        try:
            self._s3.put_object(Bucket=self._bucket, Key=key, Body=result.body, ContentType="application/json")
        except Exception as error:  # noqa: BLE001  # as above
            self._log.fault(error, aws=told(error), message_id=result.message_id)
            return False
        return True
