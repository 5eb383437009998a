"""Whether every row of an input is in the store: its chunks, as the store has them, against the rows that were read.

Left out: reading (`run`) and the store's own promise that a chunk is wholly there or not at all.
"""

from collections.abc import Sequence
from typing import NamedTuple

from store.reviews import Marker

from .dealing import Piece


class Audit(NamedTuple):
    """The three numbers of a piece, and what is wrong with them, a line each.

    A chunk that reaches beyond the piece counts whole: only the whole has numbers.
    """

    rows_in: int
    stored: int
    rejected: int
    missing: list[str]


def audit(piece: Piece, past: int, markers: Sequence[Marker]) -> Audit:
    """Hold the rows `piece.first` to `past`, which were read, against the chunks of their input, in its order."""
    inside = [marker for marker in markers if marker.first < past and piece.first < marker.past]
    name, at = piece.source.name, piece.first
    missing: list[str] = []
    for marker in inside:
        if marker.first > at:
            missing.append(f"{name}: rows {at:,} to {marker.first:,} are not in the store")
        if marker.first < at and marker is not inside[0]:
            missing.append(f"{name}: rows {marker.first:,} to {at:,} are in two chunks")
        at = max(at, marker.past)
    if at < past:
        missing.append(f"{name}: rows {at:,} to {past:,} are not in the store")
    if piece.past is not None and past != piece.past:
        missing.append(f"{name}: the plan has rows to {piece.past:,}, there are rows to {past:,}")
    outside = max(0, piece.first - inside[0].first) + max(0, inside[-1].past - past) if inside else 0
    rows_in, stored, rejected = (
        past - piece.first + outside,
        sum(m.stored for m in inside),
        sum(m.rejected for m in inside),
    )
    if not missing and rows_in != stored + rejected:
        missing = [f"{name}: {rows_in:,} rows in, {stored:,} stored and {rejected:,} rejected"]
    return Audit(rows_in, stored, rejected, missing)
