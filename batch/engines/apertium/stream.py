r"""A text as apertium's programs read it, and what they say as a text again.

The stream format (https://wiki.apertium.org/wiki/Apertium_stream_format) gives meaning to `^$@/\[]{}<>` and, in what
comes out, to `*@#~+`. Whatever is in brackets passes every program untouched, so such letters travel there by
number: "24/7" goes as "24[x2f]7". A text stands between two equal marks with its number, which shows whether an answer
is whole and whose it is. Left out: the programs.
"""

import re
import unicodedata
from typing import NamedTuple

_SPECIAL = re.compile(r"[\^$@/\\\[\]{}<>*#~+]+")
_IN_BRACKETS = re.compile(r"\[x([0-9a-f.]+)\]")
_MARKED = re.compile(r"([*@#])(?=[^\s*@#])(\w*)")
_TAG = re.compile(r"\\<[^\\<>]*\\>|\\")
"""A word's grammar that a program could not make a form of; a backslash of the text itself travels by number."""
_WORD = re.compile(r"[^\W\d_]+")
_STOP = ".[s]"
"""What the tagger sees as the end of a sentence, in a text that has none; taken away afterwards. apertium's own
formatter does the same."""
_STOPS = re.compile(r"\.?\s*\[s\]")


class Answer(NamedTuple):
    """A chain's answer: the text, and its words that the chain did not know, as they are written."""

    text: str
    unknown: list[str]


def encode(number: int, text: str) -> bytes:
    r"""One text as a chain takes it, with the null at its end.

    >>> encode(7, "Sí, 24/7!")
    b'[n7] S\xc3\xad, 24[x2f]7! [n7]\x00'
    >>> encode(8, "bueno")
    b'[n8] bueno.[s] [n8]\x00'
    """
    plain = "".join(" " if unicodedata.category(c) in ("Cc", "Zl", "Zp", "Cs", "Zs") else c for c in text)
    safe = _SPECIAL.sub(_bracketed, " ".join(unicodedata.normalize("NFC", plain).replace("\u2019", "'").split()))
    end = "" if safe.endswith((".", "!", "?")) else _STOP
    return f"[n{number}] {safe}{end} [n{number}]\0".encode()


def decode(number: int, answer: bytes) -> Answer | None:
    """What a chain made of the text with that number; None where it is not the whole answer of that text.

    >>> decode(7, b"[n7] Yes, the *zzz 24[x2f]7! [n7]")
    Answer(text='Yes, the zzz 24/7!', unknown=['zzz'])
    >>> decode(7, b"[n8] Yes [n8]")
    """
    text, mark = answer.decode(errors="replace"), f"[n{number}]"
    if text.count(mark) != 2:
        return None
    text = _STOPS.sub("", text.replace(mark, " "))
    unknown = [word for sign, word in _MARKED.findall(text) if sign in "*@" and word]
    text = _IN_BRACKETS.sub(_unbracketed, _MARKED.sub(r"\2", _TAG.sub("", text)))
    return Answer(" ".join(text.split()), unknown)


def words(text: str) -> int:
    """How many words a text has: runs of letters.

    >>> words("L'hotel, 4 estrelles")
    3
    """
    return len(_WORD.findall(text))


def _bracketed(match: re.Match[str]) -> str:
    return "[x" + ".".join(f"{ord(c):x}" for c in match[0]) + "]"


def _unbracketed(match: re.Match[str]) -> str:
    return "".join(chr(int(number, 16)) for number in match[1].split("."))
