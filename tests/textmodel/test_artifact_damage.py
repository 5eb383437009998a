"""Every way to damage a pair, one line each, answered by an error of its own that names file and values."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from textmodel import ArtifactError, load
from textmodel.errors import ArtifactGolden as Golden
from textmodel.errors import ArtifactHash as Hash
from textmodel.errors import ArtifactLabels as Labels
from textmodel.errors import ArtifactMalformed as Malformed
from textmodel.errors import ArtifactMissing as Missing
from textmodel.errors import ArtifactPair
from textmodel.errors import ArtifactShape as Shape
from textmodel.errors import ArtifactVersion as Version
from textmodel.safetensors import Tensor, dump, parse

if TYPE_CHECKING:
    from tests.conftest import Pair

Damage = Callable[["Pair"], object]

VOCABULARY, VECTORIZER = "vectorizer/sentiment/vocabulary.txt", "vectorizer/sentiment/manifest.json"
WEIGHTS, NETWORK = "saved_model/sentiment/weights.safetensors", "saved_model/sentiment/manifest.json"
FIELDS = [
    *((VECTORIZER, field) for field in ("format", "task", "token_rule", "files")),
    *((NETWORK, field) for field in ("format", "task", "version", "labels", "temperature", "vectorizer", "files")),
    (NETWORK, "goldens"),
]


def writes(file: str, content: bytes) -> Damage:
    return lambda pair: pair.write(file, content)


def vectorizer(**fields: Any) -> Damage:
    """Replace fields of the vectorizer's manifest."""
    return lambda pair: pair.edit(VECTORIZER, **fields)


def network(**fields: Any) -> Damage:
    """Replace fields of the network's manifest."""
    return lambda pair: pair.edit(NETWORK, **fields)


def drops(manifest: str, field: str) -> Damage:
    return lambda pair: pair.drop(manifest, field)


def edit(manifest: str, field: str, value: Any) -> Damage:
    return lambda pair: pair.edit(manifest, **{field: value})


def removes(path: str) -> Damage:
    """Take a file, or a whole folder, out of its place."""
    return lambda pair: (pair.root / path).rename(pair.root / "aside")


def flips(file: str, place: int) -> Damage:
    """Turn the last bit of one byte."""

    def damage(pair: Pair) -> None:
        content = bytearray(pair.read(file))
        content[place] ^= 1
        pair.write(file, bytes(content))

    return damage


def golden(**fields: Any) -> Damage:
    """Replace fields of the first golden input."""

    def damage(pair: Pair) -> None:
        first, *others = json.loads(pair.read(NETWORK))["goldens"]
        pair.edit(NETWORK, goldens=[{**first, **fields}, *others])

    return damage


def scores(score: Any) -> Damage:
    """The same score for each label of the first golden input."""
    return golden(scores=dict.fromkeys(LABELS, score))


def baseline(**fields: Any) -> Damage:
    """The baseline of one answer, with other counts in some fields."""
    one = {"label": {"neutral": 1}, "score": {"0.9-1.0": 1}, "known": {"0.9-1.0": 1}, "chars": {"64-127": 1}}
    return network(baseline={**one, **fields})


def sealed(*damages: Damage) -> Damage:
    """Some damages, as if that had been trained: every hash is right."""

    def damage(pair: Pair) -> None:
        for part in damages:
            part(pair)
        pair.seal()

    return damage


def lines(change: Callable[[list[bytes]], list[bytes]]) -> Damage:
    """Other lines in the vocabulary, with the right hash."""

    def damage(pair: Pair) -> None:
        pair.write(VOCABULARY, b"".join(change(pair.read(VOCABULARY).splitlines(keepends=True))))
        pair.seal()

    return damage


def cut(length: int) -> Damage:
    """The weights up to some byte, with the right hash."""
    return sealed(lambda pair: pair.write(WEIGHTS, pair.read(WEIGHTS)[:length]))


def tensors(**changes: Tensor | None) -> Damage:
    """Other tensors in the weights (None takes one out), with the right hash."""

    def damage(pair: Pair) -> None:
        stored, metadata = parse(pair.read(WEIGHTS))
        named = {name.replace("__", "."): tensor for name, tensor in changes.items()}
        kept = {name: tensor for name, tensor in {**stored, **named}.items() if tensor is not None}
        pair.write(WEIGHTS, dump(kept, metadata))
        pair.seal()

    return damage


