"""Records to rows of reviews: language, English, label, and how far each can be trusted.

    record -> normalised text, hash -> language -> translation (known already, or made now) -> label -> doubts

What is doubtful has `needs_review` and its reasons, and is never `reliable`; a text without English has no label.
Left out: where records come from (`reading`), and keeping the rows (`store`).
"""

import hashlib
import json
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from store.reviews import Review, Translation
from textmodel import Model, Prediction

from .engines import Engine, Failed, Translated
from .language import Language, Languages
from .normalise import normalise, text_hash
from .records import Record

RULES = 1
"""Counted up when the same parts would make other rows, so that they are another pipeline's."""
ENGLISH = "en"
UNKNOWN_WORDS_LIMIT = 0.2
"""The share of words without a translation above which the English text is doubtful."""
NO_LANGUAGE, NO_ENGINE, NO_TRANSLATION = "language-unknown", "no-engine", "translation-failed"
UNTRANSLATED, NEGATION_LOST, UNSURE, UNMET = "untranslated-words", "negation-lost", "unsure", "target-not-met"
NEVER = 2.0
"""A threshold that no score reaches: no label of the model is reliable here."""
REASONS = {
    NO_LANGUAGE: "no configured language is sure enough",
    NO_ENGINE: "no engine translates this language",
    NO_TRANSLATION: "the engine gave no translation of this text",
    UNTRANSLATED: f"over {100 * UNKNOWN_WORDS_LIMIT:.0f} % of the words have no translation",
    NEGATION_LOST: "a negation of the text has none in English",
    "too-short": "fewer than three words of English",
    "unknown-words": "the model knows under half of the English words",
    "not-english": "the translation does not read as English",
    UNMET: "the model was not measured to be right often enough on such texts",
    UNSURE: "the label's score is below the threshold",
}
"""Every reason for doubt, and what it means."""

Key = tuple[str, str, str]
"""(text_hash, engine, engine_version)"""
Known = Callable[[Sequence[Key]], Mapping[Key, Translation]]


class _Text(NamedTuple):
    """A text of a chunk, which several of its records may have."""

    hash: str
    text: str
    language: Language


class _Answer(NamedTuple):
    """What became of a text."""

    translated: Translated | Failed | None
    prediction: Prediction | None


