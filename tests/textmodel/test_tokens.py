"""Token rule 1 against scikit-learn's analyzer, an independent implementation; what holds of every rule.

Left out: what rule 2 finds (`finance`).
"""

# ruff: noqa: RUF001  # dashes, apostrophes and damaged letters are meant

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Callable
from itertools import pairwise
from types import FrameType
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sklearn.feature_extraction.text import CountVectorizer

from textmodel.everyday import BEGINNING, terms_and_words
from textmodel.tokens import RULES, words_1_2

analyze = CountVectorizer(ngram_range=(1, 2)).build_analyzer()
CATEGORIES = sorted({unicodedata.category(chr(point)) for point in range(sys.maxunicode + 1)})


def test_rule_numbers_are_fixed():
    """An artifact names its rule by number, so a number keeps its rule for ever."""
    assert RULES[1].read is words_1_2
    assert RULES[2].read("Profit rose").terms[:2] == ["profit", "^profi"]
    assert RULES[3].read("I loved").terms == ["i", "loved", "^love", "i loved"]
    assert sorted(RULES) == [1, 2, 3]


def test_words_then_pairs():
    """All words come before all pairs, both in the order of the text, repeats kept."""
    expected = ["net", "loss", "net", "loss", "net loss", "loss net", "net loss"]
    assert words_1_2("Net LOSS, net loss.").terms == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("a", []),
        ("a b c", []),
        ("ab", ["ab"]),
        ("\0\0", []),
        ("ab\0cd", ["ab", "cd", "ab cd"]),
        ("\ud800ab\udfff", ["ab"]),
        ("\U0001f600\U0001f600", []),
        ("\u0130l", []),  # lower-cased to i, a combining dot, l
        ("e\u0301te\u0301", ["te"]),  # a combining accent parts words
        ("Stra\u00dfe \u00df", ["stra\u00dfe"]),
        ("\uff11\uff12 \u0661\u0662", ["\uff11\uff12", "\u0661\u0662", "\uff11\uff12 \u0661\u0662"]),
        ("\u0391\u03a3", ["\u03b1\u03c2"]),  # a sigma that ends a word
        ("don't ab_c __", ["don", "ab_c", "__", "don ab_c", "ab_c __"]),
    ],
)
def test_edges(text: str, expected: list[str]):
    """A word is two or more word characters of the lower-cased text; everything else only parts words."""
    assert words_1_2(text).terms == expected


@given(st.text(st.characters()))
@example("\ud800\udfff ab\ud800cd \0\0 \U0001f600ab")
@example("\u0130STANBUL \u0131\u0130 \u00df\u1e9e \uff11\uff12\uff13 e\u0301a\u0301 \ufb03\u01c4")
def test_any_text_as_scikit_learn(text: str):
    """Rule 1 gives the terms of CountVectorizer(ngram_range=(1, 2)) in its order."""
    assert words_1_2(text).terms == analyze(text)


@pytest.mark.parametrize("category", CATEGORIES)
@settings(max_examples=25)
@given(data=st.data())
def test_every_unicode_category_as_scikit_learn(category: str, data: st.DataObject):
    """Characters of one category, between letters, digits and spaces."""
    text = data.draw(st.text(st.characters(categories=[category]) | st.sampled_from("aZ0_ -.\0\u0307"), min_size=1))
    assert words_1_2(text).terms == analyze(text)


def test_every_character_as_scikit_learn():
    """Each of the 1,114,112 code points alone, doubled, inside a word, and beside one."""
    for start in range(0, sys.maxunicode + 1, 4096):
        text = " ".join(f"{c} {c}{c} ab{c}cd {c}ef" for c in map(chr, range(start, start + 4096)))
        assert words_1_2(text).terms == analyze(text)


@pytest.mark.data
def test_real_sentences_as_scikit_learn(sentences: list[str]):
    """Every published sentence gives scikit-learn's terms."""
    assert [words_1_2(text).terms for text in sentences] == [analyze(text) for text in sentences]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Ça été très bon", ["ça", "été", "très", "bon"]),
        ("Привет, мир!", ["привет", "мир"]),
        ("Καλημέρα κόσμε", ["καλημέρα", "κόσμε"]),
        ("السَّلامُ عليكم", ["السَّلامُ", "عليكم"]),  # with vowel points
        ("שָׁלוֹם עולם", ["שָׁלוֹם", "עולם"]),
        ("हिन्दी में अच्छी किताब।", ["हिन्दी", "में", "अच्छी", "किताब"]),  # which rule 1 takes apart
        ("தமிழ் மொழி", ["தமிழ்", "மொழி"]),
        ("বাংলা ভাষা", ["বাংলা", "ভাষা"]),
        ("සිංහල භාෂාව", ["සිංහල", "භාෂාව"]),
        ("می\u200cخواهم بروم", ["می\u200cخواهم", "بروم"]),  # with the joiner that Persian writes
        ("한국어 문장", ["한국어", "문장"]),
        ("e\u0301te\u0301", ["e\u0301te\u0301"]),  # accents of their own part no word
        ("a \u0301b I", ["a", "b", "i"]),  # a mark begins no word, one letter is one
        ("I don't, j'aime", ["i", "don", "t", "j", "aime"]),  # what an apostrophe parts stands side by side
        ("很好的产品", ["很好的产品"]),  # without spaces a clause is one word: not for such scripts
    ],
)
def test_rule_3_reads_any_language_that_parts_words_by_spaces(text: str, words: list[str]):
    """Marks belong to their letter, in every script; beginnings of longer words, then pairs as in rule 1."""
    beginnings = [f"^{word[:BEGINNING]}" for word in words if len(word) > BEGINNING]
    pairs = [f"{one} {other}" for one, other in pairwise(words)]
    assert terms_and_words(text) == (words + beginnings + pairs, words)


