"""A loaded model: every str has an answer, and a batch is its singles."""

from __future__ import annotations

import os
import random
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import textmodel
from textmodel import Model, TextError, load
from textmodel.artifact import Artifact
from textmodel.errors import TargetError
from textmodel.network import Dense
from textmodel.reliability import threshold
from textmodel.sentences import spans

Make = Callable[..., Artifact]
Layers = Callable[..., tuple[Dense, ...]]

NAN = float("nan")
HEAVY = ["numpy", "tensorflow", "keras", "sklearn", "scipy", "pandas", "joblib"]
ODD_TEXTS = [
    "",
    "a",
    "unknown words only",
    "\U0001f600\U0001f680\U0001f468\u200d\U0001f469",
    "\ud800",
    "profit \ud800rose\udfff",
    "\0",
    "profit\0rose\0",
    "7" * 50_000,
    "," * 50_000,
    "e" * 50_000,
    "profit rose " * 4_200,
    "\u0130STANBUL \u00dcBERSCHUSS",
]


@pytest.fixture(scope="session")
def model(shipped: Path) -> Model:
    return load(root=str(shipped))


@pytest.fixture(scope="session")
def texts(terms: tuple[str, ...]) -> st.SearchStrategy[str]:
    """Known terms and anything else, with anything between."""
    return st.lists(st.sampled_from(terms) | st.text(st.characters(), max_size=6)).map(" ".join)


def modules_after(code: str, root: Path) -> set[str]:
    """What a fresh process has imported once it ran `code`, where `root` is the pair's."""
    source = f"import sys\nroot = {str(root)!r}\n{code}\nprint(*sorted(sys.modules))"
    here = os.path.dirname(os.path.dirname(os.path.abspath(textmodel.__file__)))
    run = subprocess.run([sys.executable, "-c", source], cwd=here, check=True, capture_output=True, text=True)
    return set(run.stdout.split())


@given(st.data())
def test_a_batch_is_its_singles(model: Model, texts: st.SearchStrategy[str], data: st.DataObject):
    """Any list of texts gives each text's own label, and probabilities within 1e-12 of its own."""
    batch = data.draw(st.lists(texts))
    singles, many = [model.classify(text) for text in batch], model.classify_many(batch)
    assert [p.label for p in many] == [p.label for p in singles]
    if batch:
        expected = np.array([model.probabilities(text) for text in batch])
        assert np.abs(model.probabilities_many(batch) - expected).max() <= 1e-12


@pytest.mark.parametrize("count", [0, 1, 1023, 1024, 1025, 2049])
def test_batches_of_any_size(model: Model, terms: tuple[str, ...], count: int):
    """Large batches are worked on in pieces, which shows nowhere."""
    batch = [f"{terms[n % len(terms)]} {terms[n * n % len(terms)]}" for n in range(count)]
    expected = [model.classify(text).label for text in batch]
    assert [p.label for p in model.classify_many(batch)] == expected


@given(st.text(st.characters()))
@example("profit rose")
def test_every_text_has_an_answer(model: Model, text: str):
    """Probabilities of every label sum to one, and the label is the first of the largest."""
    probabilities, answer = model.probabilities(text), model.classify(text)
    assert (sum(probabilities), min(probabilities) >= 0) == (pytest.approx(1, abs=1e-12), True)
    assert list(answer.scores) == list(model.labels)
    assert answer.label == max(model.labels, key=answer.scores.__getitem__)
    assert answer.score == max(answer.scores.values())
    assert list(answer.scores.values()) == pytest.approx(probabilities, abs=5.1e-7)


@pytest.mark.parametrize("text", ODD_TEXTS, ids=lambda text: ascii(text[:20]))
def test_odd_texts_answer_alone_and_in_a_batch(model: Model, text: str):
    """Empty, unknown, broken or 50,000 characters long: each has an answer, the same in a batch."""
    expected = model.classify(text)
    assert model.classify_many(["profit", text, ""])[1] == expected


@pytest.mark.parametrize("found", [None, b"profit", 1, 1.5, ["profit"], {"text": "profit"}, object], ids=repr)
def test_what_is_no_text(model: Model, found: Any):
    """Whatever is no str is refused by the name of its type, alone and in a batch."""
    expected = type(found).__name__
    for answer in (model.classify, lambda text: model.classify_many(["profit", text]), model.probabilities):
        with pytest.raises(TextError) as caught:
            answer(found)
        assert caught.value.found == expected


