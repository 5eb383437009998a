"""The core: bytes of a request in, bytes of the answer out, without a framework.

    validate (schemas) -> classify (textmodel) -> encode

Every door calls it, so the same request has the same answer whichever way it came.
Left out: what every HTTP answer owes besides (`front`) and how bytes arrive (the doors).
"""

import os
import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import TypeVar

import msgspec

from textmodel import ArtifactError, Model, load

from . import feedback
from .answers import of_many, of_one
from .forms import form_of
from .log import Log
from .options import answer_as_asked, target_of
from .problems import TYPE_PREFIX, Reply, ok, problem
from .schemas import (
    AnyBatchRequest,
    BatchRequest,
    BatchResponse,
    FeedbackRequest,
    ItemError,
    OriginalRequest,
    OriginalResponse,
    Prediction,
    TextRequest,
)
from .settings import Settings

_R = TypeVar("_R")
_encode = msgspec.json.Encoder().encode
_text = msgspec.json.Decoder(TextRequest).decode
_batch = msgspec.json.Decoder(BatchRequest).decode
_any_batch = msgspec.json.Decoder(AnyBatchRequest).decode
_original = msgspec.json.Decoder(OriginalRequest).decode
_feedback = msgspec.json.Decoder(FeedbackRequest).decode
_NOT_JSON = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


class Core:
    """A model, or the reason why there is none, the limits of a request, and the log that feedback goes to."""

    def __init__(self, model: Model | ArtifactError, settings: Settings, log: Log) -> None:
        self.settings = settings
        self._log = log
        self.model = model if isinstance(model, Model) else None
        self.fault = None if isinstance(model, Model) else _fault(model, settings.artifacts)
        self.routes: dict[str, Callable[[bytes], Reply]] = {
            "/predict": self.predict,
            "/predict/batch": self.predict_batch,
            "/process_text": self.process_text,
            "/feedback": self.feedback,
        }

    def route(self, path: str, headers: Mapping[bytes, bytes]) -> Callable[[bytes], Reply] | None:
        """What answers a POST here; None where the core does not. Names of headers are in lower case."""
        return self.routes.get(path) or self._as_another_service(path, headers)

    def predict(self, body: bytes) -> Reply:
        """{"text"} to a Prediction, or a problem."""
        return self._guarded(_text, body, self._predict)

    def predict_batch(self, body: bytes) -> Reply:
        """{"texts"} to predictions and errors, or a problem."""
        return self._guarded(_lenient_batch, body, self._predict_batch)

    def process_text(self, body: bytes) -> Reply:
        """The original service's contract: {"payload"} to {"Raw Text", "Categories"}."""
        return self._guarded(_original, body, self._process_text)

    def feedback(self, body: bytes) -> Reply:
        """{"request_id", "label"} to one log line, or a problem."""
        return self._guarded(_feedback, body, lambda model, request: feedback.record(model, request, self._log))

    def predict_text(self, text: str) -> Reply:
        """A text that came in no JSON of its own, as one line of a file."""
        return self._predict(self.model, TextRequest(text)) if self.model else self._unavailable()

    def ready(self) -> Reply | None:
        """None when the model answers its golden inputs right, else the problem."""
        if self.model is None:
            return self._unavailable()
        try:
            self.model.check_goldens()
        except ArtifactError as error:
            return problem("model-unavailable", _fault(error, self.settings.artifacts))
        return None

    def _as_another_service(self, path: str, headers: Mapping[bytes, bytes]) -> Callable[[bytes], Reply] | None:
        """What answers as Amazon Comprehend or by the Open Inference Protocol does; imported when first asked for."""
        form = form_of("POST", path, headers)
        if form is None or (form == "open-inference" and not path.endswith("/infer")):
            return None
        if self.model is None:
            return lambda _body: self._unavailable()
        if form == "aws":
            from . import aws_rpc, comprehend

            return partial(comprehend.answer, self.model, self.settings, *aws_rpc.asked(path, headers))
        from . import open_inference

        return partial(open_inference.infer, self.model, self.settings, path, headers)

    def _guarded(self, decode: Callable[[bytes], _R], body: bytes, answer: Callable[[Model, _R], Reply]) -> Reply:
        try:
            str(body, "utf-8")  # also where the decoder would skip a field
            request = decode(body)
        except msgspec.ValidationError as error:
            return _not_json(body) or problem("invalid-shape", str(error), path=json_path(str(error)))
        except _NOT_JSON as error:
            return problem("invalid-json", _why_not_json(error))
        if self.model is None:
            return self._unavailable()
        return answer(self.model, request)

    def _predict(self, model: Model, request: TextRequest) -> Reply:
        if len(request.text) > self.settings.max_text_chars:
            return problem("text-too-long", self._too_long(request.text), path="$.text")
        target = target_of(request, self.settings.target_accuracy)
        if request.sentences or request.explain:
            prediction = answer_as_asked(model, request.text, target, request)
        else:
            prediction = Prediction(*model.classify(request.text, target))
        return ok(_encode(prediction), of_one(model.name, prediction, request.text))

    def _predict_batch(self, model: Model, request: BatchRequest | AnyBatchRequest) -> Reply:
        if len(request.texts) > self.settings.max_batch_texts:
            detail = f"At most {self.settings.max_batch_texts} texts, found {len(request.texts)}."
            return problem("batch-too-large", detail, path="$.texts")
        errors = [e for index, text in enumerate(request.texts) if (e := self._item_error(index, text))]
        bad = {error.index for error in errors}
        good = [text for index, text in enumerate(request.texts) if index not in bad and isinstance(text, str)]
        chars = sum(map(len, good)) if request.sentences or request.explain else 0
        if chars > self.settings.max_text_chars:  # a whole body's reasons would keep all others waiting for seconds
            detail = f"With sentences or explain, at most {self.settings.max_text_chars} characters, found {chars}."
            return problem("batch-too-large", detail, path="$.texts")
        target = target_of(request, self.settings.target_accuracy)
        if request.sentences or request.explain:
            answers = [answer_as_asked(model, text, target, request) for text in good]
        else:
            answers = [Prediction(*answer) for answer in model.classify_many(good, target)]
        following = iter(answers)
        predictions = [None if index in bad else next(following) for index in range(len(request.texts))]
        return ok(_encode(BatchResponse(predictions, errors)), of_many(model.name, answers, good))

    def _process_text(self, model: Model, request: OriginalRequest) -> Reply:
        if len(request.payload) > self.settings.max_text_chars:
            return problem("text-too-long", self._too_long(request.payload), path="$.payload")
        prediction = Prediction(*model.classify(request.payload, self.settings.target_accuracy))
        answer = OriginalResponse(request.payload, prediction.label)
        return ok(_encode(answer), of_one(model.name, prediction, request.payload))

    def _item_error(self, index: int, text: object) -> ItemError | None:
        if not isinstance(text, str):
            return ItemError(index, TYPE_PREFIX + "invalid-shape", f"Expected `str`, got `{_json_type(text)}`")
        if len(text) > self.settings.max_text_chars:
            return ItemError(index, TYPE_PREFIX + "text-too-long", self._too_long(text))
        return None

    def _too_long(self, text: str) -> str:
        return f"At most {self.settings.max_text_chars} characters, found {len(text)}."

    def _unavailable(self) -> Reply:
        return problem("model-unavailable", self.fault or "")


