"""`Model.classify` under token rule 2 in slow motion: what each of its stages takes.

The stages call what `classify` calls, in its order, with a look at the clock between them; that they still give
its answer is checked on every text before any is timed. Left out: rule 1, which has no stages to speak of.
"""

# ruff: noqa: SLF001  # a model is taken apart here

from collections.abc import Callable, Sequence
from itertools import pairwise
from statistics import fmean, median
from time import perf_counter
from typing import NamedTuple

from textmodel.finance import rule
from textmodel.finance.amounts import Item, read_amounts
from textmodel.finance.change import changes
from textmodel.finance.compound import Compound
from textmodel.finance.motion import motions
from textmodel.finance.scan import mend, token_pattern
from textmodel.finance.tone import balance, negated_words, tones
from textmodel.finance.turn import turns
from textmodel.finance.words import WORDS
from textmodel.model import Model, _rounded, _softmax
from textmodel.prediction import Prediction
from textmodel.reliability import DEFAULT_TARGET
from textmodel.tokens import RULES, Tokens
from textmodel.vectorizer import Vectorizer

from .contestants import STAGES_SUM, WHOLE

RULE = 2
STAGES = (
    "scan", "words", "amounts", "marks", "motion", "change", "turns", "tone", "balance", "negation", "terms",
    "look-ups", "network", "prediction",
)  # fmt: skip
Lap = Callable[[], None]


class Times(NamedTuple):
    """Seconds of one stage over many texts; a stage that only some texts need has a mean above its median."""

    median: float
    mean: float


class OtherAnswerError(Exception):
    """The stages gave another answer than `classify`: they are no longer its own."""


class Stages:
    """One model of rule 2, taken apart."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._read = Tokens([], [])
        given = RULES[RULE]._replace(read=lambda _text: self._read)
        self._look_ups = Vectorizer(given, model.artifact.terms)

    def times(self, texts: Sequence[str]) -> dict[str, Times]:
        """The times of each of STAGES, of STAGES_SUM and of the WHOLE over the texts, all met before.

        Raises: OtherAnswerError.
        """
        for text in texts:
            if self.laps(text)[0] != self._model.classify(text):
                raise OtherAnswerError("the stages are not those of Model.classify: bring benchmarks.stages up to it")
        rows = [(*self.laps(text)[1], self._whole(text)) for text in texts]
        *stages, whole = zip(*rows, strict=True)
        seconds = {**dict(zip(STAGES, stages, strict=True)), STAGES_SUM: [sum(row[:-1]) for row in rows], WHOLE: whole}
        return {name: Times(median(found), fmean(found)) for name, found in seconds.items()}

    def laps(self, text: str) -> tuple[Prediction, list[float]]:
        """A text's answer, and the seconds of each of STAGES."""
        clock = [perf_counter()]

        def lap() -> None:
            clock.append(perf_counter())

        answer = self._answer(text, _read(text, lap), lap)
        return answer, [end - start for start, end in pairwise(clock)]

    def _answer(self, text: str, reading: rule.Reading, lap: Lap) -> Prediction:
        """From a reading to the answer, as `rule.terms_and_words`, `Vectorizer.bag` and `Model.classify`."""
        model = self._model
        open_words = [item.text for item in reading.items if item.is_open]
        meant = len([1 for at in reading.marks if reading.items[at].is_meant])
        self._read = Tokens(rule._terms(reading, rule.ALL), open_words, meant)
        lap()
        bag = self._look_ups.bag(text)
        lap()
        logits = model.network.logits(bag.rows, bag.value)
        lap()
        scores = _rounded(_softmax(logits, model.temperature))
        answer = model._prediction(text, bag.known, scores, DEFAULT_TARGET)
        lap()
        return answer

    def _whole(self, text: str) -> float:
        start = perf_counter()
        self._model.classify(text)
        return perf_counter() - start


def _read(text: str, lap: Lap) -> rule.Reading:
    """A text's reading, as `rule.read`."""
    mended = mend(text)
    raw = token_pattern(mended).findall(mended)
    lap()
    words = list(map(WORDS.__getitem__, raw))
    lap()
    items: Sequence[Item] = words
    begins: Sequence[int] = range(len(words))
    numbers = [at for at, word in enumerate(words) if word.digits]
    if numbers:
        items, begins = read_amounts(words, numbers)
    lap()
    marks = [at for at, item in enumerate(items) if item.is_marked]
    lap()
    found: list[Compound] = [*motions(items, marks)]
    moved = frozenset([at for _, places, news in found if news for at in places])
    lap()
    found += changes(items)
    lap()
    found += turns(items, marks)
    lap()
    found += tones(items, marks, moved)
    lap()
    found += balance(found)
    lap()
    found += negated_words(items, marks)
    lap()
    return rule.Reading(items, begins, found, moved, marks)