def metadata(**texts: str) -> Damage:
    """Other metadata in the weights, with the right hash."""

    def damage(pair: Pair) -> None:
        pair.write(WEIGHTS, dump(parse(pair.read(WEIGHTS))[0], texts))
        pair.seal()

    return damage


def recount(pair: Pair) -> None:
    """Let the vectorizer's manifest name as many terms as there are."""
    pair.edit(VECTORIZER, terms=len(pair.read(VOCABULARY).splitlines()))
    pair.seal()


def another_vectorizer(pair: Pair) -> None:
    """The vectorizer of another training: whole in itself, with one more term."""
    network = pair.read(NETWORK)
    pair.write(VOCABULARY, pair.read(VOCABULARY) + b"goodwill\n")
    recount(pair)
    pair.write(NETWORK, network)


def weights_are_a_folder(pair: Pair) -> None:
    (pair.root / WEIGHTS).unlink()
    (pair.root / WEIGHTS).mkdir()


def zeros(*shape: int) -> Tensor:
    return Tensor(shape, bytes(4 * prod(shape)))


def bias(*weights: float) -> Tensor:
    return Tensor((len(weights),), struct.pack(f"<{len(weights)}f", *weights))


LABELS = ("negative", "neutral", "positive")
SWAPPED = ["neutral", "negative", "positive"]
NAN, INFINITY = float("nan"), float("inf")
DEEP = b"[" * 100_000
NESTED_HEADER = struct.pack("<Q", len(DEEP)) + DEEP
CLOSED = b'{"format":' + DEEP + b"]" * 100_000 + b"}"


