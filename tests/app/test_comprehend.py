"""Amazon Comprehend's operations: every field at and past its limit, in both protocols that AWS speaks."""

from __future__ import annotations

import json
from collections.abc import Callable
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import pytest

from app import cbor
from app.comprehend import MAX_TEXT_BYTES, MAX_TEXTS
from tests.app.serving import TEXT, Inside
from textmodel import histogram
from textmodel.publish import publish

if TYPE_CHECKING:
    from pathlib import Path

    import httpx

    from textmodel.artifact import Artifact

Make = Callable[..., Inside]
WIRES = ["json", "cbor"]
KEY = "first"
SIGNED = "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261121/us-east-1/comprehend/aws4_request"
NOT_A_STRING = "Member must be a string"
EMPTY = "Member must have length greater than or equal to 1"
NULL = "Member must not be null"


def ask(door: Inside, operation: str, body: Any, wire: str = "json", **headers: str) -> httpx.Response:
    """One request as an SDK writes it, without its signature."""
    if wire == "cbor":
        raw = body if isinstance(body, bytes) else cbor.dump(body)
        given = {"content-type": "application/cbor", "smithy-protocol": "rpc-v2-cbor", **headers}
        return door.post(f"/service/Comprehend_20171127/operation/{operation}", raw, headers=given)
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    given = {"content-type": "application/x-amz-json-1.1", **headers}
    return door.post("/", raw, headers={"x-amz-target": f"Comprehend_20171127.{operation}", **given})


def read(answer: httpx.Response) -> Any:
    return cbor.load(answer.content) if "cbor" in answer.headers["content-type"] else answer.json()


def one(door: Inside, text: Any = TEXT, code: Any = "en", wire: str = "json", **headers: str) -> httpx.Response:
    return ask(door, "DetectSentiment", {"Text": text, "LanguageCode": code}, wire, **headers)


def many(door: Inside, texts: Any, code: Any = "en", wire: str = "json") -> httpx.Response:
    return ask(door, "BatchDetectSentiment", {"TextList": texts, "LanguageCode": code}, wire)


def is_error(answer: httpx.Response, code: str, status: int = 400) -> str:
    """The message of an answer that must be this error, by body and by header."""
    body = read(answer)
    assert (answer.status_code, body["__type"].rpartition("#")[2]) == (status, code)
    assert answer.headers["x-amzn-errortype"] == code
    assert answer.headers["x-amzn-requestid"] == answer.headers["x-request-id"]
    assert set(body) == {"__type", "Message"}
    message: str = body["Message"]
    return message


@pytest.mark.parametrize("wire", WIRES)
def test_a_sentiment_is_the_models_answer(door: Inside, wire: str) -> None:
    """The label and the scores are those of /predict; nothing is mixed."""
    predicted = door.post("/predict", json.dumps({"text": TEXT}).encode()).json()
    answer = one(door, wire=wire)
    found = read(answer)
    assert answer.status_code == 200
    assert found["Sentiment"] == predicted["label"].upper()
    expected = {label.title(): score for label, score in predicted["scores"].items()} | {"Mixed": 0.0}
    assert found["SentimentScore"] == pytest.approx(expected, abs=1e-7)
    assert answer.headers["x-amzn-requestid"] == answer.headers["x-request-id"]


@pytest.mark.parametrize(("wire", "kind"), [("json", "application/x-amz-json-1.1"), ("cbor", "application/cbor")])
def test_an_answer_has_the_protocols_content_type(door: Inside, wire: str, kind: str) -> None:
    """Right answers and errors alike; CBOR names its protocol too."""
    for answer in (one(door, wire=wire), one(door, code="de", wire=wire)):
        assert answer.headers["content-type"] == kind
        assert answer.headers.get("smithy-protocol") == {"json": None, "cbor": "rpc-v2-cbor"}[wire]


