"""Values and tables as the card and the terminal show them.

Left out: what they say (`card`, `card_results`, `report`).
"""

import re
from collections.abc import Sequence

from .metrics import Estimate, Interval

_marks = re.compile(r"([\\`*_\[\]<>|#~&])").sub


def plain(text: str) -> str:
    r"""Somebody's own text, so that a page shows it as it is.

    >>> print(plain("<b>a|b</b>"))
    \<b\>a\|b\</b\>
    """
    return _marks(r"\\\1", text)


def mean(estimate: Estimate) -> str:
    """A mean with its standard error.

    >>> mean(Estimate(0.8167, 0.0061))
    '0.817 ± 0.006'
    """
    return f"{estimate.mean:.3f} ± {estimate.se:.3f}"


def interval(interval: Interval, digits: int = 2) -> str:
    """A value with its 95 % interval.

    >>> interval(Interval(0.7, 0.661, 0.739))
    '0.70 (0.66 to 0.74)'
    """
    return f"{interval.value:.{digits}f} ({interval.low:.{digits}f} to {interval.high:.{digits}f})"


def bullets(lines: Sequence[str]) -> str:
    """A list, a line each."""
    return "\n".join(f"- {line}" for line in lines)


def table(head: Sequence[str], body: Sequence[Sequence[str]]) -> str:
    """A table as GitHub reads it."""
    lines = [head, ["---"] * len(head), *body]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
