"""The servers that this one is compared with send the fields that it sends, so that each carries the same load."""

import asyncio
import json
from pathlib import Path
from types import ModuleType

import httpx
import pytest

from benchmarks.servers import bare_asgi, empty_fastapi, wire
from textmodel import Prediction, load


def test_the_pydantic_answer_is_ours(shipped: Path) -> None:
    """A real answer fits, and comes out with every field in its place."""
    answer = load(root=str(shipped)).classify("Profit rose")._asdict()
    assert wire.Prediction(**answer).model_dump_json() == json.dumps(answer, separators=(",", ":"))


@pytest.mark.parametrize("server", [bare_asgi, empty_fastapi], ids=lambda server: server.__name__)
def test_an_empty_server_sends_every_field(server: ModuleType) -> None:
    """What they answer is no prediction, but as long as one."""

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(server.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://benchmark") as client:
            return await client.post("/predict", json={"text": "Profit rose"})

    answer = asyncio.run(ask())
    assert answer.status_code == 200
    assert tuple(answer.json()) == Prediction._fields
    assert int(answer.headers["content-length"]) == len(answer.content)