def test_a_kind_of_str_is_a_text(model: Model):
    """A subclass of str, as pandas and enums give, is a text."""
    text = type("Text", (str,), {})("profit rose")
    expected = model.classify("profit rose")
    assert model.classify(text) == expected


def test_prediction_names_its_model(model: Model):
    """An answer says which model gave it."""
    expected = "sentiment-1.0.0"
    assert model.classify("profit").model == expected


@pytest.mark.parametrize("temperature", [1e-6, 0.5, 1.0, 2.0, 10.0, 1000.0])
def test_temperature_keeps_the_label(make_artifact: Make, terms: tuple[str, ...], temperature: float):
    """A temperature changes no label, and the higher it is the flatter the scores."""
    plain, scaled = Model(make_artifact(temperature=1.0)), Model(make_artifact(temperature=temperature))
    for term in terms:
        expected = plain.classify(term)
        assert scaled.classify(term).label == expected.label
        assert (scaled.classify(term).score - expected.score) * (temperature - 1) <= 0


@pytest.mark.parametrize("text", ["", "profit", "profit rose in the quarter compared to net loss"])
@pytest.mark.parametrize("labels", [2, 3, 7, 28])
def test_ties_go_to_the_first_label(
    make_artifact: Make, random_layers: Layers,
    terms: tuple[str, ...], labels: int, text: str,
):  # fmt: skip
    """Labels with the same weights have the same scores, and the first of them is the answer, in a batch too."""
    hidden, (kernel, bias) = random_layers(6, len(terms), (16, 1))
    same = Dense(b"".join(kernel[4 * n : 4 * n + 4] * labels for n in range(16)), bias * labels)
    names = tuple(f"label {n}" for n in range(labels))
    model = Model(make_artifact(layers=(hidden, same), labels=names))
    share = round(1 / labels, 6)
    expected = ("label 0", share, dict.fromkeys(names, share), "sentiment-1.0.0")
    assert [answer[:4] for answer in (model.classify(text), *model.classify_many([text] * 3))] == [expected] * 4


def test_ties_whatever_the_order_of_their_sums(make_artifact: Make):
    """Labels whose sums hold the same numbers in another order tie too, though their last bits differ."""
    rng, names = random.Random(8), tuple(f"term{n}" for n in range(20))
    for _ in range(100):
        order, weights = rng.sample(range(8), 8), [rng.gauss(0, 1) for _ in range(8)]
        half = [[rng.gauss(0, 1) for _ in range(8)] for _ in names]
        kernels = [*([*row, *(row[n] for n in order)] for row in half)], [*weights, *(weights[n] for n in order)]
        hidden = Dense(b"".join(struct.pack("<16f", *row) for row in kernels[0]), (0.0,) * 16)
        columns = b"".join(struct.pack("<2f", w * (n < 8), w * (n >= 8)) for n, w in enumerate(kernels[1]))
        last = Dense(columns, (0.0, 0.0))
        model = Model(make_artifact(terms=names, layers=(hidden, last), labels=("first", "second")))
        texts = [" ".join(rng.sample(names, 5)) for _ in range(5)]
        expected = ["first"] * 5
        assert [model.classify(text).label for text in texts] == expected
        assert [answer.label for answer in model.classify_many(texts)] == expected


@pytest.mark.parametrize("layers", [1, 3])
def test_any_number_of_layers(
    make_artifact: Make, random_layers: Layers,
    terms: tuple[str, ...], layers: int,
):  # fmt: skip
    """A model may be linear or deeper; alone and in a batch it answers the same."""
    model = Model(make_artifact(layers=random_layers(7, len(terms), (5, 4, 3)[-layers:])))
    expected = [model.classify(term).label for term in terms]
    assert [p.label for p in model.classify_many(terms)] == expected


TABLE = [(0.4, 0.9, 0.75), (0.6, 0.6, 0.86), (0.8, 0.3, 0.92), (0.9, 0.1, 0.97)]


