"""Sources to shards: about as many rows each, a large source over several, small ones together.

Every row is in one shard, and equal sources count once. Left out: what a row is (`reading`) and writing it all down
(`manifest`, `planning`).
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from . import reading
from .errors import PlanError
from .manifest import MOST_SHARDS, Piece, Planned, Shard
from .records import Source

Measure = Callable[[Source, int], Iterator[Piece]]
"""The pieces of a source, of at most so many rows, as sources number 0."""


def measured(source: Source, rows_a_shard: int) -> Iterator[Piece]:
    """By reading it once.

    Raises: InputError; InputUnreachable.
    """
    for begin, end in pairwise(reading.offsets(source, rows_a_shard)):
        past_byte = (end.byte or source.size_bytes) if begin.byte else None
        yield Piece(0, begin.number, end.number, begin.line, begin.byte or None, past_byte)


def split(
    sources: Sequence[Source], rows_a_shard: int, measure: Measure = measured
) -> tuple[list[Planned], list[Shard]]:
    """Raises: PlanError where there are no rows, or more shards than an array job takes; InputError."""
    planned: list[Planned] = []
    pieces: list[Piece] = []
    first: dict[str, int] = {}
    for number, source in enumerate(sources):
        equal = first.setdefault(source.source_id, number)
        if equal != number:
            planned.append(Planned(*source, rows=planned[equal].rows, duplicate_of=equal))
            continue
        found = [piece._replace(source=number) for piece in measure(source, rows_a_shard)]
        planned.append(Planned(*source, rows=found[-1].past if found else 0))
        pieces += found
    if not pieces:
        raise PlanError("there is not a single row in the input")
    shards = list(_packed(pieces, rows_a_shard))
    if len(shards) > MOST_SHARDS:
        least = -(-sum(piece.rows for piece in pieces) // MOST_SHARDS) * 2
        raise PlanError(f"{len(shards):,} shards are more than {MOST_SHARDS:,}: ask for {least:,} rows a shard or more")
    return planned, shards


def _packed(pieces: Sequence[Piece], rows_a_shard: int) -> Iterator[Shard]:
    """In order, each as full as it may be.

    >>> [shard.rows for shard in _packed([Piece(0, 0, 3), Piece(1, 0, 2), Piece(2, 0, 4)], 5)]
    [5, 4]
    """
    number, rows, held = 0, 0, list[Piece]()
    for piece in pieces:
        if held and rows + piece.rows > rows_a_shard:
            yield Shard(number, tuple(held))
            number, rows, held = number + 1, 0, []
        held.append(piece)
        rows += piece.rows
    yield Shard(number, tuple(held))
