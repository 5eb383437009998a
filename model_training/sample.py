"""Small made-up data files for tests and for a first look: in the form of the published release, or with columns.

    python -m model_training.sample reviews reviews.csv      5 stars, English and German; see `made_up`
    python -m model_training.sample intents intents.jsonl    12 labels; .parquet too, and .gz of the others

The sentences of the published form are Latin-1, records ended by a bare carriage return, no header, label then
text; no licence holds for any of it. Left out: any claim to be like news.
"""

import argparse
import csv
import gzip
import io
import json
import random
import sys
from collections.abc import Sequence

from .made_up import KINDS, Row

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


def write_columns(path: str, pairs: Sequence[Row], text: str, label: str) -> str:
    """Texts and labels in a file with an id beside them, in the format of its name; its path."""
    names = ("id", text, label)
    table = [(number, *pair) for number, pair in enumerate(pairs, 1)]
    if path.endswith(".parquet"):
        import pyarrow as pa
        from pyarrow import parquet

        parquet.write_table(pa.table(dict(zip(names, map(list, zip(*table, strict=True)), strict=True))), path)
        return path
    lines = io.StringIO(newline="")
    if ".jsonl" in path:
        lines.writelines(f"{json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False)}\n" for row in table)
    else:
        csv.writer(lines, delimiter="\t" if ".tsv" in path else ",", lineterminator="\r\n").writerows([names, *table])
    content = lines.getvalue().encode()
    with open(path, "wb") as file:
        file.write(gzip.compress(content, mtime=0) if path.endswith(".gz") else content)
    return path


def main(arguments: Sequence[str] | None = None) -> int:
    """Write what `arguments` (default: the command's own) name; 0, or 1 with a line where that fails."""
    parser = argparse.ArgumentParser("python -m model_training.sample", description="Write a made-up data file.")
    parser.add_argument("kind", choices=sorted(KINDS))
    parser.add_argument("path", help=".csv, .tsv, .jsonl, each also .gz, or .parquet")
    parser.add_argument("--rows", type=int, default=1000, help="(default 1,000)")
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args(arguments)
    make, text, label = KINDS[asked.kind]
    pairs = make(asked.rows, asked.seed)
    try:
        write_columns(asked.path, pairs, text, label)
    except OSError as error:
        print(f"error: {asked.path}: {error.strerror}", file=sys.stderr)
        return 1
    labels = len({name for _, name in pairs})
    print(f"{asked.path}: {len(pairs):,} rows, texts in {text!r}, {labels} labels in {label!r}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
