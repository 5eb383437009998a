"""The refusals of the Invoke API, by their names in Lambda's API; all below `ServiceError`.

    ServiceError
    |- InvalidRequestContent    400   the event is no JSON
    |- InvalidParameterValue    400   a parameter has no such value
    |- ResourceNotFound         404   no such function or version
    |- RequestTooLarge          413   more bytes than Lambda takes
    |- UnknownOperation         404   a part of Lambda's API that is not here
    `- TooManyRequests          429   a limit; its reason and when to try again

Source: https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
Left out: what goes wrong inside the function, which is an answer and no refusal (`invocation`).
"""

import json

from ..rules import Throttle

MAX_REQUEST_BYTES = 6 * 1024 * 1024
MAX_EVENT_BYTES = 1024 * 1024
MAX_RESPONSE_BYTES = 6_291_556


class ServiceError(Exception):
    """Lambda itself refuses a request; the function has not seen it."""

    status = 500
    name = "ServiceException"
    kind = "User"

    @property
    def document(self) -> bytes:
        return json.dumps({"Type": self.kind, "message": str(self)}).encode()

    @property
    def headers(self) -> list[tuple[bytes, bytes]]:
        return [(b"x-amzn-errortype", self.name.encode())]


class InvalidRequestContent(ServiceError):
    """The event is no JSON."""

    status, name = 400, "InvalidRequestContentException"


class InvalidParameterValue(ServiceError):
    """A parameter has no such value."""

    status, name = 400, "InvalidParameterValueException"


class ResourceNotFound(ServiceError):
    """No such function, or no such version of it."""

    status, name = 404, "ResourceNotFoundException"

    @property
    def document(self) -> bytes:
        return json.dumps({"Type": self.kind, "Message": str(self)}).encode()


class RequestTooLarge(ServiceError):
    """More bytes than Lambda takes: 6 MB, of an asynchronous event 1 MB."""

    status, name = 413, "RequestTooLargeException"


class UnknownOperation(ServiceError):
    """A part of Lambda's API that is not here."""

    status, name = 404, "UnknownOperationException"


class TooManyRequests(ServiceError):
    """A limit was reached: which, by which rule, and when to try again."""

    status, name = 429, "TooManyRequestsException"

    def __init__(self, throttle: Throttle) -> None:
        super().__init__("Rate Exceeded.")
        self.throttle = throttle

    @property
    def document(self) -> bytes:
        return json.dumps({"Reason": self.throttle.reason, "Type": self.kind, "message": str(self)}).encode()

    @property
    def headers(self) -> list[tuple[bytes, bytes]]:
        seconds = max(1, -int(-self.throttle.retry_after_s // 1))
        rule = (b"x-local-lambda-throttle", self.throttle.rule.encode())
        return [*super().headers, (b"retry-after", str(seconds).encode()), rule]
