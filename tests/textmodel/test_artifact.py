"""The pair on disk: what is written is what is read, and random damage is an ArtifactError or changes nothing.

Left out: each way to damage a pair and its own error (`test_artifact_damage`).
"""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from contextlib import nullcontext, suppress
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import safetensors.numpy
from hypothesis import given, settings
from hypothesis import strategies as st

from textmodel import ArtifactError, Model, histogram, load
from textmodel.artifact import Artifact, encode, read
from textmodel.errors import ArtifactGolden as Golden
from textmodel.errors import ArtifactMalformed as Malformed
from textmodel.network import Dense
from textmodel.publish import publish
from textmodel.safetensors import parse

if TYPE_CHECKING:
    from tests.conftest import Pair

Make = Callable[..., Artifact]
Layers = Callable[..., tuple[Dense, ...]]
LoadWith = Callable[[str, bytes], Model]

VOCABULARY, VECTORIZER = "vectorizer/sentiment/vocabulary.txt", "vectorizer/sentiment/manifest.json"
WEIGHTS, NETWORK = "saved_model/sentiment/weights.safetensors", "saved_model/sentiment/manifest.json"
OWN_FIELDS = (
    "format", "task", "version", "labels", "temperature", "vectorizer", "files", "goldens",
    "language", "reliability", "baseline", "min_words",
)  # fmt: skip
FIELDS = [
    *((VECTORIZER, field) for field in ("format", "task", "token_rule", "files")),
    *((NETWORK, field) for field in OWN_FIELDS),
]
TEXTS = ("", "profit rose", "Net loss fell to EUR 13 mn", "the company compared to 2009", "layoffs", "helsinki market")


def test_what_publish_wrote_is_what_was_trained(pair: Pair, make_artifact: Make):
    """Terms, layers, labels, rule, temperature and what is told about the training come back bit for bit."""
    trained = make_artifact()
    expected = trained._replace(goldens=(), files={}, terms=list(trained.terms))
    found = read(str(pair.root), "sentiment")
    layers = tuple(Dense(bytes(kernel), tuple(bias)) for kernel, bias in found.layers)
    assert found._replace(goldens=(), files={}, layers=layers) == expected


@pytest.mark.parametrize(
    "about", [{}, {"data": {"rows": 3}, "recipe": {}, "metrics": {"f1": 0.5}}, {"seed": 7}], ids=repr
)
def test_whatever_is_told_about_the_training_comes_back(tmp_path: Path, make_artifact: Make, about: dict[str, Any]):
    """`about` is read as it was written, whatever its fields."""
    publish(str(tmp_path), make_artifact(about=about), [], {})
    assert read(str(tmp_path), "sentiment").about == about


@pytest.mark.parametrize("field", OWN_FIELDS)
def test_about_cannot_replace_a_field(make_artifact: Make, field: str):
    """What is told about the training stands beside the manifest's own fields, never in their place."""
    with pytest.raises(Malformed) as caught:
        encode(make_artifact(about={field: 1}))
    assert field in str(caught.value.found)


def test_a_pair_from_before_the_optional_fields(pair: Pair):
    """A manifest without language, reliability and baseline is read with none of them."""
    for field in ("language", "reliability", "baseline"):
        pair.drop(NETWORK, field)
    found = load(root=str(pair.root)).artifact
    assert (found.language, list(found.reliability), found.baseline) == ("", [], {})


def test_files_are_named_with_their_hashes(pair: Pair):
    """The read artifact lists its four files, each with the SHA-256 of its bytes."""
    expected = {file: sha256(pair.read(file)).hexdigest() for file in pair.files}
    assert read(str(pair.root), "sentiment").files == expected


@st.composite
def _told(draw: st.DrawFn, labels: tuple[str, ...]) -> dict[str, Any]:
    """A language, a table of falling coverage, the same answers counted by each field, and words of a short text."""
    thresholds = sorted(draw(st.sets(st.floats(0, 1), max_size=5)))
    coverages = sorted(draw(st.lists(st.floats(0, 1), min_size=5, max_size=5)), reverse=True)
    table = [(threshold, coverage, draw(st.floats(0, 1))) for threshold, coverage in zip(thresholds, coverages)]  # noqa: B905
    answer = st.tuples(st.sampled_from(labels), st.floats(0, 1), st.floats(0, 1), st.integers(0, 50_000))
    answers = draw(st.lists(answer, max_size=5))
    baseline = histogram.of(answers) if answers else {}
    language, words = draw(st.sampled_from(["", "en", "fi", "smi"])), draw(st.integers(1, 3))
    return {"language": language, "reliability": table, "baseline": baseline, "min_words": words}


