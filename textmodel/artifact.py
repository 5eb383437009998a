"""The artifact pair on disk: `vectorizer/<task>/` and `saved_model/<task>/`, read and written here only.

    vectorizer/<task>/vocabulary.txt        a term a line; the line's number is the row
    vectorizer/<task>/manifest.json         format, token rule, SHA-256 of the vocabulary
    saved_model/<task>/weights.safetensors  dense_0.kernel (V, H), dense_0.bias (H,), dense_1.kernel, ...
    saved_model/<task>/manifest.json        format, labels, temperature, SHA-256 of the weights and of the
                                            vectorizer's manifest, language, reliability table, baseline of answers,
                                            words of short texts, recipe, data, metrics, golden inputs

Reading checks versions, then hashes, then that the parts fit; `model.load` checks the goldens.
Left out: pickles of any kind, and the plots and the card, which are for people.
"""

import json
import os
import struct
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any, NamedTuple, cast

from . import safetensors
from .artifact_fields import check_baseline, check_language, check_min_words, check_reliability, read_row
from .doubts import MOST_WORDS
from .errors import (
    ArtifactHash,
    ArtifactLabels,
    ArtifactMalformed,
    ArtifactMissing,
    ArtifactPair,
    ArtifactShape,
    ArtifactVersion,
)
from .network import MAX_ROWS, MAX_WEIGHT, Dense
from .reliability import Row
from .tokens import RULES

FORMAT = 1
VOCABULARY, WEIGHTS, MANIFEST = "vocabulary.txt", "weights.safetensors", "manifest.json"
MAX_TEMPERATURE = 1000.0
_FIELDS = frozenset(
    {"format", "task", "version", "labels", "temperature", "vectorizer", "files", "goldens",
     "language", "reliability", "baseline", "min_words"}
)  # fmt: skip
_BELOW_32 = bytes(byte for byte in range(256) if byte & 0x7F < 0x42)
"""The last byte, sign and exponent, of every float32 below 32; of no larger one, infinity or NaN."""


class Artifact(NamedTuple):
    """What a pair holds: everything that a model needs, and how it was made."""

    task: str
    version: str
    labels: tuple[str, ...]
    token_rule: int
    terms: Sequence[str]
    layers: tuple[Dense, ...]
    temperature: float = 1.0
    goldens: Sequence[Mapping[str, Any]] = ()
    """Each {"text": str, "scores": {label: probability}}."""
    about: Mapping[str, Any] = {}
    """How it was made: data and its hash, recipe, seed, libraries, metrics."""
    files: Mapping[str, str] = {}
    """SHA-256 of each file, by its path below the root; known once read."""
    language: str = ""
    """Of the texts it was trained on, by its ISO 639 code; "" where that does not matter."""
    reliability: Sequence[Row] = ()
    """Rows (threshold, coverage, accuracy) of cross-validation, as `reliability` reads them."""
    baseline: Mapping[str, Mapping[str, int]] = {}
    """How many cross-validated answers had each label, score, known share and length; {} where not counted."""
    min_words: int = MOST_WORDS
    """Words that a text has, as those it was trained on; one with fewer is too short."""


def folders(root: str, task: str) -> tuple[str, str]:
    """The vectorizer's and the network's folder of one task."""
    return os.path.join(root, "vectorizer", task), os.path.join(root, "saved_model", task)


def encode(artifact: Artifact) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """The files of both folders, by name.

    Raises: ArtifactError, as `check`.
    """
    check(artifact)
    vocabulary = "".join(f"{term}\n" for term in artifact.terms).encode()
    vectorizer = _json(
        {
            "format": FORMAT,
            "task": artifact.task,
            "token_rule": artifact.token_rule,
            "terms": len(artifact.terms),
            "files": {VOCABULARY: sha256(vocabulary).hexdigest()},
        }
    )
    weights = safetensors.dump(_tensors(artifact.layers), {"labels": json.dumps(artifact.labels)})
    network = _json(
        {
            "format": FORMAT,
            "task": artifact.task,
            "version": artifact.version,
            "labels": artifact.labels,
            "temperature": artifact.temperature,
            "vectorizer": sha256(vectorizer).hexdigest(),
            "files": {WEIGHTS: sha256(weights).hexdigest()},
            "language": artifact.language,
            "reliability": artifact.reliability,
            "baseline": artifact.baseline,
            **({"min_words": artifact.min_words} if artifact.min_words != MOST_WORDS else {}),
            **artifact.about,
            "goldens": artifact.goldens,
        }
    )
    return {VOCABULARY: vocabulary, MANIFEST: vectorizer}, {WEIGHTS: weights, MANIFEST: network}


