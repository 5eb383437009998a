"""The steps of the example, each the words of one command: what an analyst types on a first morning.

Left out: running them (`commands.example`).
"""

import os
from collections.abc import Iterator, Sequence

from store.database import open_database
from store.results import Results

from .. import settings as settled

TRAINING = "(part != 'test' or clear) and state = 'shown'"
"""Texts that were not taken down; to be judged on, those alone in which nothing else was felt."""
_TRUTH = ("--truth", "genres", "--item", "play", "--label", "genre", "--task", "genre")


def steps(place: str, trainer: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Commands, one after the other; a later one may name what an earlier one has made."""
    here, artifacts = ("--settings", place), ("--artifacts", os.path.join(os.path.dirname(place), "artifacts"))
    yield ("catalog", *here)
    yield ("stats", "comments", "--label", "label", "--item", "item", *here)
    subset = ("--join", "posts", "--on", "item", "--split", "column:part")
    yield ("select", "comments", "--where", TRAINING, *subset, *here)
    extract = _newest_extract(place)
    yield ("emotion", "train", extract, "--trainer", " ".join(_quoted(one) for one in trainer), *artifacts, *here)
    yield ("emotion", "validate", extract, "--by", "fold", *artifacts, *here)
    yield ("emotion", "label", "lines", "--position", "position", *artifacts, *here)
    yield ("media", "features", "lines", "--out", os.path.join(os.path.dirname(place), "features.csv"), *here)
    yield ("media", "cross-validate", "lines", *_TRUTH, *here)
    yield ("media", "cross-validate", "lines", *_TRUTH, "--kind", "network", "--rounds", "0", *here)
    yield ("media", "train", "lines", *_TRUTH, *here)
    yield ("media", "label", "lines", "--task", "genre", *here)
    joined = ("--join", "genres", "--on", "item=play", "--where", "source = 'lines' and task = 'genre'")
    yield ("stats", "store.current_label", *joined, "--agree", "label,genre", "--columns", "label,genre,score", *here)
    yield ("runs", *here)
    yield ("compare", *_runs(place, "cross-validate"), *here)


def _newest_extract(place: str) -> str:
    """The key of the one that was written last."""
    folder = os.path.join(settled.load(place).folder, "extracts")
    found = [entry for entry in os.scandir(folder) if not entry.name.startswith(".")]
    return max(found, key=lambda entry: entry.stat().st_mtime).name


def _runs(place: str, kind: str) -> list[str]:
    """Keys of the runs of a kind, the oldest first."""
    with open_database(settled.load(place).store) as database:
        return [one.run for one in Results(database).runs(kind=kind)][::-1]


def _quoted(word: str) -> str:
    return f"'{word}'" if " " in word else word