# what is done: how; the error, the file that it names, what was expected, what was found
DAMAGES: dict[str, tuple[Damage, type[ArtifactError], str, str, str]] = {
    "no vocabulary": (removes(VOCABULARY), Missing, VOCABULARY, "readable", "No such file"),
    "no vectorizer manifest": (removes(VECTORIZER), Missing, VECTORIZER, "readable", "No such file"),
    "no weights": (removes(WEIGHTS), Missing, WEIGHTS, "readable", "No such file"),
    "no network manifest": (removes(NETWORK), Missing, NETWORK, "readable", "No such file"),
    "no vectorizer": (removes("vectorizer"), Missing, VECTORIZER, "readable", "No such file"),
    "no network": (removes("saved_model"), Missing, NETWORK, "readable", "No such file"),
    "weights are a folder": (weights_are_a_folder, Missing, WEIGHTS, "readable", "directory"),
    "empty vocabulary": (writes(VOCABULARY, b""), Hash, VOCABULARY, "SHA-256", "e3b0c442"),
    "empty vectorizer manifest": (writes(VECTORIZER, b""), Malformed, VECTORIZER, "JSON", "JSONDecodeError"),
    "empty weights": (writes(WEIGHTS, b""), Hash, WEIGHTS, "SHA-256", "e3b0c442"),
    "empty network manifest": (writes(NETWORK, b""), Malformed, NETWORK, "JSON", "JSONDecodeError"),
    # hashes
    "a bit of the vocabulary": (flips(VOCABULARY, 0), Hash, VOCABULARY, "SHA-256", ""),
    "a bit of the header": (flips(WEIGHTS, 20), Hash, WEIGHTS, "SHA-256", ""),
    "a bit of the weights": (flips(WEIGHTS, -1), Hash, WEIGHTS, "SHA-256", ""),
    "hash is a number": (network(files={"weights.safetensors": 1}), Hash, WEIGHTS, "SHA-256 1", ""),
    "hash of another file": (network(files={"weights": "ab"}), Hash, WEIGHTS, "SHA-256 None", ""),
    # versions
    "vectorizer of format 2": (vectorizer(format=2), Version, VECTORIZER, "format 1", "format 2"),
    "network of format 0": (network(format=0), Version, NETWORK, "format 1", "format 0"),
    "format of 4,000 digits": (network(format=10**4000), Version, NETWORK, "format 1", "format 1000"),
    "unknown token rule": (vectorizer(token_rule=99), Version, VECTORIZER, "token_rule in [1", "99"),
    # labels
    "labels swapped": (network(labels=SWAPPED), Labels, NETWORK, "['negative', 'neutral'", "['neutral', 'negative'"),
    "a label gone": (network(labels=SWAPPED[:2]), Labels, NETWORK, "'positive'", "['neutral', 'negative']"),
    "labels are numbers": (network(labels=[0, 1, 2]), Labels, NETWORK, "'positive'", "[0, 1, 2]"),
    "labels hold lists": (network(labels=[[], {}, None]), Labels, NETWORK, "'positive'", "[[], {}, None]"),
    "no labels": (network(labels=[]), Labels, NETWORK, "'positive'", "[]"),
    "stored labels swapped": (metadata(labels=json.dumps(SWAPPED)), Labels, NETWORK, "['neutral'", "['negative'"),
    "numbers as labels twice": (
        sealed(network(labels=[0, 1, 2]), metadata(labels="[0, 1, 2]")), Malformed, NETWORK, "labels", "(0, 1, 2)",
    ),
    "one label three times": (
        sealed(network(labels=["up"] * 3), metadata(labels='["up", "up", "up"]')), Malformed, NETWORK, "labels", "'up'",
    ),
    # goldens
    "golden of another score": (scores(0.5), Golden, NETWORK, "0.5", "0."),
    "golden of another text": (golden(text="net loss"), Golden, NETWORK, "golden 0", "0."),
    "golden of other labels": (golden(scores={"up": 0.5}), Golden, NETWORK, "'up'", "'positive'"),
    "golden of no labels": (golden(scores={}), Golden, NETWORK, "{}", "'positive'"),
    "golden is a number": (network(goldens=[1]), Malformed, NETWORK, "golden", "1"),
    "golden is a list": (network(goldens=[["profit", {}]]), Malformed, NETWORK, "golden", "['profit', {}]"),
    "golden is empty": (network(goldens=[{}]), Malformed, NETWORK, "golden", "{}"),
    "golden without text": (network(goldens=[{"scores": {}}]), Malformed, NETWORK, "golden", "{'scores': {}}"),
    "golden without scores": (network(goldens=[{"text": "a"}]), Malformed, NETWORK, "golden", "{'text': 'a'}"),
    "golden text is a number": (golden(text=1), Malformed, NETWORK, "golden", "'text': 1"),
    "golden text is nothing": (golden(text=None), Malformed, NETWORK, "golden", "'text': None"),
    "golden scores are a list": (golden(scores=[0.5]), Malformed, NETWORK, "golden", "[0.5]"),
    "golden score is a text": (scores("1"), Malformed, NETWORK, "golden", "'negative': '1'"),
    "golden score is nothing": (scores(None), Malformed, NETWORK, "golden", "'negative': None"),
    "golden score is NaN": (scores(NAN), Malformed, NETWORK, "golden", "'negative': nan"),
    "golden score of 400 digits": (scores(10**400), Malformed, NETWORK, "golden", "'negative': 1000"),
    # temperature
    "temperature 0": (network(temperature=0), Malformed, NETWORK, "temperature", "0"),
    "temperature below 0": (network(temperature=-1.5), Malformed, NETWORK, "temperature", "-1.5"),
    "temperature NaN": (network(temperature=NAN), Malformed, NETWORK, "temperature", "nan"),
    "temperature infinite": (network(temperature=INFINITY), Malformed, NETWORK, "temperature", "inf"),
    "temperature of 400 digits": (network(temperature=10**400), Malformed, NETWORK, "temperature", "1000"),
    "temperature is a text": (network(temperature="1.0"), Malformed, NETWORK, "'temperature'", "'1.0'"),
    "another temperature": (network(temperature=1.26), Golden, NETWORK, "golden 0", "0."),
    # language
    "language is a number": (network(language=1), Malformed, NETWORK, "'language'", "1"),
    "language is null": (network(language=None), Malformed, NETWORK, "'language'", "None"),
    "language in words": (network(language="English"), Malformed, NETWORK, "small letters", "English"),
    "language in capitals": (network(language="EN"), Malformed, NETWORK, "small letters", "EN"),
    "language of one letter": (network(language="e"), Malformed, NETWORK, "small letters", "e"),
    # min_words
    "min_words 0": (network(min_words=0), Malformed, NETWORK, "min_words from 1 to 3", "0"),
    "min_words 4": (network(min_words=4), Malformed, NETWORK, "min_words from 1 to 3", "4"),
    "min_words is true": (network(min_words=True), Malformed, NETWORK, "'min_words'", "True"),
    "min_words is a text": (network(min_words="2"), Malformed, NETWORK, "'min_words'", "'2'"),
    # reliability
    "reliability is an object": (network(reliability={}), Malformed, NETWORK, "'reliability'", "{}"),
    "reliability is null": (network(reliability=None), Malformed, NETWORK, "'reliability'", "None"),
    "a row is a number": (network(reliability=[0.5]), Malformed, NETWORK, "rows of threshold", "0.5"),
    "a row of two": (network(reliability=[[0.5, 1]]), Malformed, NETWORK, "rows of threshold", "[0.5, 1]"),
    "a row of four": (network(reliability=[[0, 1, 1, 1]]), Malformed, NETWORK, "rows of threshold", "[0, 1, 1, 1]"),
    "a row of texts": (network(reliability=[["0", 1, 1]]), Malformed, NETWORK, "rows of threshold", "'0'"),
    "a row of truths": (network(reliability=[[0, True, 1]]), Malformed, NETWORK, "rows of threshold", "True"),
    "a row above 1": (network(reliability=[[0, 1, 1.01]]), Malformed, NETWORK, "from 0 to 1", "1.01"),
    "a row below 0": (network(reliability=[[-0.1, 1, 1]]), Malformed, NETWORK, "from 0 to 1", "-0.1"),
    "a row of NaN": (network(reliability=[[0.5, NAN, 1]]), Malformed, NETWORK, "from 0 to 1", "nan"),
    "a row of 400 digits": (network(reliability=[[0, 10**400, 1]]), Malformed, NETWORK, "from 0 to 1", "1000"),
    "thresholds that fall": (
        network(reliability=[[0.6, 0.5, 0.9], [0.5, 0.5, 0.9]]), Malformed, NETWORK, "ascending", "0.6",
    ),
    "a threshold twice": (
        network(reliability=[[0.6, 0.5, 0.9], [0.6, 0.4, 0.9]]), Malformed, NETWORK, "ascending", "0.6",
    ),
    "coverage that rises": (
        network(reliability=[[0.5, 0.5, 0.9], [0.6, 0.6, 0.9]]), Malformed, NETWORK, "falling coverage", "0.6",
    ),
    # baseline
    "baseline is a list": (network(baseline=[]), Malformed, NETWORK, "'baseline'", "[]"),
    "baseline is null": (network(baseline=None), Malformed, NETWORK, "'baseline'", "None"),
    "baseline without length": (
        network(baseline={f: {} for f in ("label", "score", "known")}), Malformed, NETWORK, "chars", "'score'",
    ),
    "baseline with more": (baseline(more={}), Malformed, NETWORK, "chars", "'more'"),
    "counts are a list": (baseline(score=[1]), Malformed, NETWORK, "counts in the baseline's score", "[1]"),
    "a count below 0": (baseline(score={"0.9-1.0": -1}), Malformed, NETWORK, "counts", "-1"),
    "a count in part": (baseline(known={"0.9-1.0": 0.5}), Malformed, NETWORK, "counts", "0.5"),
    "a count that is true": (baseline(known={"0.9-1.0": True}), Malformed, NETWORK, "counts", "True"),
    "a count of 400 digits": (baseline(known={"0.9-1.0": 10**400}), Malformed, NETWORK, "counts", "1000"),
    "an unknown label": (baseline(label={"up": 1}), Malformed, NETWORK, "buckets of label", "'up'"),
    "an unknown bucket": (baseline(chars={"100": 1}), Malformed, NETWORK, "buckets of chars", "'100'"),
    "a baseline of no answers": (
        network(baseline={field: {} for field in ("label", "score", "known", "chars")}),
        Malformed, NETWORK, "at least one", "[0, 0, 0, 0]",
    ),
    "an answer missing": (baseline(label={"neutral": 2}), Malformed, NETWORK, "each answer once", "[2, 1, 1, 1]"),
    # two halves that were not trained together
    "another training's vectorizer": (another_vectorizer, ArtifactPair, VECTORIZER, "SHA-256", ""),
    "another vectorizer's network": (network(vectorizer="ab"), ArtifactPair, VECTORIZER, "SHA-256 ab", ""),
    "another task's vectorizer": (vectorizer(task="emotion"), ArtifactPair, VECTORIZER, "'sentiment'", "'emotion'"),
    "another task's network": (network(task="emotion"), ArtifactPair, NETWORK, "'sentiment'", "'emotion'"),
    # vocabulary, with the right hash
    "term twice": (lines(lambda terms: [terms[1], *terms[1:]]), Malformed, VOCABULARY, "different terms", ""),
    "term more": (lines(lambda terms: [*terms, b"goodwill\n"]), Malformed, VOCABULARY, "different terms", ""),
    "term missing": (lines(lambda terms: terms[1:]), Malformed, VOCABULARY, "different terms", ""),
    "last line not ended": (lines(lambda terms: [*terms, b"x"]), Malformed, VOCABULARY, "different terms", ""),
    "vocabulary not UTF-8": (lines(lambda terms: [b"\xff\n", *terms[1:]]), Malformed, VOCABULARY, "UTF-8", "byte 0"),
    "terms miscounted": (sealed(vectorizer(terms=3)), Malformed, VOCABULARY, "3 different terms", ""),
    "terms not counted": (sealed(drops(VECTORIZER, "terms")), Malformed, VECTORIZER, "'terms'", "None"),
    "terms counted in text": (sealed(vectorizer(terms="3")), Malformed, VECTORIZER, "'terms'", "'3'"),
    "no terms": (sealed(vectorizer(terms=0), writes(VOCABULARY, b"")), Shape, WEIGHTS, "terms", "0 terms"),
    "term less": (sealed(lines(lambda terms: terms[1:]), recount), Shape, WEIGHTS, "dense_0.kernel", "weights"),
    # weights, with the right hash
    "weights cut by four bytes": (cut(-4), Malformed, WEIGHTS, "safetensors", "bytes"),
    "weights cut in the header": (cut(40), Malformed, WEIGHTS, "safetensors", "40 bytes"),
    "weights of seven bytes": (cut(7), Malformed, WEIGHTS, "safetensors", "7 bytes"),
    "weights of no bytes": (cut(0), Malformed, WEIGHTS, "safetensors", "0 bytes"),
    "header not JSON": (sealed(flips(WEIGHTS, 8)), Malformed, WEIGHTS, "safetensors", "Expecting value"),
    "header nested": (sealed(writes(WEIGHTS, NESTED_HEADER)), Malformed, WEIGHTS, "safetensors", "deep"),
    "no metadata": (metadata(), Malformed, WEIGHTS, "'labels'", "none"),
    "stored labels not JSON": (metadata(labels="up down"), Malformed, WEIGHTS, "safetensors", "Expecting value"),
    "stored labels nested": (metadata(labels=DEEP.decode()), Malformed, WEIGHTS, "safetensors", "recursion"),
    "no tensors": (sealed(writes(WEIGHTS, dump({}, {"labels": json.dumps(LABELS)}))), Shape, WEIGHTS, "", "0 layers"),
    "no bias": (tensors(dense_0__bias=None), Malformed, WEIGHTS, "'dense_0.bias'", "none"),
    "no first layer": (tensors(dense_0__bias=None, dense_0__kernel=None), Malformed, WEIGHTS, "'dense_0.", "none"),
    "no last layer": (tensors(dense_1__bias=None, dense_1__kernel=None), Shape, WEIGHTS, "3 outputs", "8"),
    "a tensor that is no layer": (tensors(scale=bias(1.0)), Malformed, WEIGHTS, "'dense_2.kernel'", "none"),
    "bias of another width": (tensors(dense_1__bias=zeros(4)), Malformed, WEIGHTS, "safetensors", "(4,)"),
    "kernel of one dimension": (tensors(dense_1__kernel=zeros(24)), Malformed, WEIGHTS, "safetensors", "(24,)"),
    "layer without units": (
        tensors(dense_1__kernel=zeros(8, 0), dense_1__bias=zeros(0)), Malformed, WEIGHTS, "safetensors", "(0,)",
    ),
    "layers that do not chain": (tensors(dense_1__kernel=zeros(7, 3)), Shape, WEIGHTS, "dense_1.kernel of 8", "21"),
    "first layer of five terms": (tensors(dense_0__kernel=zeros(5, 8)), Shape, WEIGHTS, "dense_0.kernel", "40"),
    "more outputs than labels": (
        tensors(dense_1__kernel=zeros(8, 4), dense_1__bias=zeros(4)), Shape, WEIGHTS, "3 outputs", "4",
    ),
    "bias NaN": (tensors(dense_1__bias=bias(0, NAN, 0)), Shape, WEIGHTS, "64", "nan"),
    "bias infinite": (tensors(dense_1__bias=bias(0, 0, -INFINITY)), Shape, WEIGHTS, "64", "-inf"),
    "bias 64": (tensors(dense_1__bias=bias(64, 0, 0)), Shape, WEIGHTS, "64", "64.0"),
    "weight NaN": (tensors(dense_1__kernel=Tensor((8, 3), bias(*[NAN] * 24).data)), Shape, WEIGHTS, "64", "nan"),
    "weight -64": (tensors(dense_1__kernel=Tensor((8, 3), bias(*[-64] * 24).data)), Shape, WEIGHTS, "64", "-64.0"),
    # manifests that are none
    **{f"{name}, {file}": (writes(file, content), Malformed, file, expected, found)
       for file in (VECTORIZER, NETWORK)
       for name, content, expected, found in (
           ("no JSON", b"format: 1", "JSON", "JSONDecodeError"),
           ("no UTF-8", b'{"format": "\xff"}', "JSON", "UnicodeDecodeError"),
           ("a list", b"[]", "a JSON object", "list"),
           ("null", b"null", "a JSON object", "NoneType"),
           ("a text", b'"format"', "a JSON object", "str"),
           ("nested", DEEP, "JSON", "RecursionError"),
           ("nested and closed", CLOSED, "JSON", "RecursionError"),
           ("5,000 digits", b'{"format": ' + b"1" * 5000 + b"}", "JSON", "ValueError"),
       )},
    **{f"no {field}, {file}": (drops(file, field), Malformed, file, repr(field), "None") for file, field in FIELDS},
    **{f"{field} is true, {file}": (edit(file, field, value=True), Malformed, file, repr(field), "True")
       for file, field in FIELDS},
    **{f"{field} is null, {file}": (edit(file, field, value=None), Malformed, file, repr(field), "None")
       for file, field in FIELDS},
    "files are a list": (network(files=["ab"]), Malformed, NETWORK, "'files'", "['ab']"),
    "goldens are an object": (network(goldens={}), Malformed, NETWORK, "'goldens'", "{}"),
    "version is a number": (network(version=1.0), Malformed, NETWORK, "'version'", "1.0"),
    "format is a fraction": (network(format=1.0), Malformed, NETWORK, "'format'", "1.0"),
    "labels are a text": (network(labels="negative"), Malformed, NETWORK, "'labels'", "'negative'"),
}  # fmt: skip


