"""boto3's and the AWS CLI's own comprehend against a running server and against the Lambda handler.

Nothing is told to the clients but the address. Left out: every limit, which `test_comprehend` has.
"""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import boto3
import botocore
import botocore.session
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.app.doors.parts import Function
from tests.app.function_url import FunctionUrl
from tests.app.serving import TEXT, Running, clean_environment

AWS = Path(sys.executable).parent / "aws"
KEY = "4f1c2d9e0a"
SERVERS = ["server", "function"]
PROTOCOLS = ["json", "smithy-rpc-v2-cbor"]
_DATA = Path(botocore.__file__).parent / "data" / "comprehend" / "2017-11-27"


@pytest.fixture(params=SERVERS)
def url(request: pytest.FixtureRequest) -> str:
    """The address of a server, and of the Lambda handler behind a function URL."""
    address: str = request.getfixturevalue({"server": "served", "function": "function_url"}[request.param]).url
    return address


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """By protocol, a folder of botocore's own service model that speaks this one alone."""
    found = {}
    for protocol in PROTOCOLS:
        model = json.loads(gzip.decompress((_DATA / "service-2.json.gz").read_bytes()))
        model["metadata"] |= {"protocol": protocol, "protocols": [protocol]}
        found[protocol] = tmp_path_factory.mktemp(protocol)
        folder = found[protocol] / "comprehend" / "2017-11-27"
        folder.mkdir(parents=True)
        (folder / "service-2.json").write_text(json.dumps(model))
    return found


@pytest.fixture
def client(models: dict[str, Path]) -> Callable[..., Any]:
    """A function: an address, a protocol and an access key id to a client of boto3's."""

    def make(url: str, protocol: str = "json", key_id: str = "AKIDEXAMPLE", **config: Any) -> Any:
        session = botocore.session.Session()
        session.get_component("data_loader").search_paths.insert(0, str(models[protocol]))
        made = boto3.Session(key_id, "secret", region_name="us-east-1", botocore_session=session).client(
            "comprehend", endpoint_url=url, config=Config(proxies={}, retries={"total_max_attempts": 1}, **config)
        )
        assert made.meta.service_model.resolved_protocol == protocol
        return made

    return make


