"""An example's data as its analysts find them: Parquet folders, a table of the operational database, a CSV file.

    data/comments/part=train/0.parquet    item, text, label, clear          data/lines.parquet   item, position, text
    genres.csv                            play;title;genre, Windows-1252    workbench.db         post: item, state
    workbench.toml                        names for all of them

Left out: the rows (`goemotions`, `plays`, `made`).
"""

import csv
import io
import os
import shutil
import sqlite3
from collections.abc import Sequence
from contextlib import closing

import pyarrow as pa
from pyarrow import parquet

from ..errors import StorageError
from . import goemotions, made, plays
from .rows import Comment, Example, Genre, Line

REMOVED_OF = 50
"""One comment in so many was taken down by a moderator; only those to train on, so that figures stay comparable."""
_SETTINGS = """# The sources of the example, and where its results go.
seed = 0
[store]
url = "sqlite:///workbench.db"
[sources.comments]
path = "data/comments/"
[sources.lines]
path = "data/lines.parquet"
[sources.genres]
path = "genres.csv"
[sources.posts]
table = "post"
[limits]
bytes_per_query = "200MB"
"""


def found(folder: str | None) -> Example:
    """The published data where a folder has them (goemotions/, shakespeare/), made ones where it has not."""
    comments, spoken = (os.path.join(folder or "", name) for name in ("goemotions", "shakespeare"))
    if folder and goemotions.there(comments) and plays.there(spoken):
        lines, genres = plays.read(spoken)
        told = "GoEmotions and Shakespeare's plays"
        return Example(goemotions.read(comments), lines, genres, told, goemotions.OPTIONS, goemotions.LICENCE)
    lines, genres = made.films()
    return Example(made.comments(), lines, genres, "data made here", made.OPTIONS, "")


def write(folder: str, example: Example) -> str:
    """All files of an example in a folder of its own, made anew; the path of its workbench.toml.

    Raises: StorageError, also where the folder holds something else.
    """
    place = os.path.join(folder, "workbench.toml")
    try:
        if os.path.isdir(folder) and os.listdir(folder) and not os.path.exists(place):
            raise StorageError(folder, "there is something else in it")
        shutil.rmtree(folder, ignore_errors=True)
        for part in sorted({one.part for one in example.comments}):
            _comments(os.path.join(folder, "data", "comments", f"part={part}"), part, example.comments)
        _lines(os.path.join(folder, "data", "lines.parquet"), example.lines)
        _posts(os.path.join(folder, "workbench.db"), example.comments)
        _put(os.path.join(folder, "genres.csv"), _genres(example.genres))
        _put(place, _SETTINGS.encode())
    except OSError as error:
        raise StorageError(folder, error.strerror or str(error)) from error
    return place


def _comments(folder: str, part: str, every: Sequence[Comment]) -> None:
    chosen = [one for one in every if one.part == part]
    columns = ("item", "text", "label", "clear")
    os.makedirs(folder)
    parquet.write_table(
        pa.table({name: [getattr(one, name) for one in chosen] for name in columns}), os.path.join(folder, "0.parquet")
    )


def _lines(path: str, lines: Sequence[Line]) -> None:
    parquet.write_table(pa.table({name: [getattr(one, name) for one in lines] for name in Line._fields}), path)


def _posts(path: str, comments: Sequence[Comment]) -> None:
    rows = [
        (one.item, "removed" if one.part == "train" and number % REMOVED_OF == 0 else "shown")
        for number, one in enumerate(comments)
    ]
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE post (item text PRIMARY KEY, state text NOT NULL)")
        connection.executemany("INSERT INTO post VALUES (?, ?)", rows)


def _genres(genres: Sequence[Genre]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=";", lineterminator="\r\n").writerows([("play", "title", "genre"), *genres])
    return text.getvalue().encode("cp1252", "replace")


def _put(path: str, content: bytes) -> None:
    with open(path, "wb") as file:
        file.write(content)
