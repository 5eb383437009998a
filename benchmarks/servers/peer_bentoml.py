"""This service's classifier behind BentoML.

    bentoml serve benchmarks.servers.peer_bentoml:Undertone

One worker; the answer is BentoML's own encoding of a dict. Left out: batching, which holds a text back.
"""

import os

import bentoml

from textmodel import load
from textmodel.model import ROOT


@bentoml.service(workers=1)
class Undertone:
    def __init__(self) -> None:
        self.model = load(root=os.environ.get("UNDERTONE_ARTIFACTS") or ROOT)

    @bentoml.api(route="/predict")
    def predict(self, text: str) -> dict:  # type: ignore[type-arg]  # BentoML reads the annotation
        return self.model.classify(text)._asdict()
