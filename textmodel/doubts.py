"""What a text itself says against trusting its answer, as codes.

    too-short       fewer than three words: what stands between blanks and holds a letter; a number is no word
    unknown-words   the model knows under half of the words
    not-english     probably another language or script (`language`), for a model of English texts

Left out: the score, which says how sure the model is (`reliability`).
"""

import re

TOO_SHORT, UNKNOWN_WORDS, NOT_ENGLISH = "too-short", "unknown-words", "not-english"
KNOWN_FLOOR = 0.5
LANGUAGE_FLOOR = 0.6
"""Where more words are known, the text is in the model's language, so usual texts do not pay for a look."""
_three_words = re.compile(r"(?:[\W\d_]*+[^\W\d_]\S*+){3}").match  # possessive: in one pass, whatever the text


def doubts(text: str, known: float, *, english: bool) -> tuple[str, ...]:
    """The codes that hold for a text of which the share `known` of words is known, in their order.

    >>> doubts("Nokia slumps", 1.0, english=True)
    ('too-short',)
    >>> doubts("Der Umsatz stieg um 5 Prozent", 0.2, english=True)
    ('unknown-words', 'not-english')
    """
    found: tuple[str, ...] = () if _three_words(text) else (TOO_SHORT,)
    if known < LANGUAGE_FLOOR:
        if known < KNOWN_FLOOR:
            found += (UNKNOWN_WORDS,)
        if english and _is_foreign(text):
            found += (NOT_ENGLISH,)
    return found


def _is_foreign(text: str) -> bool:
    from .language import is_foreign  # its tables are 2 ms of a cold start, for what most texts never need

    return is_foreign(text)
