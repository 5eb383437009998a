"""What goes over the wire, in and out: the one definition, from which OpenAPI is derived.

Left out: problem documents (`problems`) and the limits, which are settings.
"""

from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType

from textmodel.prediction import WARNINGS

Text = Annotated[str, Meta(description="A text in English, of any length up to the limit that /model tells.")]
Target = Annotated[
    float, Meta(gt=0, lt=1, description="The accuracy that a reliable answer must have; the service's own by default.")
]
Explain = Annotated[bool, Meta(description="Whether to tell what spoke for and against the label.")]
BySentence = Annotated[bool, Meta(description="Whether to answer each sentence too, and the text as their mean.")]
Start = Annotated[
    int, Meta(ge=0, description="The first character, counted in Unicode code points of the text as sent.")
]
End = Annotated[int, Meta(ge=0, description="The character after the last.")]
Label = Annotated[str, Meta(description="The label with the highest probability.")]
Share = Annotated[float, Meta(ge=0, le=1)]
Score = Annotated[Share, Meta(description="That label's probability.")]
Scores = Annotated[dict[str, float], Meta(description="Every label's probability; they sum to 1.")]
Reliable = Annotated[
    bool, Meta(description="The score is as high as the target accuracy needs, and there is no warning.")
]
Known = Annotated[Share, Meta(description="The share of the words that the model knows.")]
Doubts = Annotated[
    tuple[Annotated[str, Meta(extra_json_schema={"enum": [*WARNINGS]})], ...],
    Meta(description="What speaks against trusting the answer."),
]


class TextRequest(Struct):
    """One text to classify."""

    text: Text
    target: Target | UnsetType = UNSET
    explain: Explain = False
    sentences: BySentence = False


class BatchRequest(Struct):
    """Many texts to classify; an item that is no text is reported and spoils no other."""

    texts: Annotated[list[Text], Meta(description="Up to as many texts as /model tells.")]
    target: Target | UnsetType = UNSET
    explain: Explain = False
    sentences: BySentence = False


class AnyBatchRequest(Struct):
    """A batch of which some items are no texts."""

    texts: list[object]
    target: Target | UnsetType = UNSET
    explain: Explain = False
    sentences: BySentence = False


class OriginalRequest(Struct):
    """The original service's request."""

    payload: Text


class Sentence(Struct):
    """The answer to one sentence of a text."""

    start: Start
    end: End
    label: Label
    score: Score
    scores: Scores
    reliable: Reliable
    known: Known
    warnings: Doubts


class Reason(Struct):
    """What spoke for the label, or against it."""

    text: Annotated[str, Meta(description="The words, or the term that stands for them.")]
    spans: Annotated[list[tuple[Start, End]], Meta(description="Where they stand in the text as sent.")]
    weight: Annotated[float, Meta(description="What they add to the logarithm of the odds; above 0, for the label.")]
    because: Annotated[str, Meta(description="The rule in words; empty where the words say it themselves.")]


class Explanation(Struct):
    """Why this label and not the next: ln(scores[label] / scores[against]) = base + all weights + rest."""

    label: Label
    against: Annotated[str, Meta(description="The label with the second highest probability.")]
    base: Annotated[float, Meta(description="What the model holds without having read a word.")]
    reasons: list[Reason]
    rest: Annotated[float, Meta(description="What the reasons told here leave over.")]


class Prediction(Struct):
    """The answer to one text."""

    label: Label
    score: Score
    scores: Scores
    model: Annotated[str, Meta(description="Name and version of the model that answered.")]
    reliable: Reliable
    target: Annotated[Share, Meta(description="The accuracy that was asked for.")]
    coverage: Annotated[Share, Meta(description="The share of texts that get a score as high as the target needs.")]
    known: Known
    warnings: Doubts
    sentences: Annotated[
        list[Sentence] | UnsetType, Meta(description="Every sentence's answer, where the request asked for them.")
    ] = UNSET
    explanation: Explanation | UnsetType = UNSET


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


class FeedbackRequest(Struct):
    """What the label of one answer should have been."""

    request_id: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=128,
            description="The answer's X-Request-Id.",
            extra_json_schema={"pattern": "^[A-Za-z0-9_.:/+=@-]+$"},
        ),
    ]
    label: Annotated[str, Meta(description="The right label, one of those that /model tells.")]


class Limits(Struct):
    """The largest request that is taken."""

    max_text_chars: int
    max_batch_texts: int
    max_body_bytes: int


class Reliability(Struct):
    """One row of the coverage table: what cross-validation found at a threshold."""

    threshold: Annotated[Share, Meta(description="The score from which on an answer is kept.")]
    coverage: Annotated[Share, Meta(description="The share of texts whose answer is kept.")]
    accuracy: Annotated[Share, Meta(description="The share of kept answers that are right.")]


class TargetInfo(Struct):
    """The target of requests that name none, and what it asks."""

    accuracy: Share
    threshold: Annotated[Share | None, Meta(description="The score it needs; null where no score is high enough.")]
    coverage: Annotated[Share, Meta(description="The share of texts whose answer is kept.")]


class ModelInfo(Struct):
    """What answers here."""

    name: str
    version: str
    task: str
    language: Annotated[str, Meta(description="Of the texts it was trained on, by its ISO 639 code; empty: any.")]
    licence: Annotated[str, Meta(description="Of the model, which follows its data's.")]
    labels: list[str]
    token_rule: int
    target: TargetInfo
    reliability: list[Reliability]
    metrics: dict[str, Any]
    data: dict[str, Any]
    sha256: dict[str, str]
    limits: Limits


class Status(Struct):
    """A health check that passed."""

    status: str