class Pipeline:
    """The parts, opened by the process that uses them; `version` names all that decides what a row says.

    `bar` is the score from which a label is reliable; None takes the model's own.
    """

    def __init__(
        self, model: Model, languages: Languages, engines: Mapping[str, Engine], bar: float | None = None
    ) -> None:
        self.model, self._languages, self._engines, self._bar = model, languages, engines, bar
        self.parts = {
            "rules": RULES,
            "languages": languages.version,
            "engines": {code: [engine.name, engine.version] for code, engine in sorted(engines.items())},
            "unknown_words_limit": UNKNOWN_WORDS_LIMIT,
            "bar": bar,
            "model": model.name,
            "artifact": dict(model.artifact.files),
        }
        self.version = version(self.parts)
        self.seconds: defaultdict[str, float] = defaultdict(float)
        """Spent so far, by stage."""

    @property
    def translated(self) -> list[str]:
        """The languages that have an engine."""
        return list(self._engines)

    def rows(self, source: str, records: Sequence[Record], known: Known) -> tuple[list[Review], list[Translation]]:
        """A row for each record, and the translations that are new; `known` looks up those that are not."""
        texts = self._texts(records)
        distinct = list({(text.hash, text.language.code): text for text in texts}.values())
        english, new = self._english(distinct, known)
        predictions = self._predictions(english)
        answers = {(text.hash, text.language.code): _Answer(made, found)
                   for text, made, found in zip(distinct, english, predictions, strict=True)}  # fmt: skip
        rows = [self._row(source, record, text, answers[text.hash, text.language.code])
                for record, text in zip(records, texts, strict=True)]  # fmt: skip
        return rows, new

    def close(self) -> None:
        """End the engines."""
        for engine in {id(engine): engine for engine in self._engines.values()}.values():
            engine.close()

    def _texts(self, records: Sequence[Record]) -> list[_Text]:
        with self._timed("normalise"):
            texts = [normalise(record.text) for record in records]
            hashes = [text_hash(text) for text in texts]
        with self._timed("language"):
            languages = self._languages.detect(texts, [record.language for record in records])
        return [_Text(*parts) for parts in zip(hashes, texts, languages, strict=True)]

    def _english(
        self, texts: Sequence[_Text], known: Known
    ) -> tuple[list[Translated | Failed | None], list[Translation]]:
        """For each text its English, a failure, or None where nobody can; and what is to be kept of it."""
        with self._timed("look up"):
            keys = {text: key for text in texts if (key := self._key(text))}
            found = known(list(keys.values())) if keys else {}
        made: dict[_Text, Translated | Failed] = {t: _translated(found[key]) for t, key in keys.items() if key in found}
        new: list[Translation] = []
        with self._timed("translate"):
            for code, engine in self._engines.items():
                wanted = [text for text in texts if text.language.code == code and text not in made]
                for text, result in zip(
                    wanted, engine.translate([t.text for t in wanted]) if wanted else [], strict=True
                ):
                    made[text] = result
                    if text in keys and isinstance(result, Translated):
                        new.append(Translation(*keys[text], *result))
        return [made.get(text) for text in texts], new

    def _key(self, text: _Text) -> Key | None:
        """The name of a translation that is kept; English is not, as it costs nothing to have again."""
        engine = self._engines.get(text.language.code or "")
        return (text.hash, engine.name, engine.version) if engine and engine.source != ENGLISH else None

    def _predictions(self, english: Sequence[Translated | Failed | None]) -> list[Prediction | None]:
        with self._timed("classify"):
            texts = [result.english for result in english if isinstance(result, Translated)]
            found = iter(self.model.classify_many(texts))
            return [next(found) if isinstance(result, Translated) else None for result in english]

    def _row(self, source: str, record: Record, text: _Text, answer: _Answer) -> Review:
        engine = self._engines.get(text.language.code or "")
        made = answer.translated if isinstance(answer.translated, Translated) else None
        said = answer.prediction
        reasons = _reasons(text.language, answer, self._bar)
        return Review(
            review_id=record.review_id,
            text_hash=text.hash,
            pipeline=self.version,
            source=source,
            line=record.line,
            text=text.text,
            language=text.language.code,
            language_confidence=text.language.confidence,
            engine=engine.name if engine else None,
            engine_version=engine.version if engine else None,
            english=made.english if made else None,
            unknown_words=made.unknown_words if made else None,
            negation_lost=made.negation_lost if made else None,
            label=said.label if said else None,
            score=said.score if said else None,
            known=said.known if said else None,
            model=self.model.name if said else None,
            reliable=not reasons,
            needs_review=bool(reasons),
            reasons=" ".join(reasons),
        )

    @contextmanager
    def _timed(self, stage: str) -> Iterator[None]:
        begun = time.perf_counter()
        yield
        self.seconds[stage] += time.perf_counter() - begun


def version(parts: Mapping[str, object]) -> str:
    """A short name for everything that decides a row, the same on every machine.

    >>> version({"model": "sentiment-1.1.0", "rules": 1}) == version({"rules": 1, "model": "sentiment-1.1.0"})
    True
    """
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:16]


def _translated(known: Translation) -> Translated:
    return Translated(known.english, known.unknown_words, known.negation_lost)


def _reasons(language: Language, answer: _Answer, bar: float | None) -> list[str]:
    """Why a row is doubtful, in the order of its making; empty where it is not."""
    made, said = answer.translated, answer.prediction
    if language.code is None:
        return [NO_LANGUAGE]
    if not isinstance(made, Translated) or said is None:
        return [NO_ENGINE if made is None else NO_TRANSLATION]
    found = [UNTRANSLATED] * (made.unknown_words > UNKNOWN_WORDS_LIMIT) + [NEGATION_LOST] * made.negation_lost
    return found + _unsure(said, bar)


def _unsure(said: Prediction, bar: float | None) -> list[str]:
    """The model's own warnings, and whether its score is too low; a bar of this run stands in for the model's."""
    if bar is None:
        return list(said.warnings) or [UNSURE] * (not said.reliable)
    warnings = [warning for warning in said.warnings if warning != UNMET] + [UNMET] * (bar == NEVER)
    return warnings or [UNSURE] * (said.score < bar)
