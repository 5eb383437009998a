"""A CSV file joined with a table of SQLite on a cluster whose executors are processes of their own; run by test_spark.

python -m tests.workbench.engines.on_cluster FOLDER    ->  one line of JSON
"""

import json
import sys
from typing import Any

from workbench.catalog import describe
from workbench.engines.spark import Spark
from workbench.operational import Operational
from workbench.settings import Settings, SourceSpec

MASTER = "local-cluster[2,1,1024]"
SETTINGS = {
    "spark.ui.enabled": "false", "spark.driver.bindAddress": "127.0.0.1", "spark.driver.host": "127.0.0.1",
    "spark.log.level": "ERROR", "spark.sql.catalogImplementation": "in-memory", "spark.executor.memory": "512m",
    "spark.sql.shuffle.partitions": "2", "spark.ui.showConsoleProgress": "false",
}  # fmt: skip


def answer(folder: str) -> dict[str, Any]:
    """What the join gives, which master computed it, and the files that the executors would have to read."""
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master(MASTER)
    for key, value in SETTINGS.items():
        builder = builder.config(key, value)
    session = builder.getOrCreate()
    sources = {
        "truth": SourceSpec("truth", "csv", f"{folder}/truth.csv"), "likes": SourceSpec("likes", "table", "likes"),
    }  # fmt: skip
    settings = Settings(store=f"sqlite:///{folder}/a.db", sources=sources)
    engine = Spark(session, Operational(f"{folder}/a.db"), folder)
    truth, likes = (engine.table(describe(settings, name)) for name in ("truth", "likes"))
    joined = truth.join(likes, "item").group_by("genre").agg(n=lambda t: t.n.sum()).order_by("genre")
    found = engine.run(joined).to_pylist()
    files = [file for name in ("truth", "likes") for file in session.table(name).inputFiles()]
    bytes_ = engine.estimate(truth).bytes
    engine.close()
    master = session.conf.get("spark.master")
    session.stop()
    return {"rows": found, "files": files, "master": master, "estimated": bytes_}


if __name__ == "__main__":
    print(json.dumps(answer(sys.argv[1])))
