"""What goes over the wire, in and out: the one definition, from which OpenAPI is derived.

Left out: problem documents (`problems`) and the limits, which are settings.
"""

from typing import Annotated, Any

from msgspec import Meta, Struct

Text = Annotated[str, Meta(description="A text in English, of any length up to the limit that /model tells.")]


class TextRequest(Struct):
    """One text to classify."""

    text: Text


class BatchRequest(Struct):
    """Many texts to classify; an item that is no text is reported and spoils no other."""

    texts: Annotated[list[Text], Meta(description="Up to as many texts as /model tells.")]


class AnyBatchRequest(Struct):
    """A batch of which some items are no texts."""

    texts: list[object]


class OriginalRequest(Struct):
    """The original service's request."""

    payload: Text


class Prediction(Struct):
    """The answer to one text."""

    label: Annotated[str, Meta(description="The label with the highest probability.")]
    score: Annotated[float, Meta(ge=0, le=1, description="That label's probability.")]
    scores: Annotated[dict[str, float], Meta(description="Every label's probability; they sum to 1.")]
    model: Annotated[str, Meta(description="Name and version of the model that answered.")]


class ItemError(Struct):
    """Why one item of a batch has no prediction."""

    index: Annotated[int, Meta(ge=0, description="Its place in the request, from 0.")]
    type: Annotated[str, Meta(description="A problem type, as in docs/errors.md.")]
    detail: str


class BatchResponse(Struct):
    """Predictions in the order of the texts, null where `errors` says why."""

    predictions: list[Prediction | None]
    errors: list[ItemError]


class OriginalResponse(Struct, rename={"raw_text": "Raw Text", "categories": "Categories"}):
    """The original service's answer."""

    raw_text: str
    categories: str


class Limits(Struct):
    """The largest request that is taken."""

    max_text_chars: int
    max_batch_texts: int
    max_body_bytes: int


class ModelInfo(Struct):
    """What answers here."""

    name: str
    version: str
    task: str
    labels: list[str]
    token_rule: int
    metrics: dict[str, Any]
    data: dict[str, Any]
    sha256: dict[str, str]
    limits: Limits


class Status(Struct):
    """A health check that passed."""

    status: str
