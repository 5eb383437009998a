"""The Open Inference Protocol, version 2: texts as a tensor in, answers as tensors out.

    POST /v2/models/<task>[/versions/<version>]/infer    InferenceRequest -> InferenceResponse, or {"error"}

Tensors are JSON, or binary data behind the JSON, each way as the request has it.
Specification: https://github.com/kserve/open-inference-protocol. Left out: gRPC; metadata and health, which are
`open_inference_api`.
"""

import re
from collections.abc import Mapping, Sequence

import msgspec

from textmodel import Model

from . import tensors
from .answers import of_many
from .open_inference_schemas import InferenceError, InferenceRequest, InferenceResponse, ResponseOutput, TensorSize
from .problems import JSON, PROBLEM_JSON, Problem, Reply, ok, problem, refused
from .settings import Settings
from .tensors import Tensor, TensorError

INPUT = "text"
LENGTH = "Inference-Header-Content-Length"
BINARY = "application/octet-stream"
_PATH = re.compile(r"/v2/models/([^/]+)(?:/versions/([^/]+))?/infer")
_SHOWN_CHARS = 40
_request = msgspec.json.Decoder(InferenceRequest).decode
_encode = msgspec.json.Encoder().encode


class InferenceRefused(Exception):
    """A request that cannot be answered; the message says what was expected."""


def infer(model: Model, settings: Settings, path: str, headers: Mapping[bytes, bytes], body: bytes) -> Reply:
    """The reply to one inference request at `path`."""
    if missing := _missing(model, path):
        return problem("not-found", missing)
    try:
        head, binary = _parts(body, headers)
        request = _decoded(head)
        texts = _texts(request, binary, settings)
        chosen = _chosen(request)
        target = settings.target_accuracy
        if request.parameters and request.parameters.target is not msgspec.UNSET:
            target = request.parameters.target
    except (InferenceRefused, TensorError) as error:
        return refused(JSON, _encode(InferenceError(f"{error}.")))
    answers = [model.classify(texts[0], target)] if len(texts) == 1 else model.classify_many(texts, target)
    found = tensors.outputs(model.labels, answers)
    given_id = msgspec.UNSET if request.id is None else request.id
    response = InferenceResponse(model.artifact.task, model.artifact.version, [], given_id)
    reply = _reply(response, {name: (found[name], is_binary) for name, is_binary in chosen.items()})
    return reply._replace(answers=of_many(model.name, answers, texts))


def dress(reply: Reply) -> Reply:
    """Any reply as the protocol has it: a problem, of the front too, as {"error"}."""
    if reply.content_type != PROBLEM_JSON:
        return reply
    told = msgspec.json.decode(reply.body, type=Problem)
    return reply._replace(content_type=JSON, body=_encode(InferenceError(f"{told.title}: {told.detail}")))


def no_such_model(name: str, version: str, model: Model | None) -> str:
    """What is told of a model that is not here."""
    here = f"{model.artifact.task} in version {model.artifact.version} is" if model else "none is"
    asked = f"{name[:_SHOWN_CHARS]} in version {version[:_SHOWN_CHARS]}" if version else name[:_SHOWN_CHARS]
    return f"The model {asked} is not here; {here}."


def _missing(model: Model, path: str) -> str | None:
    """What is told where `path` names another model than this; None where it names this one."""
    named = _PATH.fullmatch(path)
    if not named:
        return "POST /v2/models/<model>/infer, or with /versions/<version> before /infer."
    name, version = named[1], named[2] or ""
    here = name == model.artifact.task and version in ("", model.artifact.version)
    return None if here else no_such_model(name, version, model)


def _parts(body: bytes, headers: Mapping[bytes, bytes]) -> tuple[bytes, bytes | None]:
    """The JSON and the binary data behind it; None where the request has no place for any."""
    if (encoding := headers.get(b"content-encoding", b"identity")) != b"identity":
        raise InferenceRefused(f"Expected a body as it is, found Content-Encoding {_shown(encoding)}")
    given = headers.get(LENGTH.lower().encode())
    if given is None:
        return body, None
    if not (given.isdigit() and len(given) <= 12 and int(given) <= len(body)):
        raise InferenceRefused(f"Expected {LENGTH} of 0 to {len(body)}, the bytes of the body, found {_shown(given)}")
    return body[: int(given)], body[int(given) :]


