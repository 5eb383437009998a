"""What a request may ask for besides a label: a target accuracy, the sentences, the reasons.

Left out: their types (`schemas`), and how they are found (`textmodel`).
"""

from typing import Protocol

from msgspec import UNSET, UnsetType

from textmodel import Model

from .schemas import Explanation, Prediction, Reason, Sentence

OPTIONS = ("target", "explain", "sentences")
"""The fields beside the text, or the texts."""


class Asked(Protocol):
    """A request's options, as the wire types have them."""

    target: float | UnsetType
    explain: bool
    sentences: bool


def target_of(asked: Asked, usual: float) -> float:
    """The request's target, or the service's own."""
    return usual if asked.target is UNSET else asked.target


def answer_as_asked(model: Model, text: str, target: float, asked: Asked) -> Prediction:
    """One text's answer with its sentences and its explanation, each where it is asked for."""
    if asked.sentences:
        whole, parts = model.by_sentence(text, target)
        answer = Prediction(*whole, sentences=[Sentence(*part) for part in parts])
    else:
        answer = Prediction(*model.classify(text, target))
    if asked.explain:
        label, against, base, reasons, rest = model.explain(text)
        answer.explanation = Explanation(label, against, base, [Reason(*reason) for reason in reasons], rest)
    return answer
