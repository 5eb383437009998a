"""A table that lies here, as a frame of Spark: by a file where all of Spark runs here, else with the query itself.

A cluster's executors cannot read a file of the driver. There rows travel as Arrow, from Spark 4; 3.5, as on Glue, takes
them one by one, several times slower. Left out: what is large; that is Parquet where every machine can read it.
"""

import re
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

_HERE = re.compile(r"local(\[.*\])?")
_ARROW_SINCE = 4


def is_here(master: str) -> bool:
    """Whether a master's executors run in its driver.

    The forms are those of https://spark.apache.org/docs/latest/submitting-applications.html#master-urls.

    >>> is_here("local[*]"), is_here("local-cluster[2,1,1024]"), is_here("yarn"), is_here("spark://host:7077")
    (True, False, False, False)
    """
    return _HERE.fullmatch(master) is not None


def frame(session: Any, table: pa.Table, path: str) -> Any:
    """The table as a data frame; `path` is that of a Parquet file that may be written.

    Where all runs here a file is quicker than Arrow, and it is read by columns. Raises: what Spark raises; OSError.
    """
    if is_here(session.conf.get("spark.master", "")):
        pq.write_table(table, path)
        return session.read.parquet(path)
    return with_query(session, table, rows=int(session.version.split(".")[0]) < _ARROW_SINCE)


def with_query(session: Any, table: pa.Table, *, rows: bool = False) -> Any:
    """The table as a data frame whose rows are the query's own, sent as Arrow or one by one."""
    from pyspark.sql.pandas.types import from_arrow_schema

    schema = from_arrow_schema(table.schema, prefer_timestamp_ntz=True)  # as Parquet's are read
    if not rows:
        return session.createDataFrame(table, schema=schema)
    values = (column.to_pylist() for column in table.columns)
    return session.createDataFrame(list(zip(*values, strict=True)), schema=schema, verifySchema=False)
