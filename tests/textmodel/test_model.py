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
from textmodel import Model, Prediction, TextError, load
from textmodel.artifact import Artifact
from textmodel.network import Dense

Make = Callable[..., Artifact]
Layers = Callable[..., tuple[Dense, ...]]

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
    expected = Prediction("label 0", share, dict.fromkeys(names, share), "sentiment-1.0.0")
    assert [model.classify(text), *model.classify_many([text] * 3)] == [expected] * 4


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


def test_loading_needs_the_standard_library_alone(shipped: Path):
    """Importing, loading and one text bring in nothing heavy, and not the code that publishes."""
    code = "import textmodel\ntextmodel.load(root=root).classify('profit rose')"
    expected = set()
    assert modules_after(code, shipped) & {*HEAVY, "textmodel.publish"} == expected


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
