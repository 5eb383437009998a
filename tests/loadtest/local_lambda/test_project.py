"""The project's own handler behind both interfaces, once, as `make lambda` starts it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.loadtest.local_lambda.running import HOUSE, Local

if TYPE_CHECKING:
    from pathlib import Path

TEXT = "Operating profit rose to EUR 13.1 mn"


def test_the_projects_handler(shipped: Path, tmp_path: Path):
    """The first answer is cold with a true INIT, the second warm, and both doors say the same."""
    local = Local(tmp_path / "local", "app.lambda_handler.handler", root=HOUSE, UNDERTONE_ARTIFACTS=str(shipped))
    try:
        cold = local.invoke({"text": TEXT})
        warm = local.request("POST", "/predict", json={"text": TEXT})
        faulty = local.request("POST", "/predict", json={"text": 1})
    finally:
        assert local.stop() == 0
    assert (cold.error, cold.headers["x-local-lambda-init"]) == (None, "cold")
    assert float(cold.headers["x-local-lambda-init-ms"]) > 0
    assert (warm.status_code, warm.headers["x-local-lambda-init"], warm.json()) == (200, "warm", cold.payload)
    assert (faulty.status_code, faulty.headers["content-type"]) == (422, "application/problem+json")
    assert local.log.count("REPORT RequestId") == 3
    assert local.log.count("Init Duration") == 1
