"""`python -m workbench.oltp.analysts URL ANALYSTS SEED`: analysts at work, each in a thread, without a pause.

What each does is what the workbench does: features of every item, counts by label, an extract of rows; the SQL is that
of its own PostgreSQL engine. Says `working` when they begin, works until standard input ends, tells as JSON how many
of each were answered and how many bytes moved.
Left out: DuckDB and Python on the analysts' machines, which do not slow the database.
"""

import json
import random
import sys
import threading
from collections import Counter
from collections.abc import Callable

import ibis
import pyarrow as pa

from ..engines.postgres import Postgres
from ..errors import UnreachableError
from ..features import features
from ..operational import Operational
from ..settings import SourceSpec
from ..tables import describe
from .filling import LABELS, MODEL, SOURCE


def questions(database: Operational) -> dict[str, str]:
    """SQL by the name of what it is asked for."""
    engine = Postgres(database)
    table = engine.table(describe(database, SourceSpec("store.prediction", "table", "prediction")))
    by_label = table.group_by("model", "source", "label").agg(n=ibis._.count(), score=ibis._.score.mean())
    chosen = table.filter(table.score > 0.95).select("item", "text_id", "label", "score")
    scores = {label: f"score_{n}" for n, label in enumerate(LABELS)}
    return {
        "features": engine.sql(features(table, scores, MODEL, SOURCE)),
        "counts": engine.sql(by_label),
        "extract": engine.sql(chosen),
    }


def work(url: str, analysts: int, seed: int, wait: Callable[[], object]) -> dict[str, int]:
    """How often each question was answered until `wait` is over, `bytes` in all, and how often one was not."""
    asked = questions(Operational(url))
    told: Counter[str] = Counter()
    lock, over = threading.Lock(), threading.Event()

    def one(number: int) -> None:
        draw = random.Random(seed * 1000 + number)  # noqa: S311
        database = Operational(url)
        while not over.is_set():
            name = draw.choice(list(asked))
            try:
                with database.copy(asked[name]) as spool:
                    moved = spool.seek(0, 2)
            except UnreachableError:
                name, moved = "not answered", 0
            with lock:
                told.update(counted(name, moved, in_time=not over.is_set()))
        database.close()

    threads = [threading.Thread(target=one, args=(number,)) for number in range(analysts)]
    for thread in threads:
        thread.start()
    wait()
    over.set()
    for thread in threads:
        thread.join()
    return dict(told)


def counted(name: str, moved_bytes: int, *, in_time: bool) -> dict[str, int]:
    """What one question adds: an answer that came after the measurement is none of it.

    A question may take longer than what is measured; counted at its end, it would make every measurement look alike.

    >>> counted("features", 7, in_time=True), counted("features", 7, in_time=False)
    ({'features': 1, 'bytes': 7}, {'unfinished': 1})
    """
    return {name: 1, "bytes": moved_bytes} if in_time else {"unfinished": 1}


def main() -> None:
    """See the first lines."""
    pa.set_cpu_count(1)

    def wait() -> None:
        print("working", flush=True)
        sys.stdin.read()

    print(json.dumps(work(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), wait)))


if __name__ == "__main__":
    main()
