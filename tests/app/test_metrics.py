"""The figures at /metrics: what is counted, and under how few names."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.app.serving import TEXT, Inside, Running, body_of

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


GRANIAN = ("-m", "granian", "--interface", "asgi", "--factory", "app.asgi:build", "--host", "127.0.0.1",
           "--port", "{port}", "--no-log")  # fmt: skip


def test_figures_of_several_workers_add_up(serve: Callable[..., Running], tmp_path: Path) -> None:
    """With PROMETHEUS_MULTIPROC_DIR whichever worker is asked tells the sum of all."""
    pytest.importorskip("granian")
    folder = tmp_path / "figures"
    folder.mkdir()
    command = ("{python}", *GRANIAN, "--workers", "2")
    server = serve(*command, PROMETHEUS_MULTIPROC_DIR=str(folder), PYTHONWARNINGS="")
    for _ in range(40):
        assert server.post("/predict", body_of(TEXT)).status_code == 200
    found = _requests(_samples(server.get("/metrics").text))
    assert found["POST", "/predict", "200"] == 40
    assert server.stop() == 0
