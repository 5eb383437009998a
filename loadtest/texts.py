"""Texts to send, made by seed, as long as those that a service of this kind is sent: headlines, notes, articles.

Left out: any published data set; what a text says is of no matter here, how long it is decides the work.
"""

import math
import random
from collections.abc import Iterator

MEDIAN_WORDS = 22
"""Half of the texts are shorter: a sentence of company news has about 23 words (Malo et al. 2014)."""
SIGMA = 0.9
"""Of the logarithm: one text in a hundred has over 170 words, an article."""
LONGEST_WORDS = 2_000
_WORDS = """the of in and to a company for profit sales its from net million said that will year quarter by with on
operating EUR mn compared period market growth Finnish new order contract services rose fell was were per cent increased
decreased Helsinki agreement customers shares business group expected result demand production paper bank costs loss
higher lower first second third half totalled corresponding earlier delivery value not disclosed plant employees layoffs
dividend board proposed exports Russia Sweden acquisition subsidiary technology mobile network software""".split()  # noqa: SIM905 - a table of words reads best as text


def texts(seed: int = 7) -> Iterator[str]:
    """Texts without end, the same ones for the same seed.

    >>> next(texts(1)) == next(texts(1))
    True
    """
    rng = random.Random(seed)  # noqa: S311 - the same on each run is what is wanted
    while True:
        yield _text(rng, round(rng.lognormvariate(math.log(MEDIAN_WORDS), SIGMA)))


def _text(rng: random.Random, count: int) -> str:
    """Sentences of 8 to 30 words with a number here and there, `count` words in all."""
    left, sentences = max(3, min(count, LONGEST_WORDS)), []
    while left > 0:
        length = min(left, rng.randint(8, 30))
        words = [f"{rng.uniform(1, 90):.1f}" if rng.random() < 0.08 else rng.choice(_WORDS) for _ in range(length)]
        sentences.append(" ".join(words).capitalize() + ".")
        left -= length
    return " ".join(sentences)
