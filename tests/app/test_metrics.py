"""The figures at /metrics: what is counted, and under how few names."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import time
from typing import TYPE_CHECKING

import httpx
import psutil
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.app.serving import HANG_S, HOUSE, TEXT, Inside, Running, body_of, clean_environment, python
from textmodel.histogram import TENTHS

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def _samples(text: str) -> dict[tuple[str, ...], float]:
    """Every sample by its name and its labels' values, as Prometheus's own parser reads them."""
    return {
        (sample.name, *(sample.labels[name] for name in sorted(sample.labels))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def _requests(samples: dict[tuple[str, ...], float]) -> dict[tuple[str, ...], float]:
    return {key[1:]: value for key, value in samples.items() if key[0] == "undertone_requests_total"}


def test_counters_add_up(inside: Callable[..., Inside]) -> None:
    """Every answer is counted by method, path and status, and every classified text by its label."""
    client = inside()
    label = client.post("/predict", body_of(TEXT)).json()["label"]
    client.post("/predict", b"{")
    client.post("/predict/batch", json.dumps({"texts": [TEXT] * 5 + [None]}).encode())  # type: ignore[list-item]
    client.post("/process_text", json.dumps({"payload": TEXT}).encode())
    client.get("/livez/")
    found = _samples(client.get("/metrics").text)
    assert _requests(found) == {
        ("POST", "/predict", "200"): 1,
        ("POST", "/predict", "400"): 1,
        ("POST", "/predict/batch", "200"): 1,
        ("POST", "/process_text", "200"): 1,
        ("GET", "/livez", "200"): 1,
    }
    assert found["undertone_predictions_total", label] == 7
    model = client.door.core.model  # type: ignore[attr-defined]  # the door's own
    sure = 7 if model.classify(TEXT).reliable else 0
    assert found["undertone_reliability_total", "yes"] == sure
    assert found["undertone_reliability_total", "no"] == 7 - sure
    assert found["undertone_request_duration_seconds_count", "/predict"] == 2
    assert found["undertone_request_duration_seconds_bucket", "+Inf", "/predict"] == 2


def test_texts_are_counted_by_the_share_of_words_that_the_model_knows(inside: Callable[..., Inside]) -> None:
    """A text counts in its tenth, a whole number of known words in the last; every tenth is there from the start."""
    client = inside()
    model = client.door.core.model  # type: ignore[attr-defined]  # the door's own
    texts = [TEXT, "qwx zkv", "profit qwx zkv"]
    expected = dict.fromkeys(TENTHS, 0)
    for text in (texts[0], *texts):
        expected[TENTHS[min(int(model.classify(text).known * 10), 9)]] += 1
    client.post("/predict", body_of(TEXT))
    client.post("/predict/batch", json.dumps({"texts": texts}).encode())
    found = _samples(client.get("/metrics").text)
    assert {tenth: found["undertone_known_total", tenth] for tenth in TENTHS} == expected
    assert sum(number > 0 for number in expected.values()) == 3


def test_figures_tell_who_answers_and_since_when(inside: Callable[..., Inside]) -> None:
    """The model by name, version and task, and Prometheus's usual figures of the process."""
    found = _samples(inside().get("/metrics").text)
    assert found["undertone_model_info", "sentiment-1.0.0", "sentiment", "1.0.0"] == 1
    assert found["process_start_time_seconds",] == pytest.approx(psutil.Process().create_time(), abs=1)
    assert found["process_resident_memory_bytes",] > 0


def test_figures_without_a_model_name_none(inside: Callable[..., Inside], tmp_path: Path) -> None:
    """Where the artifact is missing the info is too, so that an alert can tell."""
    client = inside(artifacts=str(tmp_path))
    client.post("/predict", body_of(TEXT))
    found = _samples(client.get("/metrics").text)
    assert [key for key in found if key[0] == "undertone_model_info"] == []
    assert _requests(found) == {("POST", "/predict", "503"): 1}


def test_every_series_is_there_before_it_counts(inside: Callable[..., Inside]) -> None:
    """Labels, tenths and reliability begin at 0, so that the first text of each is seen as a rise."""
    found = _samples(inside().get("/metrics").text)
    names = ("undertone_predictions_total", "undertone_known_total", "undertone_reliability_total")
    begun = {key: value for key, value in found.items() if key[0] in names}
    assert len(begun) == 3 + 10 + 2
    assert set(begun.values()) == {0}


def test_asking_for_the_figures_is_counted_once_answered(inside: Callable[..., Inside]) -> None:
    """The second exposition holds the first."""
    client = inside()
    client.get("/metrics")
    assert _requests(_samples(client.get("/metrics").text)) == {("GET", "/metrics", "200"): 1}


def test_figures_stay_few_whatever_is_asked_for(inside: Callable[..., Inside]) -> None:
    """Unknown paths, files and methods share one name, so nobody can fill the memory with names."""
    client = inside()
    for number in range(50):
        client.get(f"/nothing-{number}")
        client.get(f"/page/{number}")
        client.request(f"METHOD{number}", "/livez")
        client.post(f"/predict?{number}", body_of(TEXT))
    found = _requests(_samples(client.get("/metrics").text))
    expected = {
        ("GET", "(other)", "404"): 100, ("(other)", "/livez", "405"): 50, ("POST", "/predict", "200"): 50,
    }  # fmt: skip
    assert found == expected


