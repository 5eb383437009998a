"""Which sentences all annotators agree on, from the release's own list beside the data file.

The list (`sentence@label`, a line each) was damaged in another way than the data file ("+ñ" where
that has "+Æ", for the same ä), so sentences are matched by their ASCII letters and digits alone.
Left out: the release's lists of lower agreement.
"""

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from .data import decode, read_bytes

FILE = "Sentences_AllAgree.txt"
_unsafe = re.compile(r"[^0-9A-Za-z]+")


@dataclass(frozen=True)
class Agreement:
    """The used sentences that are on the list, and how the list was read."""

    sha256: str
    lines: int
    unreadable: int
    """Lines without a label, which the release has too; skipped."""
    agreed: tuple[bool, ...]
    """For each sentence used: on the list, with the label it has in the data."""


def read(data_path: str, texts: Sequence[str], labels: Sequence[str]) -> Agreement | None:
    """The agreement on `texts`, whose labels are `labels`; None when no list lies beside the data file.

    Raises: DataError when there is a list that is no text file.
    """
    path = os.path.join(os.path.dirname(data_path), FILE)
    if not os.path.lexists(path):
        return None
    raw = read_bytes(path)
    lines = [line for line in decode(raw)[0].splitlines() if line.strip()]
    pairs = [line.rpartition("@") for line in lines]
    listed = {(_key(sentence), label.strip()) for sentence, _, label in pairs if sentence}
    return Agreement(
        sha256=sha256(raw).hexdigest(),
        lines=len(lines),
        unreadable=sum(not sentence for sentence, _, _ in pairs),
        agreed=tuple((_key(text), label) in listed for text, label in zip(texts, labels, strict=True)),
    )


def _key(sentence: str) -> str:
    """What both files have in common of a sentence.

    >>> _key("J+Ærvinen 's") == _key("J+ñrvinen's")
    True
    """
    return _unsafe.sub("", sentence)
