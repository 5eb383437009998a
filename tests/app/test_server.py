"""The server of `python -m app`: hostile and slow clients, and a stop that loses nothing."""

from __future__ import annotations

import asyncio
import json
import resource
import signal
import socket
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest

from app.connection import MAX_HEADER_BYTES
from tests.app.serving import HANG_S, TEXT, Running, body_of, free_port, message, parsed, python, rest_of

if TYPE_CHECKING:
    from pathlib import Path

Serve = Callable[..., Running]
PREDICT = message("POST", "/predict", body_of(TEXT))
LIVEZ = message("GET", "/livez")
CHUNKED = b"POST /predict HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
FEW_BYTES = 64_000_000
"""More than the system's own buffers between two sockets hold, and far less than is announced."""
QUICK = {"UNDERTONE_HEADER_TIMEOUT_S": "1", "UNDERTONE_BODY_TIMEOUT_S": "1"}


def _pour(connection: socket.socket, block: bytes, most: int = 4 * FEW_BYTES) -> int:
    """How many bytes the server took before it would take no more."""
    sent = 0
    try:
        while sent < most:
            sent += connection.send(block)
    except OSError:
        pass
    return sent


def _until(connection: socket.socket, end: bytes) -> bytes:
    """What comes until it holds `end`, or no more comes."""
    found = b""
    while end not in found and (block := connection.recv(65_536)):
        found += block
    return found


def _status(connection: socket.socket) -> int:
    return parsed(rest_of(connection)).status_code


def _closed_within(connection: socket.socket, seconds: float, drip: bytes = b"") -> bool:
    """Whether the server closes although this client sends `drip` again and again."""
    end = time.monotonic() + seconds
    connection.settimeout(0.1)
    while time.monotonic() < end:
        try:
            connection.sendall(drip)
            if not connection.recv(65_536):
                return True
        except TimeoutError:
            continue
        except OSError:
            return True
    return False


# What is too large


@pytest.mark.parametrize("path", ["/predict", "/predict/batch", "/process_text", "/livez", "/nothing"])
def test_a_body_announced_as_huge_is_refused_by_its_head(served: Running, path: str) -> None:
    """10 GB are refused before a byte of them is sent, and the connection is closed."""
    answer = parsed(served.ask(f"POST {path} HTTP/1.1\r\nHost: a\r\nContent-Length: 10000000000\r\n\r\n".encode()))
    assert (answer.status_code, answer.headers["connection"]) == (413, "close")


def test_a_client_that_waits_to_be_asked_for_a_huge_body_is_not(served: Running) -> None:
    """Expect: 100-continue gets the refusal instead of the invitation."""
    head = b"POST /predict HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 10000000000\r\n\r\n"
    assert served.ask(head).startswith(b"HTTP/1.1 413 ")


def test_a_client_that_waits_to_be_asked_is(served: Running) -> None:
    """Expect: 100-continue gets its invitation when the body may come."""
    with served.connect() as connection:
        head, body = message("POST", "/predict", body_of(TEXT), "Expect: 100-continue").split(b"\r\n\r\n")
        connection.sendall(head + b"\r\n\r\n")
        assert connection.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(body)
        assert connection.recv(100).startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize(
    ("head", "block"),
    [
        (b"POST /predict HTTP/1.1\r\nHost: a\r\nContent-Length: 10000000000\r\n\r\n", b"x" * 65_536),
        (CHUNKED, b"10000\r\n" + b"x" * 65_536 + b"\r\n"),
    ],
    ids=["announced", "in chunks"],
)
def test_a_huge_body_is_cut_off_before_it_is_read(served: Running, head: bytes, block: bytes) -> None:
    """Whether announced or in chunks without end, the answer is 413 and little of it was taken."""
    with served.connect() as connection:
        connection.sendall(head)
        taken = _pour(connection, block)
        assert taken < FEW_BYTES
        assert _status(connection) == 413


