"""Chunks: every row once, none that is done, the same ones each time."""

from hypothesis import given
from hypothesis import strategies as st

from batch.dealing import Limits, Skipped, Task, begin, blank, deal, marked
from batch.records import Columns
from tests.batch.stand_ins import SOURCE, record, rows

CHUNK = blank(SOURCE, Columns())
WIDE = Limits(10, 10_000)


def ranges(found: list[Task | Skipped]) -> list[tuple[int, int]]:
    return [(task.chunk.first, task.chunk.past) for task in found if isinstance(task, Task)]


def test_a_chunk_ends_by_its_number_of_rows():
    """And the last has the rest."""
    assert ranges(list(deal(CHUNK, rows(25), {}, WIDE))) == [(0, 10), (10, 20), (20, 25)]


@given(st.integers(0, 60), st.integers(1, 6))
def test_a_part_has_the_chunks_of_the_whole(count: int, cells: int):
    """Wherever a shard begins, as long as a chunk may begin there, by rows or by characters."""
    held = [record(n, "x" * (n * 7 % 5)) for n in range(count)]
    limits = Limits(6, 9)
    whole = ranges(list(deal(CHUNK, held, {}, limits)))
    first = min(6 * cells, count)
    parts = [*deal(CHUNK, held[:first], {}, limits), *deal(CHUNK, held[first:], {}, limits)]
    assert ranges(parts) == whole


def test_a_chunk_ends_by_its_number_of_characters():
    """A row that is longer than all of a chunk may be is one by itself."""
    lengths = [4, 4, 4, 30, 1]
    held = [record(n, "x" * length) for n, length in enumerate(lengths)]
    assert ranges(list(deal(CHUNK, held, {}, Limits(10, 10)))) == [(0, 2), (2, 3), (3, 4), (4, 5)]


def test_what_is_done_is_skipped_and_counted():
    """Chunks lie around it, whatever its size was."""
    found = list(deal(CHUNK, rows(30), {5: 12, 20: 25}, WIDE))
    assert ranges(found) == [(0, 5), (12, 20), (25, 30)]
    assert sum(part.rows for part in found if isinstance(part, Skipped)) == 12


def test_a_part_that_begins_inside_a_done_chunk():
    """The rest of that chunk is skipped too."""
    assert ranges(list(deal(CHUNK, rows(30)[8:], {5: 12}, WIDE))) == [(12, 20), (20, 30)]


def test_reading_begins_after_what_is_done_without_a_gap():
    """So that what was done need not be read again."""
    assert (begin({0: 10, 10: 20, 30: 40}, 0), begin({}, 3)) == (20, 3)


@given(st.integers(0, 60), st.integers(1, 9), st.sets(st.integers(0, 12)))
def test_every_row_is_in_one_place(count: int, size: int, finished: set[int]):
    """Whatever is done, the rest is dealt out in order, and once."""
    limits = Limits(size, 10_000)
    whole = ranges(list(deal(CHUNK, rows(count), {}, limits)))
    done = dict(chunk for n, chunk in enumerate(whole) if n in finished)
    found = list(deal(CHUNK, rows(count), done, limits))
    assert ranges(found) == [chunk for n, chunk in enumerate(whole) if n not in finished]
    assert sum(len(part.rows) if isinstance(part, Task) else part.rows for part in found) == count


def test_an_input_read_by_other_columns_is_another_one():
    """What was done by one column says nothing of another; without any the content's hash is enough."""
    assert marked(SOURCE, Columns()) == "aa11"
    assert len({marked(SOURCE, Columns(text=name)) for name in (None, "title", "body")}) == 3
