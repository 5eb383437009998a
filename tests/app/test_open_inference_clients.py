"""Triton's own HTTP client against a running server and against the Lambda handler, and a client of the document.

Left out: every field's limit, which `test_open_inference` has.
"""

from __future__ import annotations

import asyncio
import json
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import schemathesis
import tritonclient.http
import tritonclient.http.aio
from tritonclient.http import InferInput, InferRequestedOutput
from tritonclient.utils import InferenceServerException

from tests.app.documented import MODES, hold_to_document
from tests.app.serving import TEXT, Inside, Running

if TYPE_CHECKING:
    from collections.abc import Iterator

TEXTS = [TEXT, "Net loss", "売上高 😀", ""]
MODEL = "/v2/models/sentiment"


@pytest.fixture(params=["served", "function_url"])
def address(request: pytest.FixtureRequest) -> str:
    """Host and port of a server, and of the Lambda handler behind a function URL."""
    url: str = request.getfixturevalue(request.param).url
    return url.removeprefix("http://")


@pytest.fixture
def client(address: str) -> Iterator[Any]:
    with tritonclient.http.InferenceServerClient(address) as made:
        yield made


@pytest.fixture
def expected(served: Running) -> list[dict[str, Any]]:
    """What /predict/batch says of the same texts."""
    predictions: list[dict[str, Any]] = served.post("/predict/batch", json.dumps({"texts": TEXTS}).encode()).json()[
        "predictions"
    ]
    return predictions


def texts(*, binary: bool, shape: tuple[int, ...] = (4,)) -> list[InferInput]:
    made = InferInput("text", list(shape), "BYTES")
    made.set_data_from_numpy(np.array(TEXTS, dtype=np.object_).reshape(shape), binary_data=binary)
    return [made]


def test_health_and_metadata(client: Any) -> None:
    """Every question that the client has about server and model is answered."""
    assert client.is_server_live()
    assert client.is_server_ready()
    assert client.is_model_ready("sentiment")
    assert client.is_model_ready("sentiment", "1.0.0")
    assert not client.is_model_ready("sentiment", "2")
    assert not client.is_model_ready("other")
    server = client.get_server_metadata()
    assert (server["name"], server["extensions"]) == ("undertone", ["binary_tensor_data"])
    for version in ("", "1.0.0"):
        assert client.get_model_metadata("sentiment", version) == {
            "name": "sentiment",
            "versions": ["1.0.0"],
            "platform": "undertone",
            "inputs": [{"name": "text", "datatype": "BYTES", "shape": [-1]}],
            "outputs": [
                {"name": "label", "datatype": "BYTES", "shape": [-1]},
                {"name": "score", "datatype": "FP32", "shape": [-1]},
                {"name": "scores", "datatype": "FP32", "shape": [-1, 3]},
                {"name": "labels", "datatype": "BYTES", "shape": [3]},
                {"name": "reliable", "datatype": "BOOL", "shape": [-1]},
                {"name": "known", "datatype": "FP32", "shape": [-1]},
            ],
        }


@pytest.mark.parametrize("binary_out", [True, False, None])
@pytest.mark.parametrize("binary_in", [True, False])
def test_an_inference(client: Any, expected: list[dict[str, Any]], *, binary_in: bool, binary_out: bool | None) -> None:
    """Texts and answers as JSON or as binary data, each way with the other; left alone, the client asks for binary."""
    names = ["label", "score", "scores", "labels", "reliable", "known"]
    wanted = None if binary_out is None else [InferRequestedOutput(name, binary_data=binary_out) for name in names]
    found = client.infer("sentiment", texts(binary=binary_in), outputs=wanted, request_id="42")
    response = found.get_response()
    assert (response["id"], response["model_name"], response["model_version"]) == ("42", "sentiment", "1.0.0")
    assert [output["name"] for output in response["outputs"]] == names
    text = (lambda raw: raw.decode()) if binary_out is not False else str
    assert [text(raw) for raw in found.as_numpy("label")] == [one["label"] for one in expected]
    labels = [text(raw) for raw in found.as_numpy("labels")]
    scores = np.array([[one["scores"][label] for label in labels] for one in expected], np.float32)
    assert np.array_equal(found.as_numpy("scores"), scores)
    assert np.array_equal(found.as_numpy("score"), np.array([one["score"] for one in expected], np.float32))
    assert found.as_numpy("reliable").tolist() == [one["reliable"] for one in expected]
    assert np.array_equal(found.as_numpy("known"), np.array([one["known"] for one in expected], np.float32))


@pytest.mark.parametrize("binary", [True, False])
def test_a_column_of_texts(client: Any, expected: list[dict[str, Any]], *, binary: bool) -> None:
    """[n, 1], and the version named."""
    wanted = [InferRequestedOutput("label", binary_data=False)]
    found = client.infer("sentiment", texts(binary=binary, shape=(4, 1)), model_version="1.0.0", outputs=wanted)
    assert found.as_numpy("label").tolist() == [one["label"] for one in expected]
    assert found.as_numpy("score") is None


