"""The Open Inference Protocol's inference: every field, at and past its limit, in JSON and in binary data."""

from __future__ import annotations

import json
from collections.abc import Callable
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from tritonclient.utils import serialize_byte_tensor

from tests.app.serving import TEXT, Inside
from textmodel import histogram

if TYPE_CHECKING:
    from pathlib import Path

    import httpx

Make = Callable[..., Inside]
PATH = "/v2/models/sentiment/infer"
LENGTH = "Inference-Header-Content-Length"
OUTPUTS = ["label", "score", "scores", "labels", "reliable", "known"]
TEXTS = [TEXT, "Net loss", "売上高 😀", ""]


def tensor(*texts: Any, **fields: Any) -> dict[str, Any]:
    return {"name": "text", "shape": [len(texts)], "datatype": "BYTES", "data": list(texts), **fields}


def infer(door: Inside, *inputs: Any, path: str = PATH, **fields: Any) -> httpx.Response:
    return door.post(path, json.dumps({"inputs": list(inputs), **fields}).encode())


def infer_binary(door: Inside, texts: list[str], size: Any = None, length: Any = None, **fields: Any) -> httpx.Response:
    """A request as Triton's client writes one."""
    raw = serialize_byte_tensor(np.array([text.encode() for text in texts], dtype=np.object_)).item() if texts else b""
    given = {"name": "text", "shape": [len(texts)], "datatype": "BYTES"}
    given["parameters"] = {"binary_data_size": len(raw) if size is None else size}
    head = json.dumps({"inputs": [given], **fields}).encode()
    return door.post(PATH, head + raw, headers={LENGTH: str(len(head) if length is None else length)})


def values(answer: httpx.Response) -> dict[str, Any]:
    """The outputs of an answer in JSON, by name."""
    assert answer.status_code == 200, answer.text
    return {output["name"]: output["data"] for output in answer.json()["outputs"]}


def is_error(answer: httpx.Response, status: int = 400) -> str:
    """The message of an answer that must be this protocol's error."""
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/json")
    assert list(answer.json()) == ["error"]
    message: str = answer.json()["error"]
    return message


def test_outputs_are_those_of_predict(door: Inside) -> None:
    """Every text's label, scores and the rest are what /predict/batch answers."""
    expected = door.post("/predict/batch", json.dumps({"texts": TEXTS}).encode()).json()["predictions"]
    found = values(infer(door, tensor(*TEXTS)))
    labels = ["negative", "neutral", "positive"]
    assert found == {
        "label": [one["label"] for one in expected],
        "score": [one["score"] for one in expected],
        "scores": [one["scores"][label] for one in expected for label in labels],
        "labels": labels,
        "reliable": [one["reliable"] for one in expected],
        "known": [one["known"] for one in expected],
    }


def test_an_answer_names_the_model_and_echoes_the_id(door: Inside) -> None:
    """Name and version always; an id where one came, the empty one too."""
    for given in ({"id": "a 42 é"}, {"id": ""}, {}):
        document = infer(door, tensor(TEXT), **given).json()
        assert (document["model_name"], document["model_version"]) == ("sentiment", "1.0.0")
        assert {name: document[name] for name in ("id",) if name in document} == given


def test_outputs_have_shapes_and_types(door: Inside) -> None:
    """As the metadata says, for n texts."""
    outputs = infer(door, tensor(*TEXTS)).json()["outputs"]
    assert [(o["name"], o["datatype"], o["shape"]) for o in outputs] == [
        ("label", "BYTES", [4]), ("score", "FP32", [4]), ("scores", "FP32", [4, 3]), ("labels", "BYTES", [3]),
        ("reliable", "BOOL", [4]), ("known", "FP32", [4]),
    ]  # fmt: skip


@pytest.mark.parametrize("version", ["", "/versions/1.0.0"])
def test_the_version_may_be_named(door: Inside, version: str) -> None:
    """The one that is here has both paths."""
    answer = infer(door, tensor(TEXT), path=f"/v2/models/sentiment{version}/infer")
    assert values(answer) == values(infer(door, tensor(TEXT)))


