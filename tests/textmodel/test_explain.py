"""Reasons add up to the answer, stand where they say, and name the words that move it."""

# ruff: noqa: RUF001  # damaged letters are meant

from __future__ import annotations

import math
import os
import random
import re
from collections.abc import Callable, Sequence
from statistics import mean

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from textmodel.artifact import Artifact
from textmodel.errors import TextError
from textmodel.explain import MOST, Explanation, explain
from textmodel.model import ROOT, Model, load
from textmodel.tokens import RULES

TEXT = "Operating profit rose to EUR 13.1 mn from EUR 8.7 mn, but the company said no layoffs; profit rose"
TERMS = tuple(
    dict.fromkeys(RULES[2](TEXT + " Net loss widened. The weak order book fell. An award, 5 %, 2009 \u00e4iti"))
)
SENT = [
    "Profit",
    "rose",
    "no",
    "layoffs",
    "EUR 5 mn",
    "from",
    "EUR 4 mn",
    "loss",
    "+\u00c6iti",
    "Ã¤iti",
    "😀",
    "\u0130",
    ",",
    "x",
]
TEXTS = st.text(st.characters()) | st.lists(st.sampled_from(SENT), max_size=40).map(" ".join)


@pytest.fixture(scope="module")
def model(make_artifact: Callable[..., Artifact], random_layers: Callable[..., tuple]) -> Model:  # type: ignore[type-arg]
    """A model of rule 2 with random weights."""
    return Model(make_artifact(token_rule=2, terms=TERMS, layers=random_layers(3, len(TERMS), (8, 3))))


@pytest.fixture(scope="module")
def plain(make_artifact: Callable[..., Artifact]) -> Model:
    """A model of rule 1 with random weights."""
    return Model(make_artifact())


@pytest.fixture(scope="module")
def everyday(make_artifact: Callable[..., Artifact], random_layers: Callable[..., tuple]) -> Model:  # type: ignore[type-arg]
    """A model of rule 3 with random weights."""
    terms = tuple(dict.fromkeys(RULES[3](TEXT)))
    return Model(make_artifact(token_rule=3, terms=terms, layers=random_layers(3, len(terms), (8, 3))))


def check(model: Model, text: str) -> Explanation:
    """What holds of every explanation."""
    found = model.explain(text)
    probabilities = model.probabilities(text)
    by_label = dict(zip(model.labels, probabilities, strict=True))
    answer = model.classify(text)
    assert found.label == answer.label
    assert found.against != found.label
    assert answer.scores[found.against] == sorted(answer.scores.values())[-2]
    logarithm = math.log(by_label[found.label] / by_label[found.against])
    assert found.base + sum(reason.weight for reason in found.reasons) + found.rest == pytest.approx(
        logarithm, abs=1e-5
    )
    assert len(found.reasons) <= MOST
    weights = [abs(reason.weight) for reason in found.reasons]
    assert weights == sorted(weights, reverse=True)
    places = [tuple(reason.spans) for reason in found.reasons]
    assert len(set(places)) == len(places)
    assert "-0.0" not in map(str, (found.base, found.rest, *(reason.weight for reason in found.reasons)))
    for reason in found.reasons:
        assert all(0 <= start < end <= len(text) for start, end in reason.spans)
        assert reason.spans == sorted(set(reason.spans))
        assert bool(reason.text) == bool(reason.spans)
        assert all(piece in text for piece in reason.text.split(" … "))
    return found


@given(text=TEXTS)
@example(text=TEXT)
@example(text="")
def test_parts_add_up_for_any_text(model: Model, text: str):
    """Base, weights and rest are the logarithm of the two highest scores' ratio; rule 2."""
    check(model, text)


@given(text=TEXTS)
def test_parts_add_up_with_plain_words(plain: Model, text: str):
    """The same with rule 1."""
    check(plain, text)


@given(text=TEXTS)
def test_parts_add_up_with_beginnings(everyday: Model, text: str):
    """The same with rule 3, where a word and its beginning are one reason."""
    check(everyday, text)


def test_a_word_and_its_beginning_are_one_reason(everyday: Model):
    """They rest on the same place, so their weights are added."""
    spans = [reason.spans for reason in check(everyday, "Operating profit").reasons]
    assert sorted(spans) == [[(0, 9)], [(0, 9), (10, 16)], [(10, 16)]]


@settings(max_examples=30)
@given(seed=st.integers(0, 2**32), text=TEXTS)
def test_parts_add_up_for_any_weights(
    make_artifact: Callable[..., Artifact],
    random_layers: Callable[..., tuple],
    seed: int,
    text: str,  # type: ignore[type-arg]
):
    """Whatever the network, with two hidden layers and any temperature."""
    layers = random_layers(seed, len(TERMS), (6, 5, 3))
    check(Model(make_artifact(token_rule=2, terms=TERMS, layers=layers, temperature=0.5)), text)


@pytest.mark.parametrize("text", ["", " \n", "😀", "blorb zzyzx", "売上高"])
def test_nothing_known(plain: Model, text: str):
    """A text without a known word has no reasons but the base."""
    assert check(plain, text.replace("売上高", "未知")).reasons == []


def test_only_the_balance_of_an_empty_text(model: Model):
    """Rule 2 knows of a text without news that it has none: a reason that stands nowhere."""
    reasons = check(model, "").reasons
    assert [(reason.text, reason.spans, reason.because) for reason in reasons] in (
        [],
        [("", [], "good news less bad news: +0")],
    )


