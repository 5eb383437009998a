"""What a text itself says against trusting its answer, as codes.

    too-short       fewer words than the model's texts have, of three at most: what stands between blanks and holds a
                    letter is a word, a number is none
    unknown-words   the model knows under half of the words
    not-english     probably another language or script (`language`), for a model of English texts

Left out: the score, which says how sure the model is (`reliability`).
"""

import re
from collections.abc import Callable, Mapping

TOO_SHORT, UNKNOWN_WORDS, NOT_ENGLISH = "too-short", "unknown-words", "not-english"
KNOWN_FLOOR = 0.5
LANGUAGE_FLOOR = 0.6
"""Where more words are known, the text is in the model's language, so usual texts do not pay for a look."""
MOST_WORDS = 3
ENOUGH: Mapping[int, Callable[[str], object]] = {
    words: re.compile(rf"(?:[\W\d_]*+[^\W\d_]\S*+){{{words}}}").match for words in range(1, MOST_WORDS + 1)
}  # possessive: in one pass, whatever the text
"""By a number of words: tells whether a text has as many."""


def doubts(
    text: str, known: float, *, english: bool, enough: Callable[[str], object] = ENOUGH[MOST_WORDS]
) -> tuple[str, ...]:
    """The codes that hold for a text of which the share `known` of words is known, in their order.

    >>> doubts("Nokia slumps", 1.0, english=True)
    ('too-short',)
    >>> doubts("Der Umsatz stieg um 5 Prozent", 0.2, english=True)
    ('unknown-words', 'not-english')
    """
    found: tuple[str, ...] = () if enough(text) else (TOO_SHORT,)
    if known < LANGUAGE_FLOOR:
        if known < KNOWN_FLOOR:
            found += (UNKNOWN_WORDS,)
        if english and _is_foreign(text):
            found += (NOT_ENGLISH,)
    return found


def _is_foreign(text: str) -> bool:
    from .language import is_foreign  # its tables are 2 ms of a cold start, for what most texts never need

    return is_foreign(text)