@settings(max_examples=30)
@given(st.data())
def test_round_trip_of_any_artifact(
    tmp_path_factory: pytest.TempPathFactory, make_artifact: Make, random_layers: Layers, data: st.DataObject
):
    """Any terms, widths, labels, temperature, language, table and baseline are read as they were written."""
    word = st.text(st.characters(exclude_characters="\n", exclude_categories=["Cs"]), max_size=8)
    terms = data.draw(st.lists(word, min_size=1, max_size=20, unique=True))
    labels = tuple(data.draw(st.lists(word, min_size=1, max_size=5, unique=True)))
    widths = [*data.draw(st.lists(st.integers(1, 9), max_size=2)), len(labels)]
    layers, temperature = (
        random_layers(data.draw(st.integers(0, 99)), len(terms), widths),
        data.draw(st.floats(1e-3, 1e3)),
    )
    trained = make_artifact(
        terms=terms, labels=labels, layers=layers, temperature=temperature, goldens=[], **data.draw(_told(labels))
    )
    root = tmp_path_factory.mktemp("any")
    for folder, files in zip(("vectorizer", "saved_model"), encode(trained), strict=True):
        (root / folder / "sentiment").mkdir(parents=True)
        for name, content in files.items():
            (root / folder / "sentiment" / name).write_bytes(content)
    found = read(str(root), "sentiment")
    assert found._replace(files={}, layers=tuple(Dense(bytes(k), b) for k, b in found.layers)) == trained
    assert encode(found) == encode(trained)


def test_the_library_reads_our_weights(pair: Pair, make_artifact: Make):
    """The safetensors library finds each layer's kernel (inputs, units) and bias (units) in the weights."""
    theirs = safetensors.numpy.load(pair.read(WEIGHTS))
    expected = {}
    for n, (kernel, weights) in enumerate(make_artifact().layers):
        expected[f"dense_{n}.kernel"] = ((len(kernel) // 4 // len(weights), len(weights)), kernel)
        expected[f"dense_{n}.bias"] = ((len(weights),), struct.pack(f"<{len(weights)}f", *weights))
    assert {name: (array.shape, array.tobytes()) for name, array in theirs.items()} == expected


def test_we_read_weights_that_the_library_wrote(pair: Pair):
    """Weights written by the safetensors library give the same answers."""
    model = load(root=str(pair.root))
    expected = [model.classify(text) for text in TEXTS]
    arrays, texts = safetensors.numpy.load(pair.read(WEIGHTS)), parse(pair.read(WEIGHTS))[1]
    pair.write(WEIGHTS, safetensors.numpy.save(arrays, texts))
    pair.seal()
    assert [load(root=str(pair.root)).classify(text) for text in TEXTS] == expected


@pytest.mark.parametrize("difference", [0.0, 1e-6, -1e-6, 3e-6, -3e-6])
def test_goldens_allow_one_last_digit(pair: Pair, difference: float):
    """A golden score may differ by its last digit, as mathematics libraries do, and by no more."""
    text, trained = json.loads(pair.read(NETWORK))["goldens"][0].values()
    for label, score in trained.items():
        scores = {**trained, label: round(score + difference, 6)}
        pair.edit(NETWORK, goldens=[{"text": text, "scores": scores}])
        with nullcontext() if abs(difference) < 2e-6 else pytest.raises(Golden):
            load(root=str(pair.root))


@pytest.fixture(scope="session")
def answers(shipped: Path) -> list[tuple[str, dict[str, float]]]:
    return _answers(load(root=str(shipped)))


def _answers(model: Model) -> list[tuple[str, dict[str, float]]]:
    return [(answer.label, answer.scores) for answer in map(model.classify, TEXTS)]


@pytest.fixture(scope="session")
def damaged(shipped: Path, tmp_path_factory: pytest.TempPathFactory) -> LoadWith:
    """A function: a file and its new content to the model loaded with it; the file is put back after."""
    root = tmp_path_factory.mktemp("damaged")
    contents = {file: (shipped / file).read_bytes() for file in (VOCABULARY, VECTORIZER, WEIGHTS, NETWORK)}
    for file, content in contents.items():
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).write_bytes(content)

    def load_with(file: str, content: bytes) -> Model:
        (root / file).write_bytes(content)
        try:
            return load(root=str(root))
        finally:
            (root / file).write_bytes(contents[file])

    return load_with


@settings(max_examples=600)
@given(st.data())
def test_any_byte(shipped: Path, damaged: LoadWith, answers: list[Any], data: st.DataObject):
    """One byte changed, or the rest cut away, anywhere in any file: an ArtifactError, or not one answer changes."""
    file = data.draw(st.sampled_from([NETWORK, VECTORIZER, WEIGHTS, VOCABULARY]))
    content = (shipped / file).read_bytes()
    place = data.draw(st.integers(0, len(content) - 1))
    rest = data.draw(st.just(b"") | st.binary(min_size=1, max_size=1).map(lambda byte: byte + content[place + 1 :]))
    try:
        found = _answers(damaged(file, content[:place] + rest))
    except ArtifactError:
        return
    assert [label for label, _ in found] == [label for label, _ in answers]
    for (_, scores), (_, expected) in zip(found, answers, strict=True):
        assert scores == pytest.approx(expected, abs=2e-6)


_names = st.sampled_from(["text", "scores", "negative"]) | st.text()
_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_names, inner, max_size=3),
)


@settings(max_examples=300)
@given(st.data())
def test_any_value_in_any_field(shipped: Path, damaged: LoadWith, data: st.DataObject):
    """Any JSON in any field of a manifest, or of a golden: an ArtifactError or a model, never another error."""
    file, field = data.draw(st.sampled_from(FIELDS))
    manifest, value = json.loads((shipped / file).read_bytes()), data.draw(_json)
    if field == "goldens" and data.draw(st.booleans()):
        value = [{**manifest["goldens"][0], data.draw(st.sampled_from(["text", "scores"])): value}]
    with suppress(ArtifactError):
        damaged(file, json.dumps({**manifest, field: value}).encode())
