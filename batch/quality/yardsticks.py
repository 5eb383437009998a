"""What tells a text's tone: the artifact that runs use, and a list of words beside it.

The shipped artifact knows financial news, so on reviews it measures little but itself; the list of words shows what
translation does. Left out: training an artifact of reviews (`model_training`).
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from textmodel import Model

from ..errors import InputError
from .wordlist import tone

WORD_LIST = "word list"


class Yardstick(NamedTuple):
    """Texts to labels, one for each, and how it is called in a table."""

    name: str
    labels: Callable[[Sequence[str]], list[str]]


def word_list() -> Yardstick:
    return Yardstick(WORD_LIST, lambda texts: [tone(text) for text in texts])


def of_model(model: Model, wanted: set[str]) -> Yardstick:
    """An artifact, which must have the `wanted` labels.

    Raises: InputError where it has others.
    """
    if not wanted <= set(model.labels):
        raise InputError("labels", f"those of {model.name}, {' '.join(model.labels)}", " ".join(sorted(wanted)))
    return Yardstick(model.name, lambda texts: [answer.label for answer in model.classify_many(texts)])


def macro_recall(labels: Sequence[str], found: Sequence[str | None]) -> float:
    """The mean, over the labels that there are, of the share of their texts that were found; 1/L by chance.

    >>> macro_recall(["negative", "negative", "positive"], ["negative", None, "positive"])
    0.75
    """
    kinds = sorted(set(labels))
    hits = {kind: [f == label for label, f in zip(labels, found, strict=True) if label == kind] for kind in kinds}
    return sum(sum(hit) / len(hit) for hit in hits.values()) / len(kinds)