@given(st.text(st.characters(exclude_categories=["Mn", "Mc", "Me", "Cf"])))
@example("Profit rose 5 % to EUR 13.1 mn; I don't know.")
def test_rule_3_has_the_words_of_rule_1_where_there_are_no_marks(text: str):
    """Other texts have the same words, and those of one letter; lower-casing may bring a mark, as of a dotted I."""
    plain = "".join(letter for letter in text if not {unicodedata.category(c) for c in letter.lower()} & {"Mn", "Mc"})
    plain = plain.replace("\u0d4f", "")  # a sign for a measure among the marks of Malayalam
    assert [word for word in RULES[3].read(plain).words if len(word) > 1] == words_1_2(plain).words


# What holds of every rule -------------------------------------------------------------------------------------------

WORDS = r"""
    profit loss sales margin share per market rose fell up down declined to comment not no never n't from into was
    compared with versus against than while a year earlier previous before turned returned in the black red by and of
    EUR USD US $ € mn million crore lakh bn k % per cent 13 13.1 8,7 1,234 2009 5 -2 ( ) , ; : - – − strong weak award
    layoffs win company 's didn't it’s January Ã¤ â‚¬ +Æ   😀 é é İ ß ǅ ٣ ² _
"""
PIECES = st.sampled_from(WORDS.split()) | st.sampled_from(
    [" ", "", ". ", "13 .1", "\x88EUR TM", "\x92", "e\u0301", "\ud800", "\n", "a" * 60, "1" * 60, ",," * 9]
)
TEXTS = (
    st.text(st.characters()) | st.lists(PIECES, max_size=60).map(" ".join) | st.lists(PIECES, max_size=40).map("".join)
)
LONG = st.tuples(PIECES, st.integers(50, 400), st.sampled_from([" ", ""])).map(
    lambda run: run[2].join([run[0]] * run[1])
)
BOTH = pytest.mark.parametrize("number", RULES)


@BOTH
@given(text=TEXTS | LONG)
@example(text="aİ b aİ")
@example(text="rose from 1 to 2 to 3 (EUR 5 mn) USD 6 mn (7)")
def test_a_trace_has_the_terms_in_order_with_their_places(number: int, text: str):
    """A rule's trace holds its terms, each with spans inside the text, none empty, in the order of the text."""
    rule = RULES[number]
    traced = rule.trace(text)
    assert [found.term for found in traced] == rule(text) == rule.read(text).terms
    for _, spans, _ in traced:
        assert all(0 <= start < end <= len(text) for start, end in spans)
        assert list(spans) == sorted(set(spans))


@BOTH
@given(text=TEXTS)
def test_a_single_word_covers_its_spelling(number: int, text: str):
    """The span of a word of undamaged text is the word, but for its case, a possessive and its apostrophe."""
    text = text.translate(dict.fromkeys(map(ord, "+ÃÂâ\x88\x91\x92\x93\x94\x95\x96\x97")))
    rule = RULES[number]
    words = set(rule.read(text).words)
    for term, spans, says in rule.trace(text):
        if term in words and not says:
            ((start, end),) = spans
            spelt = text[start:end].lower().replace("’", "'")
            assert spelt.removesuffix("'s").replace("\u0307", "") == term.replace("\u0307", "")


@BOTH
@given(text=TEXTS)
def test_words_of_a_reading_are_among_its_terms_or_moved(number: int, text: str):
    """The words that a model must know are terms of the text, so that the vocabulary can hold them."""
    terms, words, meant = RULES[number].read(text)
    assert set(words) <= set(terms)
    assert meant >= 0


REPLACING = {
    "mending": bool,  # any term: damaged letters are other words, and these mean other things
    "amounts": bool,  # any term: digits are words and stand between others
    "motion": lambda term: " " not in term or _is_tone_or_sum(term),  # a verb is a word, and praise or alarm, again
    "change": lambda term: term.startswith(("balance ", "all ")),
    "tone": lambda term: term.startswith(("balance ", "all ")),
}
"""Which terms a rule without a part may have that the whole rule has not, where the part replaces or sums up."""


