"""Text to tokens: the numbered token rules, each one function from a text to its list of terms.

An artifact names the rule it was trained with, so a rule never changes once an artifact uses it:
a better one gets the next number. Left out: which terms a model knows (`vectorizer`).
"""

import re
from collections.abc import Callable
from itertools import pairwise

Rule = Callable[[str], list[str]]

_words = re.compile(r"\w\w+").findall  # the longest runs, so they begin and end at a word boundary


def words_1_2(text: str) -> list[str]:
    """Rule 1: lower-cased words of two or more word characters, then each pair of neighbours.

    The same terms in the same order as the defaults of scikit-learn's CountVectorizer
    (token_pattern, lowercase) with ngram_range=(1, 2), for every text Python can hold.

    >>> words_1_2("Profit rose 5 % to EUR 13.1 mn")
    ['profit', 'rose', 'to', 'eur', '13', 'mn', 'profit rose', 'rose to', 'to eur', 'eur 13', '13 mn']
    """
    words = _words(text.lower())
    return words + list(map(" ".join, pairwise(words)))


RULES: dict[int, Rule] = {1: words_1_2}
