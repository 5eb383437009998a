"""What one can see of texts of any language: that spaces part their words, and how many words the shortest have.

Left out: which language it is, and a tokenizer for Chinese, Japanese, Thai, Lao, Khmer or Burmese.
"""

import re
from collections.abc import Sequence

from textmodel.doubts import ENOUGH

LOOKED_AT = 1000
FLOOR = 0.3
ADVICE = (
    "letters of a script without spaces (Chinese, Japanese, Thai, Lao, Khmer, Burmese): what stands between two "
    "spaces counts as one word, so expect little; put spaces between the words first"
)
RARE = 0.05
_letters = re.compile(r"[^\W\d_]").findall
# Thai and Lao, Burmese, Khmer, kana, ideographs.
_unspaced = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]").findall


def advice(texts: Sequence[str]) -> str:
    """What to say of such texts; "" for others, and for words that somebody has parted.

    >>> advice(["很好的产品我会再买", "非常不满意"])[:24], advice(["very good", "很 好 的 产品"])
    ('100 % letters of a scrip', '')
    """
    some = " ".join(texts[:LOOKED_AT])
    letters = len(_letters(some))
    share = len(_unspaced(some)) / max(letters, 1)
    parted = letters < 4 * len(some.split())
    return f"{share:.0%} {ADVICE}".replace("%", " %", 1) if share > FLOOR and not parted else ""


def shortest(texts: Sequence[str]) -> int:
    """How many words a text has, where fewer than one in twenty has less: 1, 2 or 3; one with fewer is too short.

    >>> shortest(["track my order", "refund", "cancel order"]), shortest(["The lamp is well made."])
    (1, 3)
    """
    usual = (n for n, enough in ENOUGH.items() if sum(not enough(text) for text in texts) < RARE * len(texts))
    return max(usual, default=1)