@pytest.mark.parametrize("wire", WIRES)
def test_a_batch_is_its_singles(door: Inside, wire: str) -> None:
    """Each text's result is what it gets alone, under its index."""
    texts = [TEXT, "Net loss", "売上高"]
    found = read(many(door, texts, wire=wire))
    singles = [{"Index": index} | read(one(door, text, wire=wire)) for index, text in enumerate(texts)]
    assert found == {"ResultList": singles, "ErrorList": []}


@pytest.mark.parametrize("character", ["x", "é", "売", "😀"])
def test_a_text_of_5000_bytes_is_taken_and_one_of_5001_is_not(door: Inside, character: str) -> None:
    """Bytes of UTF-8 count, not characters."""
    size = len(character.encode())
    longest = character * (MAX_TEXT_BYTES // size) + "x" * (MAX_TEXT_BYTES % size)
    assert one(door, longest).status_code == 200
    message = is_error(one(door, longest + "x"), "TextSizeLimitExceededException")
    assert "Max length of request text allowed is 5000 bytes" in message
    assert message.endswith("the text size is 5001 bytes")


def test_a_lower_limit_of_the_service_holds_too(inside: Make) -> None:
    """Whoever runs the service may take less than AWS does, and the error says how much."""
    client = inside(max_text_chars=10, max_batch_texts=2)
    assert one(client, "x" * 10).status_code == 200
    assert "10 characters" in is_error(one(client, "x" * 11), "TextSizeLimitExceededException")
    assert many(client, ["x"] * 2).status_code == 200
    assert "2 documents" in is_error(many(client, ["x"] * 3), "BatchSizeLimitExceededException")


@pytest.mark.parametrize("wire", WIRES)
def test_25_texts_are_taken_and_26_are_not(door: Inside, wire: str) -> None:
    """A batch has that service's size."""
    assert len(read(many(door, ["x"] * MAX_TEXTS, wire=wire))["ResultList"]) == 25
    message = is_error(many(door, ["x"] * (MAX_TEXTS + 1), wire=wire), "BatchSizeLimitExceededException")
    assert "25 documents" in message
    assert "26 documents" in message


@pytest.mark.parametrize("wire", WIRES)
def test_a_text_that_is_too_long_spoils_no_other(door: Inside, wire: str) -> None:
    """It is an error under its index; the others have their results."""
    found = read(many(door, [TEXT, "x" * 5001, "é" * 2500, "é" * 2501], wire=wire))
    assert [result["Index"] for result in found["ResultList"]] == [0, 2]
    assert [(e["Index"], e["ErrorCode"]) for e in found["ErrorList"]] == [
        (1, "TEXT_SIZE_LIMIT_EXCEEDED"),
        (3, "TEXT_SIZE_LIMIT_EXCEEDED"),
    ]
    assert found["ErrorList"][1]["ErrorMessage"].endswith("the text size is 5002 bytes")


def test_a_batch_of_errors_alone_has_no_results(door: Inside) -> None:
    """Both lists are always there."""
    found = read(many(door, ["x" * 5001]))
    assert (found["ResultList"], len(found["ErrorList"])) == ([], 1)


@pytest.mark.parametrize("wire", WIRES)
@pytest.mark.parametrize(
    ("members", "wrong"),
    [
        ({"LanguageCode": "en"}, f"'text' failed to satisfy constraint: {NULL}"),
        ({"Text": None, "LanguageCode": "en"}, f"'text' failed to satisfy constraint: {NULL}"),
        ({"Text": "", "LanguageCode": "en"}, f"'text' failed to satisfy constraint: {EMPTY}"),
        ({"Text": 1, "LanguageCode": "en"}, f"'text' failed to satisfy constraint: {NOT_A_STRING}"),
        ({"Text": ["a"], "LanguageCode": "en"}, f"'text' failed to satisfy constraint: {NOT_A_STRING}"),
        ({"Text": "a"}, f"'languageCode' failed to satisfy constraint: {NULL}"),
        ({"Text": "a", "LanguageCode": ""}, f"'languageCode' failed to satisfy constraint: {EMPTY}"),
        ({"Text": "a", "LanguageCode": True}, f"'languageCode' failed to satisfy constraint: {NOT_A_STRING}"),
    ],
)
def test_a_member_that_breaks_the_model_is_named(door: Inside, wire: str, members: Any, wrong: str) -> None:
    """Missing, empty and other types are refused as AWS words it."""
    message = is_error(ask(door, "DetectSentiment", members, wire), "ValidationException")
    assert message == f"1 validation error detected: Value at {wrong}"


@pytest.mark.parametrize("wire", WIRES)
@pytest.mark.parametrize(
    ("texts", "wrong"),
    [
        (None, f"'textList' failed to satisfy constraint: {NULL}"),
        ([], f"'textList' failed to satisfy constraint: {EMPTY}"),
        ("abc", "'textList' failed to satisfy constraint: Member must be a list"),
        ({"a": "b"}, "'textList' failed to satisfy constraint: Member must be a list"),
        (["a", 1], f"'textList.2.member' failed to satisfy constraint: {NOT_A_STRING}"),
        (["", "a"], f"'textList.1.member' failed to satisfy constraint: {EMPTY}"),
        (["a", "b", None], f"'textList.3.member' failed to satisfy constraint: {NULL}"),
    ],
)
def test_a_list_that_breaks_the_model_is_named(door: Inside, wire: str, texts: Any, wrong: str) -> None:
    """The item is counted from one, as AWS does."""
    message = is_error(many(door, texts, wire=wire), "ValidationException")
    assert message == f"1 validation error detected: Value at {wrong}"


def test_all_mistakes_are_told_at_once_but_not_a_megabyte_of_them(door: Inside) -> None:
    """Two mistakes are two, and of thousands the first ten are shown."""
    both = is_error(ask(door, "DetectSentiment", {}), "ValidationException")
    assert both.startswith("2 validation errors detected: Value at 'text'")
    assert "'languageCode'" in both
    flood = is_error(many(door, [1] * 100_000), "ValidationException")
    assert flood.startswith("100000 validation errors detected: ")
    assert flood.count("Value at") == 10


@pytest.mark.parametrize("body", [b"{", b"[]", b'"a"', b"null", b'{"Text": "\xff"}', b'{"Text": "\\ud800"}',
                                  b'{"Text": "a\\udc00"}', b"[" * 10_000, b"nonsense"])  # fmt: skip
def test_what_is_no_json_object_is_no_request(door: Inside, body: bytes) -> None:
    """Other JSON, other bytes and half a surrogate pair cannot be read."""
    is_error(ask(door, "DetectSentiment", body), "SerializationException")


@pytest.mark.parametrize("body", [b"\xa1", b"\x80", b"\xff", b"\xa1\x64Text\x61\xff", b"\x81" * 10_000, b"{}"])
def test_what_is_no_cbor_map_is_no_request(door: Inside, body: bytes) -> None:
    """Other CBOR and other bytes cannot be read."""
    is_error(ask(door, "DetectSentiment", body, "cbor"), "SerializationException")


@pytest.mark.parametrize("wire", WIRES)
def test_an_empty_body_has_no_members(door: Inside, wire: str) -> None:
    """AWS reads it as an object without any."""
    assert is_error(ask(door, "DetectSentiment", b"", wire), "ValidationException").startswith("2 validation errors")


@pytest.mark.parametrize("code", ["de", "EN", "en-US", "xx", "zh-TW", "e" * 1000])
def test_another_language_is_refused_and_the_models_is_named(door: Inside, code: str) -> None:
    """Only the model's own language code is taken."""
    message = is_error(one(door, code=code), "UnsupportedLanguageException")
    assert message.endswith("The model sentiment-1.0.0 supports: 'en'.")
    assert len(message) < 200


@pytest.fixture
def of_another_model(
    inside: Make, tmp_path: Path, make_artifact: Callable[..., Artifact], random_layers: Callable[..., Any],
    terms: tuple[str, ...],
) -> Callable[..., Inside]:  # fmt: skip
    """A function: fields of an artifact to a door of it."""

    def make(labels: tuple[str, ...], **fields: Any) -> Inside:
        layers = random_layers(1, len(terms), (8, len(labels)))
        artifact = make_artifact(task="other", labels=labels, layers=layers, reliability=(), **fields)
        publish(str(tmp_path), artifact, ("profit",), {})
        return inside(artifacts=str(tmp_path), task="other")

    return make


def test_a_model_of_no_language_takes_any(of_another_model: Callable[..., Inside]) -> None:
    """Where the artifact names none, every code is right."""
    client = of_another_model(("negative", "positive"), language="")
    assert [one(client, code=code).status_code for code in ("en", "fi", "zh-TW")] == [200, 200, 200]


@pytest.mark.parametrize("labels", [("positive", "negative"), ("NEGATIVE", "Mixed"), ("neutral", "positive", "mixed")])
def test_some_of_the_sentiments_are_enough(of_another_model: Callable[..., Inside], labels: tuple[str, ...]) -> None:
    """What the model has no label for has no score; upper and lower case are the same."""
    found = read(one(of_another_model(labels)))
    assert found["Sentiment"] in {label.upper() for label in labels}
    assert list(found["SentimentScore"]) == ["Positive", "Negative", "Neutral", "Mixed"]
    named = {label.title() for label in labels}
    assert sum(found["SentimentScore"][name] for name in named) == pytest.approx(1, abs=1e-5)
    assert {found["SentimentScore"][name] for name in {"Positive", "Negative", "Neutral", "Mixed"} - named} == {0.0}


@pytest.mark.parametrize("operation", [one, lambda door: many(door, ["a"])])
def test_a_model_of_other_classes_names_them(of_another_model: Callable[..., Inside], operation: Any) -> None:
    """Stars are no sentiment."""
    message = is_error(operation(of_another_model(("1", "2", "positive"))), "InvalidRequestException")
    assert "1, 2, positive" in message


@pytest.mark.parametrize("wire", WIRES)
@pytest.mark.parametrize("operation", ["DetectEntities", "detectsentiment", "", "DetectSentiment.", "x" * 5000])
def test_an_unknown_operation_is_told_which_there_are(door: Inside, wire: str, operation: str) -> None:
    """As AWS names it, whatever the body is."""
    message = is_error(ask(door, operation, b"nonsense", wire), "UnknownOperationException")
    assert "DetectSentiment, BatchDetectSentiment" in message


@pytest.mark.parametrize("target", ["", "DetectSentiment", "Translate_20170701.DetectSentiment", "\xe9"])
def test_a_target_of_another_service_is_unknown(door: Inside, target: str) -> None:
    """The service is part of the name."""
    is_error(door.post("/", b"{}", headers={"x-amz-target": target.encode("latin-1")}), "UnknownOperationException")


def test_the_page_is_not_in_the_way(door: Inside) -> None:
    """At the same path a GET is the page, with or without the header, and a POST without it is not taken."""
    assert "text/html" in door.get("/").headers["content-type"]
    assert "text/html" in door.get("/", headers={"x-amz-target": "a"}).headers["content-type"]
    refused = door.post("/", b"{}")
    assert (refused.status_code, refused.headers["content-type"]) == (405, "application/problem+json")


@pytest.mark.parametrize("wire", WIRES)
@pytest.mark.parametrize(
    "authorization",
    [None, f"{SIGNED}, SignedHeaders=host, Signature=0000", "AWS4-HMAC-SHA256 nonsense", "Basic x"],
)
def test_signatures_are_nobodys_affair_here(door: Inside, wire: str, authorization: str | None) -> None:
    """None, a wrong one and one that is none: what stands before the service checks them."""
    headers = {"authorization": authorization} if authorization else {}
    assert one(door, wire=wire, **headers).status_code == 200


@pytest.fixture
def guarded(inside: Make) -> Inside:
    return inside(api_keys_sha256=(sha256(KEY.encode()).hexdigest(),))


@pytest.mark.parametrize("wire", WIRES)
@pytest.mark.parametrize(
    "headers",
    [{"X-API-Key": KEY}, {"Authorization": f"Bearer {KEY}"},
     {"Authorization": f"AWS4-HMAC-SHA256 Credential={KEY}/20261121/us-east-1/comprehend/aws4_request, Signature=0"}],
)  # fmt: skip
def test_a_key_comes_in_a_header_or_as_the_access_key_id(guarded: Inside, wire: str, headers: dict[str, str]) -> None:
    """Three ways, whichever a client can."""
    assert one(guarded, wire=wire, **headers).status_code == 200


@pytest.mark.parametrize("wire", WIRES)
@pytest.mark.parametrize(
    "authorization",
    ["", "AWS4-HMAC-SHA256 Credential=second/20261121/x/x/aws4_request", "AWS4-HMAC-SHA256 Credential=/",
     f"AWS4-HMAC-SHA256 {KEY}", f"AWS4-HMAC-SHA256 Signature={KEY}/x", f"Basic Credential={KEY}/"],
)  # fmt: skip
def test_without_a_key_access_is_denied(guarded: Inside, wire: str, authorization: str) -> None:
    """The root is open for the page and not for this; what a key looks like elsewhere is none."""
    message = is_error(one(guarded, wire=wire, authorization=authorization), "AccessDeniedException", 401)
    assert "X-API-Key" in message
    assert "access key id" in message


@pytest.mark.parametrize("wire", WIRES)
def test_a_body_over_the_services_limit_is_told_by_awss_name(inside: Make, wire: str) -> None:
    """The front's own refusals have the form of the protocol too."""
    client = inside(max_body_bytes=100)
    assert "100 bytes" in is_error(one(client, "x" * 100, wire=wire), "RequestEntityTooLargeException", 413)


@pytest.mark.parametrize("wire", WIRES)
def test_a_damaged_artifact_is_told_by_awss_name(inside: Make, tmp_path: Path, wire: str) -> None:
    """A service without a model is not available, and says when to ask again."""
    answer = one(inside(artifacts=str(tmp_path)), wire=wire)
    assert "ArtifactMissing" in is_error(answer, "ServiceUnavailableException", 503)
    assert answer.headers["retry-after"] == "60"


@pytest.mark.parametrize("wire", WIRES)
def test_a_fault_is_told_without_its_inside(inside: Make, wire: str) -> None:
    """A fault of ours is AWS's own name for one, and holds no text."""
    client = inside()
    client.door.core.model.classify = lambda *_: 1 / 0  # type: ignore[attr-defined]  # the fake is the fault
    message = is_error(one(client, "marker", wire=wire), "InternalServerException", 500)
    assert "marker" not in message + "".join(map(str, client.logged()))


@pytest.mark.parametrize(
    ("wire", "path"), [("json", "/"), ("cbor", "/service/Comprehend_20171127/operation/BatchDetectSentiment")]
)
def test_a_line_tells_what_was_answered(inside: Make, wire: str, path: str) -> None:
    """Path and method tell it from the page; counts are those of the texts that had an answer."""
    client = inside()
    texts = [TEXT, "x" * 5001, "Sales fell."]
    many(client, texts, wire=wire)
    answers = [client.door.core.model.classify(text) for text in texts]  # type: ignore[attr-defined]
    counted = [(a.label, a.score, a.known, len(t)) for a, t in zip(answers, texts, strict=True) if len(t) <= 5000]
    (line,) = client.logged()
    assert (line["method"], line["path"], line["status"]) == ("POST", path, 200)
    assert (line["model"], line["answers"]) == ("sentiment-1.0.0", histogram.of(counted))