@pytest.mark.parametrize(
    "block",
    [b"A: " + b"b" * 1000 + b"\r\n", b"b" * 1000, b"1;" + b"e" * 1000 + b"\r\nx\r\n", b"e=1;" * 250],
    ids=["trailers", "one trailer", "extensions of chunks", "one extension"],
)
def test_what_is_neither_head_nor_body_has_a_limit_too(served: Running, block: bytes) -> None:
    """Trailers and chunk extensions without end are cut off as a head would be."""
    start = {b"A": b"0\r\n", b"b": b"0\r\nA: ", b"1": b"", b"e": b"1;"}[block[:1]]
    with served.connect() as connection:
        connection.sendall(CHUNKED + start)
        assert _pour(connection, block * 64) < FEW_BYTES
        assert _status(connection) == 431


def test_a_body_in_chunks_of_one_byte_is_a_body(served: Running) -> None:
    """Small chunks are wasteful and allowed: their frames count against nobody."""
    body = body_of(TEXT).ljust(60_000)
    chunks = b"".join(b"1\r\n%c\r\n" % byte for byte in body) + b"0\r\n\r\n"
    with served.connect() as connection:
        connection.sendall(CHUNKED + chunks)
        assert connection.recv(100).startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize("size", [MAX_HEADER_BYTES + 8_192, 3 * MAX_HEADER_BYTES, 2_000_000])
def test_a_head_over_the_limit_is_refused(served: Running, size: int) -> None:
    """A head has a limit, however fast and in however many pieces it comes."""
    with served.connect() as connection:
        _pour(connection, b"GET /livez HTTP/1.1\r\nHost: a\r\nX: " + b"x" * size + b"\r\n\r\n", 1)
        assert _status(connection) == 431


def test_a_head_under_the_limit_is_taken(served: Running) -> None:
    """60,000 bytes of headers are read."""
    assert served.get("/livez", headers={"X": "x" * 60_000}).status_code == 200


def test_what_follows_a_large_body_is_not_counted_as_its_head(served: Running) -> None:
    """A large body with the start of the next request behind it is two requests, and both are answered."""
    large = message("POST", "/predict", body_of(TEXT).ljust(300_000))
    with served.connect() as connection:
        connection.sendall(large + PREDICT[:40])
        assert connection.recv(100).startswith(b"HTTP/1.1 200 ")
        connection.sendall(PREDICT[40:] + message("GET", "/livez", b"", "Connection: close"))
        assert rest_of(connection).count(b"HTTP/1.1 200 ") == 2


def test_many_requests_in_one_write_are_all_answered_in_order(served: Running) -> None:
    """A client may send without waiting: 2,000 requests, 2,000 answers, in their order."""
    ids = [f"n{number}" for number in range(2_000)]
    raw = b"".join(message("GET", "/livez", b"", f"X-Request-Id: {i}") for i in ids)
    with served.connect() as connection:
        found = b""
        connection.sendall(raw)
        connection.sendall(message("GET", "/livez", b"", "Connection: close"))
        found = rest_of(connection)
    answered = [part.partition(b"\r\n")[0].decode() for part in found.split(b"x-request-id: ")[1:]]
    assert answered[:-1] == ids


@pytest.mark.parametrize(
    "raw",
    [
        b"\x16\x03\x01\x02\x00", b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"GET / HTTP/1.1\r\nbad header\r\n\r\n",
        b"GET /\xff HTTP/1.1\r\n\r\n", b"POST /predict HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"POST /predict HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx",
        b"POST /predict HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\nx",
        b"POST /predict HTTP/1.1\r\nContent-Length: " + b"9" * 40 + b"\r\n\r\n",
        CHUNKED + b"zz\r\n", b"GET http://[x/ HTTP/1.1\r\n\r\n", b"CONNECT a:1 HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nA: b\x00c\r\n\r\n", b"get / HTTP/1.1\r\n\r\n",
    ],
)  # fmt: skip
def test_what_is_no_http_is_told_so(served: Running, raw: bytes) -> None:
    """A problem document, a closed connection, and not a word to the log's neighbours."""
    answer = parsed(served.ask(raw))
    assert (answer.status_code, answer.json()["type"]) == (400, "urn:undertone:problem:malformed-request")
    assert answer.headers["connection"] == "close"


