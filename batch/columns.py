"""Which columns hold the text, the id and the language: those that are named, or those whose names are plain.

A name is compared without letter case, blanks, "_" and "-". Left out: the values (`formats`).
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from .errors import InputError
from .records import Columns

TEXT = ("text", "review", "body", "comment", "content", "reviewtext", "reviewbody", "reviewcontent", "commenttext")
ID = ("reviewid", "id")
LANGUAGE = ("language", "lang", "locale", "languagecode")
_SHOWN = (40, 40)  # columns, letters of each
_between_words = re.compile(r"[\s_-]+")


class Chosen(NamedTuple):
    """Columns that are there."""

    text: str
    id: str | None
    language: str | None


def choose(path: str, names: Sequence[str], asked: Columns) -> Chosen:
    """The columns among `names`; there may be no id and no language, but must be one text.

    >>> choose("a.csv", ["Review ID", "Review_Text", "stars"], Columns())
    Chosen(text='Review_Text', id='Review ID', language=None)

    Raises: InputError, listing what is there, for a column that is not there, or is there twice.
    """
    chosen = Chosen(
        asked.text or _text(path, names),
        asked.id or _first(names, ID),
        asked.language or _first(names, LANGUAGE),
    )
    for name in chosen:
        if name is not None and names.count(name) != 1:
            times = "two columns of that name in" if name in names else "only"
            raise InputError(path, f"one column {name!r}", f"{times} {shown(names)}")
    return chosen


def shown(names: Sequence[str]) -> str:
    """Names for a person, as many as can be read.

    >>> shown(["id", "text"])
    "'id', 'text'"
    """
    most, letters = _SHOWN
    text = ", ".join(repr(name[:letters]) for name in names[:most])
    return f"{text} and {len(names) - most} more" if len(names) > most else text or "none"


def _text(path: str, names: Sequence[str]) -> str:
    found = [name for name in names if _plain(name) in TEXT]
    if len(set(found)) != 1:
        expected = f"one column of texts (named {', '.join(TEXT[:4])} or {TEXT[4]}), or its name by --text-column"
        raise InputError(path, expected, shown(found or names))
    return found[0]


def _first(names: Sequence[str], wanted: Sequence[str]) -> str | None:
    """The column that is the plainest, as review_id is before id."""
    by_plain = {_plain(name): name for name in reversed(names)}
    return next((by_plain[name] for name in wanted if name in by_plain), None)


def _plain(name: str) -> str:
    return _between_words.sub("", name).lower()