@given(st.data())
def test_every_field_is_the_same_alone_and_in_a_batch(model: Model, texts: st.SearchStrategy[str], data: st.DataObject):
    """Alone and in a batch, a text is as reliable, as known and warned of alike, at any target."""
    batch, target = data.draw(st.lists(texts)), data.draw(st.floats(0.01, 0.99))
    expected = [model.classify(text, target)[4:] for text in batch]
    assert [answer[4:] for answer in model.classify_many(batch, target)] == expected


@given(st.data())
def test_reliable_is_a_high_score_without_a_warning(model: Model, texts: st.SearchStrategy[str], data: st.DataObject):
    """An answer is reliable when its score reaches the target's threshold and nothing is to be warned of."""
    text, target = data.draw(texts), data.draw(st.sampled_from([0.7, 0.75, 0.8, 0.9, 0.95, 0.99]))
    answer, found = model.classify(text, target), threshold(TABLE, target)
    expected = found is not None and answer.score >= found[0] and not answer.warnings
    assert (answer.reliable, answer.target) == (expected, target)
    assert answer.coverage == (found[1] if found else 0.0)
    assert ("target-not-met" in answer.warnings) == (found is None)


def test_the_target_is_nine_tenths_by_default(model: Model):
    """Who asks for no target gets answers that are right nine times in ten where they are called reliable."""
    expected = model.classify("profit rose in the quarter", 0.9)
    assert model.classify("profit rose in the quarter") == expected
    assert model.classify_many(["profit rose in the quarter"]) == [expected]


@pytest.mark.parametrize("target", [0, 1, 1.5, NAN, "high"])
def test_a_target_that_is_none_is_refused(model: Model, target: Any):
    """Alone, in a batch and by sentences, a target outside 0 to 1 is a TargetError."""
    for answer in (model.classify, lambda text, target: model.classify_many([text], target), model.by_sentence):
        with pytest.raises(TargetError):
            answer("profit rose", target)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("profit rose in the quarter", ()),
        ("profit rose", ("too-short",)),
        ("profit rose 13 2009 5", ("too-short",)),
        ("", ("too-short", "unknown-words")),
        ("14.1 8.7 5", ("too-short", "unknown-words")),
        ("xyzzy plugh frobozz", ("unknown-words",)),
        ("Der Umsatz stieg um 5 Prozent", ("unknown-words", "not-english")),
        ("Доход вырос", ("too-short", "unknown-words", "not-english")),
        ("https://nokia.com/profit-rose-in-the-quarter", ("too-short",)),
        ("Прибыль выросла на 12 процентов", ("unknown-words", "not-english")),
    ],
)
def test_warnings_and_their_order(model: Model, text: str, expected: tuple[str, ...]):
    """What speaks against trusting an answer is told in one order, whether the text stands alone or not."""
    assert model.classify(text).warnings == expected
    assert model.classify_many(["profit", text])[1].warnings == model.classify(text).warnings


def test_a_target_beyond_reach_is_the_last_warning(model: Model):
    """A target above what cross-validation reached is told after what the text says itself."""
    expected = ("too-short", "target-not-met")
    assert model.classify("profit rose", 0.99).warnings == expected


@pytest.mark.parametrize("words", [1, 2, 3])
def test_a_text_is_too_short_by_the_models_own_measure(make_artifact: Make, words: int):
    """A model of short texts says so in its artifact; a number is no word."""
    model = Model(make_artifact(min_words=words))
    long, short = " ".join(["profit"] * words), " ".join(["2009", *["profit"] * (words - 1)])
    assert "too-short" not in model.classify(long).warnings
    assert "too-short" in model.classify(short).warnings


@pytest.mark.parametrize(("language", "expected"), [("en", True), ("fi", False), ("", False)])
def test_other_languages_are_looked_for_by_models_of_english_alone(make_artifact: Make, language: str, expected: bool):
    """Only a model of English texts can say that a text is not English."""
    answer = Model(make_artifact(language=language)).classify("Der Umsatz stieg um 5 Prozent")
    assert ("not-english" in answer.warnings) == expected


def test_known_words(model: Model):
    """The share of words that are in the vocabulary, to two digits; of no words 0."""
    texts = ["profit rose", "profit xyzzyq plughq", "xyzzyq plughq", "", "..."]
    expected = [1.0, 0.33, 0.0, 0.0, 0.0]
    assert [model.classify(text).known for text in texts] == expected