def test_an_answer_that_is_owed_comes_before_the_refusal_of_what_follows(served: Running) -> None:
    """Nonsense behind a request never takes the place of that request's answer."""
    found = served.ask(PREDICT + b"nonsense\r\n\r\n")
    assert found.startswith(b"HTTP/1.1 200 ")
    assert b'"label"' in found


# Who is too slow


@pytest.mark.parametrize(
    ("first", "drip"),
    [
        (b"", b""),
        (b"G", b""),
        (LIVEZ[:-2], b"x"),
        (b"\r\n", b"\r\n"),
        (LIVEZ + b"\r\n", b"\r\n"),
        (LIVEZ + b"GET /", b"x"),
    ],
    ids=["nothing", "a letter", "a head", "empty lines", "later, empty lines", "later, a head"],
)
def test_a_head_that_drips_is_cut_off(serve: Serve, first: bytes, drip: bytes) -> None:
    """Whoever keeps a connection by a byte now and then, of a head or of nothing, loses it."""
    with serve(**QUICK).connect() as connection:
        connection.sendall(first)
        assert _closed_within(connection, 8, drip)


def test_an_idle_connection_is_closed(serve: Serve) -> None:
    """A connection between requests is kept for a while, not for ever."""
    with serve(**QUICK).connect() as connection:
        connection.sendall(LIVEZ)
        assert _closed_within(connection, 12)


@pytest.mark.parametrize("head", [message("POST", "/predict", b"x" * 50_000)[:-50_000], CHUNKED])
def test_the_rest_of_a_body_that_was_refused_is_not_waited_for(serve: Serve, head: bytes) -> None:
    """Who is not let in cannot keep the connection by going on with its body, slowly or fast."""
    server = serve(**QUICK, UNDERTONE_API_KEYS_SHA256=sha256(b"key").hexdigest())
    drip = b"1\r\nx\r\n" if head == CHUNKED else b"x"
    with server.connect() as slow, server.connect() as fast:
        slow.sendall(head)
        assert slow.recv(100).startswith(b"HTTP/1.1 401 ")
        assert _closed_within(slow, 8, drip)
        fast.sendall(head if head == CHUNKED else message("POST", "/predict")[:-5] + b" 1000000\r\n\r\n")
        assert _pour(fast, b"8000\r\n" + b"x" * 32_768 + b"\r\n" if head == CHUNKED else b"x" * 65_536) < FEW_BYTES


def test_a_refused_body_that_arrives_leaves_the_connection_usable(serve: Serve) -> None:
    """A wrong key costs no connection: the next request on it is answered."""
    server = serve(UNDERTONE_API_KEYS_SHA256=sha256(b"key").hexdigest())
    with server.connect() as connection:
        connection.sendall(PREDICT[:-10])
        assert _until(connection, b'Bearer."}').startswith(b"HTTP/1.1 401 ")
        connection.sendall(PREDICT[-10:] + message("POST", "/predict", body_of(TEXT), "X-API-Key: key"))
        assert _until(connection, b'"label"').startswith(b"HTTP/1.1 200 ")


SLOW, NORMAL = 1_000, 200


async def _all_of(reader: asyncio.StreamReader) -> bytes:
    """All that comes until the server closes, also when it does so before it has read all."""
    found = b""
    try:
        while block := await reader.read(65_536):
            found += block
    except ConnectionResetError:
        pass
    return found


