"""`python -m tests.workbench.engines.measure [rows]`: the conformance cases with their times, as a table for docs.

Each case is asked once on each engine; the answers are compared bit for bit on the way. Left out: repeating.
"""

import sys
import tempfile
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyarrow.csv as pc
import pyarrow.parquet as pq

from tests.store.postgres import cluster
from tests.workbench.engines import cases
from tests.workbench.engines.conftest import fill, in_english, opened
from tests.workbench.engines.test_conformance import bits
from workbench.engines.duckdb import DuckDB
from workbench.engines.postgres import Postgres
from workbench.engines.spark import Spark
from workbench.operational import Operational
from workbench.settings import Settings, SourceSpec


def main(rows: int) -> None:
    with tempfile.TemporaryDirectory() as name, cluster() as server:
        folder, data = Path(name), cases.rows(rows)
        pq.write_table(data, folder / "texts.parquet")
        pc.write_csv(cases.truth(), folder / "truth.csv")
        url = in_english(server)
        fill(url, data)
        files = {"texts": SourceSpec("texts", "parquet", str(folder / "texts.parquet")),
                 "truth": SourceSpec("truth", "csv", str(folder / "truth.csv"))}  # fmt: skip
        tables = {key: SourceSpec(key, "table", key) for key in files}
        database = Operational(url)
        begun = time.perf_counter()
        spark = Spark(None)
        print(f"Spark took {time.perf_counter() - begun:.1f} s to start.\n")
        in_files, in_tables = Settings(sources=files), Settings(store=url, sources=tables)
        engines = [opened(DuckDB(None), in_files), opened(Postgres(database), in_tables), opened(spark, in_files)]
        report(engines)
        for one in engines:
            one.engine.close()
        database.close()


def report(engines: list[SimpleNamespace]) -> None:
    names = [one.engine.name for one in engines]
    print(f"| case | rows | moved bytes | {' | '.join(f'{name}, s' for name in names)} | equal |")
    print(f"|---|---|---|{'---|' * (len(names) + 1)}")
    for case, make in cases.CASES.items():
        found: list[tuple[Any, float, int]] = [timed(one, make) for one in engines]
        equal = all(bits(table) == bits(found[0][0]) for table, _, _ in found)
        times = " | ".join(f"{seconds:.2f}" for _, seconds, _ in found)
        print(
            f"| {case} | {found[0][0].num_rows:,} | {found[0][2]:,} | {times} | {'yes' if equal else 'NO'} |",
            flush=True,
        )


def timed(one: SimpleNamespace, make: Any) -> tuple[Any, float, int]:
    before, begun = one.engine.moved_bytes, time.perf_counter()
    table = one.engine.run(make(one.texts, one.truth))
    return table, time.perf_counter() - begun, one.engine.moved_bytes - before


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
