"""A job of AWS Glue: a named expression of the workbench over a Parquet folder, computed by Glue's own Spark session.

    --expression features --source s3://.../outputs/predictions/ --output s3://.../features/plays.parquet
    --arguments '{"model": "emotion-1.0.0", "source": "plays", "scores": {"happy": "score_0", "sad": "score_1"}}'

    features   model, source, scores         what the media classifier learns from, one row an item
    balance    column                        each value, its rows and its share
    top        column, count                 the most frequent values
    quantiles  column, wanted                exact ones, such as [0.25, 0.5]
    missing    column                        rows without a value, and different values

The result alone travels to the driver, at most `--limit-bytes` of it. Exit codes are the workbench's. Left out: which
job, which machines (`template.yaml`).
"""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from workbench import expressions, features, files, parquet
from workbench.engines.spark import Spark
from workbench.errors import SettingsError, StorageError, UnreachableError, WorkbenchError
from workbench.settings import SourceSpec, parse_bytes

Arguments = Mapping[str, Any]


def _features(table: Any, given: Arguments) -> Any:
    return features.features(table, given["scores"], given["model"], given["source"])


def _balance(table: Any, given: Arguments) -> Any:
    known = table.filter(table[given["column"]].notnull())
    counted = known.group_by(value=known[given["column"]].cast("string")).agg(n=lambda t: t.count())
    return counted.mutate(share=counted.n.cast("float64") / counted.n.sum().over().cast("float64")).order_by("value")


def _top(table: Any, given: Arguments) -> Any:
    return expressions.top(table, given["column"], given["count"])


def _quantiles(table: Any, given: Arguments) -> Any:
    return expressions.quantiles(table, given["column"], given["wanted"])


def _missing(table: Any, given: Arguments) -> Any:
    column = table[given["column"]]
    return table.agg(missing=expressions.missing(column), distinct=expressions.distinct(column))


EXPRESSIONS: dict[str, tuple[Callable[[Any, Arguments], Any], dict[str, type]]] = {
    "features": (_features, {"model": str, "source": str, "scores": dict}),
    "balance": (_balance, {"column": str}),
    "top": (_top, {"column": str, "count": int}),
    "quantiles": (_quantiles, {"column": str, "wanted": list}),
    "missing": (_missing, {"column": str}),
}
"""Each with its arguments and their types."""
_COLUMNS = {"item": "text", "model": "text", "source": "text", "label": "text", "score": "number",
            "reliable": "boolean", "position": "integer", "text_id": "text"}  # fmt: skip


def run(session: Any, name: str, source: str, given: Arguments, limit_bytes: int | None = None) -> pa.Table:
    """The result of an expression over the Parquet files at `source`.

    Raises: SettingsError; ColumnError; SourceError; BudgetError; EngineError; UnreachableError.
    """
    make, needed = _checked(name, given)
    described = parquet.describe(SourceSpec("source", "parquet", source))
    if name == "features":
        described.require({**_COLUMNS, **dict.fromkeys(given["scores"].values(), "number")})
    else:
        described.require([given["column"]] if "column" in needed else [])
    engine = Spark(session)
    try:
        return engine.run(make(engine.table(described), given), limit_bytes)
    finally:
        engine.close()


def write(table: pa.Table, output: str) -> None:
    """The table as a Parquet file, wholly or not at all. Raises: StorageError; UnreachableError."""
    try:
        if files.is_s3(output):
            with tempfile.TemporaryDirectory(prefix="undertone-") as folder:
                path = os.path.join(folder, "result.parquet")
                pq.write_table(table, path)
                _upload(path, output)
        else:
            beside = f"{output}.{os.getpid()}.tmp"
            pq.write_table(table, beside)
            os.replace(beside, output)
    except OSError as error:
        raise StorageError(output, error.strerror or str(error)) from error


def main(words: Sequence[str] | None = None, session: Any = None) -> int:
    """What Glue starts; arguments that are Glue's own are passed over."""
    parser = argparse.ArgumentParser(prog="glue_job", allow_abbrev=False)
    for option in ("--expression", "--source", "--output"):
        parser.add_argument(option, required=True)
    parser.add_argument("--arguments", default="{}")
    parser.add_argument("--limit-bytes", default="1GB")
    options, _ = parser.parse_known_args(words)
    try:
        result = run(
            session or _session(), options.expression, options.source, _read(options.arguments),
            parse_bytes(options.limit_bytes, "--limit-bytes"),
        )  # fmt: skip
        write(result, options.output)
    except WorkbenchError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    print(f"{options.output}: {result.num_rows:,} rows, {result.nbytes:,} bytes")
    return 0


def _checked(name: str, given: Arguments) -> tuple[Callable[[Any, Arguments], Any], dict[str, type]]:
    """Raises: SettingsError."""
    if name not in EXPRESSIONS:
        raise SettingsError("--expression", ", ".join(EXPRESSIONS), repr(name))
    make, needed = EXPRESSIONS[name]
    for argument in sorted(needed.keys() | given.keys()):
        kind = needed.get(argument)
        if kind is None or not isinstance(given.get(argument), kind) or isinstance(given[argument], bool):
            expected = f"{', '.join(f'{one}: {kind.__name__}' for one, kind in needed.items())}"
            raise SettingsError(f"--arguments of {name}", expected, f"{argument} = {given.get(argument)!r}")
    return make, needed


def _read(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError as error:
        raise SettingsError("--arguments", "an object of JSON", str(error)) from error
    if not isinstance(found, dict):
        raise SettingsError("--arguments", "an object of JSON", type(found).__name__)
    return found


def _session() -> Any:
    """Glue's own, which is there already."""
    from pyspark.sql import SparkSession

    return SparkSession.builder.getOrCreate()


def _upload(path: str, output: str) -> None:
    import boto3
    from boto3.exceptions import S3UploadFailedError
    from botocore.exceptions import BotoCoreError, ClientError

    bucket, _, key = files.within(output).partition("/")
    try:
        boto3.client("s3").upload_file(path, bucket, key)
    except ClientError as error:
        raise StorageError(output, error.response["Error"]["Code"]) from error
    except (BotoCoreError, S3UploadFailedError) as error:
        raise UnreachableError(output, str(error)) from error


if __name__ == "__main__":
    if code := main():
        sys.exit(code)  # Glue takes any SystemExit for a failure, even one of 0
