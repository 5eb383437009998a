"""A text in the one form that is stored, translated and hashed.

    NFC; every run of blanks one space, none at the ends; NUL and lone surrogates U+FFFD,
    as PostgreSQL's text takes no NUL and UTF-8 no surrogate

Left out: what a reader may want otherwise: letter case, signs and accents stay as they are.
"""

import re
import unicodedata
from hashlib import sha256

_unstorable = re.compile("[\0\ud800-\udfff]")


def normalise(text: str) -> str:
    r"""The text, fit for any database; doing it twice changes nothing.

    >>> normalise(" Tre\u0301s \n bien\0 ") == "Trés bien\ufffd"
    True
    """
    if text.isascii():
        return " ".join(text.replace("\0", "\ufffd").split())
    return " ".join(unicodedata.normalize("NFC", storable(text)).split())


def storable(text: str) -> str:
    r"""The text with U+FFFD in place of what UTF-8 or PostgreSQL cannot hold.

    >>> storable("a\0b\ud83d") == "a\ufffdb\ufffd"
    True
    """
    return _unstorable.sub("\ufffd", text)


def text_hash(normalised: str) -> str:
    """32 hexadecimal digits, the first half of SHA-256: two of 10^12 texts share them once in 10^14 times.

    >>> text_hash("Good")
    'c939327ca16dcf97ca32521d8b834bf1'
    """
    return sha256(normalised.encode()).hexdigest()[:32]