WORDS = ["Profit rose in the quarter.", "Net loss fell to EUR 13 mn.", "Layoffs in Helsinki.", "Why?", "Net sales rose"]


@given(st.data())
def test_a_document_is_the_mean_of_its_sentences(model: Model, texts: st.SearchStrategy[str], data: st.DataObject):
    """Sentences are answered as alone; the text's scores are their mean, its label the highest, the rest its own."""
    text = " ".join(data.draw(st.lists(texts | st.sampled_from(WORDS))))
    target = data.draw(st.sampled_from([0.7, 0.9, 0.99]))
    whole, (document, parts) = model.classify(text, target), model.by_sentence(text, target)
    assert [(part.start, part.end) for part in parts] == spans(text)
    for part in parts:
        alone = model.classify(text[part.start : part.end], target)
        assert part[2:] == (alone.label, alone.score, alone.scores, alone.reliable, alone.known, alone.warnings)
    if not parts:
        assert document == whole
        return
    means = {label: np.mean([part.scores[label] for part in parts]) for label in model.labels}
    assert document.scores == pytest.approx(means, abs=6e-7)
    assert all(score == round(score, 6) for score in document.scores.values())
    assert document.label == max(model.labels, key=document.scores.__getitem__)
    assert document.score == document.scores[document.label]
    assert document[5:] == whole[5:]
    found = threshold(TABLE, target)
    assert document.reliable == (found is not None and document.score >= found[0] and not document.warnings)


def test_one_sentence_is_its_document(model: Model):
    """A text of one sentence has the same answer by sentences as without."""
    text = "Operating profit rose to EUR 13 mn in the quarter."
    assert model.by_sentence(text).prediction == model.classify(text)


@pytest.mark.parametrize("count", [64, 65, 10_000])
def test_documents_of_any_length(model: Model, count: int):
    """Few sentences one by one or many at once: each has its own answer."""
    parts = [WORDS[n % 3] for n in range(count)]
    expected = [model.classify(part) for part in parts[:3]]
    document, sentences = model.by_sentence(" ".join(parts))
    assert len(sentences) == count
    assert [(s.label, s.known) for s in sentences[-3:]] == [
        (expected[n % 3].label, expected[n % 3].known) for n in range(count - 3, count)
    ]
    assert sum(document.scores.values()) == pytest.approx(1, abs=2e-6)


def test_loading_needs_the_standard_library_alone(shipped: Path):
    """Importing, loading, one text and its sentences bring in nothing heavy, and not the code that publishes."""
    code = "import textmodel\nm = textmodel.load(root=root)\nm.classify('profit rose')\nm.by_sentence('Up. Down.')"
    expected = set()
    assert modules_after(code, shipped) & {*HEAVY, "textmodel.publish"} == expected


def test_a_usual_text_needs_no_tables_of_other_languages(shipped: Path):
    """What a cold start would pay for and few texts need is imported by the first that needs it."""
    code = "import textmodel\nm = textmodel.load(root=root)\nm.classify('profit rose in the quarter')"
    few = {"textmodel.language", "textmodel.sentences", "textmodel.explain", "statistics"}
    expected = set()
    assert modules_after(code, shipped) & few == expected
    assert modules_after(code + "\nm.by_sentence('Umsatz und Gewinn')", shipped) >= {
        "textmodel.language",
        "textmodel.sentences",
    }


def test_many_texts_use_numpy_alone(shipped: Path):
    """A batch brings in NumPy, and nothing else that is heavy."""
    code = "import textmodel\ntextmodel.load(root=root).classify_many(['profit', 'loss'])"
    expected = {"numpy"}
    assert modules_after(code, shipped) & set(HEAVY) == expected


def test_exported_names():
    """The package exports these names and no others."""
    expected = ["ArtifactError", "Model", "Prediction", "TextError", "TextModelError", "load"]
    assert textmodel.__all__ == expected
    assert all(hasattr(textmodel, name) for name in expected)


@pytest.mark.data
def test_real_sentences_in_a_batch(model: Model, sentences: list[str]):
    """The published sentences get the same labels in a batch as alone."""
    expected = [model.classify(text).label for text in sentences]
    assert [p.label for p in model.classify_many(sentences)] == expected
