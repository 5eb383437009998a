"""POST /feedback: what the label should have been, as one log line that joins to the answer's by request id.

    {"request_id": "4f1c...", "label": "negative"}   ->   {"event": "feedback", "request_id": ..., "label": ..., ...}

`python -m textmodel drift` reads both lines and tells the live accuracy. Nothing is kept but the line, so an
id that no answer ever had is taken too, and counted there. Left out: the text, which nobody asks for.
"""

from typing import Any

from msgspec.json import encode

from textmodel import Model

from .front import ID_LENGTH, valid_id
from .log import Log
from .problems import Reply, accepted, problem
from .schemas import FeedbackRequest, Status

_NAMED = 20
"""Labels that a refusal recites; more are at /model."""
_RECORDED = encode(Status("recorded"))


def record(model: Model, request: FeedbackRequest, log: Log) -> Reply:
    """Write the line of one request; 202, or the problem with one of its two fields."""
    if not valid_id(request.request_id.encode("utf-8", "replace")):
        expected = f"1 to {ID_LENGTH} letters, digits or -_.:/+=@, as X-Request-Id has them"
        return problem("invalid-shape", f"Expected {expected} - at `$.request_id`", path="$.request_id")
    if request.label not in model.labels:
        few = ", ".join(f"`{label}`" for label in model.labels[:_NAMED])
        expected = few if len(model.labels) <= _NAMED else f"the {len(model.labels)} labels that /model tells"
        return problem("invalid-shape", f"Expected one of {expected} - at `$.label`", path="$.label")
    line: dict[str, Any] = {"request_id": request.request_id, "label": request.label, "model": model.name}
    log.line("info", "feedback", **line)
    return accepted(_RECORDED)
