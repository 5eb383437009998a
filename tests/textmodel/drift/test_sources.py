"""Logs as they come: every form gives the same entries, nothing broken stops the reading, memory stays small."""

from __future__ import annotations

import gzip
import io
import json
import tracemalloc
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.textmodel.drift.logs import drawn, feedback_line, lambda_line, server_line
from textmodel.drift import sources
from textmodel.drift.entries import Answer, Broken, Feedback, parse
from textmodel.drift.sources import MAX_LINE_BYTES, Raw, paths, read

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ROWS = drawn(7, 3)
LINES = [server_line(ROWS[0]), feedback_line("a", "neutral"), lambda_line(*ROWS), '{"event": "other"}']
EXPECTED = [entry for line in LINES for entry in parse(line)]
STREAM = "2026/11/21/[$LATEST]0f1e2d3c4b5a69788796a5b4c3d2e1f0"


def quoted(**more: Any) -> dict[str, Any]:
    """What `aws logs filter-log-events` prints."""
    events = [
        {
            "logStreamName": STREAM,
            "timestamp": 1_795_219_200_000,
            "message": f"{line}\n",
            "ingestionTime": 1,
            "eventId": "3",
        }
        for line in LINES
    ]
    return {"events": events, "searchedLogStreams": [], **more}


def insights() -> dict[str, Any]:
    """What `aws logs get-query-results` prints."""
    rows = [
        [{"field": "@timestamp", "value": "2026-11-21 09:00:00.000"}, {"field": "@message", "value": line},
         {"field": "@ptr", "value": "Cq..."}]
        for line in LINES
    ]  # fmt: skip
    return {"queryLanguage": "CWLI", "results": rows, "statistics": {"recordsMatched": 4.0}, "status": "Complete"}


def entries_of(content: bytes) -> tuple[list[Any], list[str]]:
    """All that a file says, and the places of what is broken in it."""
    found: list[Any] = []
    broken: list[str] = []
    for place, raw, error in read("-", io.BytesIO(content), lambda _lines, _bytes: None):
        try:
            if error:
                raise Broken(error)  # noqa: TRY301  # told as the tally does
            found += parse(raw)
        except Broken as told:
            broken.append(f"{place}: {told}")
    return found, broken


FORMS: dict[str, str] = {
    "a server's lines": "\n".join(LINES) + "\n",
    "no end of the last line": "\n".join(LINES),
    "lines ended as on Windows": "\r\n".join(LINES),
    "a mark before UTF-8": "\ufeff" + "\n".join(LINES),
    "an export to S3": "".join(f"2026-11-21T09:00:00.000Z {line}\n" for line in LINES),
    "aws logs tail": "".join(f"2026-11-21T09:00:00.123000+00:00 {STREAM} {line}\n" for line in LINES),
    "aws logs tail --format short": "".join(f"2026-11-21T09:00:00 {line}\n" for line in LINES),
    "docker compose logs": "".join(f"web-1  | {line}\n" for line in LINES),
    "docker's own files": "".join(json.dumps({"log": f"{n}\n", "stream": "stdout", "time": "x"}) + "\n" for n in LINES),
    "filter-log-events": json.dumps(quoted(), indent=4),
    "filter-log-events on one line": json.dumps(quoted()),
    "filter-log-events, a page of it": json.dumps(quoted(nextToken="x"), indent=2),
    "messages alone": json.dumps(LINES, indent=4),
    "messages as text": "\t".join(f"{line}\n" for line in LINES),
    "get-query-results": json.dumps(insights(), indent=4),
    "the console's export of a query": json.dumps([{"@timestamp": "x", "@message": line} for line in LINES]),
    "the same with messages as objects": json.dumps([{"@message": json.loads(line)} for line in LINES], indent=2),
    "a subscription": json.dumps({"messageType": "DATA_MESSAGE", "logEvents": quoted()["events"]}),
}


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
@pytest.mark.parametrize("form", FORMS)
def test_every_form_says_the_same(form: str, packed: bool):
    """Whatever wrote the log down, its entries are those of its bare lines."""
    content = FORMS[form].encode()
    found, broken = entries_of(gzip.compress(content) if packed else content)
    assert [entry for entry in found if entry] == [entry for entry in EXPECTED if entry]
    assert broken == []


def test_gzip_of_several_members():
    """Files that were packed and put together are read to the last."""
    content = b"".join(gzip.compress(f"{line}\n".encode()) for line in LINES)
    assert entries_of(content) == (EXPECTED, [])