def test_a_thousand_slow_clients_keep_nobody_waiting(serve: Serve) -> None:
    """Half drip their head, half their body; 200 others are answered meanwhile, and the slow ones are cut off."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    server = serve(UNDERTONE_HEADER_TIMEOUT_S="2", UNDERTONE_BODY_TIMEOUT_S="2")
    connected, over = [], []
    all_there = asyncio.Event()

    async def slow(number: int) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        connected.append(number)
        if len(connected) == SLOW:
            all_there.set()
        writer.write(message("POST", "/predict", b"x" * 999)[:-999] if number % 2 else LIVEZ[:-2])
        answer = asyncio.ensure_future(_all_of(reader))
        while not answer.done():
            writer.write(b"x")
            await asyncio.wait([answer], timeout=1)
        over.append(number)
        writer.close()
        return answer.result()

    async def normal() -> int:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(message("POST", "/predict", body_of(TEXT), "Connection: close"))
        answer = await reader.read(-1)
        writer.close()
        return parsed(answer).status_code

    async def everybody() -> tuple[list[bytes], list[int], int]:
        slow_ones = [asyncio.ensure_future(slow(number)) for number in range(SLOW)]
        await all_there.wait()
        statuses = [await normal() for _ in range(NORMAL // 2)]
        statuses += await asyncio.gather(*(normal() for _ in range(NORMAL // 2)))
        still_there = SLOW - len(over)
        return await asyncio.gather(*slow_ones), statuses, still_there

    answers, statuses, still_there = asyncio.run(asyncio.wait_for(everybody(), 2 * HANG_S))
    assert statuses == [200] * NORMAL
    assert still_there > 0
    found = Counter(parsed(answer).status_code if answer else 0 for answer in answers)
    assert found == {408: SLOW // 2, 0: SLOW // 2}
    timeouts = {parsed(answer).json()["type"] for answer in answers if answer}
    assert timeouts == {"urn:undertone:problem:body-timeout"}


_IMPATIENT = """
import sys
from app import connection, server
connection.UNREAD_S = server.GRACE_S = 2
sys.exit(server.main())
"""
PAGE = message("GET", "/static-offline-docs/swagger-ui-bundle.js")


@contextmanager
def _leaving_unread(server: Running, count: int) -> Iterator[list[socket.socket]]:
    """Clients that ask for much, and read nothing."""
    with ExitStack() as stack:
        connections = [stack.enter_context(socket.socket()) for _ in range(count)]
        for connection in connections:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            connection.connect(("127.0.0.1", server.port))
            connection.sendall(PAGE * 10)
        yield connections


def _dropped_within(connection: socket.socket, seconds: float) -> bool:
    """Whether the server drops a client that goes on asking and reads nothing."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            connection.sendall(LIVEZ)
        except (BrokenPipeError, ConnectionResetError):
            return True
        time.sleep(0.1)
    return False


def test_an_answer_that_nobody_reads_is_not_kept(serve: Serve) -> None:
    """Whoever asks for much and reads nothing loses the connection, and others are answered meanwhile."""
    server = serve(*python("-c", _IMPATIENT))
    with _leaving_unread(server, 10) as connections:
        assert server.post("/predict", body_of(TEXT)).status_code == 200
        assert all(_dropped_within(connection, 20) for connection in connections)
    assert server.stop() == 0
    assert server.err.count("\n") == 1  # where it answers


def test_sigterm_does_not_wait_for_who_does_not_read(serve: Serve) -> None:
    """Answers that nobody takes keep a process that is to stop for no longer than its grace."""
    server = serve(*python("-c", _IMPATIENT))
    with _leaving_unread(server, 10):
        server.get("/livez")
        assert server.stop() == 0
    assert server.err.count("\n") == 1  # where it answers


# To stop


