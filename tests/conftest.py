"""What the tests of every room share: a clean environment, one hypothesis profile, a small artifact pair.

No test needs a trained artifact: the pair is published from seeded random weights over a vocabulary of
real terms. Left out: what one room alone needs, which stands in its own folder.
"""

from __future__ import annotations

import csv
import json
import os
import random
import shutil
import struct
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest

from textmodel.artifact import Artifact
from textmodel.network import Dense
from textmodel.publish import publish

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

hypothesis.settings.register_profile("undertone", deadline=None, derandomize="CI" in os.environ)
hypothesis.settings.load_profile("undertone")

TERMS = """
profit loss sales net operating eur mn million 2009 2010 13 rose fell from to the in of quarter year compared
company finnish shares dividend order contract market growth decreased increased layoffs agreement services
helsinki nokia straße überschuss 売上高 прибыль stanbul
profit rose|profit fell|net sales|net profit|operating profit|operating loss|eur mn|in the|of the|from eur|to eur
compared to|the company|the year|sales increased|sales decreased|net loss|mn in|mn from|the finnish|eur 13|13 mn
"""
GOLDENS = ("Operating profit rose to EUR 13.1 mn", "Net loss and layoffs in Helsinki", "The company", "")


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of the person or the machine that runs the tests reaches them, but for the data's place."""
    for name in os.environ:
        if name.startswith("UNDERTONE_") and name != "UNDERTONE_DATA":
            monkeypatch.delenv(name)


@pytest.fixture(scope="session")
def terms() -> tuple[str, ...]:
    """Words and pairs of words, as a trained vocabulary has them: pairs hold a space."""
    words, pairs = TERMS.strip().split("profit rose|")
    return (*words.split(), "profit rose", *pairs.replace("\n", "|").split("|"))


@pytest.fixture(scope="session")
def random_layers() -> Callable[..., tuple[Dense, ...]]:
    """A function: a seed, the number of inputs and each layer's width to layers of normal weights."""

    def make(seed: int, inputs: int, widths: Sequence[int], scale: float = 1.0) -> tuple[Dense, ...]:
        rng, layers = random.Random(seed), []
        for units in widths:
            kernel = struct.pack(f"<{inputs * units}f", *(rng.gauss(0, scale) for _ in range(inputs * units)))
            bias = struct.unpack(f"<{units}f", struct.pack(f"<{units}f", *(rng.gauss(0, scale) for _ in range(units))))
            layers.append(Dense(kernel, bias))
            inputs = units
        return tuple(layers)

    return make


@pytest.fixture(scope="session")
def make_artifact(terms: tuple[str, ...], random_layers: Callable[..., tuple[Dense, ...]]) -> Callable[..., Artifact]:
    """A function: any fields of an artifact, and a seed for its weights, to an artifact that could be trained."""

    def make(seed: int = 1, **fields: Any) -> Artifact:
        usual = {
            "task": "sentiment",
            "version": "1.0.0",
            "labels": ("negative", "neutral", "positive"),
            "token_rule": 1,
            "terms": terms,
            "layers": random_layers(seed, len(terms), (8, 3)),
            "temperature": 1.25,
            "about": {
                "data": {"rows": 4362}, "recipe": {"seed": seed}, "metrics": {"f1": 0.75}, "licence": "CC BY-NC-SA 3.0"
            },
            "language": "en",
            "reliability": [(0.4, 0.9, 0.75), (0.6, 0.6, 0.86), (0.8, 0.3, 0.92), (0.9, 0.1, 0.97)],
        }  # fmt: skip
        return Artifact(**{**usual, **fields})

    return make


@dataclass(frozen=True)
class Pair:
    """A published pair below `root`; files are named by their path from there."""

    root: Path
    vocabulary: str = "vectorizer/sentiment/vocabulary.txt"
    vectorizer: str = "vectorizer/sentiment/manifest.json"
    weights: str = "saved_model/sentiment/weights.safetensors"
    network: str = "saved_model/sentiment/manifest.json"

    @property
    def files(self) -> tuple[str, str, str, str]:
        return self.vocabulary, self.vectorizer, self.weights, self.network

    def read(self, file: str) -> bytes:
        return (self.root / file).read_bytes()

    def write(self, file: str, content: bytes) -> None:
        (self.root / file).write_bytes(content)

    def edit(self, manifest: str, **fields: Any) -> None:
        """Replace fields of one manifest, which may break the hashes between the files."""
        self.write(manifest, json.dumps({**json.loads(self.read(manifest)), **fields}).encode())

    def drop(self, manifest: str, field: str) -> None:
        """Take one field out of one manifest."""
        fields = json.loads(self.read(manifest))
        del fields[field]
        self.write(manifest, json.dumps(fields).encode())

    def seal(self) -> None:
        """Make every hash right again, as if what the files now hold had been trained."""
        self.edit(self.vectorizer, files={"vocabulary.txt": sha256(self.read(self.vocabulary)).hexdigest()})
        self.edit(
            self.network,
            files={"weights.safetensors": sha256(self.read(self.weights)).hexdigest()},
            vectorizer=sha256(self.read(self.vectorizer)).hexdigest(),
        )


@pytest.fixture(scope="session")
def shipped(tmp_path_factory: pytest.TempPathFactory, make_artifact: Callable[..., Artifact]) -> Path:
    """The root of a pair published once; read it, never write there."""
    root = tmp_path_factory.mktemp("shipped")
    publish(str(root), make_artifact(), GOLDENS, {"MODEL_CARD.md": b"# Sentiment\n"})
    return root


@pytest.fixture
def pair(shipped: Path, tmp_path: Path) -> Pair:
    """A pair of one's own, to use or to damage."""
    return Pair(shutil.copytree(shipped, tmp_path / "pair"))


@pytest.fixture(scope="session")
def sentences() -> list[str]:
    """The published sentences, from the all-data.csv that UNDERTONE_DATA names."""
    path = os.environ.get("UNDERTONE_DATA", "")
    if not os.path.isfile(path):
        pytest.skip("UNDERTONE_DATA does not name all-data.csv")
    with open(path, encoding="latin-1", newline="") as file:  # newline="" lets csv see the bare carriage returns
        return [text for _, text in csv.reader(file)]
