"""The function that loads outputs into the operational database when they appear in S3; `handler` is what Lambda calls.

    S3 -> EventBridge -> queue -> handler -> store        python -m workbench.loader s3://bucket/outputs/...   by hand

The same news twice changes nothing. A message fails by itself; after five times it is among the dead letters.
Left out: loading itself (`loading`), logging in (`logins`).
"""

import json
import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any
from urllib.parse import unquote_plus

from store.database import open_database
from store.errors import BusyError, FullError, StoreError
from store.errors import UnreachableError as StoreUnreachable

from . import logins
from .bucket import client
from .errors import AgainError, SourceError, StorageError, WorkbenchError, one_line
from .loading import Loaded, Loader
from .settings import load as load_settings


def objects(event: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Bucket and key of each object that is told of; S3's notifications encode keys as forms do, the bus does not.

    Raises: SourceError for what is no news of S3.
    """
    try:
        if event.get("detail-type") == "Object Created":
            return [(event["detail"]["bucket"]["name"], event["detail"]["object"]["key"])]
        if event.get("Event") == "s3:TestEvent":
            return []
        news = [r["s3"] for r in event["Records"] if r["eventName"].startswith("ObjectCreated")]
        return [(one["bucket"]["name"], unquote_plus(one["object"]["key"])) for one in news]
    except (AttributeError, KeyError, TypeError) as error:
        raise SourceError("message", "news of S3, by EventBridge or by notification", "something else") from error


def answer(event: Mapping[str, Any], load: Callable[[str, str], Loaded], say: Callable[..., None]) -> dict[str, Any]:
    """The messages of a batch that failed; the others are done. `say` gets what a log may hold: nobody's words."""
    failed = []
    for record in event["Records"]:
        message_id = record["messageId"]
        try:
            for bucket, key in objects(_body(record)):
                say(message_id=message_id, **load(bucket, key)._asdict())
        except Exception as error:  # noqa: BLE001  # whatever it is, the other messages must not fail with it
            say(message_id=message_id, **_described(error))
            failed.append({"itemIdentifier": message_id})
    return {"batchItemFailures": failed}


def handler(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
    """Lambda's entry: a batch of SQS, https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html."""
    store, _ = _prepared()
    with open_database(store) as database:
        loader = Loader(client(), database, context.get_remaining_time_in_millis)
        return answer(event, loader.load, _say)


def main(arguments: Sequence[str], environ: Mapping[str, str] = os.environ) -> int:
    """Load objects by hand, with the whole of an error's words; 0, 2 mend it, 75 try again, 1 failed."""
    undo = logins.use_tokens()
    try:
        if not arguments or not all(one.startswith("s3://") for one in arguments):
            raise SourceError("arguments", "s3://bucket/outputs/...", " ".join(arguments) or "none")
        with open_database(load_settings(environ=environ).store) as database:
            loader = Loader(client(), database)
            for one in arguments:
                bucket, _, key = one.removeprefix("s3://").partition("/")
                found = loader.load(bucket, key)
                print(f"{one}: {found.kind}, {found.rows:,} rows, {found.changed:,} changed", flush=True)
    except (WorkbenchError, StoreError) as error:
        print(f"error: {one_line(str(error))}", file=sys.stderr)
        return _exit_code(error)
    finally:
        undo()
    return 0


def _exit_code(error: Exception) -> int:
    match error:
        case WorkbenchError():
            return error.exit_code
        case StoreUnreachable() | BusyError():
            return 75
        case FullError():
            return 1
        case _:
            return 2


def _body(record: Mapping[str, Any]) -> Mapping[str, Any]:
    try:
        return dict(json.loads(record["body"]))
    except (KeyError, TypeError, ValueError) as error:
        raise SourceError("message", "an object of JSON", "something else") from error


def _described(error: Exception) -> dict[str, str]:
    """What may be told of an error: its class; of our own its place and what was expected, never what was found."""
    told = {"error": type(error).__name__}
    if isinstance(error, SourceError):
        told |= {"place": error.place.rpartition("/")[2], "expected": error.expected}
    elif isinstance(error, AgainError | StorageError | StoreUnreachable):
        told["reason"] = one_line(str(error))
    return told


@cache
def _prepared() -> tuple[str, Callable[[], None]]:
    """Once for each environment of Lambda: the database's address, and what undoes it."""
    return load_settings().store, logins.use_tokens()


def _say(**fields: object) -> None:
    level = "ERROR" if "error" in fields else "INFO"
    print(json.dumps({"time": round(time.time(), 3), "level": level, **fields}), flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