@pytest.fixture
def cli(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """A function: the arguments behind `aws comprehend` to what came of it, with credentials of nobody."""

    def run(url: str, *arguments: str, key_id: str = "AKIDEXAMPLE") -> subprocess.CompletedProcess[str]:
        nowhere = str(tmp_path / "none")
        environment = clean_environment(
            AWS_ACCESS_KEY_ID=key_id, AWS_SECRET_ACCESS_KEY="secret", AWS_DEFAULT_REGION="us-east-1",
            AWS_CONFIG_FILE=nowhere, AWS_SHARED_CREDENTIALS_FILE=nowhere, AWS_EC2_METADATA_DISABLED="true",
            AWS_MAX_ATTEMPTS="1", NO_PROXY="127.0.0.1",
        ) | {"PYTHONWARNINGS": "ignore"}  # fmt: skip
        line = [str(AWS), "comprehend", *arguments, "--endpoint-url", url]
        return subprocess.run(line, env=environment, capture_output=True, text=True, check=False, timeout=60)

    return run


def code(call: Callable[..., Any], **arguments: Any) -> tuple[str, int]:
    """The error code and the status of a call that must fail, as the client tells them."""
    with pytest.raises(ClientError) as told:
        call(**arguments)
    response = told.value.response
    assert response["ResponseMetadata"]["RequestId"]
    return response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_sentiment(url: str, client: Callable[..., Any], served: Running, protocol: str) -> None:
    """The client's own parser gives the label and the scores that /predict gives, and the request's id."""
    found = client(url, protocol).detect_sentiment(Text=TEXT, LanguageCode="en")
    predicted = served.post("/predict", json.dumps({"text": TEXT}).encode()).json()
    assert found["Sentiment"] == predicted["label"].upper()
    scores = {label.title(): score for label, score in predicted["scores"].items()}
    assert found["SentimentScore"] == pytest.approx({**scores, "Mixed": 0.0}, abs=1e-7)
    assert found["ResponseMetadata"]["RequestId"] == found["ResponseMetadata"]["HTTPHeaders"]["x-request-id"]


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_batch(url: str, client: Callable[..., Any], protocol: str) -> None:
    """Results and errors come under their index."""
    made = client(url, protocol)
    found = made.batch_detect_sentiment(TextList=[TEXT, "é" * 2501, "Überschuss 😀"], LanguageCode="en")
    alone = made.detect_sentiment(Text="Überschuss 😀", LanguageCode="en")
    assert [result["Index"] for result in found["ResultList"]] == [0, 2]
    assert found["ResultList"][1]["SentimentScore"] == alone["SentimentScore"]
    assert [(e["Index"], e["ErrorCode"]) for e in found["ErrorList"]] == [(1, "TEXT_SIZE_LIMIT_EXCEEDED")]


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_errors_are_the_clients_own_exceptions(url: str, client: Callable[..., Any], protocol: str) -> None:
    """A program that catches the service's exceptions catches these."""
    made = client(url, protocol)
    known = made.exceptions
    with pytest.raises(known.TextSizeLimitExceededException, match="5001 bytes"):
        made.detect_sentiment(Text="x" * 5001, LanguageCode="en")
    with pytest.raises(known.UnsupportedLanguageException, match="'en'"):
        made.detect_sentiment(Text="x", LanguageCode="de")
    with pytest.raises(known.BatchSizeLimitExceededException, match="26 documents"):
        made.batch_detect_sentiment(TextList=["x"] * 26, LanguageCode="en")
    assert code(made.detect_entities, Text="x", LanguageCode="en") == ("UnknownOperationException", 400)
    unchecked = client(url, protocol, parameter_validation=False)
    assert code(unchecked.detect_sentiment, Text="", LanguageCode="en") == ("ValidationException", 400)
    assert code(unchecked.detect_sentiment, LanguageCode="en") == ("ValidationException", 400)


def with_header(made: Any, name: str, value: str) -> Any:
    """The client, whose requests carry one more header."""
    made.meta.events.register("before-sign.comprehend", lambda request, **_: request.headers.add_header(name, value))
    return made


@pytest.fixture
def guarded(serve: Callable[..., Running]) -> Running:
    return serve(UNDERTONE_API_KEYS_SHA256=sha256(KEY.encode()).hexdigest())


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_key(guarded: Running, client: Callable[..., Any], protocol: str) -> None:
    """In a header that an event hook adds, or as the access key id; without one access is denied."""
    asked = {"Text": TEXT, "LanguageCode": "en"}
    hooked = with_header(client(guarded.url, protocol), "X-API-Key", KEY)
    expected = hooked.detect_sentiment(**asked)["Sentiment"]
    assert client(guarded.url, protocol, key_id=KEY).detect_sentiment(**asked)["Sentiment"] == expected
    assert code(client(guarded.url, protocol).detect_sentiment, **asked) == ("AccessDeniedException", 401)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_refusals_of_the_front(serve: Callable[..., Running], client: Callable[..., Any], protocol: str) -> None:
    """What is refused before it is read has a code and a sentence too."""
    asked = {"Text": "x" * 200, "LanguageCode": "en"}
    small = client(serve(UNDERTONE_MAX_BODY_BYTES="100").url, protocol)
    assert code(small.detect_sentiment, **asked) == ("RequestEntityTooLargeException", 413)


def test_a_service_without_a_model(serve: Callable[..., Running], client: Callable[..., Any], tmp_path: Path) -> None:
    """It is not available."""
    broken = client(serve(UNDERTONE_ARTIFACTS=str(tmp_path)).url)
    asked = {"Text": "x", "LanguageCode": "en"}
    assert code(broken.detect_sentiment, **asked) == ("ServiceUnavailableException", 503)


def test_the_cli_prints_a_sentiment(url: str, cli: Callable[..., Any], served: Running) -> None:
    """`aws comprehend detect-sentiment` prints the answer of /predict in its form."""
    done = cli(url, "detect-sentiment", "--language-code", "en", "--text", TEXT)
    predicted = served.post("/predict", json.dumps({"text": TEXT}).encode()).json()
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["Sentiment"] == predicted["label"].upper()


def test_the_cli_prints_a_batch(url: str, cli: Callable[..., Any]) -> None:
    """`aws comprehend batch-detect-sentiment` takes several texts and prints results beside errors."""
    done = cli(url, "batch-detect-sentiment", "--language-code", "en", "--text-list", TEXT, "x" * 5001)
    found = json.loads(done.stdout)
    assert [result["Index"] for result in found["ResultList"]] == [0]
    assert [error["Index"] for error in found["ErrorList"]] == [1]


def test_the_cli_tells_an_error(url: str, cli: Callable[..., Any]) -> None:
    """The error's name and its sentence are on standard error."""
    done = cli(url, "detect-sentiment", "--language-code", "de", "--text", TEXT)
    assert done.returncode not in (0, 1)
    assert "(UnsupportedLanguageException) when calling the DetectSentiment operation" in done.stderr


def test_the_cli_brings_a_key_as_its_access_key_id(guarded: Running, cli: Callable[..., Any]) -> None:
    """It can add no header, and needs none."""
    line = ("detect-sentiment", "--language-code", "en", "--text", TEXT)
    assert cli(guarded.url, *line, key_id=KEY).returncode == 0
    assert "(AccessDeniedException)" in cli(guarded.url, *line).stderr


def test_a_fault_on_lambda_fails_the_invocation(shipped: Path, client: Callable[..., Any]) -> None:
    """Lambda counts it; the client sees the address's own 502, which holds no word of ours."""
    function = Function(shipped)
    function.core.model.classify = lambda *_: 1 / 0  # type: ignore[union-attr,method-assign]  # the fake is the fault
    address = FunctionUrl(function)
    try:
        with pytest.raises(ClientError, match="502"):
            client(address.url).detect_sentiment(Text="x", LanguageCode="en")
    finally:
        address.stop()
    assert [line["Faults"] for line in function.logged() if "Faults" in line] == [1]
