"""Records to rows: what each says, why it is doubtful, and what is translated only once."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

from batch.engines import Engine
from batch.engines.identity import Identity
from batch.pipeline import REASONS, Key, Pipeline
from batch.records import Record
from store.reviews import Review, Translation
from tests.batch.stand_ins import Declared, Upper, record
from textmodel import Model, load
from textmodel.artifact import Artifact

GOOD = "operating profit rose to eur 13 mn from eur 11 mn"


class Cache:
    """The store's translations, as a dictionary."""

    def __init__(self) -> None:
        self.held: dict[Key, Translation] = {}
        self.asked: list[Key] = []

    def __call__(self, keys: Sequence[Key]) -> Mapping[Key, Translation]:
        self.asked += keys
        return {key: self.held[key] for key in keys if key in self.held}

    def keep(self, made: Sequence[Translation]) -> None:
        self.held |= {(t.text_hash, t.engine, t.engine_version): t for t in made}


@pytest.fixture(scope="module")
def model(shipped: Path) -> Model:
    return load("sentiment", str(shipped))


@pytest.fixture
def upper() -> Upper:
    return Upper()


@pytest.fixture
def made(model: Model, upper: Upper) -> Pipeline:
    return Pipeline(model, Declared(), {"en": Identity(), "es": upper})


def one(made: Pipeline, text: str, language: str | None) -> Review:
    rows, _ = made.rows("a.csv", [record(0, text, language)], Cache())
    return rows[0]


def test_a_row_says_what_was_made_of_its_text(made: Pipeline, model: Model):
    """Its text normalised, its English, the label that the model gives to that English."""
    row = one(made, f" {GOOD}\n ", "es")
    expected = model.classify(GOOD.upper())
    assert (row.text, row.english, row.language, row.engine, row.engine_version) == (
        GOOD, GOOD.upper(), "es", "upper:es-en", "1"
    )  # fmt: skip
    assert (row.label, row.score, row.known, row.model) == (
        expected.label, expected.score, expected.known, "sentiment-1.0.0"
    )  # fmt: skip
    assert (row.review_id, row.line, row.source, row.pipeline) == ("r0", 2, "a.csv", made.version)


@pytest.mark.parametrize(
    ("text", "language", "reason"),
    [
        (GOOD, None, "language-unknown"),
        (GOOD, "de", "no-engine"),
        (f"fail {GOOD}", "es", "translation-failed"),
        (f"odd {GOOD}", "es", "untranslated-words"),
        (f"no {GOOD}", "es", "negation-lost"),
        ("profit", "en", "too-short"),
        ("zzz yyy xxx www", "en", "unknown-words"),
    ],
)
def test_what_is_doubtful_says_why(made: Pipeline, text: str, language: str | None, reason: str):
    """It needs a review and is never reliable."""
    row = one(made, text, language)
    assert reason in row.reasons.split()
    assert (row.reliable, row.needs_review) == (False, True)


@pytest.mark.parametrize(("text", "language"), [(GOOD, None), (GOOD, "de"), ("fail", "es")])
def test_without_english_there_is_no_label(made: Pipeline, text: str, language: str | None):
    """And the row is kept, with its text."""
    row = one(made, text, language)
    assert (row.english, row.label, row.score, row.model) == (None, None, None, None)
    assert row.text == text


def test_what_the_model_is_sure_of_is_reliable(made: Pipeline, model: Model):
    """As the model's own answer is, and there is no reason for doubt; otherwise one is given."""
    texts = [GOOD, "net loss and layoffs in helsinki", "the company sales in the quarter", "profit fell from eur 13 mn"]
    rows, _ = made.rows("a.csv", [record(n, text, "en") for n, text in enumerate(texts)], Cache())
    answers = model.classify_many(texts)
    assert [row.reliable for row in rows] == [answer.reliable for answer in answers]
    assert [bool(row.reasons) for row in rows] == [not row.reliable for row in rows]
    assert {row.reliable for row in rows} == {True, False}, "the texts are to show both"


def test_every_reason_has_a_meaning():
    """Those of the model, which come from another room, too."""
    from textmodel.prediction import WARNINGS

    assert set(WARNINGS) <= set(REASONS)