@pytest.mark.parametrize("nested", [["a", "b"], [["a"], ["b"]]])
def test_a_column_is_as_good_as_a_row(door: Inside, nested: list[Any]) -> None:
    """Shapes [n, 1], as other servers' clients send them, flat or nested."""
    found = infer(door, tensor(*nested, shape=[2, 1]))
    assert values(found) == values(infer(door, tensor("a", "b")))


def test_no_text_is_no_mistake(door: Inside) -> None:
    """An empty tensor has empty outputs, in JSON and in binary."""
    assert values(infer(door, tensor()))["scores"] == []
    assert values(infer_binary(door, []))["label"] == []


def test_null_is_as_good_as_nothing(door: Inside) -> None:
    """Clients that write every field are understood, and unknown parameters are passed over."""
    nulls = {"id": None, "parameters": None, "outputs": None}
    assert values(infer(door, tensor(TEXT, parameters=None), **nulls)) == values(infer(door, tensor(TEXT)))
    others = {"priority": 1, "timeout": 5, "sequence_id": 7, "content_type": "str"}
    assert values(infer(door, tensor(TEXT, parameters=others), parameters=others)) == values(infer(door, tensor(TEXT)))
    assert list(values(infer(door, tensor(TEXT), outputs=[]))) == OUTPUTS


def test_the_target_may_be_asked_for(door: Inside) -> None:
    """Another accuracy makes other answers reliable, as at /predict."""
    for target in (0.1, 0.9, 0.999):
        body = json.dumps({"text": TEXT, "target": target}).encode()
        expected = door.post("/predict", body).json()["reliable"]
        assert values(infer(door, tensor(TEXT), parameters={"target": target}))["reliable"] == [expected]


@pytest.mark.parametrize("target", [0, 1, -1, 2, "0.5", None, True, [0.5]])
def test_a_target_that_is_none_is_refused(door: Inside, target: Any) -> None:
    """Above 0 and below 1."""
    message = is_error(infer(door, tensor(TEXT), parameters={"target": target}))
    assert "$.parameters.target" in message


@pytest.mark.parametrize("chosen", [["label"], ["known", "label"], OUTPUTS, OUTPUTS[::-1]])
def test_only_the_outputs_that_are_asked_for_come(door: Inside, chosen: list[str]) -> None:
    """In the order of the request."""
    found = values(infer(door, tensor(TEXT), outputs=[{"name": name} for name in chosen]))
    every = values(infer(door, tensor(TEXT)))
    assert list(found) == chosen
    assert found == {name: every[name] for name in chosen}


@pytest.mark.parametrize(
    ("outputs", "why"),
    [
        ([{"name": "probability"}], "found `probability` - at `$.outputs[0].name`"),
        ([{"name": "label"}, {"name": "Label"}], "found `Label` - at `$.outputs[1].name`"),
        ([{"name": "label"}, {"name": "label"}], "found `label` twice - at `$.outputs[1].name`"),
        ([{}], "missing required field `name` - at `$.outputs[0]`"),
        (["label"], "Expected `object`, got `str` - at `$.outputs[0]`"),
        ([{"name": "scores", "parameters": {"classification": 2}}], "$.outputs[0].parameters.classification"),
        ([{"name": "label", "parameters": {"binary_data": 1}}], "$.outputs[0].parameters.binary_data"),
        ("label", "$.outputs"),
    ],
)
def test_another_output_is_refused(door: Inside, outputs: Any, why: str) -> None:
    """The error names the place."""
    assert why in is_error(infer(door, tensor(TEXT), outputs=outputs))