def _shown(header: bytes) -> str:
    return repr(header[:_SHOWN_CHARS].decode("latin-1"))


def _decoded(head: bytes) -> InferenceRequest:
    try:
        str(head, "utf-8")  # also where the decoder would skip a field
        return _request(head)
    except msgspec.ValidationError as error:
        raise InferenceRefused(str(error)) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        why = "it is nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise InferenceRefused(f"The request is not JSON in UTF-8: {why}") from error


def _texts(request: InferenceRequest, binary: bytes | None, settings: Settings) -> list[str]:
    """The texts of the one input, checked against every limit."""
    if len(request.inputs) != 1:
        raise InferenceRefused(f"Expected one input, `{INPUT}`, found {len(request.inputs)} - at `$.inputs`")
    given = request.inputs[0]
    for field, found, expected in (("name", given.name, INPUT), ("datatype", given.datatype, "BYTES")):
        if found != expected:
            shown = found[:_SHOWN_CHARS]
            raise InferenceRefused(f"Expected `{expected}`, found `{shown}` - at `$.inputs[0].{field}`")
    n = tensors.count(given.shape, "$.inputs[0].shape")
    if n > settings.max_batch_texts:
        raise InferenceRefused(f"Expected at most {settings.max_batch_texts} texts, found {n} - at `$.inputs[0].shape`")
    size = given.parameters.binary_data_size if given.parameters else msgspec.UNSET
    if size is not msgspec.UNSET:
        texts = tensors.from_binary(_binary(given.data, binary, size), n)
    elif binary:
        place = "at `$.inputs[0].parameters`"
        raise InferenceRefused(f"Expected `binary_data_size` of {len(binary)}, found none - {place}")
    elif given.data is None:
        raise InferenceRefused("Expected `data`, or `binary_data_size`, found neither - at `$.inputs[0]`")
    else:
        texts = tensors.from_json(given.data, given.shape, "$.inputs[0].data")
    _check_lengths(texts, settings.max_text_chars)
    return texts


def _binary(data: object, binary: bytes | None, size: int) -> bytes:
    place = "at `$.inputs[0].parameters.binary_data_size`"
    if data is not None:
        raise InferenceRefused(f"Expected either `data` or binary data, found both - {place}")
    if binary is None:
        raise InferenceRefused(f"Expected the header {LENGTH} with binary data, found none - {place}")
    if size != len(binary):
        raise InferenceRefused(f"Expected {len(binary)}, the bytes behind the JSON, found {size} - {place}")
    return binary


def _check_lengths(texts: Sequence[str], most: int) -> None:
    for index, text in enumerate(texts):
        if len(text) > most:
            raise InferenceRefused(f"Expected at most {most} characters, found {len(text)} in text {index}")


def _chosen(request: InferenceRequest) -> dict[str, bool]:
    """The outputs wanted, in their order, and whether each comes as binary data."""
    usual = bool(request.parameters and request.parameters.binary_data_output)
    if not request.outputs:
        return dict.fromkeys(tensors.NAMES, usual)
    chosen: dict[str, bool] = {}
    for index, output in enumerate(request.outputs):
        name, own = output.name, output.parameters.binary_data if output.parameters else msgspec.UNSET
        if name not in tensors.NAMES or name in chosen:
            why = f"found `{name[:_SHOWN_CHARS]}`" + (" twice" if name in chosen else "")
            expected = ", ".join(f"`{known}`" for known in tensors.NAMES)
            raise InferenceRefused(f"Expected any of {expected}, {why} - at `$.outputs[{index}].name`")
        chosen[name] = usual if own is msgspec.UNSET else own
    return chosen


def _reply(response: InferenceResponse, chosen: Mapping[str, tuple[Tensor, bool]]) -> Reply:
    """The response with its outputs: in it, or behind it as the header then tells."""
    behind: list[bytes] = []
    for name, (tensor, is_binary) in chosen.items():
        output = ResponseOutput(name, [*tensor.shape], tensor.datatype)
        if is_binary:
            behind.append(tensor.binary())
            output.parameters = TensorSize(len(behind[-1]))
        else:
            output.data = [*tensor.values]
        response.outputs.append(output)
    head = _encode(response)
    if not behind:
        return ok(head)
    return ok(b"".join((head, *behind)))._replace(content_type=BINARY, headers=((LENGTH, str(len(head))),))
