"""Every sample with any field taken away or replaced, at any depth: an answer in form, or a fault without a text."""

from __future__ import annotations

import copy
import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.direct import ServiceFault
from tests.app.doors.parts import BUCKET, HTTP, NAMES, QUEUE, Function, headers_of, sample

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

VALUES = [
    None, True, False, 0, -1, 1.5, 10**30, "", "a", "%", "\ud800", "\x00", "{}", "é", [], [None], [[]], [{}], ["a"], {},
    {"a": None}, {"a": {"a": []}}, "2.0", "1.0", "aws:sqs", "aws:s3", "/", "{proxy+}", "$default", float("nan"),
]  # fmt: skip


@pytest.fixture(scope="module")
def one(shipped: Path) -> Function:
    """A function whose bucket holds what the samples name."""
    function = Function(shipped, results_queue_url=QUEUE)
    function.aws.s3.objects[BUCKET, "in/red flower+1.txt"] = b"Profit rose"
    return function


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Each container in an event, with each key or index in it."""
    for key in value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        yield value, key
        yield from places(value[key])


def outcome(one: Function, event: dict[str, Any]) -> Any:
    """What is answered, or the fault that is raised; no other error may be."""
    one.lines.clear()
    try:
        return one(event)
    except ServiceFault as fault:
        return fault


def check(one: Function, name: str, event: dict[str, Any]) -> None:
    """An answer that JSON can carry; of HTTP one with a status; and if it is a fault, ours by name."""
    answer = outcome(one, event)
    if isinstance(answer, ServiceFault):
        assert name not in HTTP, event
        assert re.search("at the door|failed|could not be stored", str(answer))
        return
    assert isinstance(json.loads(json.dumps(answer)), dict)
    line = one.logged()[-1]
    assert line["status"] < 500
    if line["Door"] in ("rest-api", "http-api", "alb", "lattice"):
        assert (type(answer["statusCode"]), type(answer["body"])) == (int, str)
        assert 200 <= answer["statusCode"] < 500
        assert all(isinstance(v, str) for values in headers_of(answer).values() for v in values)


@pytest.mark.parametrize("name", NAMES)
def test_any_field_taken_away(one: Function, name: str) -> None:
    """Each field of each sample, one by one."""
    for number in range(len(list(places(sample(name))))):
        event = sample(name)
        container, key = list(places(event))[number]
        del container[key]
        check(one, name, event)


@pytest.mark.parametrize("name", NAMES)
def test_any_field_of_another_type(one: Function, name: str) -> None:
    """Each field of each sample in turn is each of many values."""
    for number in range(len(list(places(sample(name))))):
        for value in VALUES:
            event = sample(name)
            container, key = list(places(event))[number]
            container[key] = copy.deepcopy(value)
            check(one, name, event)


_JSON = st.recursive(
    st.sampled_from(VALUES), lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner)
)


@settings(max_examples=200)
@given(data=st.data(), name=st.sampled_from(NAMES))
def test_several_fields_at_once(one: Function, data: st.DataObject, name: str) -> None:
    """Any few fields of a sample replaced by anything or taken away."""
    event = sample(name)
    for _ in range(data.draw(st.integers(1, 4))):
        found = list(places(event))
        if not found:
            break
        container, key = found[data.draw(st.integers(0, len(found) - 1))]
        if data.draw(st.booleans()):
            del container[key]
        else:
            container[key] = copy.deepcopy(data.draw(_JSON))
    check(one, name, event)


@settings(max_examples=200)
@given(event=_JSON)
def test_any_event_at_all(one: Function, event: Any) -> None:
    """Whatever JSON can say is answered."""
    check(one, "", event)
