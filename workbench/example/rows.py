"""What an example needs: texts with a known emotion, items whose texts have none yet, and what the items are.

Left out: where they come from (`goemotions`, `plays`, `made`), and how they are written (`place`).
"""

from typing import NamedTuple


class Comment(NamedTuple):
    """A text with its emotion; `clear` where nothing else was felt in it."""

    item: str
    text: str
    label: str
    clear: bool
    part: str
    """train, tune or test."""


class Line(NamedTuple):
    """A text of an item, at its place."""

    item: str
    position: int
    text: str


class Genre(NamedTuple):
    """What somebody knows of an item."""

    item: str
    title: str
    genre: str


class Example(NamedTuple):
    """All of it, and where it is from."""

    comments: list[Comment]
    lines: list[Line]
    genres: list[Genre]
    source: str
    trainer: tuple[str, ...]
    """Options of the trainer that suit these texts."""
    licence: str