def test_equal_scores_name_the_answers_label(
    make_artifact: Callable[..., Artifact], random_layers: Callable[..., tuple]
):  # type: ignore[type-arg]
    """Of equal scores the first label is the answer, in reasons too."""
    layers = random_layers(1, len(TERMS), (4, 3), scale=1e-9)
    for text in ("", TEXT, "loss", "award"):
        check(Model(make_artifact(token_rule=2, terms=TERMS, layers=layers)), text)


@pytest.mark.parametrize("run", ["1", "a", "a ", "not ", "from 1 to ", "Profit rose, ", "EUR 5 mn from EUR 4 mn "])
def test_a_long_text(model: Model, run: str):
    """50,000 characters are explained like any text, and each reason names its words once."""
    text = (run * 50_000)[:50_000]
    assert all(len(reason.text) < 200 for reason in check(model, text).reasons)


def test_never_more_than_fifty_reasons(make_artifact: Callable[..., Artifact], random_layers: Callable[..., tuple]):  # type: ignore[type-arg]
    """The fifty weightiest are told, and the rest is their sum."""
    words = [f"w{chr(97 + n // 26)}{chr(97 + n % 26)}" for n in range(200)]
    model = Model(make_artifact(terms=tuple(words), layers=random_layers(2, 200, (8, 3))))
    found = check(model, " ".join(words))
    assert len(found.reasons) == MOST
    assert found.rest != 0


@pytest.mark.parametrize(
    "text",
    [
        "😀😀 {} fell 😀",
        "e\u0301\u0301 {} fell",
        "\u0130\u0130 {} fell",
        "+\u00c6 Ã¤ \x88EUR TM â‚¬ {} fell",
        "{} fell",
    ],
)
@pytest.mark.parametrize("word", ["\u00e4iti", "+\u00c6iti", "Ã¤iti"])
def test_offsets_are_those_of_the_text_as_sent(model: Model, text: str, word: str):
    """Emoji, combining marks and damaged letters before and in a word do not move its place."""
    text = text.format(word)
    (reason,) = [r for r in check(model, text).reasons if r.text == word]
    assert [text[start:end] for start, end in reason.spans] == [word]


def test_terms_on_the_same_words_are_one_reason(model: Model):
    """A word, its prefix and its tone are one reason, which says what the weightiest of them says."""
    reasons = check(model, "award layoffs").reasons
    assert len([r for r in reasons if r.spans == [(6, 13)]]) == 1


def test_words_that_come_again_are_told_once(model: Model):
    """A reason names its words once, and all their places."""
    reasons = check(model, "Profit and profit and PROFIT").reasons
    (reason,) = [r for r in reasons if r.text == "Profit"]
    assert reason.spans == [(0, 6), (11, 17), (22, 28)]


def test_because_puts_a_rule_in_words(model: Model):
    """What compared amounts say is told in words."""
    told = [reason.because for reason in check(model, TEXT).reasons]
    assert "13.1 after 8.7: profit rose" in told
    assert "" in told  # a word says it itself


@pytest.mark.parametrize("text", [None, 5, b"profit", ["profit"]])
def test_only_text_is_explained(model: Model, text: object):
    """What is no str is refused by its type."""
    with pytest.raises(TextError, match=type(text).__name__):
        explain(model, text)  # type: ignore[arg-type]


# Faithfulness -------------------------------------------------------------------------------------------------------

SAMPLE, DRAWS, SHARE = 500, 20, 0.95
WORD = re.compile(r"\S*\w\S*")


def _without(text: str, words: Sequence[tuple[int, int]]) -> str:
    """The text with some of its words cut out."""
    end, kept = 0, []
    for start, stop in sorted(words):
        kept.append(text[end:start])
        end = stop
    return "".join(kept) + text[end:]


def _weights(found: Explanation, words: Sequence[tuple[int, int]]) -> list[float]:
    """The weight of each word: each reason's, shared evenly among the words that it rests on."""
    weights = [0.0] * len(words)
    for reason in found.reasons:
        on = [n for n, (start, end) in enumerate(words) if any(a < end and start < b for a, b in reason.spans)]
        for n in on:
            weights[n] += reason.weight / len(on)
    return weights


@pytest.mark.data
def test_the_strongest_words_move_the_score(sentences: list[str]):
    """In 95 % of real sentences the three words that spoke strongest for the label move its score more than chance.

    The three strongest are those with the largest weights for the label: words that spoke against it raise the
    score when they go, so that both kinds together would cancel out. Chance is the mean of twenty seeded draws of
    three of the other words.
    """
    if not os.path.isdir(os.path.join(ROOT, "saved_model", "sentiment")):
        pytest.skip("no trained artifact in saved_model/sentiment")
    model = load()
    sample = random.Random(0).sample([text for text in sentences if len(WORD.findall(text)) >= 6], SAMPLE)
    more = 0
    for number, text in enumerate(sample):
        words = [word.span() for word in WORD.finditer(text)]
        found = model.explain(text)
        label = model.labels.index(found.label)
        score = model.probabilities(text)[label]
        weights = _weights(found, words)
        order = sorted(range(len(words)), key=lambda n: -weights[n])
        others, rng = [words[n] for n in order[3:]], random.Random(number)

        def moved(cut: Sequence[tuple[int, int]], text: str = text, label: int = label, score: float = score) -> float:
            return abs(model.probabilities(_without(text, cut))[label] - score)

        more += moved([words[n] for n in order[:3]]) > mean(moved(rng.sample(others, 3)) for _ in range(DRAWS))
    assert more / SAMPLE >= SHARE
