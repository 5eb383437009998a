"""A small made-up data file in the form of the published one, for tests and for a first look.

Latin-1, records ended by a bare carriage return, no header, label then text; the sentences are put
together from word lists by seed, so no licence holds for them. Left out: any claim to be like news.
"""

import csv
import io
import random

_SUBJECTS = ("Operating profit", "Net sales", "The order intake", "Turnover", "Export revenue", "The margin")
_OPENINGS = {
    "negative": ("fell", "declined", "dropped sharply", "shrank", "weakened", "slumped"),
    "neutral": ("will be reported", "is audited", "was described", "is counted", "was published", "is listed"),
    "positive": ("rose", "increased", "grew strongly", "doubled", "improved", "climbed"),
}
_PERIODS = ("in the first quarter", "in spring", "during the year", "in May", "since autumn", "at year end")
_PLACES = ("in Jyväskylä", "at the mill", "in the north", "for the group", "in all markets", "at the paper unit")


def rows(per_label: int, seed: int = 0) -> list[tuple[str, str]]:
    """`per_label` different sentences of each label, as (label, text), shuffled."""
    source = random.Random(seed)  # noqa: S311  # no secret
    every = [
        (label, f"{subject} {opening} {period} {place} .")
        for label, openings in _OPENINGS.items()
        for subject in _SUBJECTS
        for opening in openings
        for period in _PERIODS
        for place in _PLACES
    ]
    source.shuffle(every)
    chosen = [pair for label in _OPENINGS for pair in [p for p in every if p[0] == label][:per_label]]
    source.shuffle(chosen)
    return chosen


def write(path: str, per_label: int = 60, seed: int = 0) -> str:
    """The file at `path`, and its path."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r").writerows(rows(per_label, seed))
    with open(path, "wb") as file:
        file.write(text.getvalue().encode("latin-1"))
    return path
