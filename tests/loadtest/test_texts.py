"""The texts that are sent."""

from itertools import islice
from statistics import median

from loadtest.texts import LONGEST_WORDS, MEDIAN_WORDS, texts


def test_a_seed_decides_the_texts():
    """The same seed gives the same texts, another one others."""
    assert list(islice(texts(1), 5)) == list(islice(texts(1), 5))
    assert list(islice(texts(1), 5)) != list(islice(texts(2), 5))


def test_lengths_are_those_of_real_texts():
    """Half are shorter than a usual sentence of the news; some are articles; none is empty."""
    words = [len(text.split()) for text in islice(texts(), 2000)]
    assert abs(median(words) - MEDIAN_WORDS) <= 2
    assert min(words) >= 3
    assert sorted(words)[-20] > 150
    assert max(words) <= LONGEST_WORDS