def test_two_doors_in_one_process_count_apart(inside: Callable[..., Inside]) -> None:
    """A second application in a process neither fails nor adds to the first."""
    first, second = inside(), inside()
    first.get("/livez")
    assert _requests(_samples(second.get("/metrics").text)) == {}


def test_the_exposition_says_its_format(door: Inside) -> None:
    """Prometheus learns from the content type how to read it."""
    assert door.get("/metrics").headers["content-type"].startswith("text/plain; version=")


WORKERS = ("{python}", "-m", "app.workers")


def _workers(samples: dict[tuple[str, ...], float]) -> set[int]:
    return {int(key[1]) for key in samples if key[0] == "process_start_time_seconds"}


def _replaced(server: Running, pid: int) -> set[int]:
    """The workers after one was killed and another took its place."""
    os.kill(pid, signal.SIGKILL)
    end = time.monotonic() + HANG_S
    while time.monotonic() < end:
        with contextlib.suppress(httpx.TransportError):
            workers = _workers(_samples(server.get("/metrics").text))
            if pid not in workers and len(workers) == 2:
                return workers
    raise AssertionError(server.err)


def test_figures_of_several_workers_add_up_also_after_one_was_replaced(start: Callable[..., Running]) -> None:
    """Whichever worker is asked tells the sum of all, those killed among them, and each that lives by its id."""
    server = start(*WORKERS, UNDERTONE_WORKERS="2")
    server.wait_until_alive()
    for _ in range(20):
        assert server.post("/predict", body_of(TEXT)).status_code == 200
    before = _samples(server.get("/metrics").text)
    first = _workers(before)
    assert len(first) == 2
    left = _replaced(server, max(first))
    left = _replaced(server, min(left & first))
    assert left & first == set()
    for _ in range(20):
        assert server.post("/predict", body_of(TEXT)).status_code == 200
    pages = [_samples(server.get("/metrics").text) for _ in range(6)]
    assert [_requests(page)["POST", "/predict", "200"] for page in pages] == [40] * 6
    assert [page["undertone_request_duration_seconds_count", "/predict"] for page in pages] == [40] * 6
    assert [sum(v for k, v in page.items() if k[0] == "undertone_known_total") for page in pages] == [40] * 6
    assert [page["undertone_model_info", "sentiment-1.0.0", "sentiment", "1.0.0"] for page in pages] == [1] * 6
    assert {frozenset(_workers(page)) for page in pages} == {frozenset(left)}
    assert server.stop() == 0


def test_an_exposition_of_several_workers_names_each_figure_once(start: Callable[..., Running]) -> None:
    """HELP and TYPE stand once for a name, as the format asks."""
    server = start(*WORKERS, UNDERTONE_WORKERS="2")
    server.wait_until_alive()
    described = re.findall(r"^# TYPE (\S+)", server.get("/metrics").text, re.MULTILINE)
    assert "process_start_time_seconds" in described
    assert len(described) == len(set(described))


COUNT_ONCE = """
import os, sys
from app.metrics import Metrics
from textmodel import load
metrics = Metrics(os.environ["PROMETHEUS_MULTIPROC_DIR"], load(root=os.environ["UNDERTONE_ARTIFACTS"]))
metrics.observe("/predict", "POST", 200, 0.003)
sys.stdout.buffer.write(metrics.render().body)
"""


def test_a_worker_that_dies_again_and_again_fills_no_disk(shipped: Path, tmp_path: Path) -> None:
    """Dead workers' counts are kept, in as many files as there are kinds, and their other files go."""
    folder = tmp_path / "figures"
    environment = clean_environment(PROMETHEUS_MULTIPROC_DIR=str(folder), UNDERTONE_ARTIFACTS=str(shipped))
    for _ in range(4):
        done = subprocess.run(python("-c", COUNT_ONCE), env=environment, cwd=HOUSE, check=True, capture_output=True)
    found = _samples(done.stdout.decode())
    assert _requests(found) == {("POST", "/predict", "200"): 4}
    assert found["undertone_request_duration_seconds_bucket", "0.002", "/predict"] == 0
    assert found["undertone_request_duration_seconds_bucket", "0.005", "/predict"] == 4
    last = next(iter(_workers(found)))
    expected = {"lock", "counter_dead.db", "histogram_dead.db",
                f"counter_{last}.db", f"gauge_livemax_{last}.db", f"histogram_{last}.db"}  # fmt: skip
    assert {path.name for path in folder.iterdir()} == expected


def test_granian_by_itself_adds_up_too(serve: Callable[..., Running], tmp_path: Path) -> None:
    """With PROMETHEUS_MULTIPROC_DIR any server of several processes tells the sum of all."""
    command = ("-m", "granian", "--interface", "asgi", "--factory", "app.asgi:build", "--host", "127.0.0.1")
    folder = tmp_path / "figures"
    folder.mkdir()
    server = serve("{python}", *command, "--port", "{port}", "--no-log", "--workers", "2",
                   PROMETHEUS_MULTIPROC_DIR=str(folder), PYTHONWARNINGS="")  # fmt: skip
    for _ in range(40):
        assert server.post("/predict", body_of(TEXT)).status_code == 200
    assert _requests(_samples(server.get("/metrics").text))["POST", "/predict", "200"] == 40
    assert server.stop() == 0
