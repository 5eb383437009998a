"""What is measured of an engine is what the engine did, whichever engine it is."""

import json
from collections.abc import Sequence
from io import StringIO

import pytest
from rich.console import Console
from sklearn.metrics import recall_score

from batch.engines import Failed, Translated
from batch.language import Languages
from batch.negation import negation_lost
from batch.quality.lines import Line, read
from batch.quality.measure import ALL, Row, measure
from batch.quality.table import as_json, show
from batch.quality.yardsticks import macro_recall, word_list


class Person:
    """An engine that knows the references of the labelled lines, fails on one and forgets one negation."""

    version = "1"

    def __init__(self, source: str, lines: Sequence[Line]) -> None:
        self.name, self.source = f"person:{source}-en", source
        self._english = {line.text: line.english or "" for line in lines}

    def translate(self, texts: Sequence[str]) -> list[Translated | Failed]:
        return [self._one(text) for text in texts]

    def _one(self, text: str) -> Translated | Failed:
        english = self._english[text]
        if text == "Excelente":
            return Failed("no reason")
        if text.startswith("No funciona"):
            english = english.replace(" not", "")
        return Translated(english, 0.5, negation_lost(text, self.source, english))

    def close(self) -> None:
        pass


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    lines = [line for line in read() if line.language in ("es", "fr", "de")]
    engines = {code: Person(code, lines) for code in ("es", "fr")}
    return list(measure(lines, engines, [word_list()], Languages(["es", "fr", "de"])))


def test_a_row_for_each_language_and_for_all(rows: list[Row]):
    """In the order of the file; all are those with an engine."""
    found = [(row.language, row.engine, row.lines) for row in rows]
    expected = [("es", "person:es-en", 30), ("fr", "person:fr-en", 30), ("de", "none", 30), (ALL, "person", 60)]
    assert found == expected


def test_what_an_engine_lost(rows: list[Row]):
    """A failure, and the negation of one sentence, which another in the same text does not make good."""
    spanish, french = rows[0], rows[1]
    assert (spanish.failed, french.failed) == (1, 0)
    assert (spanish.negations_lost, french.negations_lost) == (1, 0)
    assert spanish.unknown_words == 0.5


def test_recall_after_is_that_of_what_came_out(rows: list[Row]):
    """With a person's translations, that of the references; a failure counts as not found."""
    spanish, french, german = (row.recall["word list"] for row in rows[:3])
    assert french.after == french.reference
    assert spanish.after is not None
    assert spanish.reference is not None
    assert spanish.after < spanish.reference
    assert german.after is None
    assert all(recall.before < (recall.reference or 0) for recall in (spanish, french, german))


def test_macro_recall_is_scikit_learns():
    """The same figure from an independent hand."""
    lines = read()
    labels = [line.label for line in lines]
    found = word_list().labels([line.english or "" for line in lines])
    assert macro_recall(labels, found) == pytest.approx(recall_score(labels, found, average="macro"))


def test_the_table_holds_every_row(rows: list[Row]):
    """Names and figures stand in it unabridged, at the usual width of a terminal and a bit more."""
    out = StringIO()
    show(rows, 3, Console(file=out, width=88))
    text = out.getvalue()
    assert "…" not in text
    for row in rows:
        assert row.engine in text
        assert f"{row.recall['word list'].before:.3f}" in text
    assert ".333 by chance" in text


def test_json_is_the_rows(rows: list[Row]):
    """Field by field."""
    found = json.loads(as_json(rows))
    assert [row["language"] for row in found] == ["es", "fr", "de", "all"]
    assert found[0]["recall"]["word list"] == rows[0].recall["word list"]._asdict()
    assert set(found[0]) == set(Row._fields)
