"""What goes over the wire by the Open Inference Protocol: the one definition, from which OpenAPI is derived.

Names and fields are the specification's (https://github.com/kserve/open-inference-protocol) with Triton's extension
of binary tensors. Fields of other extensions are passed over. Left out: the rules between fields, as that a shape
and its data must agree (`open_inference`, `tensors`).
"""

from typing import Annotated, Any

from msgspec import UNSET, Meta, Struct, UnsetType

from .schemas import Target

_BINARY = "https://github.com/triton-inference-server/server/blob/main/docs/protocol/extension_binary_data.md"
_SIZE = f"The bytes that the tensor takes behind the JSON ({_BINARY})."
_MOST = 2**63 - 1
Size = Annotated[int, Meta(ge=0, le=_MOST, description=_SIZE)]
Shape = list[Annotated[int, Meta(ge=0, le=_MOST)]]


class RequestParameters(Struct):
    """What a request may ask for besides tensors."""

    target: Target | UnsetType = UNSET
    binary_data_output: Annotated[bool, Meta(description="Whether every output comes as binary data.")] = False


class InputParameters(Struct):
    """How an input is sent."""

    binary_data_size: Size | UnsetType = UNSET


class OutputParameters(Struct):
    """How an output is wanted."""

    binary_data: Annotated[bool | UnsetType, Meta(description="Whether this output comes as binary data.")] = UNSET
    classification: Annotated[int, Meta(le=0, description="Not taken: ask for `scores` and `labels`.")] = 0


class RequestInput(Struct):
    """The texts."""

    name: Annotated[str, Meta(extra_json_schema={"enum": ["text"]})]
    shape: Annotated[Shape, Meta(description="[n] or [n, 1].")]
    datatype: Annotated[str, Meta(extra_json_schema={"enum": ["BYTES"]})]
    parameters: InputParameters | None = None
    data: Annotated[list[Any] | None, Meta(description="The texts in order; not with `binary_data_size`.")] = None


class RequestOutput(Struct):
    """One output that is wanted."""

    name: str
    parameters: OutputParameters | None = None


class InferenceRequest(Struct):
    """Texts to classify."""

    inputs: Annotated[list[RequestInput], Meta(description="One: the texts.")]
    id: Annotated[str | None, Meta(description="Comes back in the answer.")] = None
    parameters: RequestParameters | None = None
    outputs: Annotated[list[RequestOutput] | None, Meta(description="Those wanted; all, where none is named.")] = None


class TensorSize(Struct):
    """How an output is sent."""

    binary_data_size: Size


class ResponseOutput(Struct):
    """One output: its values in row-major order, here or behind the JSON."""

    name: str
    shape: Shape
    datatype: str
    parameters: TensorSize | UnsetType = UNSET
    data: list[Any] | UnsetType = UNSET


class InferenceResponse(Struct):
    """The answer to an inference request."""

    model_name: str
    model_version: str
    outputs: list[ResponseOutput]
    id: str | UnsetType = UNSET


class InferenceError(Struct):
    """Any error by this protocol."""

    error: Annotated[str, Meta(description="What is wrong, and what was expected.")]


class TensorMetadata(Struct):
    """One input or output of a model."""

    name: str
    datatype: str
    shape: Annotated[list[int], Meta(description="-1 stands for any size.")]


class ModelMetadata(Struct):
    """A model, as the protocol describes it."""

    name: str
    versions: list[str]
    platform: str
    inputs: list[TensorMetadata]
    outputs: list[TensorMetadata]


class ServerMetadata(Struct):
    """The server, as the protocol describes it."""

    name: str
    version: str
    extensions: list[str]


class Live(Struct):
    """The server answers."""

    live: bool


class Ready(Struct):
    """The server's models answer right."""

    ready: bool


class ModelReady(Struct):
    """The model answers right."""

    name: str
    ready: bool


WIRE_TYPES = (
    InferenceRequest, InferenceResponse, InferenceError, ModelMetadata, ServerMetadata, Live, Ready, ModelReady,
)  # fmt: skip
"""What OpenAPI shows; all others are parts of these."""
