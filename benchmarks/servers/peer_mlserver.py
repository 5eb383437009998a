"""This service's classifier behind MLServer, by a custom route that takes the same JSON.

    mlserver start benchmarks/servers/mlserver

One process. Left out: the V2 inference protocol, whose tensors are a larger body, and batching.
"""

import os

from mlserver import MLModel
from mlserver.handlers import custom_handler

from benchmarks.servers.wire import Prediction, TextRequest
from textmodel import load
from textmodel.model import ROOT


class Undertone(MLModel):
    async def load(self) -> bool:
        self.model = load(root=os.environ.get("UNDERTONE_ARTIFACTS") or ROOT)
        return True

    @custom_handler(rest_path="/predict")
    async def predict_text(self, payload: TextRequest) -> Prediction:
        return Prediction(**self.model.classify(payload.text)._asdict())