class _Client:
    """One client that asks again and again until it is told to leave, and counts what it got."""

    def __init__(self, port: int, pieces: list[bytes], expected: int, *, fresh: bool = False) -> None:
        self.answered = self.lost = 0
        self.busy = asyncio.Event()
        self._port, self._pieces, self._expected, self._fresh = port, pieces, expected, fresh

    async def run(self) -> None:
        while True:
            try:
                reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
            except OSError:
                return
            while await self._ask(reader, writer) and not self._fresh:
                pass
            writer.close()

    async def _ask(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        before, closing = self.answered, False
        try:
            for piece in self._pieces:
                writer.write(piece)
                await asyncio.sleep(0.03 if len(self._pieces) > 1 else 0)
            for _ in range(self._expected):
                head = (await reader.readuntil(b"\r\n\r\n")).lower()
                length = int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0])
                whole = await reader.readexactly(length)
                assert head.startswith(b"http/1.1 200 ")
                assert json.loads(whole)["model"] == "sentiment-1.0.0"
                self.answered, closing = self.answered + 1, b"\r\nconnection: close" in head
                if self.answered == 10:
                    self.busy.set()
        except (OSError, asyncio.IncompleteReadError):
            self.lost += self._expected - (self.answered - before)
            return False
        return not closing


def test_sigterm_under_load_loses_no_request(serve: Serve) -> None:
    """Clients that keep their connection, drip heads and bodies, send ahead, or connect anew: all are answered."""
    server = serve()
    kinds: dict[str, tuple[list[bytes], int, bool]] = {
        "kept": ([PREDICT], 1, False),
        "slow body": ([PREDICT[:-20], PREDICT[-20:-10], PREDICT[-10:]], 1, False),
        "slow head": ([PREDICT[:20], PREDICT[20:40], PREDICT[40:]], 1, False),
        "sent ahead": ([PREDICT * 10], 10, False),
        "sent ahead in pieces": ([PREDICT * 5 + PREDICT[:30], PREDICT[30:] + PREDICT * 4], 10, False),
        "new": ([PREDICT], 1, True),
    }

    async def everybody() -> dict[str, list[_Client]]:
        clients = {
            kind: [_Client(server.port, pieces, expected, fresh=fresh) for _ in range(10)]
            for kind, (pieces, expected, fresh) in kinds.items()
        }
        running = [asyncio.ensure_future(client.run()) for group in clients.values() for client in group]
        await asyncio.gather(*(client.busy.wait() for group in clients.values() for client in group))
        server.send_signal(signal.SIGTERM)
        await asyncio.gather(*running)
        return clients

    clients = asyncio.run(asyncio.wait_for(everybody(), HANG_S))
    assert {kind: sum(client.lost for client in group) for kind, group in clients.items()} == dict.fromkeys(kinds, 0)
    assert server.exit_code() == 0
    answered = sum(client.answered for group in clients.values() for client in group)
    assert len([line for line in server.logged() if line["path"] == "/predict"]) == answered


def test_sigterm_closes_idle_connections_soon(serve: Serve) -> None:
    """Connections without a request do not keep a process that is to stop."""
    server = serve()
    with server.connect() as used, server.connect() as unused:
        used.sendall(LIVEZ)
        assert _until(used, b'"alive"}')
        assert server.stop() == 0
        assert (rest_of(used), rest_of(unused)) == (b"", b"")


def test_sigterm_does_not_wait_behind_a_refused_body(serve: Serve) -> None:
    """The rest of a body that came after its refusal is no head that has begun, however long heads may take."""
    server = serve(UNDERTONE_API_KEYS_SHA256=sha256(b"key").hexdigest(), UNDERTONE_HEADER_TIMEOUT_S="3600")
    with server.connect() as refused:
        refused.sendall(PREDICT[:-10])
        assert _until(refused, b'Bearer."}').startswith(b"HTTP/1.1 401 ")
        refused.sendall(PREDICT[-10:])
        server.get("/livez")
        assert server.stop() == 0


