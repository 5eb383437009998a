"""S3: an object of texts in, an object of predictions out, in bounded memory and as often as it takes."""

from __future__ import annotations

import gzip
import json
import tracemalloc
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_plus

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.direct import ServiceFault
from tests.app.doors.parts import BUCKET, Body, Buckets, FakeAws, Function, sample
from tests.app.serving import TEXT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TEXTS = ["Profit rose", "Net loss and layoffs in Helsinki", "The company"]
FILES = {
    "a.txt": "\n".join(TEXTS).encode(),
    "a.csv": b"id,text\n" + b"".join(b"%d,%s\n" % (n, text.encode()) for n, text in enumerate(TEXTS)),
    "a.jsonl": b"".join(json.dumps({"text": text, "id": n}).encode() + b"\n" for n, text in enumerate(TEXTS)),
}
FILES |= {f"{name}.gz": gzip.compress(data) for name, data in FILES.items()}


def put(key: str, encoded: str | None = None) -> dict[str, Any]:
    """The notification of one object, its key as S3 encodes it."""
    event = sample("s3-put")
    event["Records"][0]["s3"]["object"]["key"] = quote_plus(key) if encoded is None else encoded
    return event


def output(one: Function, key: str, bucket: str = BUCKET) -> list[dict[str, Any]]:
    return [json.loads(line) for line in one.aws.s3.objects[bucket, f"predictions/{key}.jsonl"].splitlines()]


@pytest.mark.parametrize("name", FILES)
def test_each_kind_of_file_has_its_predictions(function: Callable[..., Function], name: str) -> None:
    """A line of the answer has the place, the id and the same prediction as a direct invocation."""
    one = function()
    one.aws.s3.objects[BUCKET, name] = FILES[name]
    assert one(put(name)) == {"objects": [{"lines": 3, "errors": 0}]}
    found = output(one, name)
    head = ("line", "id")
    assert [{k: v for k, v in line.items() if k not in head} for line in found] == [one({"text": t}) for t in TEXTS]
    assert [line["line"] for line in found] == ([2, 3, 4] if "csv" in name else [1, 2, 3])
    assert [line.get("id") for line in found] == {
        "txt": [None, None, None], "csv": ["0", "1", "2"], "jsonl": [0, 1, 2],
    }[name.removesuffix(".gz")[2:]]  # fmt: skip


@pytest.mark.parametrize("name", ["s3-put", "eventbridge-s3", "s3-in-sqs", "s3-in-sns", "s3-in-sns-in-sqs"])
def test_the_news_of_an_object_may_come_by_any_way(function: Callable[..., Function], name: str) -> None:
    """By itself, by EventBridge, which encodes no key, by a topic and by a queue: twice is the same as once."""
    one = function(results_queue_url="")
    one.aws.s3.objects[BUCKET, "in/red flower+1.txt"] = b"Profit rose\n"
    one(sample(name))
    first = output(one, "in/red flower+1.txt")
    one(sample(name))
    assert first == output(one, "in/red flower+1.txt")
    assert len(one.aws.s3.objects) == 2


@given(key=st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=40))
@settings(max_examples=200)
def test_keys_are_decoded_as_s3_encodes_them(shared: Function, key: str) -> None:
    """Blanks, plus signs, percent signs and any script: the object that is meant is read."""
    shared.aws.s3.objects = {(BUCKET, f"{key}.txt"): b"Profit rose"}
    shared(put(f"{key}.txt"))
    assert (BUCKET, f"predictions/{key}.txt.jsonl") in shared.aws.s3.objects or key.startswith("predictions/")


@pytest.mark.parametrize("encoded", ["red+flower.txt", "red%20flower.txt"])
def test_a_blank_may_be_encoded_in_two_ways(function: Callable[..., Function], encoded: str) -> None:
    """A plus and %20 both mean a blank."""
    one = function()
    one.aws.s3.objects[BUCKET, "red flower.txt"] = b"a"
    assert one(put("", encoded)) == {"objects": [{"lines": 1, "errors": 0}]}


