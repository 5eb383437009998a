"""The texts and bodies that every contestant is given: about 20 words each, made by seed.

Written for this purpose in the manner of company news; left out: any published data set.
"""

import json
import random

SEED = 7
_WHO = """the Finnish engineering group|the Helsinki-based company|the Nordic retail chain|the paper maker
the listed software house|the elevator manufacturer|the shipping company|the bank's investment arm"""
_WHAT = """operating profit rose to EUR {a} mn from EUR {b} mn|net sales fell by {c} % to EUR {a} mn
the net loss narrowed to EUR {a} mn, compared to EUR {b} mn|it will lay off {c} employees at two plants
it has won an order worth EUR {a} mn from a Swedish customer|the contract value was not disclosed
earnings per share dropped to EUR 0.{c} from EUR 0.{d}|it signed a five-year agreement on maintenance services"""
_WHEN = """in the third quarter of 2009|in the first half of the year|during the review period|in January-March 2010
for the full financial year|as the company announced on Tuesday"""
_WHY = """as demand for paper machines recovered in Asia|because raw material costs increased more than expected
while the market share in the Baltic countries was unchanged|and the board proposes a dividend of EUR 0.{d} per share
although exchange rates weighed on exports to Russia|after the divestment of its packaging business"""


def make(count: int, seed: int = SEED) -> list[str]:
    """`count` texts of 15 to 30 words.

    >>> make(1) == make(1)
    True
    """
    rng = random.Random(seed)
    return [_sentence(rng) for _ in range(count)]


def _sentence(rng: random.Random) -> str:
    who, what, when, why = (rng.choice(part.replace("\n", "|").split("|")) for part in (_WHO, _WHAT, _WHEN, _WHY))
    numbers = {
        "a": f"{rng.uniform(1, 90):.1f}",
        "b": f"{rng.uniform(1, 90):.1f}",
        "c": rng.randint(2, 60),
        "d": rng.randint(10, 90),
    }
    return f"{who} said that {what} {when} {why}.".format(**numbers).capitalize()


def bodies(count: int) -> list[bytes]:
    """The same texts as JSON requests."""
    return [json.dumps({"text": text}).encode() for text in make(count)]


FIRST = make(1)[0]
