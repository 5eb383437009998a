"""This service's classifier behind LitServe.

    python -m benchmarks.servers.peer_litserve --port N

One inference process behind one HTTP process, its smallest set-up. Left out: batching.
"""

import argparse
import os
from typing import Any

import litserve

from textmodel import Prediction, load
from textmodel.model import ROOT


class Undertone(litserve.LitAPI):
    def setup(self, device: str) -> None:  # noqa: ARG002  # the framework's signature
        self.model = load(root=os.environ.get("UNDERTONE_ARTIFACTS") or ROOT)

    def decode_request(self, request: dict[str, str]) -> str:
        return request["text"]

    def predict(self, text: str) -> Prediction:
        return self.model.classify(text)

    def encode_response(self, prediction: Prediction) -> dict[str, Any]:
        return prediction._asdict()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    server = litserve.LitServer(Undertone(api_path="/predict"), accelerator="cpu", workers_per_device=1)
    server.run(
        host="127.0.0.1",
        port=parser.parse_args().port,
        num_api_servers=1,
        generate_client_file=False,
        log_level="error",
        access_log=False,
    )


if __name__ == "__main__":
    main()