@pytest.mark.parametrize("key", ["predictions/a.jsonl", "predictions/x/a.txt.jsonl", "predictions/a.txt"])
def test_its_own_output_is_never_read(function: Callable[..., Function], key: str) -> None:
    """What lies below predictions/ makes no predictions, so no loop begins."""
    one = function()
    one.aws.s3.objects[BUCKET, key] = b"a"
    assert one(put(key)) == {"objects": [{"skipped": "its own output"}]}
    assert len(one.aws.s3.objects) == 1


@pytest.mark.parametrize("key", ["a.pdf", "a", "a.json", "folder/"])
def test_other_kinds_of_objects_are_passed_over(function: Callable[..., Function], key: str) -> None:
    """What is no file of texts is not even fetched."""
    assert function()(put(key)) == {"objects": [{"skipped": "expected .txt, .jsonl, .csv, or .gz of one"}]}


@pytest.mark.parametrize("name", ["ObjectRemoved:Delete", "ObjectRestore:Completed", "ReducedRedundancyLostObject"])
def test_other_news_is_no_work(function: Callable[..., Function], name: str) -> None:
    """Only a new object is read."""
    event = put("a.txt")
    event["Records"][0]["eventName"] = name
    by_bus = sample("eventbridge-s3") | {"detail-type": "Object Deleted"}
    assert function()(event) == function()(by_bus) == {"objects": []}


def test_a_test_event_is_answered(function: Callable[..., Function]) -> None:
    """What S3 sends when a notification is set up is no mistake."""
    assert function()(sample("s3-test")) == {"objects": []}


def test_predictions_go_to_the_bucket_of_results(function: Callable[..., Function]) -> None:
    """The settings' bucket takes them; without one they lie beside what they are of."""
    one = function(results_bucket="results")
    one.aws.s3.objects[BUCKET, "a.txt"] = b"a"
    one(put("a.txt"))
    assert ("results", "predictions/a.txt.jsonl") in one.aws.s3.objects


@pytest.mark.parametrize(
    ("name", "data", "lines", "errors"),
    [
        ("a.txt", b"", 0, 0),
        ("a.txt.gz", b"", 0, 0),
        ("a.txt", b"\x89PNG\r\n\x1a\n\0\0\0", 1, 1),
        ("a.txt", "Profit rose\n".encode("utf-16"), 1, 1),
        ("a.txt", b"one\ntwo\n\xff\nfour\n", 4, 1),
        ("a.jsonl", b'{"text": "a"}\n{"text": \n{"text": "b"}\n', 3, 1),
        ("a.txt.gz", gzip.compress(b"one\ntwo\n" * 9999)[:-4], 19_999, 1),
        ("a.txt.gz", b"no gzip", 1, 1),
        ("a.txt", b"x" * 700_000, 1, 1),
        ("a.txt", b"x" * 50_001, 1, 1),
        ("a.csv", b"id,words\n1,one\n", 1, 1),
    ],
)
def test_objects_that_are_broken(
    function: Callable[..., Function], name: str, data: bytes, lines: int, errors: int
) -> None:
    """What can be read is answered; what cannot has a line that says why, and the invocation succeeds."""
    one = function()
    one.aws.s3.objects[BUCKET, name] = data
    assert one(put(name)) == {"objects": [{"lines": lines, "errors": errors}]}
    assert [line for line in output(one, name) if "error" in line][:errors] != [] or errors == 0


def test_an_error_has_its_line_and_a_problem(function: Callable[..., Function]) -> None:
    """A line that cannot be read is told as every other mistake is, with its number and its id."""
    one = function()
    one.aws.s3.objects[BUCKET, "a.csv"] = b"id,text\n1,one\n2,\xff\n"
    one(put("a.csv"))
    assert output(one, "a.csv")[1] == {
        "line": 3,
        "id": "2",
        "error": {
            "type": "urn:undertone:problem:invalid-line",
            "title": "The line cannot be read",
            "status": 422,
            "detail": "expected UTF-8.",
        },
    }


