"""Features as one expression, held against pandas by hand, on DuckDB and on a real PostgreSQL."""

from collections.abc import Iterator
from typing import Any

import ibis
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from tests.store.postgres import cluster
from workbench.features import features, names

SCORES = {"angry": "score_0", "happy": "score_1", "sad": "score_2"}


def predictions(rows: int = 400, seed: int = 0) -> pd.DataFrame:
    """Those of two models and two sources; some items have one text, some two."""
    source = np.random.default_rng(seed)
    chances = source.dirichlet([1, 1, 1], rows).round(6)
    items = [f"play {n}" for n in source.integers(0, 12, rows)]
    items[:3] = ["one text", "two texts", "two texts"]
    return pd.DataFrame({
        "model": np.where(np.arange(rows) % 7 == 6, "emotion-0.9.0", "emotion-1.0.0"),
        "source": np.where(np.arange(rows) % 5 == 4, "posts", "plays"),
        "item": items, "text_id": [f"{n:04}" for n in range(rows)], "position": source.permutation(rows),
        "label": np.array(list(SCORES))[chances.argmax(1)], "score": chances.max(1), "reliable": chances.max(1) > 0.6,
        **{column: chances[:, n] for n, column in enumerate(SCORES.values())},
    })  # fmt: skip


def arrow(frame: pd.DataFrame) -> pa.Table:
    """Without pandas's own types, of which ibis warns."""
    return pa.table({str(name): pa.array(frame[name].tolist()) for name in frame})


def by_hand(frame: pd.DataFrame) -> pd.DataFrame:
    """The same in plain loops."""
    chosen = frame[(frame.model == "emotion-1.0.0") & (frame.source == "plays")]
    found = []
    for item, texts in chosen.sort_values("position").groupby("item"):
        n = len(texts)
        row: dict[str, Any] = {"item": item, "texts": n, "score": texts.score.mean(), "reliable": texts.reliable.mean()}
        for label, column in SCORES.items():
            values = texts[column].to_numpy()
            parts = [[v for k, v in enumerate(values) if k * 3 // n == third] for third in range(3)]
            arc = [np.mean(part) if part else np.nan for part in parts]
            row |= {f"share_{label}": (texts.label == label).mean(), f"mean_{label}": values.mean()}
            row |= {f"spread_{label}": values.std(), f"first_{label}": arc[0]}
            row |= {f"middle_{label}": arc[1], f"last_{label}": arc[2]}
        found.append(row)
    return pd.DataFrame(found)


def check(found: pa.Table, expected: pd.DataFrame) -> None:
    assert found.column_names == ["item", *names(SCORES)]
    assert found["item"].to_pylist() == expected["item"].tolist()
    for name in names(SCORES):
        column = found[name].to_numpy(zero_copy_only=False).astype(float)
        assert column == pytest.approx(expected[name].to_numpy(dtype=float), abs=2e-6, nan_ok=True), name


def test_features_on_duckdb_are_those_of_pandas():
    """Every figure of every item, thirds of one and of two texts too."""
    frame = predictions()
    table = ibis.duckdb.connect().create_table("prediction", arrow(frame))
    check(table.get_backend().to_pyarrow(features(table, SCORES, "emotion-1.0.0", "plays")), by_hand(frame))


@pytest.fixture(scope="module")
def postgres() -> Iterator[str]:
    with cluster() as made:
        yield made.database("features")


def test_features_on_postgresql_are_the_same_to_the_last_bit(postgres: str):
    """The expression means the same beside the operational data."""
    from workbench.engines.lowered import compiled, text

    frame = predictions()
    duck = ibis.duckdb.connect()
    local = duck.create_table("prediction", arrow(frame))
    expected = duck.to_pyarrow(features(local, SCORES, "emotion-1.0.0", "plays"))
    import psycopg

    with psycopg.connect(postgres) as connection:
        connection.execute(
            "CREATE TABLE prediction (model text, source text, item text, text_id text, position bigint, label text, "
            "score float8, reliable boolean, score_0 float8, score_1 float8, score_2 float8)"
        )
        with connection.cursor().copy("COPY prediction FROM STDIN") as copy:
            for row in frame.itertuples(index=False):
                copy.write_row([value.item() if hasattr(value, "item") else value for value in row])
        unbound = ibis.table(local.schema(), name="prediction")
        sql = text(compiled(features(unbound, SCORES, "emotion-1.0.0", "plays"), "postgres"), "postgres")
        rows = connection.execute(sql).fetchall()  # type: ignore[arg-type]
    assert rows == [tuple(row.values()) for row in expected.to_pylist()]
