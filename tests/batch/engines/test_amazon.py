"""Amazon Translate: botocore's own stub for each answer, a server on loopback for many calls at once."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from batch.engines import Failed, Translated
from batch.engines.amazon import ATTEMPTS, BYTES, Amazon
from batch.errors import EngineError, EngineUnavailable


class Stubbed:
    """An engine whose client answers what it is told, and how long it waited."""

    def __init__(self) -> None:
        keys = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
        client: Any = boto3.client("translate", region_name="eu-west-1", **keys)
        self.pauses: list[float] = []
        self.stub = Stubber(client)
        self.engine = Amazon("es", client, calls=1, sleep=self.pauses.append)

    def answers(self, text: str, english: str) -> None:
        asked = {"Text": text, "SourceLanguageCode": "es", "TargetLanguageCode": "en"}
        said = {"TranslatedText": english, "SourceLanguageCode": "es", "TargetLanguageCode": "en"}
        self.stub.add_response("translate_text", said, asked)

    def refuses(self, code: str, status: int = 400) -> None:
        self.stub.add_client_error("translate_text", code, http_status_code=status)


@pytest.fixture
def amazon() -> Iterator[Stubbed]:
    stubbed = Stubbed()
    with stubbed.stub:
        yield stubbed
        stubbed.stub.assert_no_pending_responses()
    stubbed.engine.close()


def test_it_translates(amazon: Stubbed):
    """The service's words, and whether it lost a negation; nothing is asked for an empty text."""
    amazon.answers("Muy bueno", "Very good")
    amazon.answers("No es bueno", "It is good")
    expected = [Translated("Very good", 0.0, False), Translated(" ", 0.0, False), Translated("It is good", 0.0, True)]
    assert amazon.engine.translate(["Muy bueno", " ", "No es bueno"]) == expected


def test_the_version_is_the_service_date(amazon: Stubbed):
    """As the service's own model has it."""
    assert amazon.engine.version == "2017-07-01"
    assert amazon.engine.name == "amazon:es-en"


@pytest.mark.parametrize("code", ["ThrottlingException", "TooManyRequestsException", "ServiceUnavailableException"])
def test_it_waits_when_told_to(amazon: Stubbed, code: str):
    """Longer each time."""
    for _ in range(3):
        amazon.refuses(code)
    amazon.answers("Muy bueno", "Very good")
    assert amazon.engine.translate(["Muy bueno"]) == [Translated("Very good", 0.0, negation_lost=False)]
    assert [0.25 * 2**n <= pause <= 0.5 * 2**n for n, pause in enumerate(amazon.pauses)] == [True] * 3


def test_it_gives_up_after_a_while(amazon: Stubbed):
    """All of the call is to be tried again later: no text is written off for it."""
    for _ in range(ATTEMPTS):
        amazon.refuses("ThrottlingException")
    with pytest.raises(EngineUnavailable, match=f"amazon:es-en: ThrottlingException {ATTEMPTS} times"):
        amazon.engine.translate(["Muy bueno"])
    assert 30 < sum(amazon.pauses) < 100


def test_a_fault_of_the_service_is_waited_for(amazon: Stubbed):
    """A 500 with any code."""
    amazon.refuses("SomethingNew", status=500)
    amazon.answers("Muy bueno", "Very good")
    assert amazon.engine.translate(["Muy bueno"]) == [Translated("Very good", 0.0, negation_lost=False)]


def test_a_text_that_is_refused_fails_alone(amazon: Stubbed):
    """The next one is asked for."""
    amazon.refuses("InvalidRequestException")
    amazon.answers("Muy bueno", "Very good")
    expected = [Failed("Amazon Translate: InvalidRequestException"), Translated("Very good", 0.0, negation_lost=False)]
    assert amazon.engine.translate(["x", "Muy bueno"]) == expected


@pytest.mark.parametrize("code", ["AccessDeniedException", "UnsupportedLanguagePairException", "ExpiredTokenException"])
def test_what_no_text_can_mend_is_an_error(amazon: Stubbed, code: str):
    """At once, and not as a passing one."""
    amazon.refuses(code)
    with pytest.raises(EngineError, match=f"amazon:es-en: {code}") as raised:
        amazon.engine.translate(["Muy bueno"])
    assert not isinstance(raised.value, EngineUnavailable)
    assert amazon.pauses == []


def test_a_long_text_goes_in_parts(amazon: Stubbed):
    """Each of at most 10,000 bytes, cut behind a sentence."""
    sentence = "El desayuno está bueno."
    per_part = BYTES // len(f"{sentence} ".encode())
    text = " ".join([sentence] * (per_part + 1))
    amazon.answers(" ".join([sentence] * per_part), "First.")
    amazon.answers(sentence, "Second.")
    assert amazon.engine.translate([text]) == [Translated("First. Second.", 0.0, negation_lost=False)]


@contextmanager
def _served(answer: Callable[[dict[str, Any]], tuple[int, dict[str, Any]]]) -> Iterator[str]:
    """A server that speaks the service's protocol, JSON 1.1."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            assert self.headers["X-Amz-Target"].endswith(".TranslateText")
            status, said = answer(asked)
            body = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/x-amz-json-1.1")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def _credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")


@pytest.mark.usefixtures("_credentials")
def test_many_calls_at_once_keep_their_order():
    """Over HTTP, with some of them throttled first."""
    seen: set[str] = set()

    def answer(asked: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        text = asked["Text"]
        if text.endswith("7") and text not in seen:
            seen.add(text)
            return 400, {"__type": "ThrottlingException", "message": "Rate exceeded"}
        return 200, {"TranslatedText": f"said {text}", "SourceLanguageCode": "es", "TargetLanguageCode": "en"}

    with _served(answer) as url:
        slow = Amazon.in_region("es", "eu-west-1", url)
        engine = Amazon("es", slow._client, sleep=lambda _: None)
        found = engine.translate([f"texto {n}" for n in range(100)])
        engine.close()
        slow.close()
    assert found == [Translated(f"said texto {n}", 0.0, negation_lost=False) for n in range(100)]


@pytest.mark.usefixtures("_credentials")
def test_nobody_there():
    """A connection that is refused is waited for, then told as passing."""
    with _served(lambda _: (200, {})) as url:
        pass
    slow = Amazon.in_region("es", "eu-west-1", url)
    engine = Amazon("es", slow._client, sleep=lambda _: None)
    with pytest.raises(EngineUnavailable, match="EndpointConnectionError"):
        engine.translate(["Muy bueno"])
    engine.close()
    slow.close()


def test_no_credentials(monkeypatch: pytest.MonkeyPatch):
    """One line, from boto3."""
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    engine = Amazon.in_region("es", "eu-west-1")
    with pytest.raises(EngineError, match="Unable to locate credentials"):
        engine.translate(["Muy bueno"])
    engine.close()
