"""What every engine is: texts of one language in, their English out, each text for itself.

Left out: the engines, and which of them a language gets (`choose`).
"""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from ..negation import negation_lost


class Translated(NamedTuple):
    """A text's English; `unknown_words` is the share, 0 to 1, of its words that the engine left as they were."""

    english: str
    unknown_words: float
    negation_lost: bool


class Failed(NamedTuple):
    """A text that has no translation, where the others of the call have; the reason holds no text of a user."""

    reason: str


class Engine(Protocol):
    """One direction, such as Spanish to English; opened in the process that uses it."""

    @property
    def name(self) -> str:
        """With its languages, as `apertium:es-en`."""

    @property
    def version(self) -> str:
        """Another one where the same text may come out otherwise."""

    @property
    def source(self) -> str:
        """The language it reads, ISO 639-1."""

    def translate(self, texts: Sequence[str]) -> list[Translated | Failed]:
        """An answer for each text, in order.

        Raises: EngineError where no text can be translated, now (EngineUnavailable) or at all.
        """

    def close(self) -> None:
        """End what it holds; closing twice is nothing."""


def translated(source: str, text: str, english: str, unknown_words: float = 0.0) -> Translated:
    """The answer of one text, with whether a negation was lost on the way.

    >>> translated("es", "nadie me respondió", "anybody answered me")
    Translated(english='anybody answered me', unknown_words=0.0, negation_lost=True)
    """
    return Translated(english, unknown_words, negation_lost(text, source, english))
