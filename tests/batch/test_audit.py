"""Rows that were read against chunks in the store: what is missing, doubled or does not add up is told."""

import pytest

from batch.audit import audit
from batch.dealing import Piece
from store.reviews import Marker
from tests.batch.stand_ins import SOURCE

WHOLE = [Marker(0, 10, 9, 1), Marker(10, 20, 10, 0)]


def test_all_is_there():
    """The numbers of the chunks, and nothing to tell."""
    assert audit(Piece(SOURCE), 20, WHOLE) == (20, 19, 1, [])


@pytest.mark.parametrize(
    ("markers", "past", "told"),
    [
        ([], 5, ["a.csv: rows 0 to 5 are not in the store"]),
        (WHOLE[1:], 20, ["a.csv: rows 0 to 10 are not in the store"]),
        (WHOLE[:1], 20, ["a.csv: rows 10 to 20 are not in the store"]),
        ([WHOLE[0], Marker(15, 20, 5, 0)], 20, ["a.csv: rows 10 to 15 are not in the store"]),
        ([WHOLE[0], Marker(5, 20, 15, 0)], 20, ["a.csv: rows 5 to 10 are in two chunks"]),
        ([WHOLE[0], Marker(10, 20, 8, 1)], 20, ["a.csv: 20 rows in, 17 stored and 2 rejected"]),
    ],
)
def test_what_is_wrong_is_told_with_its_place(markers: list[Marker], past: int, told: list[str]):
    """One line for each."""
    assert audit(Piece(SOURCE), past, markers).missing == told


def test_a_part_looks_at_its_own_rows():
    """Other parts may not have begun."""
    assert audit(Piece(SOURCE, 10, 20), 20, WHOLE[1:]) == (10, 10, 0, [])


def test_a_chunk_that_reaches_beyond_a_part_counts_whole():
    """Only the whole chunk has numbers."""
    assert audit(Piece(SOURCE, 5, 15), 15, WHOLE) == (20, 19, 1, [])


def test_no_rows():
    """Nothing is missing of nothing."""
    assert audit(Piece(SOURCE), 0, []) == (0, 0, 0, [])
