"""AWS's RPC protocols as its SDKs speak them: which operation is asked, and how an answer or an error looks.

    POST /  X-Amz-Target: SERVICE.OPERATION      AWS JSON 1.1     https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html
    POST /service/SERVICE/operation/OPERATION    Smithy RPC v2    https://smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html

Left out: the operations (`comprehend`), and signatures: who may call is told by keys, or by what stands before
the service.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import msgspec

from . import cbor
from .answers import Answers
from .problems import PROBLEM_JSON, TYPE_PREFIX, Headers, Problem, Reply, ok, refused

TARGET = b"x-amz-target"
CODES: Mapping[str, str] = {
    "unauthorized": "AccessDeniedException",
    "body-timeout": "RequestTimeoutException",
    "body-too-large": "RequestEntityTooLargeException",
    "internal": "InternalServerException",
    "model-unavailable": "ServiceUnavailableException",
}
"""What AWS's services call the problems that come up before any operation, or instead of its answer."""
_KEY_HINT = " A client of AWS's can have the key as its access key id."


class AwsError(Exception):
    """A caller's mistake by the name that AWS has for it."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class Wire(NamedTuple):
    """How one of the protocols writes values."""

    content_type: str
    load: Callable[[bytes], object]
    dump: Callable[[Any], bytes]
    namespace: str
    """What stands before the name of an error."""
    headers: Headers = ()

    def read(self, body: bytes) -> Mapping[str, object]:
        """A request's members by name; an empty body has none.

        Raises: AwsError.
        """
        try:
            value = self.load(body) if body else {}
        except (ValueError, RecursionError) as error:  # msgspec's, Unicode's and NotCbor are ValueErrors
            raise AwsError("SerializationException", _why(error)) from error
        if not isinstance(value, dict):
            raise AwsError("SerializationException", "The body is no object.")
        return value

    def answer(self, value: object, answers: Answers | None) -> Reply:
        """The reply to a request that was answered."""
        return ok(self.dump(value), answers)._replace(content_type=self.content_type, headers=self.headers)

    def error(self, code: str, message: str) -> Reply:
        """The reply to a caller's mistake."""
        body = self.dump({"__type": self.namespace + code, "Message": message})
        return refused(self.content_type, body, (("x-amzn-ErrorType", code), *self.headers))

    def dress(self, reply: Reply, request_id: str) -> Reply:
        """Any reply as AWS would send it: with its request id, and a problem under the name AWS has for it."""
        if reply.content_type == PROBLEM_JSON:
            problem = msgspec.json.decode(reply.body, type=Problem)
            kind = problem.type.removeprefix(TYPE_PREFIX)
            message = f"{problem.title}: {problem.detail}" + (_KEY_HINT if kind == "unauthorized" else "")
            told = self.error(CODES.get(kind, "InvalidRequestException"), message)
            reply = told._replace(status=reply.status, headers=(*told.headers, *reply.headers))
        return reply._replace(headers=(("x-amzn-RequestId", request_id), *reply.headers))


def _json(body: bytes) -> object:
    str(body, "utf-8")  # also where the decoder would skip a field
    value: object = msgspec.json.decode(body)
    return value


def _why(error: Exception) -> str:
    return "The body is nested too deeply." if isinstance(error, RecursionError) else f"The body: {error}."


JSON = Wire("application/x-amz-json-1.1", _json, msgspec.json.encode, "")
CBOR = Wire(
    "application/cbor", cbor.load, cbor.dump, "com.amazonaws.comprehend#", (("smithy-protocol", "rpc-v2-cbor"),)
)


def asked(path: str, headers: Mapping[bytes, bytes]) -> tuple[Wire, str]:
    """The protocol of a request and what it asks for, as SERVICE.OPERATION.

    >>> asked("/", {b"x-amz-target": b"Comprehend_20171127.DetectSentiment"})[1]
    'Comprehend_20171127.DetectSentiment'
    >>> asked("/service/Comprehend_20171127/operation/DetectSentiment", {})[1]
    'Comprehend_20171127.DetectSentiment'
    """
    if path == "/":
        return JSON, headers[TARGET].decode("latin-1")
    service, _, operation = path.removeprefix("/service/").partition("/operation/")
    return CBOR, f"{service}.{operation}"