def test_sigterm_does_not_wait_for_the_slow_longer_than_their_limits(serve: Serve) -> None:
    """A head and a body that never end are cut off while the process stops, the body with its 408."""
    server = serve(**QUICK)
    with server.connect() as head, server.connect() as body:
        head.sendall(LIVEZ[:-2])
        body.sendall(PREDICT[:-5])
        server.get("/livez")
        assert server.stop() == 0
        assert (rest_of(head), _status(body)) == (b"", 408)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_to_be_stopped_is_no_failure(serve: Serve, number: int) -> None:
    """SIGTERM and Ctrl-C end the process with 0 and without a traceback."""
    server = serve()
    assert server.stop(number) == 0
    assert server.err == f"Undertone answers at {server.url}/ (docs at /docs). Ctrl-C stops it.\n"


# To start


def test_a_taken_port_is_told_in_one_line(start: Serve) -> None:
    """Another process on the port: exit code 1, one line, and no word of answering there."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        server = start(PORT=str(other.getsockname()[1]))
        assert server.exit_code() == 1
    assert server.err.count("\n") == 1
    assert "address already in use" in server.err


@pytest.mark.parametrize("host", ["no-such-host.invalid", "300.1.1.1", "a..b", "x" * 70, " ", "127.0.0.1:80"])
def test_an_unknown_host_is_told_in_one_line(start: Serve, host: str) -> None:
    """A name that is no address here: exit code 1, one line that says so besides the warning, no traceback."""
    server = start(HOST=host)
    assert server.exit_code() == 1
    told = [line for line in server.err.splitlines() if not line.startswith("undertone: warning: ")]
    assert len(told) == 1
    assert "Traceback" not in server.err


def test_listening_to_others_without_keys_is_warned_of(serve: Serve) -> None:
    """Beyond loopback and without keys, the first line says who can use the service and what to set."""
    server = serve(HOST="0.0.0.0")
    server.stop()
    warning, greeting = server.err.splitlines()
    assert warning.startswith("undertone: warning: listening on 0.0.0.0 without API keys")
    assert "UNDERTONE_API_KEYS_SHA256" in warning
    assert greeting.startswith("Undertone answers at ")


def test_listening_to_others_with_keys_is_not(serve: Serve) -> None:
    """With keys there is nothing to warn of."""
    server = serve(HOST="0.0.0.0", UNDERTONE_API_KEYS_SHA256=sha256(b"key").hexdigest())
    server.stop()
    assert "warning" not in server.err


def test_a_damaged_artifact_is_told_and_the_process_lives(serve: Serve, tmp_path: Path) -> None:
    """Without a model the service starts, says why at once, and answers what needs none."""
    server = serve(UNDERTONE_ARTIFACTS=str(tmp_path))
    assert [server.get("/readyz").status_code, server.post("/predict", body_of(TEXT)).status_code] == [503, 503]
    server.stop()
    assert "every prediction will be refused: ArtifactMissing: vectorizer/sentiment/manifest.json" in server.err


def test_the_greeting_names_the_port_that_was_found(start: Serve) -> None:
    """PORT=0 takes any free port, and the greeting tells which."""
    server = start(PORT="0")
    end = time.monotonic() + HANG_S
    while "Undertone answers at " not in server.err and time.monotonic() < end:
        time.sleep(0.05)
    server.port = int(server.err.partition("127.0.0.1:")[2].partition("/")[0])
    server.url = f"http://127.0.0.1:{server.port}"
    assert server.get("/livez").status_code == 200


def test_ipv6_is_listened_to_and_greeted(start: Serve) -> None:
    """An address with colons stands in brackets in the greeting."""
    if not socket.has_ipv6:
        pytest.skip("no IPv6 here")
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        pytest.skip("no IPv6 loopback here")
    port = free_port()
    server = start(HOST="::1", PORT=str(port))
    server.url = f"http://[::1]:{port}"
    server.wait_until_alive()
    server.stop()
    assert server.err.startswith(f"Undertone answers at http://[::1]:{port}/ ")
