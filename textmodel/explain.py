"""Why a label: the words and pairs that spoke for it and against it, with weights that add up.

    ln(scores[label] / scores[against]) = base + sum of the reasons' weights + rest

`against` is the label with the next highest score. The weights are exact for the network as it answered
(`attribution`). Terms that rest on the same words, as "profit", its prefix and its class do, are one reason.
Left out: how sure the answer is (`reliability`).
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from .attribution import attribute
from .errors import TextError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from .model import Model
    from .traced import Traced

    RowOf = Callable[[str], int | None]

MOST = 50
DIGITS = 6
_GAP = " … "
Spans = tuple[tuple[int, int], ...]
Parts = list[tuple[float, str]]
"""Weights of terms, each with what the term says."""


class Reason(NamedTuple):
    """Words of a text that spoke for the label (weight above 0) or against it."""

    text: str
    """The words, as the text spells them."""
    spans: list[tuple[int, int]]
    """[start, end) of each, in characters of the text as sent."""
    weight: float
    because: str
    """What they say, where the words themselves do not."""


class Explanation(NamedTuple):
    """The reasons of one answer, the weightiest first."""

    label: str
    against: str
    base: float
    """What the network says of no word, and of there being no news in them."""
    reasons: list[Reason]
    rest: float
    """The sum of the reasons that are too many to tell."""


def explain(model: Model, text: str) -> Explanation:
    """The reasons of the label that `model` gives `text`.

    Raises: TextError when `text` is no str.
    """
    if not isinstance(text, str):
        raise TextError(type(text).__name__)
    bag = model.vectorizer.bag(text)
    logits = model.network.logits(bag.rows, bag.value)
    scores = [round(p, DIGITS) for p in model.probabilities(text)]
    label = scores.index(max(scores))  # of equal scores the first, as the model answers
    against = max((n for n in range(len(logits)) if n != label), key=logits.__getitem__)
    found = attribute(model.artifact.layers, bag.rows, bag.value, label, against)
    total = (logits[label] - logits[against]) / model.temperature
    weights = {row: weight / model.temperature for row, weight in found.rows.items()}
    grouped = _by_place(model.vectorizer.rule.trace(text), model.vectorizer.row_of, weights)
    wordless = sum(weight for weight, _ in grouped.pop((), ()))
    base = _rounded(found.base / model.temperature + wordless)
    shown = _reasons(text, grouped)
    rest = _rounded(total - base - sum(reason.weight for reason in shown))
    return Explanation(model.labels[label], model.labels[against], base, shown, rest)


def _by_place(traced: Iterable[Traced], row_of: RowOf, weights: Mapping[int, float]) -> dict[Spans, Parts]:
    """The weights and words of all known terms that rest on the same places."""
    places: dict[int, list[Traced]] = defaultdict(list)
    for term in traced:
        if (row := row_of(term.term)) is not None:
            places[row].append(term)
    found: dict[Spans, Parts] = defaultdict(list)
    for row, terms in places.items():
        spans = tuple(sorted({span for term in terms for span in term.spans}))
        found[spans].append((weights[row], next((term.says for term in terms if term.says), "")))
    return found


def _reasons(text: str, grouped: Mapping[Spans, Parts]) -> list[Reason]:
    """One reason for each group; the weightiest, and them first."""
    sums = {spans: _rounded(sum(weight for weight, _ in parts)) for spans, parts in grouped.items()}
    told = sorted(sums, key=lambda spans: (-abs(sums[spans]), spans))[:MOST]
    return [Reason(_quoted(text, spans), list(spans), sums[spans], _because(grouped[spans])) for spans in told]


def _rounded(weight: float) -> float:
    return round(weight, DIGITS) + 0.0  # which makes 0 of -0, that nobody wants to read


def _because(parts: Parts) -> str:
    return max(((abs(weight), says) for weight, says in parts if says), default=(0.0, ""))[1]


def _quoted(text: str, spans: Spans) -> str:
    """The words of all spans, each once, with a mark where the text goes on between them.

    >>> _quoted("profit of the group rose; Profit", ((0, 6), (20, 24), (26, 32)))
    'profit … rose'
    """
    joined: list[list[int]] = []
    for start, end in spans:
        if joined and not text[joined[-1][1] : start].strip():
            joined[-1][1] = end
        else:
            joined.append([start, end])
    pieces: dict[str, str] = {}
    for start, end in joined:
        pieces.setdefault(text[start:end].lower(), text[start:end])
    return _GAP.join(pieces.values())
