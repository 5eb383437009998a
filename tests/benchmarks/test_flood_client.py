"""The flood client tells the fate of every request, against a tiny server that misbehaves on purpose."""

import itertools
import socketserver
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from benchmarks.flood_client import Wish, flood
from benchmarks.process import free_port

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
BODY = b'{"text":"a"}'


class _Server(socketserver.ThreadingTCPServer):
    request_queue_size = 64
    daemon_threads = True
    block_on_close = False
    answer: Callable[[int], bytes]


class _Handler(socketserver.StreamRequestHandler):
    """Each request gets the answer of its connection's number; an empty one closes."""

    counter = itertools.count(1)

    def handle(self) -> None:
        number = next(self.counter)
        while self._request():
            answer = self.server.answer(number)  # type: ignore[attr-defined]
            self.wfile.write(answer)
            if not answer:
                return

    def _request(self) -> bool:
        head = b"".join(iter(self.rfile.readline, b"\r\n")) if self.rfile.peek(1) else b""
        assert not head or self.rfile.read(len(BODY)) == BODY
        return bool(head)


@contextmanager
def _serving(answer: Callable[[int], bytes]) -> Iterator[int]:
    handler = type("Handler", (_Handler,), {"counter": itertools.count(1)})
    with _Server(("127.0.0.1", 0), handler) as server:
        server.answer = answer  # type: ignore[method-assign]
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


@pytest.fixture
def bodies(tmp_path: Path) -> str:
    path = tmp_path / "bodies"
    path.write_bytes(BODY + b"\n")
    return str(path)


def test_every_third_connection_dropped(bodies: str) -> None:
    """30 requests over 30 connections: 10 have no answer, and each is counted once."""
    with _serving(lambda number: b"" if number % 3 == 0 else OK) as port:
        result = flood(Wish(port, 30, 30, bodies))
    assert result["answered"] == 20
    assert result["failures"] == {"closed without an answer": 10}


def test_a_client_that_lost_its_connection_opens_another(bodies: str) -> None:
    """One client, 9 requests: the first connection is dropped, the second answers the other 8."""
    with _serving(lambda number: b"" if number == 1 else OK) as port:
        result = flood(Wish(port, 9, 1, bodies))
    assert result["answered"] == 8
    assert result["failures"] == {"closed without an answer": 1}


def test_another_status_is_a_failure(bodies: str) -> None:
    """Only 200 is an answer, and the connection is given up."""
    busy = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n"
    with _serving(lambda number: busy if number == 1 else OK) as port:
        result = flood(Wish(port, 3, 1, bodies))
    assert result["answered"] == 2
    assert result["failures"] == {"status 503": 1}


def test_no_answer_in_time(bodies: str) -> None:
    """A request waits so long and no longer; what is not sent before the end has failed too."""

    def late(_number: int) -> bytes:
        time.sleep(2)
        return OK

    with _serving(late) as port:
        result = flood(Wish(port, 4, 2, bodies, timeout_s=0.5, end_s=0.5))
    assert result["answered"] == 0
    assert result["failures"] == {"no answer in time": 2, "not sent before the end": 2}


def test_nobody_listens(bodies: str) -> None:
    """A refused connection is told as such."""
    result = flood(Wish(free_port(), 5, 5, bodies))
    assert result["failures"] == {"connection refused": 5}


def test_an_answer_without_a_length(bodies: str) -> None:
    """The client reads no chunks; it says so rather than wait."""
    with _serving(lambda _number: b"HTTP/1.1 200 OK\r\n\r\n{}") as port:
        result = flood(Wish(port, 1, 1, bodies))
    assert result["failures"] == {"no HTTP/1.1 answer with a length": 1}


def test_every_request_has_one_fate(bodies: str) -> None:
    """Shares of unequal size add up, and times are those of answers."""
    with _serving(lambda _number: OK) as port:
        result = flood(Wish(port, 50, 7, bodies))
    assert result["answered"] == 50
    assert result["failures"] == {}
    assert 0 < result["p50_ms"] <= result["p99_ms"]