@pytest.mark.parametrize("text", ["\\ud800", "[" * 900 + "]" * 900])
def test_an_id_that_json_cannot_repeat_is_no_fault(function: Callable[..., Function], text: str) -> None:
    """Whatever an id is, its line is answered or reported."""
    one = function()
    identity = text if text.startswith("[") else f'"{text}"'
    one.aws.s3.objects[BUCKET, "a.jsonl"] = f'{{"text": "a", "id": {identity}}}\n{{"text": "b"}}'.encode()
    assert one(put("a.jsonl"))["objects"][0]["lines"] == 2


@pytest.mark.parametrize(
    ("call", "code"),
    [
        ("", "NoSuchKey"), ("get_object", "AccessDenied"), ("put_object", "AccessDenied"),
    ],
)  # fmt: skip
def test_what_s3_refuses_fails_the_invocation(function: Callable[..., Function], call: str, code: str) -> None:
    """The error names S3's own code, so that somebody can act, and neither key nor message."""
    one = function()
    one.aws.s3.denied = {call}
    if call:
        one.aws.s3.objects[BUCKET, "marker.txt"] = b"marker"
    with pytest.raises(ServiceFault, match=f"AwsError {code} at the door s3") as caught:
        one(put("marker.txt"))
    assert b"marker" not in b"".join(one.lines) + str(caught.value).encode()


def many(lines: int) -> bytes:
    return b"".join(b"%06d %s\n" % (n, TEXT.encode()) for n in range(lines))


@pytest.mark.parametrize("call", ["upload_part", "complete_multipart_upload"])
def test_a_failed_upload_leaves_nothing(function: Callable[..., Function], call: str) -> None:
    """Neither a part of an object nor a part of an upload stays behind, and what was read is closed."""
    one = function()
    one.aws.s3.objects[BUCKET, "a.txt"] = many(60_000)
    one.aws.s3.denied = {call}
    with pytest.raises(ServiceFault, match="AccessDenied"):
        one(put("a.txt"))
    assert (one.aws.s3.uploads, len(one.aws.s3.objects)) == ({}, 1)
    assert one.aws.s3.bodies[-1].closed


def test_a_large_answer_goes_in_parts(function: Callable[..., Function]) -> None:
    """Every part but the last has the size that S3 asks for, and together they are all lines in order."""
    one = function()
    one.aws.s3.objects[BUCKET, "a.txt"] = many(60_000)
    assert one(put("a.txt")) == {"objects": [{"lines": 60_000, "errors": 0}]}
    assert [line["line"] for line in output(one, "a.txt")] == list(range(1, 60_001))
    assert [size >= 5 << 20 for size in one.aws.s3.parts[:-1]] == [True] * (len(one.aws.s3.parts) - 1)


class _Endless(Buckets):
    """A bucket with one object of as many lines as there are, that keeps nothing of what it is given."""

    def __init__(self, chunks: int) -> None:
        super().__init__()
        self._chunks = chunks
        self.taken = 0

    def get_object(self, **_where: str) -> dict[str, Any]:
        return {"Body": _Made(self._chunks)}

    def upload_part(self, *, PartNumber: int, Body: bytes, **_where: str) -> dict[str, Any]:  # noqa: N803
        self.taken += len(Body)
        return {"ETag": str(PartNumber)}

    def complete_multipart_upload(self, **_where: Any) -> None:
        self.uploads.clear()


class _Made(Body):
    def __init__(self, chunks: int) -> None:
        super().__init__()
        self._left = chunks

    def iter_chunks(self, size: int) -> Iterator[bytes]:
        line = b'{"text": "Sales fell", "id": "%s"}\n' % (b"x" * 4000)
        for _ in range(self._left):
            yield line * (size // len(line))


def test_memory_does_not_grow_with_the_object(shipped: Any) -> None:
    """Of an object of 26 MB, whose answer has as many, only a part of each is ever in memory."""
    aws = FakeAws()
    aws.s3 = _Endless(100)
    one = Function(shipped, aws)
    one({"text": "a"})
    tracemalloc.start()
    lines = one(put("a.jsonl"))["objects"][0]["lines"]
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert lines == 100 * 64
    assert aws.s3.taken > 24_000_000
    assert peak < 24_000_000