@pytest.mark.parametrize("inside", [0, 20, 64, 300, 1000])
def test_a_document_is_whole_however_it_is_read(inside: int):
    """An element that ends in a later piece is the same element, wherever the first piece ends in it."""
    document = json.dumps(quoted(), indent=4).replace("[", "[" + " " * (sources._PIECE_CHARS - inside), 1)
    found, broken = entries_of(document.encode())
    assert (found, broken) == (EXPECTED, [])


LAMBDA = """\
INIT_START Runtime Version: python:3.13.v1\tRuntime Version ARN: arn:aws:lambda
START RequestId: 8b7f2c3e-0000-4000-8000-000000000001 Version: $LATEST
END RequestId: 8b7f2c3e-0000-4000-8000-000000000001
REPORT RequestId: 8b7f2c3e-0000-4000-8000-000000000001\tDuration: 1.00 ms
2026-11-21T09:00:00.000Z START RequestId: 8b7f2c3e-0000-4000-8000-000000000001 Version: 7

{"time":"2026-11-21T09:00:00.000Z","type":"platform.report","record":{"requestId":"8b7f"}}
{"timestamp": "2026-11-21T09:00:00Z", "level": "INFO", "message": "hello", "requestId": "8b7f"}
"""


def test_lambdas_own_lines_are_other_events():
    """What the platform writes beside ours is neither an answer nor broken."""
    found, broken = entries_of(LAMBDA.encode())
    assert found == [None] * 8
    assert broken == []


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"hello\n", "standard input:1: expected a JSON object, found none"),
        (b'{"a": 1\n', "standard input:1: expected a JSON object: Expecting ',' delimiter"),
        (b'\n{"a": "\xff"}\n', "standard input:2: expected UTF-8"),
        (b'{"a": ' + b"[" * 100_000 + b"\n", "standard input:1: nested too deeply"),
        (b'{"a": ' + b"9" * 5000 + b"}\n", "standard input:1: expected a JSON object with numbers of usual length"),
        (b"[1]", "standard input: event 1: expected a JSON object, found int"),
        (b'["{"]', "standard input: event 1: expected a JSON object: Expecting property name"),
        (b'{"events": [{"message": "x"', "standard input: event 1: the document ends, or is damaged, before its end"),
        (b"\x1f\x8b no gzip", "standard input: the gzip stream is damaged"),
        (gzip.compress(b'{"a": 1}\n' * 999)[:-4], "standard input:999: the gzip stream ends before its end"),
        (b"x" * (MAX_LINE_BYTES + 1), "standard input:1: longer than 16,777,216 bytes"),
    ],
    ids=[
        "no JSON",
        "cut",
        "no UTF-8",
        "deep",
        "digits",
        "a number",
        "a string",
        "document",
        "gzip",
        "cut gzip",
        "long",
    ],
)
def test_what_is_broken_is_named(content: bytes, told: str):
    """Its place and what was expected there, and never the line itself."""
    _, broken = entries_of(content)
    assert len(broken) == 1
    assert broken[0].startswith(told)