def read(root: str, task: str) -> Artifact:
    """The pair of `task` below `root`, checked but for its goldens.

    Raises: ArtifactError, by the first check that fails, naming the file and both values.
    """
    vectorizer_folder, network_folder = folders(root, task)
    vectorizer = _Manifest(vectorizer_folder, task)
    network = _Manifest(network_folder, task)
    token_rule = vectorizer.field("token_rule", int)
    if token_rule not in RULES:
        raise ArtifactVersion(vectorizer.path, f"token_rule in {sorted(RULES)}", token_rule)
    vocabulary = vectorizer.file(VOCABULARY)
    weights = network.file(WEIGHTS)
    if network.field("vectorizer", str) != vectorizer.digest:
        raise ArtifactPair(vectorizer.path, f"SHA-256 {network.field('vectorizer', str)}", vectorizer.digest)
    artifact = Artifact(
        task=task,
        version=network.field("version", str),
        labels=tuple(network.field("labels", list)),
        token_rule=token_rule,
        terms=_terms(vocabulary, vectorizer),
        layers=_layers(weights, network),
        temperature=network.field("temperature", float | int),
        goldens=[_golden(golden, network.path) for golden in network.field("goldens", list)],
        about={name: value for name, value in network.values.items() if name not in _FIELDS},
        files={f"vectorizer/{task}/{VOCABULARY}": vectorizer.hashes[VOCABULARY],
               f"vectorizer/{task}/{MANIFEST}": vectorizer.digest,
               f"saved_model/{task}/{WEIGHTS}": network.hashes[WEIGHTS],
               f"saved_model/{task}/{MANIFEST}": network.digest},
        language=network.field("language", str, ""),
        reliability=[read_row(row, network.path) for row in network.field("reliability", list, [])],
        baseline=network.field("baseline", dict, {}),
        min_words=network.field("min_words", int, MOST_WORDS),
    )  # fmt: skip
    check(artifact, network_folder)
    return artifact


class _Manifest:
    """One folder's manifest.json: its fields by type, and the files it vouches for."""

    def __init__(self, folder: str, task: str) -> None:
        self.folder = folder
        self.path = os.path.join(folder, MANIFEST)
        raw = _bytes(self.path)
        self.digest = sha256(raw).hexdigest()
        try:
            self.values = json.loads(raw)
        except (ValueError, RecursionError) as error:
            raise ArtifactMalformed(self.path, "JSON", type(error).__name__) from error
        if not isinstance(self.values, dict):
            raise ArtifactMalformed(self.path, "a JSON object", type(self.values).__name__)
        if self.field("format", int) != FORMAT:
            raise ArtifactVersion(self.path, f"format {FORMAT}", f"format {self.values['format']}")
        if self.field("task", str) != task:
            raise ArtifactPair(self.path, f"task {task!r}", repr(self.values["task"]))
        self.hashes = self.field("files", dict)

    def field(self, name: str, kind: Any, default: Any = None) -> Any:
        value = self.values.get(name, default)
        if not isinstance(value, kind) or isinstance(value, bool):
            raise ArtifactMalformed(self.path, f"{name!r} of type {getattr(kind, '__name__', kind)}", repr(value)[:40])
        return value

    def file(self, name: str) -> bytes:
        path = os.path.join(self.folder, name)
        raw = _bytes(path)
        found, expected = sha256(raw).hexdigest(), self.hashes.get(name)
        if found != expected:
            raise ArtifactHash(path, f"SHA-256 {expected}", found)
        return raw


def _bytes(path: str) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        raise ArtifactMissing(path, "a readable file", error.strerror) from error