@pytest.mark.parametrize(
    ("inputs", "why"),
    [
        ([], "Expected one input, `text`, found 0 - at `$.inputs`"),
        ([tensor("a"), tensor("b")], "Expected one input, `text`, found 2"),
        ([tensor("a", name="TEXT")], "Expected `text`, found `TEXT` - at `$.inputs[0].name`"),
        ([tensor("a", name="x" * 9999)], "found `" + "x" * 40 + "`"),
        ([tensor("a", datatype="bytes")], "Expected `BYTES`, found `bytes` - at `$.inputs[0].datatype`"),
        ([tensor("a", datatype="FP32")], "Expected `BYTES`, found `FP32`"),
        ([tensor("a", shape=[2])], "Expected 2 texts by the shape, found 1 - at `$.inputs[0].data`"),
        ([tensor("a", shape=[1, 2])], "found [1, 2] - at `$.inputs[0].shape`"),
        ([tensor("a", shape=[])], "found [] - at `$.inputs[0].shape`"),
        ([tensor("a", shape=[-1])], "Expected `int` >= 0 - at `$.inputs[0].shape[...]`"),
        ([tensor("a", shape=[1.5])], "$.inputs[0].shape[0]"),
        ([tensor("a", shape=["1"])], "$.inputs[0].shape[0]"),
        ([tensor("a", shape=[True])], "$.inputs[0].shape[0]"),
        ([tensor("a", shape=1)], "$.inputs[0].shape"),
        ([tensor("a", shape=[2**63 - 1])], "at most 1000 texts, found 9223372036854775807 - at `$.inputs[0].shape`"),
        ([tensor("a", shape=[2**63])], "$.inputs[0].shape[...]"),
        ([tensor("a", shape=[10**4000])], "$.inputs[0].shape[...]"),
        ([tensor("a", 1)], "Expected `str`, got `int` - at `$.inputs[0].data[1]`"),
        ([tensor("a", None)], "$.inputs[0].data[1]"),
        ([tensor("a", data="a")], "$.inputs[0].data"),
        ([tensor("a", data=None)], "Expected `data`, or `binary_data_size`, found neither - at `$.inputs[0]`"),
        ([{"name": "text"}], "missing required field `shape` - at `$.inputs[0]`"),
        (["text"], "Expected `object`, got `str` - at `$.inputs[0]`"),
        ([tensor("a", parameters={"binary_data_size": 5})], "found both"),
        ([tensor(data=None, parameters={"binary_data_size": 0})], f"Expected the header {LENGTH}"),
        ([tensor("a", parameters={"binary_data_size": -1})], "$.inputs[0].parameters.binary_data_size"),
        ([tensor("a", parameters=[])], "$.inputs[0].parameters"),
    ],
)
def test_a_wrong_input_is_refused(door: Inside, inputs: list[Any], why: str) -> None:
    """Count, name, datatype, shape and data: the error names the place and what was expected."""
    message = is_error(infer(door, *inputs))
    assert why.replace("[...]", "[0]") in message.replace("[...]", "[0]")
    assert len(message) < 300


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "not JSON in UTF-8"),
        (b"{", "not JSON in UTF-8"),
        (b'{"inputs":[],"id":"\xff"}', "not JSON in UTF-8"),
        (b'{"inputs":[],"id":"\\ud800"}', "not JSON in UTF-8"),
        (b'{"inputs":' + b"[" * 100_000, "Expected"),
        (b'{"x":' + b"[" * 100_000, "nested too deeply"),
        (b"[]", "Expected `object`, got `array`"),
        (b"{}", "missing required field `inputs`"),
        (b'{"inputs":null}', "$.inputs"),
        (b'{"inputs":{}}', "$.inputs"),
        (b'{"inputs":[],"id":1}', "$.id"),
        (b'{"inputs":[],"parameters":[]}', "$.parameters"),
    ],
)
def test_a_body_that_is_no_request_is_refused(door: Inside, body: bytes, why: str) -> None:
    """Other bytes, other JSON, half a surrogate pair."""
    assert why in is_error(door.post(PATH, body))


def test_as_many_and_as_long_as_the_service_takes(inside: Make) -> None:
    """At the limits of texts and characters, and one past each."""
    client = inside(max_batch_texts=3, max_text_chars=10)
    for ask in (lambda *texts: infer(client, tensor(*texts)), lambda *texts: infer_binary(client, list(texts))):
        assert ask("é" * 10, "", "c").status_code == 200
        assert "at most 3 texts, found 4" in is_error(ask("a", "b", "c", "d"))
        assert "at most 10 characters, found 11 in text 1" in is_error(ask("a", "é" * 11))


def test_binary_in_is_json_in(door: Inside) -> None:
    """Texts behind the JSON are answered as texts in it."""
    assert values(infer_binary(door, TEXTS)) == values(infer(door, tensor(*TEXTS)))


