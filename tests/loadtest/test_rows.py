"""The raw measurements as files."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loadtest.fates import KINDS
from loadtest.rows import Row, read, write

MS = st.integers(0, 10**9).map(lambda thousandths: thousandths / 1000)
ROWS = st.builds(
    Row, MS, MS, MS, st.just("predict"), st.sampled_from(KINDS), st.text("abcÄ,\"' ", max_size=9),
    st.sampled_from(["", "cold", "warm"]), st.integers(0, 9), st.booleans(), st.none() | MS, st.none() | MS,
)  # fmt: skip


@given(st.lists(ROWS, max_size=20))
def test_what_is_written_is_read(tmp_path_factory: pytest.TempPathFactory, rows: list[Row]):
    """All rows come back, by the time they were sent."""
    path = tmp_path_factory.mktemp("rows") / "rows.csv"
    write(path, rows)
    assert read([path]) == sorted(rows, key=lambda row: row.sent_s)


def test_files_of_several_processes_become_one_list(tmp_path: Path):
    """And a last line that a killed process left unfinished is no row."""
    first, second = (Row(at, 0.0, 1.0, "predict", "answered", "", "", 0, True) for at in (1.0, 2.0))
    write(tmp_path / "a.csv", [second])
    write(tmp_path / "b.csv", [first, first])
    (tmp_path / "b.csv").write_text((tmp_path / "b.csv").read_text()[:-9])
    assert read(tmp_path.glob("*.csv")) == [first, second]
