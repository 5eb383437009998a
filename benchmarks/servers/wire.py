"""The request and the answer of the pydantic services: the same fields as ours on the wire.

Left out: validation beyond the types.
"""

from pydantic import BaseModel


class TextRequest(BaseModel):
    text: str


class Prediction(BaseModel):
    label: str
    score: float
    scores: dict[str, float]
    model: str
    reliable: bool
    target: float
    coverage: float
    known: float
    warnings: list[str]


CONSTANT = Prediction(
    label="neutral",
    score=0.5,
    scores={"negative": 0.25, "neutral": 0.5, "positive": 0.25},
    model="none-0",
    reliable=False,
    target=0.9,
    coverage=0.5,
    known=1.0,
    warnings=[],
)
