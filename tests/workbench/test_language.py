"""The language of --where: it selects the rows that Python selects, and refuses the rest with a way out."""

import math
import re
from collections.abc import Callable
from typing import Any

import duckdb
import ibis
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.workbench.engines.cases import rows
from workbench import language
from workbench.engines import lowered
from workbench.errors import ColumnError, ExpressionError

ROWS = rows()
TABLE = ibis.table(ibis.Schema.from_pyarrow(ROWS.schema), name="texts")
Row = dict[str, Any]


def chosen(where: str) -> list[int]:
    """The numbers of the rows that DuckDB finds."""
    sql = lowered.text(lowered.compiled(TABLE.filter(language.parse(where, TABLE)).select("at"), "duckdb"), "duckdb")
    with duckdb.connect() as connection:
        connection.register("texts", ROWS)
        found = {row[0] for row in connection.execute(sql).fetchall()}
    return [number for number, row in enumerate(ROWS.to_pylist()) if row["at"] in found]


@pytest.mark.parametrize(
    ("where", "holds"),
    [
        ("label in ('happy', '')", lambda r: r["label"] in ("happy", "")),
        ("not (label = 'happy')", lambda r: r["label"] is not None and r["label"] != "happy"),
        ("label is null", lambda r: r["label"] is None),
        ("label < 'Z'", lambda r: r["label"] is not None and r["label"].encode() < b"Z"),
        ("length(text) > 12", lambda r: r["text"] is not None and len(r["text"]) > 12),
        ("n between -3 and 4", lambda r: r["n"] is not None and -3 <= r["n"] <= 4),
        ("n % 7 = -2", lambda r: r["n"] is not None and math.fmod(r["n"], 7) == -2),
        ("bucket(n, 10) = -10", lambda r: r["n"] is not None and r["n"] // 10 == -1),
        ("n / 4 = 2.5", lambda r: r["n"] is not None and r["n"] / 4 == 2.5),
        ("n / 0 > 0", lambda _: False),
        ("ok and not ok is null", lambda r: r["ok"] is True),
        ("day >= date '2021-01-01'", lambda r: str(r["day"]) >= "2021-01-01"),
        ("contains(text, 'enjoy')", lambda r: r["text"] is not None and "enjoy" in r["text"]),
        ("starts_with(text, 'É')", lambda r: r["text"] is not None and r["text"].startswith("É")),
        ("ends_with(text, 'b')", lambda r: r["text"] is not None and r["text"].endswith("b")),
        ("word(text, 'Joy')", lambda r: re.search(r"\bjoy\b", r["text"] or "", re.IGNORECASE) is not None),
        ("abs(n) > 40", lambda r: r["n"] is not None and abs(r["n"]) > 40),
    ],
)  # fmt: skip
def test_it_selects_what_python_selects(where: str, holds: Callable[[Row], bool]):
    """Null is neither true nor false, as in SQL."""
    expected = [number for number, row in enumerate(ROWS.to_pylist()) if holds(row)]
    assert chosen(where) == expected


@pytest.mark.parametrize(
    ("where", "way_out"),
    [
        ("label like 'x%'", "word(text, 'joy')"),
        ("text ~ 'x'", "word(text, 'joy')"),
        ("regexp_matches(text, 'x')", "word(text, 'joy')"),
        ("round(score) = 1", "rounded(x, 2)"),
        ("random() < 0.1", "fold(item, 10, 0)"),
        ("hash(item) % 10 = 1", "fold(item, 10, 0)"),
        ("current_date > day", "date '2024-01-31'"),
        ("upper(label) = 'A'", "lower(text)"),
        ("label = null", "is null"),
        ("n in (1, null)", "is null"),
        ("n = '3'", "without quotes"),
        ("day > '2024-01-01'", "date '2024-01-31'"),
        ("n", "compare it"),
        ("", "label = 'joy'"),
        ("n +", "label = 'joy'"),
        ("word(text)", "word(text, a text)"),
        ("word(text, label)", "as it is"),
        ("word(text, '!')", "word(text, 'joy')"),
        ("n = 99999999999999999999", "64 bits"),
        ("n::text = '3'", "functions are"),
        ("day = date '2024-02-31'", "date '2024-01-31'"),
        ("n = 3; drop table texts", "functions are"),
        ("label in (select label from texts)", "functions are"),
        ("exists (select 1)", "functions are"),
    ],
)
def test_what_is_refused_says_what_to_write(where: str, way_out: str):
    with pytest.raises(ExpressionError) as error:
        language.parse(where, TABLE)
    assert way_out in error.value.way_out


def test_a_column_that_is_not_there_is_named_with_the_closest():
    with pytest.raises(ColumnError, match="'label' is meant"):
        language.parse("labl = 'a'", TABLE)


def test_double_quotes_are_explained():
    """In SQL they name columns; who writes a text so is told."""
    with pytest.raises(ColumnError, match="a text is written 'joy'"):
        language.parse('label = "joy"', TABLE)


@settings(max_examples=60)
@given(st.text(max_size=20))
def test_nothing_but_our_own_errors_comes_out(text: str):
    """Whatever a person types is an expression or an error of this room."""
    try:
        made = language.parse(text, TABLE)
    except (ExpressionError, ColumnError):
        return
    assert made.type().is_boolean()


@settings(max_examples=60)
@given(st.text("'\"; -/*\\aé", max_size=12))
def test_a_text_stays_a_text(text: str):
    """Quotes in a text end nothing."""
    quoted = text.replace("'", "''")
    expected = [number for number, row in enumerate(ROWS.to_pylist()) if row["label"] == text]
    assert chosen(f"label = '{quoted}'") == expected
