"""Token rule 3: what people write every day, in any language that parts words by spaces, to its terms.

    "I don't"     i, don, t, i don, don t          "Loving it"     loving, it, ^lovi, loving it

A word keeps the signs that belong to its letters, and may be a single letter. A longer one stands for all that begin
as it does, too: a crude stem that needs no language. Left out: negation, emoticons, runs of marks, drawn-out letters,
ends and other parts of words, which gained too little (docs/decisions/0025).
"""

import re
from itertools import pairwise

from .traced import Traced, places

PARTS = {
    "beginnings": "the first four letters of longer words",
    "pairs": "pairs of neighbours",
}
"""What the rule consists of beside words, for leaving one out to see what it gives."""
ALL = frozenset(PARTS)
BEGINNING = 4
# Signs that stand in words and are no word characters to Python: accents by themselves, points of Hebrew and Arabic,
# Syriac and Thaana, vowel signs of the scripts of India and Sri Lanka (one layout, ISCII's), and the two joiners.
_MARKS = (
    "\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670"
    "\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u0711\u0730-\u074a\u07a6-\u07b0\u200c\u200d"
    + "".join(
        f"{chr(block)}-{chr(block + 3)}{chr(block + 0x3A)}-{chr(block + 0x3C)}{chr(block + 0x3E)}-{chr(block + 0x57)}"
        f"{chr(block + 0x62)}{chr(block + 0x63)}"
        for block in range(0x900, 0xD80, 0x80)
    )
    + "\u0d81-\u0d83\u0dca-\u0ddf\u0df2\u0df3"
)
_word = re.compile(rf"\w[\w{_MARKS}]*")
_words = _word.findall


def terms_and_words(text: str) -> tuple[list[str], list[str]]:
    """The terms of a text, and those of them that are its words.

    >>> terms_and_words("I loved it :)")
    (['i', 'loved', 'it', '^love', 'i loved', 'loved it'], ['i', 'loved', 'it'])
    >>> terms_and_words("हिन्दी में")
    (['हिन्दी', 'में', '^हिन्', 'हिन्दी में'], ['हिन्दी', 'में'])
    """
    words = _words(text.lower())
    beginnings = ["^" + word[:BEGINNING] for word in words if len(word) > BEGINNING]
    return words + beginnings + list(map(" ".join, pairwise(words))), words


def terms(text: str, parts: frozenset[str] = ALL) -> list[str]:
    """The terms of a text that these parts of the rule give.

    >>> terms("Loved it", frozenset({"pairs"}))
    ['loved', 'it', 'loved it']
    """
    return [term for part, found in _found(text).items() if part in parts or not part for term, _ in found]


def trace(text: str) -> list[Traced]:
    """Every term of a text with its places, in the order of `terms_and_words`.

    >>> [(found.term, found.spans) for found in trace("Loved it")]
    [('loved', ((0, 5),)), ('it', ((6, 8),)), ('^love', ((0, 5),)), ('loved it', ((0, 5), (6, 8)))]
    """
    return [Traced(term, spans) for found in _found(text).values() for term, spans in found]


def _found(text: str) -> dict[str, list[tuple[str, tuple[tuple[int, int], ...]]]]:
    """By part, that of the words themselves "": each term with the places of what it rests on."""
    sent = places(text)
    words = [(one[0], (sent[one.start()], sent[one.end()])) for one in _word.finditer(text.lower())]
    return {
        "": [(word, (span,)) for word, span in words],
        "beginnings": [("^" + word[:BEGINNING], (span,)) for word, span in words if len(word) > BEGINNING],
        "pairs": [(f"{a} {b}", (one, other)) for (a, one), (b, other) in pairwise(words)],
    }
