"""apertium's engine of one language: one chain to English, or two through Spanish or Catalan.

Left out: the programs (`chain`), which are installed with the language pairs.
"""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from ...errors import EngineError
from ..protocol import Failed, Translated, translated
from .chain import TIMEOUT_S, Chain
from .modes import MODES, modes_of, program_versions, routes
from .stream import Answer, words

_RULES = 1
"""Of `stream`: another number where the same text may be sent or read otherwise."""


class Apertium:
    """From one language to English; opening it starts nothing, the first text does."""

    def __init__(self, source: str, modes: Path = MODES, timeout_s: float = TIMEOUT_S) -> None:
        """Raises: EngineError where no installed pair leads from `source` to English."""
        route = routes(modes).get(source)
        if route is None:
            raise EngineError(f"apertium has no pair from {source} to en in {modes}")
        self.source = source
        self.name = f"apertium:{'-'.join(route)}"
        self._chains = [Chain(mode, timeout_s) for mode in modes_of(route, modes)]
        data = "-".join(chain.mode.digest for chain in self._chains)
        self.version = " ".join(filter(None, (program_versions(), f"data {data} rules {_RULES}")))

    @property
    def process_ids(self) -> list[int]:
        """Of all programs that run for this engine."""
        return [process_id for chain in self._chains for process_id in chain.process_ids]

    def translate(self, texts: Sequence[str]) -> list[Translated | Failed]:
        """An answer for each text, in order.

        Raises: EngineUnavailable.
        """
        answers: list[Answer | Failed] = [Answer(text, []) for text in texts]
        for chain in self._chains:
            places = [place for place, answer in enumerate(answers) if _has_words(answer)]
            before = [answer for answer in (answers[place] for place in places) if isinstance(answer, Answer)]
            after = chain.translate([answer.text for answer in before])
            for place, first, second in zip(places, before, after, strict=True):
                answers[place] = second if isinstance(second, Failed) else Answer(second.text, _both(first, second))
        return [self._translated(text, answer) for text, answer in zip(texts, answers, strict=True)]

    def close(self) -> None:
        for chain in self._chains:
            chain.close()

    def _translated(self, text: str, answer: Answer | Failed) -> Translated | Failed:
        if isinstance(answer, Failed):
            return answer
        share = min(1.0, len(answer.unknown) / max(1, words(text)))
        return translated(self.source, text, answer.text, round(share, 6))


def _has_words(answer: Answer | Failed) -> bool:
    return isinstance(answer, Answer) and words(answer.text) > 0


def _both(first: Answer, second: Answer) -> list[str]:
    """The words that one chain or the other did not know; one that neither knew counts once."""
    known_by_chance = Counter(w.casefold() for w in first.unknown) - Counter(w.casefold() for w in second.unknown)
    return [*second.unknown, *known_by_chance.elements()]
