"""The forms of answers here: our own, and those of other services whose clients ask at paths of theirs.

    POST / with X-Amz-Target, POST /service/...    AWS, as Amazon Comprehend answers
    /v2 and below                                  the Open Inference Protocol

Whoever answers, the front included, answers in our own form; `dressed` then puts a problem in the other's words.
Left out: what those doors answer (`comprehend`, `open_inference`).
"""

from collections.abc import Mapping
from typing import Literal

from .problems import Reply

Form = Literal["aws", "open-inference"]
_OURS = frozenset({"/predict", "/predict/batch"})
"""What is asked for most, and told by one look."""


def form_of(method: str, path: str, headers: Mapping[bytes, bytes]) -> Form | None:
    """The form that a request's answer must have; None for our own.

    >>> form_of("GET", "/v2/health/live", {}), form_of("GET", "/", {})
    ('open-inference', None)
    """
    if path in _OURS:
        return None
    if path[:3] == "/v2" and path[3:4] in ("", "/"):
        return "open-inference"
    if method == "POST" and ((path == "/" and b"x-amz-target" in headers) or path.startswith("/service/")):
        return "aws"
    return None


def dressed(form: Form, path: str, reply: Reply, request_id: str) -> Reply:
    """A reply in another form."""
    if form == "aws":
        from . import aws_rpc

        return (aws_rpc.JSON if path == "/" else aws_rpc.CBOR).dress(reply, request_id)
    from . import open_inference

    return open_inference.dress(reply)
