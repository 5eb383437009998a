"""AWS's protocols: what is asked, and every problem of ours by the name that AWS has for it."""

from __future__ import annotations

from typing import Any

import pytest

from app.aws_rpc import CBOR, CODES, JSON, AwsError, Wire, asked
from app.cbor import load
from app.problems import KINDS, problem

READ: dict[str, Any] = {JSON.content_type: JSON.load, CBOR.content_type: load}


@pytest.mark.parametrize("wire", [JSON, CBOR], ids=["json", "cbor"])
@pytest.mark.parametrize("kind", KINDS)
def test_every_problem_has_a_name_there(wire: Wire, kind: str) -> None:
    """Status and headers stay; the body, the type and the id are as AWS sends them, once."""
    ours = problem(kind, "Detail.")
    told = wire.dress(ours, "an-id")
    code = CODES.get(kind, "InvalidRequestException")
    body = READ[told.content_type](told.body)
    assert (told.status, body["__type"]) == (ours.status, wire.namespace + code)
    assert body["Message"].startswith(f"{KINDS[kind].title}: Detail.")
    names = [name for name, _ in told.headers]
    expected = {"x-amzn-RequestId": "an-id", "x-amzn-ErrorType": code, **dict(ours.headers), **dict(wire.headers)}
    assert dict(told.headers) == expected
    assert len(set(names)) == len(names)


def test_only_kinds_of_ours_are_named() -> None:
    """A name for a problem that there is not would never be told."""
    assert set(CODES) <= set(KINDS)


def test_an_answer_gets_its_id_and_stays_what_it_is() -> None:
    """Nothing is told twice, whatever the answer is."""
    for wire in (JSON, CBOR):
        for reply in (wire.answer({"a": 1}, None), wire.error("Code", "Message")):
            dressed = wire.dress(reply, "an-id")
            assert dressed == reply._replace(headers=(("x-amzn-RequestId", "an-id"), *reply.headers))


@pytest.mark.parametrize(
    ("path", "target", "expected"),
    [
        ("/", b"A.B", (JSON, "A.B")),
        ("/", b"", (JSON, "")),
        ("/", b"\xff", (JSON, "\xff")),
        ("/service/A/operation/B", b"C.D", (CBOR, "A.B")),
        ("/service/A", b"", (CBOR, "A.")),
        ("/service//operation/", b"", (CBOR, ".")),
        ("/service/A/operation/B/operation/C", b"", (CBOR, "A.B/operation/C")),
    ],
)
def test_what_is_asked(path: str, target: bytes, expected: tuple[Wire, str]) -> None:
    """By the header at the root, by the path elsewhere."""
    assert asked(path, {b"x-amz-target": target}) == expected


@pytest.mark.parametrize(("wire", "body"), [(JSON, b"{"), (JSON, b"1"), (CBOR, b"\xa1"), (CBOR, b"\x01")])
def test_a_body_that_is_no_object(wire: Wire, body: bytes) -> None:
    """Neither bytes of another kind nor another value."""
    with pytest.raises(AwsError) as told:
        wire.read(body)
    assert told.value.code == "SerializationException"
