"""The original service on today's libraries: a FastAPI `def` endpoint around `model.predict`.

    uvicorn --factory benchmarks.servers.original:build

A `def` endpoint runs in the thread pool, as the published one did. Left out: what `original` leaves out.
"""

import os

from fastapi import FastAPI

from benchmarks.original import FOLDER, LABELS, Original

from .wire import CONSTANT, Prediction, TextRequest


def build() -> FastAPI:
    """The service over the folder that the environment names."""
    original = Original(os.environ[FOLDER])
    api = FastAPI()

    @api.post("/predict")
    def predict(request: TextRequest) -> Prediction:
        scores = dict(zip(LABELS, original.predict([request.text])[0], strict=True))
        label = max(scores, key=scores.__getitem__)
        found = {"label": label, "score": scores[label], "scores": scores, "model": "original-0"}
        return CONSTANT.model_copy(update=found)  # it has no word on how sure it is

    return api
