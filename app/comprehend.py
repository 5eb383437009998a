"""Amazon Comprehend's DetectSentiment and BatchDetectSentiment: this model's answers in that service's form.

    {"Text": str, "LanguageCode": "en"}          -> {"Sentiment": "POSITIVE", "SentimentScore": {"Positive": 0.9, ...}}
    {"TextList": [str], "LanguageCode": "en"}    -> {"ResultList": [{"Index": 0, ...}], "ErrorList": []}

Limits and names of errors are that service's (https://docs.aws.amazon.com/comprehend/latest/APIReference/).
Left out: every other operation, and how requests are written (`aws_rpc`).
"""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, cast

from textmodel import Model, Prediction

from .answers import Answers, of_many, of_one
from .aws_rpc import AwsError, Wire
from .problems import Reply
from .settings import Settings

SERVICE = "Comprehend_20171127"
MAX_TEXTS = 25
MAX_TEXT_BYTES = 5_000
SENTIMENTS = ("Positive", "Negative", "Neutral", "Mixed")
"""The members of every answer; a model's labels must be some of these, in any case."""
TOO_LONG = "TEXT_SIZE_LIMIT_EXCEEDED"
"""A batch's code for one text of it."""
_SHOWN_CHARS, _SHOWN_MISTAKES = 20, 10
_Answer = tuple[object, Answers | None]


class Request(NamedTuple):
    """Who answers, and what was sent."""

    model: Model
    settings: Settings
    members: Mapping[str, object]


def answer(model: Model, settings: Settings, wire: Wire, target: str, body: bytes) -> Reply:
    """The reply to one request for `target`, as SERVICE.OPERATION."""
    service, _, name = target.partition(".")
    operation = OPERATIONS.get(name) if service == SERVICE else None
    if operation is None:
        return wire.error("UnknownOperationException", f"The operations of {SERVICE} here: {', '.join(OPERATIONS)}.")
    try:
        return wire.answer(*operation(Request(model, settings, wire.read(body))))
    except AwsError as error:
        return wire.error(error.code, error.message)


def _detect(request: Request) -> _Answer:
    model, settings, members = request
    _validate([*_wrong(members.get("Text"), "text"), *_wrong(members.get("LanguageCode"), "languageCode")])
    _check_model(request)
    text = cast("str", members["Text"])
    if why := _too_long(text, settings):
        raise AwsError("TextSizeLimitExceededException", why)
    prediction = model.classify(text, settings.target_accuracy)
    return _sentiment(prediction), of_one(model.name, prediction, text)


def _detect_batch(request: Request) -> _Answer:
    model, settings, members = request
    _validate([*_wrong_list(members.get("TextList")), *_wrong(members.get("LanguageCode"), "languageCode")])
    _check_model(request)
    texts = cast("list[str]", members["TextList"])
    most = min(MAX_TEXTS, settings.max_batch_texts)
    if len(texts) > most:
        found = f"Max size of a batch is {most} documents while in this request it is {len(texts)} documents"
        raise AwsError("BatchSizeLimitExceededException", f"Batch size exceeds limit. {found}")
    errors = {index: why for index, text in enumerate(texts) if (why := _too_long(text, settings))}
    good = [index for index in range(len(texts)) if index not in errors]
    answers = _classified(model, [texts[index] for index in good], settings.target_accuracy)
    return {
        "ResultList": [{"Index": index, **_sentiment(a)} for index, a in zip(good, answers, strict=True)],
        "ErrorList": [
            {"Index": index, "ErrorCode": TOO_LONG, "ErrorMessage": why} for index, why in sorted(errors.items())
        ],
    }, of_many(model.name, answers, [texts[index] for index in good])


OPERATIONS: Mapping[str, Callable[[Request], _Answer]] = {
    "DetectSentiment": _detect,
    "BatchDetectSentiment": _detect_batch,
}
CBOR_PATHS = frozenset(f"/service/{SERVICE}/operation/{name}" for name in OPERATIONS)
"""Where the operations are asked for in CBOR; in JSON it is at the root."""


def _classified(model: Model, texts: Sequence[str], target: float) -> list[Prediction]:
    """One text without NumPy, whose import a cold start would wait for."""
    return [model.classify(texts[0], target)] if len(texts) == 1 else model.classify_many(texts, target)


def _sentiment(answer: Prediction) -> dict[str, object]:
    by_name = {label.title(): score for label, score in answer.scores.items()}
    scores = {name: by_name.get(name, 0.0) for name in SENTIMENTS}
    return {"Sentiment": answer.label.upper(), "SentimentScore": scores}


def _check_model(request: Request) -> None:
    """Raises: AwsError where this model has other classes, or is of another language."""
    model, _, members = request
    if not {label.title() for label in model.labels} <= {*SENTIMENTS}:
        labels = ", ".join(model.labels)
        message = f"The model {model.name} tells no sentiment: its classes are {labels}. Ask it at /predict."
        raise AwsError("InvalidRequestException", message)
    code, language = members["LanguageCode"], model.artifact.language
    if language and code != language:
        found = str(code)[:_SHOWN_CHARS]
        message = f"Unsupported language code '{found}'. The model {model.name} supports: '{language}'."
        raise AwsError("UnsupportedLanguageException", message)


def _too_long(text: str, settings: Settings) -> str | None:
    """Why a text is too long: by that service's limit, or by a lower one of this."""
    size_bytes = len(text.encode())
    if size_bytes > MAX_TEXT_BYTES:
        return _limit(f"{MAX_TEXT_BYTES} bytes", f"{size_bytes} bytes")
    if len(text) > settings.max_text_chars:
        return _limit(f"{settings.max_text_chars} characters", f"{len(text)} characters")
    return None


def _limit(most: str, found: str) -> str:
    allowed = f"Max length of request text allowed is {most}"
    return f"Input text size exceeds limit. {allowed} while in this request the text size is {found}"


def _wrong(value: object, place: str) -> list[str]:
    """What is wrong with a member that must be a text of at least one character."""
    match value:
        case None:
            rule = "Member must not be null"
        case "":
            rule = "Member must have length greater than or equal to 1"
        case str():
            return []
        case _:
            rule = "Member must be a string"
    return [f"Value at '{place}' failed to satisfy constraint: {rule}"]


def _wrong_list(value: object) -> list[str]:
    if isinstance(value, list) and value:
        return [wrong for index, text in enumerate(value, 1) for wrong in _wrong(text, f"textList.{index}.member")]
    rule = "Member must be a list"
    if value is None or value == []:
        rule = "Member must not be null" if value is None else "Member must have length greater than or equal to 1"
    return [f"Value at 'textList' failed to satisfy constraint: {rule}"]


def _validate(wrong: Sequence[str]) -> None:
    """Raises: AwsError that tells the first mistakes, as AWS words them."""
    if wrong:
        count = "1 validation error" if len(wrong) == 1 else f"{len(wrong)} validation errors"
        raise AwsError("ValidationException", f"{count} detected: {'; '.join(wrong[:_SHOWN_MISTAKES])}")