def open_core(settings: Settings, log: Log | None = None) -> Core:
    """The core over the artifact that `settings` name; a damaged one gives a core that says so."""
    try:
        model: Model | ArtifactError = load(settings.task, settings.artifacts)
    except ArtifactError as error:
        model = error
    return Core(model, settings, log or Log())


def json_path(message: str) -> str:
    """The JSONPath in one of msgspec's messages.

    >>> json_path("Expected `str`, got `int` - at `$.text`")
    '$.text'
    >>> json_path("Object missing required field `text`")
    '$.text'
    """
    at = re.search(r" - at `(.+)`$", message)
    missing = re.search(r"missing required field `(.+?)`", message)
    return (at[1] if at else "$") + (f".{missing[1]}" if missing else "")


def _lenient_batch(body: bytes) -> BatchRequest | AnyBatchRequest:
    """A batch of texts; read again as a batch of anything where an item is no text."""
    try:
        return _batch(body)
    except msgspec.ValidationError:
        return _any_batch(body)


def _not_json(body: bytes) -> Reply | None:
    """A problem when a body of the wrong shape is no JSON at all, further on."""
    try:
        msgspec.json.decode(body)
    except msgspec.ValidationError:
        return None  # it is JSON, with a number that is too large for a float
    except _NOT_JSON as error:
        return problem("invalid-json", _why_not_json(error))
    return None


def _why_not_json(error: Exception) -> str:
    match error:
        case RecursionError():
            return "The JSON is nested too deeply."
        case UnicodeDecodeError():
            return f"The body is not UTF-8 at byte {error.start}."
        case _:
            return f"{error}."


def _json_type(value: object) -> str:
    names = {bool: "bool", int: "int", float: "float", list: "array", dict: "object"}
    return names.get(type(value), "null")


def _fault(error: ArtifactError, root: str) -> str:
    """What is wrong with the artifact, with the file as seen from its root."""
    root = os.path.join(root, "")
    return f"{type(error).__name__}: {error.path.removeprefix(root)}: expected {error.expected}, found {error.found}"
