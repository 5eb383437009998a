"""Every expression gives the same rows, the same order and the same bits on every engine."""

import math
import os
import struct
import time
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pytest

from tests.workbench.engines.cases import CASES
from workbench import expressions as x
from workbench.errors import EngineError

OTHERS = ("postgres_engine", "spark")


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("other", OTHERS)
def test_every_engine_answers_as_duckdb_does(
    case: str, other: str, request: pytest.FixtureRequest, duckdb: SimpleNamespace
):
    """A case's schema, rows, order and float64 bits are DuckDB's."""
    engine = request.getfixturevalue(other)
    expected, found = (_timed(one, case) for one in (duckdb, engine))
    assert found.schema == expected.schema
    assert bits(found) == bits(expected)


@pytest.mark.parametrize("case", CASES)
def test_no_case_is_empty(case: str, duckdb: SimpleNamespace):
    """Each case has rows to compare, or it would prove nothing."""
    assert _timed(duckdb, case).num_rows > 0


@pytest.mark.parametrize("name", ["duckdb", *OTHERS])
def test_what_does_not_fit_is_an_error_everywhere(name: str, request: pytest.FixtureRequest):
    """Numbers beyond 64 bits, and infinity: no engine gives another number or null."""
    one = request.getfixturevalue(name)
    for values in (one.texts.big.cast("float64"), one.texts.score.exp() * float("1e308") * 10.0):
        with pytest.raises(EngineError):
            one.engine.run(one.texts.agg(m=x.mean(values)))


def bits(table: pa.Table) -> list[tuple[Any, ...]]:
    """The values, floats as their eight bytes."""
    return [tuple(_bits(value) for value in row.values()) for row in table.to_pylist()]


def _bits(value: Any) -> Any:
    if isinstance(value, float):
        return "NaN" if math.isnan(value) else struct.pack("<d", value)
    return value


def _timed(engine: SimpleNamespace, case: str) -> pa.Table:
    """The answer; its time goes to the file that CONFORMANCE_TIMES names, where it is set."""
    begun = time.perf_counter()
    table = engine.engine.run(CASES[case](engine.texts, engine.truth))
    if path := os.environ.get("CONFORMANCE_TIMES"):
        with open(path, "a", encoding="utf-8") as file:
            file.write(f"{case}\t{engine.engine.name}\t{table.num_rows}\t{time.perf_counter() - begun:.3f}\n")
    return table


def test_the_database_sorts_otherwise(postgres_engine: SimpleNamespace):
    """PostgreSQL's own order of these texts is another one, so that the cases on order prove something."""
    database = postgres_engine.engine._database
    own = [label for (label,) in database.query("SELECT DISTINCT label FROM texts WHERE label <> '' ORDER BY label")]
    assert own != sorted(own)