def test_a_target_is_a_parameter(client: Any, served: Running) -> None:
    """The client's own way to send one."""
    found = client.infer("sentiment", texts(binary=True), parameters={"target": 0.1})
    body = json.dumps({"texts": TEXTS, "target": 0.1}).encode()
    predictions = served.post("/predict/batch", body).json()["predictions"]
    assert found.as_numpy("reliable").tolist() == [one["reliable"] for one in predictions]


def test_requests_at_once(address: str, expected: list[dict[str, Any]]) -> None:
    """The client's other flavour, of asyncio, with many requests on their way."""

    async def ask() -> list[Any]:
        async with tritonclient.http.aio.InferenceServerClient(address) as client:
            return await asyncio.gather(*(client.infer("sentiment", texts(binary=True)) for _ in range(20)))

    for found in asyncio.run(ask()):
        assert [raw.decode() for raw in found.as_numpy("label")] == [one["label"] for one in expected]


def told(client: Any, *arguments: Any, **options: Any) -> tuple[str, str]:
    """Status and message of a call that must fail, as the client tells them."""
    with pytest.raises(InferenceServerException) as error:
        client.infer(*arguments, **options)
    return error.value.status(), error.value.message()


def test_errors_are_told_in_words(client: Any) -> None:
    """The client shows the message, whatever it is about."""
    assert told(client, "other", texts(binary=True)) == (
        "404", "There is nothing at this path: The model other is not here; sentiment in version 1.0.0 is.",
    )  # fmt: skip
    wrong = InferInput("text", [2, 2], "BYTES")
    wrong.set_data_from_numpy(np.array(TEXTS, dtype=np.object_).reshape(2, 2))
    assert told(client, "sentiment", [wrong]) == (
        "400", "Expected a shape of [n] or [n, 1], found [2, 2] - at `$.inputs[0].shape`.",
    )  # fmt: skip
    numbers = InferInput("text", [2], "FP32")
    numbers.set_data_from_numpy(np.zeros(2, np.float32))
    assert told(client, "sentiment", [numbers])[1].startswith("Expected `BYTES`, found `FP32`")
    classes = [InferRequestedOutput("scores", class_count=2)]
    assert "classification" in told(client, "sentiment", texts(binary=True), outputs=classes)[1]
    packed = told(client, "sentiment", texts(binary=True), request_compression_algorithm="gzip")
    assert packed == ("400", "Expected a body as it is, found Content-Encoding 'gzip'.")
    with pytest.raises(InferenceServerException, match="nothing at this path"):
        client.get_model_config("sentiment")


def test_a_packed_answer_may_be_offered(client: Any, expected: list[dict[str, Any]]) -> None:
    """A client that would take a packed answer takes one that is not."""
    found = client.infer("sentiment", texts(binary=True), response_compression_algorithm="gzip")
    assert found.as_numpy("score").tolist() == pytest.approx([one["score"] for one in expected])


def test_the_servers_version_is_the_projects(door: Inside) -> None:
    """One number, in two files."""
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8"))
    assert door.get("/v2").json()["version"] == project["project"]["version"]


PATHS = [("GET", "/v2"), ("GET", "/v2/health/live"), ("GET", "/v2/health/ready"), ("GET", MODEL),
         ("GET", f"{MODEL}/ready"), ("POST", f"{MODEL}/infer"), ("GET", f"{MODEL}/versions/1.0.0"),
         ("GET", f"{MODEL}/versions/1.0.0/ready"), ("POST", f"{MODEL}/versions/1.0.0/infer")]  # fmt: skip


@pytest.fixture(scope="module")
def published(served: Running) -> Any:
    return schemathesis.openapi.from_url(f"{served.url}/openapi.json")


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(("method", "path"), PATHS)
def test_the_service_answers_as_its_document_says(
    published: Any, method: str, path: str, mode: schemathesis.GenerationMode
) -> None:
    """No fault, only documented statuses, types and bodies; that a shape fits its data no schema can say."""
    hold_to_document(published, method, path, mode)


def test_every_example_is_what_is_answered(door: Inside) -> None:
    """What the document shows of a path is what the path says."""
    document = door.get("/openapi.json").json()["paths"]
    for method, path in PATHS:
        described = document[path][method.lower()]
        content = described.get("requestBody", {}).get("content", {}).get("application/json", {})
        bodies = [example["value"] for example in content.get("examples", {}).values()] or [None]
        shown = [e["value"] for e in described["responses"]["200"]["content"]["application/json"]["examples"].values()]
        assert [door.request(method, path, json=body).json() for body in bodies] == shown
        for status in described["responses"]:
            assert int(status) < 400 or "error" in json.dumps(described["responses"][status]["content"])