def _json(value: Mapping[str, Any]) -> bytes:
    return (json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode()


def _terms(vocabulary: bytes, vectorizer: _Manifest) -> list[str]:
    path, count = os.path.join(vectorizer.folder, VOCABULARY), vectorizer.field("terms", int)
    try:
        *terms, rest = vocabulary.decode().split("\n")
    except UnicodeDecodeError as error:
        raise ArtifactMalformed(path, "UTF-8", f"byte {error.start}") from error
    if rest or len(terms) != count or len(set(terms)) != count:
        raise ArtifactMalformed(path, f"{count} different terms, a line each", f"{len(set(terms))} in {len(terms)}")
    return terms


def _tensors(layers: Sequence[Dense]) -> dict[str, safetensors.Tensor]:
    tensors = {}
    for n, (kernel, bias) in enumerate(layers):
        inputs = len(kernel) // 4 // len(bias)
        tensors[f"dense_{n}.kernel"] = safetensors.Tensor((inputs, len(bias)), kernel)
        tensors[f"dense_{n}.bias"] = safetensors.Tensor((len(bias),), struct.pack(f"<{len(bias)}f", *bias))
    return tensors


def _layers(weights: bytes, network: _Manifest) -> tuple[Dense, ...]:
    path = os.path.join(network.folder, WEIGHTS)
    try:
        tensors, metadata = safetensors.parse(weights)
        stored_labels = json.loads(metadata["labels"])
        layers = tuple(_dense(tensors, n) for n in range((len(tensors) + 1) // 2))
    except KeyError as error:
        raise ArtifactMalformed(path, f"an entry {error}", "none") from error
    except (ValueError, RecursionError) as error:
        raise ArtifactMalformed(path, "a safetensors file", error) from error
    if stored_labels != network.values.get("labels"):
        raise ArtifactLabels(network.path, f"labels {stored_labels}", network.values.get("labels"))
    return layers


def _dense(tensors: Mapping[str, safetensors.Tensor], n: int) -> Dense:
    kernel, bias = tensors[f"dense_{n}.kernel"], tensors[f"dense_{n}.bias"]
    if len(kernel.shape) != 2 or bias.shape != kernel.shape[1:] or not bias.shape[0]:
        raise ValueError(f"dense_{n}: kernel {kernel.shape} beside bias {bias.shape}")
    return Dense(kernel.data, struct.unpack(f"<{bias.shape[0]}f", bias.data))


def _golden(golden: Any, path: str) -> Mapping[str, Any]:
    match golden:
        case {"text": str(), "scores": dict(scores)} if all(
            isinstance(score, float | int) and 0 <= score <= 1 for score in scores.values()
        ):
            return cast("Mapping[str, Any]", golden)
    raise ArtifactMalformed(path, "goldens of a text and the scores of its labels", repr(golden)[:200])


def check(artifact: Artifact, folder: str = "") -> None:
    """Every layer takes what the one before gives, from V terms to L labels, in weights that the lanes can hold.

    Raises: ArtifactError, naming the file of `folder` where the misfit is.
    """
    weights, manifest = os.path.join(folder, WEIGHTS), os.path.join(folder, MANIFEST)
    if clash := _FIELDS.intersection(artifact.about):
        raise ArtifactMalformed(manifest, "`about` beside the manifest's own fields", sorted(clash))
    if not all(isinstance(label, str) for label in artifact.labels) or len({*artifact.labels}) < len(artifact.labels):
        raise ArtifactMalformed(manifest, "different texts as labels", artifact.labels)
    if not 0 < artifact.temperature <= MAX_TEMPERATURE:
        raise ArtifactMalformed(manifest, f"a temperature above 0, up to {MAX_TEMPERATURE}", artifact.temperature)
    check_language(artifact.language, manifest)
    check_reliability(artifact.reliability, manifest)
    check_baseline(artifact.baseline, artifact.labels, manifest)
    check_min_words(artifact.min_words, manifest)
    if not artifact.layers or not 0 < len(artifact.terms) < MAX_ROWS:
        found = f"{len(artifact.layers)} layers, {len(artifact.terms)} terms"
        raise ArtifactShape(weights, f"layers, and 1 to {MAX_ROWS - 1} terms", found)
    inputs = len(artifact.terms)
    for n, (kernel, bias) in enumerate(artifact.layers):
        if len(bias) == 0 or len(kernel) != 4 * inputs * len(bias):
            found = f"{len(kernel) / 4:g} weights for {len(bias)} units"
            raise ArtifactShape(weights, f"dense_{n}.kernel of {inputs} rows", found)
        _check_weights(n, kernel, bias, weights)
        inputs = len(bias)
    if inputs != len(artifact.labels):
        raise ArtifactShape(weights, f"{len(artifact.labels)} outputs for {artifact.labels}", inputs)


def _check_weights(n: int, kernel: bytes | memoryview, bias: Sequence[float], path: str) -> None:
    """Each is a number that a lane of the first layer can hold; a million small ones are checked in 1 ms."""
    large = bytes(kernel)[3::4].translate(None, delete=_BELOW_32)
    for weight in (*(struct.unpack(f"<{len(kernel) // 4}f", kernel) if large else ()), *bias):
        if not abs(weight) < MAX_WEIGHT:
            raise ArtifactShape(path, f"dense_{n} of weights between -{MAX_WEIGHT} and {MAX_WEIGHT}", weight)
