"""Whose form an answer has, and that what other services' clients need costs nobody else a start."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from app.forms import form_of
from tests.app.doors.parts import request
from tests.app.serving import TEXT, body_of, modules_after
from tests.app.test_lambda_handler import HEAVY

if TYPE_CHECKING:
    from pathlib import Path

TARGET = {"x-amz-target": "Comprehend_20171127.DetectSentiment"}
SENTIMENT = {"Text": TEXT, "LanguageCode": "en"}
TENSOR = {"inputs": [{"name": "text", "shape": [1], "datatype": "BYTES", "data": [TEXT]}]}
OTHERS = {
    "app.aws_rpc",
    "app.cbor",
    "app.comprehend",
    "app.open_inference",
    "app.open_inference_schemas",
    "app.tensors",
}


@pytest.mark.parametrize(
    ("method", "path", "headers", "form"),
    [
        ("POST", "/predict", {}, None),
        ("POST", "/predict", {b"x-amz-target": b"x"}, None),
        ("POST", "/", {}, None),
        ("GET", "/", {b"x-amz-target": b"x"}, None),
        ("POST", "/", {b"x-amz-target": b""}, "aws"),
        ("POST", "/service/A/operation/B", {}, "aws"),
        ("GET", "/service/A/operation/B", {}, None),
        ("POST", "/service", {}, None),
        ("GET", "/v2", {}, "open-inference"),
        ("DELETE", "/v2/models/a/infer", {b"x-amz-target": b"x"}, "open-inference"),
        ("GET", "/v2x", {}, None),
        ("GET", "/v", {}, None),
        ("GET", "", {}, None),
    ],
)
def test_a_form_is_known_by_path_and_header(
    method: str, path: str, headers: dict[bytes, bytes], form: str | None
) -> None:
    """Only what those clients send has their form."""
    assert form_of(method, path, headers) == form


def loaded(shipped: Path, *events: object) -> set[str]:
    """The modules of a fresh process after the function answered these events, each with 200."""
    modules, results = modules_after(shipped, *events)
    assert [result["statusCode"] for result in results] == [200] * len(events)
    return modules


def test_a_prediction_imports_no_other_services_form(shipped: Path) -> None:
    """The usual cold start knows none of these modules."""
    assert loaded(shipped, request("function-url", body=body_of(TEXT))) & OTHERS == set()


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (request("function-url", "POST", "/", json.dumps(SENTIMENT).encode(), TARGET), "app.comprehend"),
        (request("function-url", "POST", "/v2/models/sentiment/infer", json.dumps(TENSOR).encode()), "app.tensors"),
    ],
)
def test_one_text_in_another_form_imports_nothing_heavy(shipped: Path, event: dict[str, Any], expected: str) -> None:
    """A cold start that answers an AWS client or an inference knows neither NumPy nor a framework."""
    found = loaded(shipped, event)
    assert expected in found
    assert {name.partition(".")[0] for name in found} & set(HEAVY) == set()