def test_binary_data_that_is_no_text_is_refused(door: Inside) -> None:
    """By the text's place and the byte in it."""
    given = tensor(data=None, shape=[1], parameters={"binary_data_size": 5})
    head = json.dumps({"inputs": [given]}).encode()
    answer = door.post(PATH, head + b"\x01\0\0\0\xff", headers={LENGTH: str(len(head))})
    assert is_error(answer) == "Text 0 is not UTF-8 at its byte 0."


@pytest.mark.parametrize("length", ["", "x", "-1", "1.0", "0x10", "999999", "9" * 30, "٣", " 5"])
def test_a_header_that_is_no_length_is_refused(door: Inside, length: str) -> None:
    """Digits, and not beyond the body."""
    answer = door.post(PATH, b"{}", headers={LENGTH.encode(): length.encode()})
    if length == " 5":  # HTTP itself strips blanks in front
        length = "5"
    assert f"Expected {LENGTH} of 0 to 2" in is_error(answer)


@pytest.mark.parametrize(
    ("size", "length", "why"),
    [
        (8, None, "Expected 9, the bytes behind the JSON, found 8"),
        (10, None, "Expected 9, the bytes behind the JSON, found 10"),
        (0, None, "Expected 9, the bytes behind the JSON, found 0"),
        (2**63, None, "$.inputs[0].parameters.binary_data_size"),
        (10**4000, None, "$.inputs[0].parameters.binary_data_size"),
        (None, 10, "not JSON in UTF-8"),
        (None, 0, "not JSON in UTF-8"),
    ],
)
def test_sizes_that_do_not_add_up_are_refused(door: Inside, size: Any, length: Any, why: str) -> None:
    """The JSON, then the tensor, then nothing."""
    assert why in is_error(infer_binary(door, ["a", ""], size, length))


def test_binary_data_that_nobody_announced_is_refused(door: Inside) -> None:
    """Bytes behind the JSON belong to an input."""
    head = json.dumps({"inputs": [tensor("a")]}).encode()
    assert "Expected `binary_data_size` of 3" in is_error(
        door.post(PATH, head + b"abc", headers={LENGTH: str(len(head))})
    )
    assert door.post(PATH, head, headers={LENGTH: str(len(head))}).status_code == 200


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "x" * 999])
def test_a_packed_body_is_refused_by_name(door: Inside, encoding: str) -> None:
    """A client's compression is told of, not taken for bad JSON."""
    answer = door.post(PATH, b"\x1f\x8b", headers={"Content-Encoding": encoding})
    assert f"found Content-Encoding '{encoding[:40]}'" in is_error(answer)
    assert infer(door, tensor("a")).status_code == 200


def test_outputs_come_as_binary_data_where_asked(door: Inside) -> None:
    """The header tells where they begin, each output how long it is; numbers are the nearest of 32 bits."""
    answer = infer(door, tensor(*TEXTS), parameters={"binary_data_output": True})
    assert answer.headers["content-type"] == "application/octet-stream"
    length = int(answer.headers[LENGTH])
    outputs = json.loads(answer.content[:length])["outputs"]
    assert [sorted(output) for output in outputs] == [["datatype", "name", "parameters", "shape"]] * len(OUTPUTS)
    sizes = [output["parameters"]["binary_data_size"] for output in outputs]
    assert length + sum(sizes) == len(answer.content)
    begin = length + sum(sizes[:2])
    scores = np.frombuffer(answer.content[begin : begin + sizes[2]], "<f4")
    expected = np.array(values(infer(door, tensor(*TEXTS)))["scores"], "<f4")
    assert np.array_equal(scores, expected)


def test_each_output_may_be_asked_for_in_its_own_way(door: Inside) -> None:
    """What an output says counts more than what the request says."""
    own = [{"name": "label"}, {"name": "score", "parameters": {"binary_data": False}}]
    answer = infer(door, tensor(TEXT), parameters={"binary_data_output": True}, outputs=own)
    label, score = json.loads(answer.content[: int(answer.headers[LENGTH])])["outputs"]
    assert "data" not in label
    assert score["data"] == values(infer(door, tensor(TEXT)))["score"]
    own[1]["parameters"] = {"binary_data": True}
    mixed = infer(door, tensor(TEXT), outputs=own)
    label, score = json.loads(mixed.content[: int(mixed.headers[LENGTH])])["outputs"]
    assert label["data"] == values(infer(door, tensor(TEXT)))["label"]
    assert score["parameters"] == {"binary_data_size": 4}