def test_a_text_is_translated_once(made: Pipeline, upper: Upper):
    """However often a chunk has it, and not at all where the store knows it."""
    cache = Cache()
    records = [record(n, text, "es") for n, text in enumerate([GOOD, GOOD, f" {GOOD} ", "otra cosa"])]
    rows, new = made.rows("a.csv", records, cache)
    assert (sorted(upper.texts), len(new)) == (sorted([GOOD, "otra cosa"]), 2)
    cache.keep(new)
    again, none = made.rows("a.csv", records, cache)
    assert (len(upper.texts), none, again) == (2, [], rows)


def test_another_model_rescores_without_translating(
    made: Pipeline, upper: Upper, make_artifact: Callable[..., Artifact]
):
    """The same translations, looked up; other rows, under another version."""
    cache = Cache()
    records = [record(n, f"{GOOD} {n}", "es") for n in range(20)]
    rows, new = made.rows("a.csv", records, cache)
    cache.keep(new)
    counted = len(upper.texts)
    other = Pipeline(Model(make_artifact(2, version="2.0.0")), Declared(), {"es": upper})
    rescored, none = other.rows("a.csv", records, cache)
    assert (len(upper.texts), none) == (counted, [])
    assert other.version != made.version
    assert {row.model for row in rescored} == {"sentiment-2.0.0"}
    assert [row.score for row in rescored] != [row.score for row in rows]
    assert [row.english for row in rescored] == [row.english for row in rows]


def test_a_text_without_translation_is_tried_again(made: Pipeline, upper: Upper):
    """A failure is not kept as if it were one."""
    for _ in range(2):
        rows, new = made.rows("a.csv", [record(0, "fail", "es")], Cache())
        assert (new, rows[0].reasons) == ([], "translation-failed")
    assert upper.texts == ["fail", "fail"]


def test_english_is_not_looked_up(made: Pipeline):
    """It costs nothing to have it again."""
    cache = Cache()
    _, new = made.rows("a.csv", [record(0, GOOD, "en")], cache)
    assert (cache.asked, new) == ([], [])


def test_one_text_in_two_languages_is_two_texts(made: Pipeline):
    """Each with its own English."""
    rows, _ = made.rows("a.csv", [record(0, GOOD, "en"), record(1, GOOD, "es")], Cache())
    assert [row.english for row in rows] == [GOOD, GOOD.upper()]


def test_odd_texts_have_a_row(made: Pipeline):
    """Nothing but blanks, a NUL, half of a surrogate pair."""
    texts = [" ", "a\0b", "\ud83d", "x" * 100_000]
    rows, _ = made.rows("a.csv", [record(n, text, None) for n, text in enumerate(texts)], Cache())
    assert [row.text for row in rows] == ["", "a�b", "�", "x" * 100_000]


def test_no_records_are_no_rows(made: Pipeline):
    """Of a chunk all of whose rows are broken."""
    assert made.rows("a.csv", [], Cache()) == ([], [])


def test_the_version_names_every_part(model: Model, make_artifact: Callable[..., Artifact]):
    """Another engine, another version of one, other languages, another artifact: each makes another pipeline."""

    class Newer(Upper):
        version = "2"

    class Other(Declared):
        version = "declared 2"

    engines: list[dict[str, Engine]] = [{"es": Upper()}, {"es": Newer()}, {"es": Upper("other:es-en")}, {"ca": Upper()}]
    versions = [Pipeline(model, Declared(), parts).version for parts in engines]
    versions.append(Pipeline(model, Other(), engines[0]).version)
    versions.append(Pipeline(Model(make_artifact(files={"weights": "00"})), Declared(), engines[0]).version)
    assert len(set(versions)) == 6
    assert Pipeline(model, Declared(), {"es": Upper()}).version == versions[0]


def test_engines_are_closed(made: Pipeline, upper: Upper):
    """All of them."""
    made.close()
    assert upper.closed


def test_stages_are_timed(made: Pipeline):
    """Each by its name."""
    made.rows("a.csv", [record(0, GOOD, "es")], Cache())
    assert set(made.seconds) == {"normalise", "language", "look up", "translate", "classify"}


def test_a_record_is_as_the_reader_gives_it():
    """The stand-ins hold to the interface."""
    assert isinstance(record(1), Record)