@pytest.mark.parametrize(("damage", "error", "file", "expected", "found"), DAMAGES.values(), ids=DAMAGES)
def test_damage(pair: Pair, damage: Damage, error: type[ArtifactError], file: str, expected: str, found: str):
    """Each way to damage a pair has its error, which names the file and both values."""
    damage(pair)
    with pytest.raises(ArtifactError) as caught:
        load(root=str(pair.root))
    assert type(caught.value) is error
    assert Path(caught.value.path).as_posix().endswith(file)
    assert expected in str(caught.value.expected)
    assert found in str(caught.value.found)


def test_hashes_in_the_error(pair: Pair):
    """A hash that does not hold is shown beside the one that was found."""
    trained = json.loads(pair.read(NETWORK))["files"]["weights.safetensors"]
    pair.write(WEIGHTS, b"")
    with pytest.raises(Hash) as caught:
        load(root=str(pair.root))
    expected = (f"SHA-256 {trained}", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    assert (caught.value.expected, caught.value.found) == expected


@pytest.mark.parametrize("depth", range(100, 1100, 50))
@pytest.mark.parametrize("field", ["format", "labels", "goldens", "files", "temperature"])
def test_nested_at_any_depth(pair: Pair, field: str, depth: int):
    """Values nested near the interpreter's limit are refused like any others, and the error can be shown."""
    manifest = json.dumps({**json.loads(pair.read(NETWORK)), field: "DEEP"})
    pair.write(NETWORK, manifest.replace('"DEEP"', "[" * depth + "]" * depth).encode())
    with pytest.raises(ArtifactError) as caught:
        load(root=str(pair.root))
    assert str(caught.value)
