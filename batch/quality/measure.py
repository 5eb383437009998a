"""Recall of a tone before and after translation, by engine and language.

Left out: showing it (`table`), and where labelled lines come from (`lines`).
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from ..engines import Engine, Failed, Translated
from ..language import Languages
from ..negation import negation_lost, negations
from .lines import Line
from .yardsticks import Yardstick, macro_recall

NO_ENGINE = "none"
ALL = "all"


class Recall(NamedTuple):
    """Macro recall, 0 to 1: of the texts as they are, of their translations, of a person's translations."""

    before: float
    after: float | None
    reference: float | None


class Row(NamedTuple):
    """What one engine does with one language, or with all of those that it translates from."""

    engine: str
    language: str
    lines: int
    language_right: int  # whose language was found by the text alone
    language_wrong: int  # found to be another; the rest is unknown
    failed: int
    unknown_words: float | None  # the mean share of a text
    negated: int  # lines with a negation
    negations_lost: int | None
    false_alarms: int | None  # lines whose negation is not seen in a person's translation either
    texts_per_s: float | None
    recall: dict[str, Recall]  # by yardstick


class _Made(NamedTuple):
    """The lines of a language and what became of them."""

    engine: str
    lines: list[Line]
    languages: list[str | None]
    english: list[Translated | Failed] | None
    seconds: float


def measure(
    lines: Sequence[Line], engines: Mapping[str, Engine], yardsticks: Sequence[Yardstick], languages: Languages
) -> Iterator[Row]:
    """A row for each language of the lines, then one for all that were translated from another than English.

    Raises: EngineError.
    """
    made: list[_Made] = []
    for code in dict.fromkeys(line.language for line in lines):
        done = _make([line for line in lines if line.language == code], engines.get(code), languages)
        yield _row(code, done, yardsticks)
        if done.english is not None and code != "en":
            made.append(done)
    if len(made) > 1:
        yield _row(ALL, _joined(made), yardsticks)


def _make(lines: list[Line], engine: Engine | None, languages: Languages) -> _Made:
    texts = [line.text for line in lines]
    found = [language.code for language in languages.detect(texts, [None] * len(texts))]
    if engine is None:
        return _Made(NO_ENGINE, lines, found, None, 0.0)
    engine.translate(texts[:1])  # what it starts with is not what a text costs
    begun = time.perf_counter()
    english = engine.translate(texts)
    return _Made(engine.name, lines, found, english, time.perf_counter() - begun)


def _joined(made: Sequence[_Made]) -> _Made:
    return _Made(
        " ".join(dict.fromkeys(part.engine.partition(":")[0] for part in made)),
        [line for part in made for line in part.lines],
        [code for part in made for code in part.languages],
        [answer for part in made for answer in part.english or ()],
        sum(part.seconds for part in made),
    )


def _row(language: str, made: _Made, yardsticks: Sequence[Yardstick]) -> Row:
    lines, answers = made.lines, made.english
    good = [answer for answer in answers or () if isinstance(answer, Translated)]
    referenced = [line for line in lines if line.english is not None]
    right = sum(code == line.language for code, line in zip(made.languages, lines, strict=True))
    return Row(
        engine=made.engine,
        language=language,
        lines=len(lines),
        language_right=right,
        language_wrong=len(lines) - right - made.languages.count(None),
        failed=len(answers or ()) - len(good),
        unknown_words=sum(answer.unknown_words for answer in good) / len(good) if good else None,
        negated=sum(negations(line.text, line.language) > 0 for line in lines),
        negations_lost=sum(answer.negation_lost for answer in good) if answers is not None else None,
        false_alarms=sum(negation_lost(line.text, line.language, line.english or "") for line in referenced)
        if referenced
        else None,
        texts_per_s=len(lines) / made.seconds if made.seconds else None,
        recall={yardstick.name: _recall(lines, answers, yardstick) for yardstick in yardsticks},
    )


def _recall(lines: Sequence[Line], answers: Sequence[Translated | Failed] | None, yardstick: Yardstick) -> Recall:
    labels = [line.label for line in lines]
    references = [line.english for line in lines if line.english is not None]
    return Recall(
        before=macro_recall(labels, yardstick.labels([line.text for line in lines])),
        after=macro_recall(labels, _found(answers, yardstick)) if answers is not None else None,
        reference=macro_recall(labels, yardstick.labels(references)) if len(references) == len(lines) else None,
    )


def _found(answers: Sequence[Translated | Failed], yardstick: Yardstick) -> list[str | None]:
    """The label of each translation, None where there is none."""
    labels = iter(yardstick.labels([answer.english for answer in answers if isinstance(answer, Translated)]))
    return [next(labels) if isinstance(answer, Translated) else None for answer in answers]