def _is_tone_or_sum(term: str) -> bool:
    return term.partition(" ")[0] in ("praise", "comfort", "alarm", "concern", "balance", "all", "not")


@pytest.mark.parametrize(("number", "part"), [(n, part) for n, rule in RULES.items() for part in rule.parts])
@settings(max_examples=40)
@given(text=TEXTS)
def test_a_part_left_out_adds_nothing(number: int, part: str, text: str):
    """Without a part a rule gives no new term, but for the words and sums that the part replaces."""
    rule = RULES[number]
    new = set(rule.without(part)(text)) - set(rule(text))
    may_be_new = REPLACING.get(part, lambda _: False)
    assert [term for term in new if not may_be_new(term)] == []


@pytest.mark.parametrize(
    ("part", "text", "gone"),
    [
        ("pairs", "profit rose", "profit rose"),
        ("prefixes", "profits", "^profi"),
        ("amounts", "EUR 5 mn", "<money>"),
        ("mending", "J+Ærvinen", "järvinen"),
        ("motion", "profit rose", "up:profit"),
        ("change", "sales of EUR 5 mn from EUR 4 mn", "change:up:sales"),
        ("tone", "an award", "praise award"),
        ("balance", "an award", "balance +1"),
        ("negation", "not now", "not_now"),
    ],
)
def test_each_part_gives_its_terms(part: str, text: str, gone: str):
    """A term of a part is there with the part and not without it."""
    assert gone in RULES[2](text)
    assert gone not in RULES[2].without(part)(text)


@pytest.mark.parametrize(("part", "gone"), [("pairs", "so happy"), ("beginnings", "^happ")])
def test_each_part_of_rule_3_gives_its_terms(part: str, gone: str):
    """What is left without a part is all else, in the same order."""
    terms = RULES[3]("so happy")
    assert gone in terms
    assert RULES[3].without(part)("so happy") == [term for term in terms if term != gone]


def test_pairs_of_rule_1():
    """Rule 1 without pairs is its words."""
    expected = ["profit", "rose"]
    assert RULES[1].without("pairs")("Profit rose") == expected


@pytest.mark.parametrize(("text", "spans"), [("aİ bc", [(0, 2), (3, 5)]), ("İab c\u0307d ef", [(1, 3), (8, 10)])])
def test_letters_that_grow_when_lower_cased(text: str, spans: list[tuple[int, int]]):
    """Places are those of the text as sent, where a letter becomes two in lower case."""
    assert [found.spans[0] for found in RULES[1].trace(text) if len(found.spans) == 1] == spans


# Linear time --------------------------------------------------------------------------------------------------------

RUNS = [
    "1", ",", "a", "a ", "1 ", "from 1 to ", "not ", "rose profit ", "profit rose ", "(", "EUR 1 ", "EUR 1 mn (",
    "-", "a-", "1.", "1 .", "rose ", "profit ", "to 1 from ", "returned to ", "strong ", "Ã¤", "Ã¤ ",
    "\x88EUR TM", "İ", "İa ", "'s ", "no profit rose from 1 ",
]  # fmt: skip


def _work(function: Callable[[str], object], text: str) -> int:
    """How many lines Python runs: each pass of a loop, and of a comprehension, is at least one."""
    lines = 0

    def count(_frame: FrameType, event: str, _argument: object) -> Callable[..., Any]:
        nonlocal lines
        lines += event == "line"
        return count

    before = sys.gettrace()
    sys.settrace(count)
    try:
        function(text)
    finally:
        sys.settrace(before)
    return lines


def test_work_is_counted():
    """The count sees a loop inside a loop."""

    def slow(text: str) -> list[str]:
        return [a + b for a in text for b in text]

    assert _work(slow, "a" * 100) > 50 * _work(slow, "a" * 10)


@BOTH
@pytest.mark.parametrize("run", RUNS)
def test_linear_work(number: int, run: str):
    """Five times as long a text is at most 1.3 * 5 times the work, from 1,000 to 10,000 and 50,000 characters."""
    rule = RULES[number]
    for function in (rule.read, rule.trace):
        small, medium, large = (_work(function, (run * size)[:size]) for size in (1000, 10_000, 50_000))
        assert medium <= 1.3 * 10 * small + 100
        assert large <= 1.3 * 5 * medium + 100


@BOTH
@pytest.mark.parametrize("run", RUNS)
def test_linear_output(number: int, run: str):
    """What is made of a text, in characters of terms and in spans, grows with its length at most."""
    rule = RULES[number]
    made = []
    for size in (10_000, 50_000):
        traced = rule.trace((run * size)[:size])
        made.append(sum(len(found.term) + len(found.says) + 2 * len(found.spans) for found in traced))
    assert made[1] <= 1.3 * 5 * made[0] + 100
