"""How many of a sentence's annotators agree on its label, from the release's own lists beside the data file.

Each list (`sentence@label`, a line each) holds the sentences of at least one level of agreement, so the
highest list that has a sentence gives its level. The lists were damaged in another way than the data file
("+ñ" where that has "+Æ", for the same ä), so sentences are matched by their ASCII letters and digits alone.
A list that is missing is done without: its sentences count as of the next list below, or as not known.
Left out: what a level means for training (`targets`).
"""

import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from .data import decode, read_bytes

FILES = {
    1.0: "Sentences_AllAgree.txt",
    0.75: "Sentences_75Agree.txt",
    0.66: "Sentences_66Agree.txt",
    0.5: "Sentences_50Agree.txt",
}
"""Level of agreement to the list of sentences on which at least that share of the annotators agree."""
_unsafe = re.compile(r"[^0-9A-Za-z]+")


@dataclass(frozen=True)
class AgreementList:
    """One list as it was read."""

    file: str
    level: float
    sha256: str
    lines: int
    unreadable: int
    """Lines without a label, which the release has too; skipped."""


@dataclass(frozen=True)
class Agreement:
    """The lists that are there, and the level of each sentence used."""

    lists: tuple[AgreementList, ...]
    missing: tuple[str, ...]
    """The lists that are not there."""
    levels: tuple[float | None, ...]
    """For each sentence used; None for one that no list has with the label it has in the data."""

    def counts(self) -> dict[float, int]:
        """How many of the used sentences are of each level, highest first."""
        return {level: self.levels.count(level) for level in FILES if level in self.levels}


def read(data_path: str, texts: Sequence[str], labels: Sequence[str]) -> Agreement | None:
    """The agreement on `texts`, whose labels are `labels`; None when no list lies beside the data file.

    Raises: DataError when there is a list that is no text file.
    """
    folder = os.path.dirname(data_path)
    there = {level: file for level, file in FILES.items() if os.path.lexists(os.path.join(folder, file))}
    if not there:
        return None
    level_of: dict[tuple[str, str], float] = {}
    lists = []
    for level, file in there.items():  # highest first: a sentence keeps the level of the first list that has it
        entry, pairs = _list(folder, file, level)
        lists.append(entry)
        for pair in pairs:
            level_of.setdefault(pair, level)
    levels = tuple(level_of.get((_key(text), label)) for text, label in zip(texts, labels, strict=True))
    return Agreement(tuple(lists), tuple(file for file in FILES.values() if file not in there.values()), levels)


def _list(folder: str, file: str, level: float) -> tuple[AgreementList, Iterable[tuple[str, str]]]:
    raw = read_bytes(os.path.join(folder, file))
    lines = [line.rpartition("@") for line in decode(raw)[0].splitlines() if line.strip()]
    readable = [(_key(sentence), label.strip()) for sentence, _, label in lines if sentence]
    return AgreementList(file, level, sha256(raw).hexdigest(), len(lines), len(lines) - len(readable)), readable


def _key(sentence: str) -> str:
    """What both files have in common of a sentence.

    >>> _key("J+Ærvinen 's") == _key("J+ñrvinen's")
    True
    """
    return _unsafe.sub("", sentence)
