"""A raw token to a Word: its spelling, the terms it gives by itself, and what it means by the tables.

Words are kept, so that a word costs a look-up after its first time. Left out: numbers (`amounts`).
"""

from .polarity import STEMS
from .vocabulary import CLAUSE_ENDS, DOWN, NEGATIONS, SUBJECT_OF, TURNS, UP

PREFIX = 5
PREFIXED = 1
"""How many of a word's terms stand before that of its prefix."""
_KEPT = 8192
_LONGEST_KEPT = 40
_OPEN_STEM = 4
"""A stem of so many letters stands for the words that begin with it; a shorter one for itself alone."""
_LONGEST_STEM = max(map(len, STEMS))


class Word:
    """What is known of one raw token, wherever it stands; not changed once made.

    A class with slots, as its fields are read a hundred times a text: a tenth of a reading's time less than a tuple's.
    """

    __slots__ = (
        "digits", "ends_clause", "is_marked", "is_meant", "is_open", "motion", "negates", "stem", "subject", "terms",
        "text", "tone",
    )  # fmt: skip

    def __init__(self, raw: str) -> None:
        text = raw.lower().replace("’", "'").removesuffix("'s")
        self.text = text
        """Lower-cased, with a straight apostrophe; a possessive 's is left out."""
        self.motion = "up" if text in UP else "down" if text in DOWN else ""
        self.subject = SUBJECT_OF.get(text, "")
        """What it is that moves: a class of `vocabulary.SUBJECTS`, or ""."""
        self.tone, self.stem = _tone(text)
        """A class of `polarity.CLASSES` and the stem of the table that gave it, or ""."""
        self.negates = text in NEGATIONS or text.endswith("n't")
        self.ends_clause = text in CLAUSE_ENDS
        self.digits = raw if raw[0].isdecimal() else ""
        """The raw token where it is a number, which `amounts` joins with its neighbours."""
        self.is_meant = bool(self.motion or self.subject or self.tone or self.negates)
        """Whether the tables know the word."""
        self.is_marked = self.is_meant or self.ends_clause or text in TURNS
        """Whether a rule can begin, end or rest at it."""
        self.is_open = text[0].isalpha() and not self.is_meant
        """Whether it is a word of letters that the tables do not know."""
        self.terms = _own_terms(text) if text[0].isalpha() or self.digits else ()
        """The term of the word, and of its prefix; none of punctuation."""


class _Words(dict[str, Word]):
    """Raw token to Word, made when first asked for; a bounded number of short ones is kept."""

    def __missing__(self, raw: str) -> Word:
        word = read_word(raw)
        if len(raw) <= _LONGEST_KEPT:
            if len(self) >= _KEPT:
                self.clear()
            self[raw] = word
        return word


def read_word(raw: str) -> Word:
    """What the tables say of one raw token, made anew.

    >>> word = read_word("Disappointing")
    >>> word.terms, word.tone, word.stem
    (('disappointing', '^disap'), 'alarm', 'disappoint')
    >>> read_word("profits").subject, read_word("rose").motion, read_word("Nokia's").text
    ('profit', 'up', 'nokia')
    """
    return Word(raw)


def _own_terms(text: str) -> tuple[str, ...]:
    return (text, "^" + text[:PREFIX]) if len(text) > PREFIX else (text,)


def _tone(text: str) -> tuple[str, str]:
    """Whether a word is good or bad news by itself, and by which stem."""
    for end in range(min(len(text), _LONGEST_STEM), 1, -1):
        if (end == len(text) or end >= _OPEN_STEM) and text[:end] in STEMS:
            tone = STEMS[text[:end]]
            return (tone, text[:end]) if tone else ("", "")
    return "", ""


WORDS = _Words()