@pytest.mark.parametrize("path", ["/v2/models/other", "/v2/models/sentiment/versions/2", "/v2/models/SENTIMENT",
                                  "/v2/models/" + "x" * 999, "/v2/models/a/versions/b/versions/c"])  # fmt: skip
def test_another_model_or_version_is_not_here(door: Inside, path: str) -> None:
    """404 and what is here."""
    message = is_error(infer(door, tensor(TEXT), path=f"{path}/infer"), 404)
    assert "sentiment in version 1.0.0 is" in message or "POST /v2/models/<model>/infer" in message
    assert len(message) < 250


@pytest.mark.parametrize("path", ["/v2", "/v2/infer", "/v2/models/sentiment", "/v2/models/sentiment/ready", "/v2/x"])
def test_other_paths_take_no_inference(door: Inside, path: str) -> None:
    """Told in the protocol's form, which a path beside /v2 has not."""
    is_error(infer(door, tensor(TEXT), path=path), 404 if path in ("/v2/infer", "/v2/x") else 405)
    beside = infer(door, tensor(TEXT), path="/v22/models/sentiment/infer")
    assert (beside.status_code, beside.headers["content-type"]) == (404, "application/problem+json")


def test_a_key_is_asked_for(inside: Make) -> None:
    """In the protocol's form; health needs none."""
    client = inside(api_keys_sha256=(sha256(b"key").hexdigest(),))
    body = json.dumps({"inputs": [tensor(TEXT)]}).encode()
    assert "API key" in is_error(client.post(PATH, body), 401)
    assert client.post(PATH, body, headers={"X-API-Key": "key"}).status_code == 200
    closed = [client.get(path).status_code for path in ("/v2", "/v2/models/sentiment", "/v2/models/sentiment/ready")]
    assert closed == [401, 401, 401]
    assert [client.get(f"/v2/health/{kind}").status_code for kind in ("live", "ready")] == [200, 200]


def test_what_the_front_refuses_has_the_protocols_form(inside: Make) -> None:
    """A body over the limit, and a fault of ours without its inside."""
    assert "100 bytes" in is_error(infer(inside(max_body_bytes=100), tensor("x" * 100)), 413)
    client = inside()
    client.door.core.model.classify = lambda *_: 1 / 0  # type: ignore[attr-defined]  # the fake is the fault
    assert "marker" not in is_error(infer(client, tensor("marker")), 500) + "".join(map(str, client.logged()))


def test_a_service_without_a_model_is_not_ready(inside: Make, tmp_path: Path) -> None:
    """It lives, and says that it cannot answer."""
    client = inside(artifacts=str(tmp_path))
    assert client.get("/v2/health/live").json() == {"live": True}
    for path in ("/v2/health/ready", "/v2/models/sentiment", "/v2/models/sentiment/ready"):
        assert "ArtifactMissing" in is_error(client.get(path), 503)
    assert "ArtifactMissing" in is_error(infer(client, tensor(TEXT)), 503)
    assert "none is" in is_error(client.get("/v2/models/other"), 404)


def test_a_line_tells_what_was_answered(inside: Make) -> None:
    """The path as it stands, and the answers' counts."""
    client = inside()
    infer(client, tensor(*TEXTS))
    infer_binary(client, TEXTS, parameters={"binary_data_output": True})
    infer(client, tensor(1))
    answers = [client.door.core.model.classify(text) for text in TEXTS]  # type: ignore[attr-defined]
    expected = histogram.of((a.label, a.score, a.known, len(text)) for a, text in zip(answers, TEXTS, strict=True))
    lines = client.logged()
    assert {(line["method"], line["path"]) for line in lines} == {("POST", PATH)}
    assert [line.get("answers") for line in lines] == [expected, expected, None]