ANSWERED = json.loads(LINES[0])
DAMAGES: dict[str, dict[str, Any]] = {
    "no model": {"model": None},
    "a list": {"answers": []},
    "a field too few": {"answers": {k: v for k, v in ANSWERED["answers"].items() if k != "known"}},
    "a field too many": {"answers": {**ANSWERED["answers"], "text": {"a": 1}}},
    "another bucket": {"answers": {**ANSWERED["answers"], "score": {"0.85-0.95": 1}}},
    "another length": {"answers": {**ANSWERED["answers"], "chars": {"100": 1}}},
    "no count": {"answers": {**ANSWERED["answers"], "label": {"neutral": "1"}}},
    "half a text": {"answers": {**ANSWERED["answers"], "label": {"neutral": 1.5}}},
    "a truth": {"answers": {**ANSWERED["answers"], "label": {"neutral": True}}},
    "less than none": {"answers": {**ANSWERED["answers"], "label": {"neutral": -1}}},
    "more than all": {"answers": {**ANSWERED["answers"], "label": {"neutral": 1 << 60}}},
    "unequal fields": {"answers": {**ANSWERED["answers"], "label": {"neutral": 2}}},
    "nothing answered": {"answers": {"label": {}, "score": {}, "known": {}, "chars": {}}},
    "no field": {"answers": {**ANSWERED["answers"], "known": None}},
    "no time": {"time": "yesterday"},
    "a time beyond time": {"time": None, "_aws": {"Timestamp": 1e300}},
    "no timestamp": {"time": None, "_aws": {"Timestamp": None}},
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_answer_is_broken(damage: str):
    """A line that is of an answer and not in form is not counted in part."""
    with pytest.raises(Broken):
        parse(json.dumps(ANSWERED | DAMAGES[damage]))


@pytest.mark.parametrize("damage", [{"request_id": None}, {"request_id": ""}, {"request_id": "ä"}, {"label": 1},
                                    {"time": "x"}])  # fmt: skip
def test_damaged_feedback_is_broken(damage: dict[str, Any]):
    """Feedback without its two fields is told as broken."""
    with pytest.raises(Broken):
        parse(json.dumps(json.loads(LINES[1]) | damage))


def test_an_answer_is_known_by_the_callers_id():
    """Of a function's HTTP request the caller knows the id of the request, not that of the invocation."""
    (direct,) = parse(lambda_line(ROWS[0]))
    (by_http,) = parse(lambda_line(ROWS[0], http_request_id="mine"))
    assert isinstance(direct, Answer)
    assert isinstance(by_http, Answer)
    assert (direct.request_id, by_http.request_id) == ("invocation", "mine")


def test_times_of_both_kinds_of_line_agree():
    """The server's ISO time and CloudWatch's milliseconds are the same clock."""
    server, function = parse(server_line(ROWS[0], second=0)) + parse(lambda_line(ROWS[0], second=0))
    assert isinstance(server, Answer)
    assert isinstance(function, Answer)
    assert server.time == pytest.approx(1_795_219_200.123456)
    assert function.time == pytest.approx(1_795_219_200.123)


@given(content=st.binary(max_size=300))
def test_any_bytes_are_read_to_their_end(content: bytes):
    """Nothing raises but what is told as broken."""
    entries_of(content)
    entries_of(gzip.compress(content))


_JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["answers", "model", "event", "message", "@message", "logEvents", "field", "label", "score"]
            ),
            inner,
        )
    ),
    max_leaves=12,
)


@given(value=_JSON)
def test_any_json_is_an_entry_or_broken(value: Any):
    """Whatever JSON holds, it is an answer, feedback, another event or told as broken."""
    try:
        found = parse(value)
    except Broken:
        return
    assert all(entry is None or isinstance(entry, Answer | Feedback) for entry in found)


def test_folders_are_read_through(tmp_path: Path):
    """Every file below, in the order of names; hidden ones and what CloudWatch leaves to test its rights are not."""
    for name in ("b/000000.gz", "b/c/1.log", "a.log", ".hidden", "aws-logs-write-test"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    found = [path.removeprefix(f"{tmp_path}/") for path in paths([str(tmp_path), "-"])]
    assert found == ["a.log", "b/000000.gz", "b/c/1.log", "-"]


def test_a_file_that_is_not_there_is_told_at_once(tmp_path: Path):
    """Before a long read begins."""
    with pytest.raises(FileNotFoundError):
        paths([str(tmp_path / "none.log")])


class Endless(io.RawIOBase):
    """A log of so many bytes, made as it is read."""

    def __init__(self, line: bytes, number: int) -> None:
        self._lines: Iterator[bytes] = (line for _ in range(number))
        self._rest = b""

    def readable(self) -> bool:
        return True

    def read1(self, size: int) -> bytes:
        while len(self._rest) < size and (line := next(self._lines, b"")):
            self._rest += line
        piece, self._rest = self._rest[:size], self._rest[size:]
        return piece


@pytest.mark.parametrize(
    ("line", "number"),
    [(f"{LINES[0]}\n".encode(), 20_000), (b'["x"' + b' , "x"' * 1000, 2000), (b"x" * (1 << 20), 60)],
    ids=["lines", "a document", "one line without an end"],
)
def test_memory_does_not_grow_with_a_log(line: bytes, number: int):
    """Of a log of tens of megabytes never more than a line of the largest size is held."""
    tracemalloc.start()
    try:
        seen = sum(1 for _ in read("-", Endless(line, number), lambda _lines, _bytes: None))  # type: ignore[arg-type]
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert seen
    assert peak < 3 * MAX_LINE_BYTES


def test_progress_hears_of_every_line_and_byte():
    """What is told adds up to the lines and the bytes on the disk, packed as they are."""
    content = gzip.compress("\n".join(LINES * 50).encode())
    told: list[tuple[int, int]] = []
    items = list(read("-", io.BytesIO(content), lambda lines, size: told.append((lines, size))))
    assert isinstance(items[0], Raw)
    assert tuple(map(sum, zip(*told, strict=True))) == (len(items), len(content))
