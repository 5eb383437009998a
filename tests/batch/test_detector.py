"""The probabilities of many texts are those that py3langid gives each of them."""

import random
from functools import cache

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from batch.detector import Detector
from batch.quality.lines import read

ODD = ["", " ", "!!!", "12345", "MUY BUENO", "\ud800", "a" * 5000, "日本語です、はい", "Хороший отель, добар хотел"]


@cache
def own() -> LanguageIdentifier:
    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


@cache
def ours() -> Detector:
    return Detector.shipped()


def agrees(texts: list[str]) -> bool:
    return np.array_equal(ours().probabilities(texts), np.array([own()._decide(text) for text in texts]))


def test_they_are_py3langids_own():
    """To the last bit, for whole lines, beginnings of them, and texts that are none, in any company."""
    texts = [line.text[:length] for line in read() for length in (4, 20, 400)] + ODD
    random.Random(3).shuffle(texts)
    assert agrees(texts)
    assert agrees(texts[:1])


@given(st.lists(st.text(max_size=40), min_size=1, max_size=5))
def test_so_are_those_of_any_text(texts: list[str]):
    """Whatever letters it has."""
    assert agrees(texts)


def test_no_texts_have_none():
    """An empty chunk."""
    assert ours().probabilities([]).shape == (0, len(own().nb_classes))
