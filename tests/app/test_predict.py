"""The core: what it makes of any bytes, of texts at the limits, and of a damaged artifact."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.predict import Core, open_core
from app.settings import Settings
from tests.app.serving import TEXT, Inside, body_of

if TYPE_CHECKING:
    from pathlib import Path

DEEP = 10_000
ROUTES = {"/predict": "text", "/predict/batch": "texts", "/process_text": "payload"}
Make = Callable[..., Inside]


@pytest.fixture(scope="module")
def core(shipped: Path) -> Core:
    return open_core(Settings(artifacts=str(shipped), max_text_chars=20, max_batch_texts=4))


def _bodies(value: str) -> dict[str, bytes]:
    """One JSON value as each route's field; as the whole list, and as an item of it."""
    return {path: f'{{"{field}":{value}}}'.encode() for path, field in ROUTES.items()}


NOT_JSON = {
    "nothing": b"",
    "blanks": b" \n",
    "half": b'{"text":"a","texts":["a"],"payload":"a"',
    "more after it": b'{"text":"a","texts":["a"],"payload":"a"} x',
    "two documents": b'{"text":"a","texts":["a"],"payload":"a"}{}',
    "a byte order mark": b'\xef\xbb\xbf{"text":"a","texts":["a"],"payload":"a"}',
    "UTF-16": '{"text":"a","texts":["a"],"payload":"a"}'.encode("utf-16"),
    "not UTF-8 where it counts": b'{"text":"\xff","texts":["\xff"],"payload":"\xff"}',
    "not UTF-8 where it is ignored": b'{"x":"\xff","text":"a","texts":["a"],"payload":"a"}',
    "not UTF-8 in a name": b'{"\xff":1,"text":"a","texts":["a"],"payload":"a"}',
    "an encoded surrogate": b'{"text":"\xed\xa0\x80","texts":["\xed\xa0\x80"],"payload":"\xed\xa0\x80"}',
    "a bare null character": b'{"text":"\x00","texts":["\x00"],"payload":"\x00"}',
    "half a surrogate pair": b'{"text":"\\ud800...........","texts":["\\ud800..........."],"payload":"\\ud800......."}',
    "the other half": b'{"text":"\\udc00...........","texts":["\\udc00..........."],"payload":"\\udc00........."}',
    "not a number": b'{"text":NaN,"texts":NaN,"payload":NaN}',
    "infinity": b'{"text":Infinity,"texts":[-Infinity],"payload":Infinity}',
    "single quotes": b"{'text':'a','texts':['a'],'payload':'a'}",
    "a comma too many": b'{"text":"a","texts":["a",],"payload":"a",}',
    "a form": b"text=a&texts=a&payload=a",
    "brackets, deep": b"[" * DEEP + b"]" * DEEP,
    "deep where it is ignored": b'{"x":' + b"[" * DEEP + b"]" * DEEP + b',"text":"a","texts":["a"],"payload":"a"}',
    "deep where a text belongs": b'{"text":' + b'{"a":' * DEEP + b"1" + b"}" * (DEEP + 1),
}


@pytest.mark.parametrize("path", ROUTES)
@pytest.mark.parametrize("name", NOT_JSON)
def test_what_is_no_json_in_utf_8_is_told_so(core: Core, name: str, path: str) -> None:
    """One 400 for everything that is not JSON, wherever in the body it ends being JSON."""
    if name == "deep where a text belongs" and path != "/predict":
        return
    reply = core.routes[path](NOT_JSON[name])
    assert (reply.status, json.loads(reply.body)["type"]) == (400, "urn:undertone:problem:invalid-json")


@pytest.mark.parametrize("value", ["1", "1.5", "-0", "true", "false", "null", "[]", "{}", '["a"]', "1" * 40, "1e300"])
@pytest.mark.parametrize("path", ["/predict", "/process_text"])
def test_a_text_of_another_type_is_told_so(core: Core, path: str, value: str) -> None:
    """Where a text belongs, every other JSON value is a 422 at its place."""
    reply = core.routes[path](_bodies(value)[path])
    assert (reply.status, json.loads(reply.body)["path"]) == (422, f"$.{ROUTES[path]}")


@pytest.mark.parametrize("value", ["1", "true", "null", "{}", '"a"', "1" * 40])
def test_texts_that_are_no_list_are_told_so(core: Core, value: str) -> None:
    """Where the list belongs, every other JSON value is a 422 at its place."""
    reply = core.routes["/predict/batch"](_bodies(value)["/predict/batch"])
    assert (reply.status, json.loads(reply.body)["path"]) == (422, "$.texts")


@pytest.mark.parametrize("value", ["1", "null", "[]", '"a"', "true", "1.0"])
@pytest.mark.parametrize("path", ROUTES)
def test_a_body_that_is_no_object_is_told_so(core: Core, path: str, value: str) -> None:
    """At the top, every JSON value but an object is a 422 at `$`."""
    reply = core.routes[path](value.encode())
    assert (reply.status, json.loads(reply.body)["path"]) == (422, "$")


@pytest.mark.parametrize(
    ("value", "named"),
    [("1", "int"), ("1.5", "float"), ("true", "bool"), ("null", "null"), ("[]", "array"), ("{}", "object"),
     ("1" * 40, "int")],
)  # fmt: skip
def test_an_item_of_another_type_is_named_by_its_json_type(core: Core, value: str, named: str) -> None:
    """Each JSON type has one name in a batch's errors."""
    found = json.loads(core.routes["/predict/batch"](f'{{"texts":["a",{value}]}}'.encode()).body)
    assert found["errors"][0]["detail"] == f"Expected `str`, got `{named}`"
    assert found["predictions"][0] is not None
    assert found["predictions"][1] is None


def test_of_a_name_given_twice_the_last_counts(core: Core) -> None:
    """Duplicate names: the last wins, on purpose, as in every JSON reader of the standard library's kind."""
    twice = core.routes["/process_text"](b'{"payload":"first","payload":"last"}')
    assert json.loads(twice.body)["Raw Text"] == "last"


def test_names_of_no_meaning_are_ignored(core: Core) -> None:
    """A field that the service does not know changes nothing, so clients may send more."""
    assert core.routes["/predict"](b'{"a":[1,{"b":null}],"text":"profit"}') == core.routes["/predict"](
        b'{"text":"profit"}'
    )


@pytest.mark.parametrize("text", ["", "\0", "\u2028", "😀", "\ufeff", "٣", "ß", "a" * 20, "\x7f", "İ"])
def test_any_text_has_an_answer(core: Core, text: str) -> None:
    """Every text that JSON can carry is classified, and comes back from the original contract as it was."""
    assert core.routes["/predict"](json.dumps({"text": text}).encode()).status == 200
    reply = core.routes["/process_text"](json.dumps({"payload": text}).encode())
    assert json.loads(reply.body)["Raw Text"] == text


def test_an_empty_batch_has_an_empty_answer(core: Core) -> None:
    """No texts, no predictions, no errors."""
    assert core.routes["/predict/batch"](b'{"texts":[]}').body == b'{"predictions":[],"errors":[]}'


@pytest.mark.parametrize(("path", "field"), [("/predict", "text"), ("/process_text", "payload")])
def test_a_text_at_the_limit_is_taken_and_one_longer_refused(core: Core, path: str, field: str) -> None:
    """The limit counts characters, whatever they take in bytes."""
    for character in ("a", "ß", "😀"):
        assert core.routes[path](json.dumps({field: character * 20}).encode()).status == 200
        reply = core.routes[path](json.dumps({field: character * 21}, ensure_ascii=False).encode())
        assert (reply.status, json.loads(reply.body)["detail"]) == (413, "At most 20 characters, found 21.")


def test_an_item_at_the_limit_is_taken_and_one_longer_reported(core: Core) -> None:
    """In a batch a text over the limit has an error of its own."""
    found = json.loads(core.routes["/predict/batch"](json.dumps({"texts": ["a" * 20, "a" * 21]}).encode()).body)
    expected = [{"index": 1, "type": "urn:undertone:problem:text-too-long",
                 "detail": "At most 20 characters, found 21."}]  # fmt: skip
    assert found["errors"] == expected
    assert [prediction is None for prediction in found["predictions"]] == [False, True]


@pytest.mark.parametrize("item", ['"a"', "1"])
def test_a_batch_at_the_limit_is_taken_and_one_more_refused(core: Core, item: str) -> None:
    """The limit counts items, texts or not."""
    assert core.routes["/predict/batch"](f'{{"texts":[{",".join([item] * 4)}]}}'.encode()).status == 200
    reply = core.routes["/predict/batch"](f'{{"texts":[{",".join([item] * 5)}]}}'.encode())
    assert (reply.status, json.loads(reply.body)["detail"]) == (413, "At most 4 texts, found 5.")


@pytest.mark.parametrize("path", ["/predict", "/predict/batch", "/process_text"])
def test_a_body_at_the_limit_is_taken_and_one_byte_more_refused(inside: Make, path: str) -> None:
    """The limit counts bytes, announced or, where a body comes in chunks, as they come."""
    body = json.dumps({"text": "a", "texts": ["a"], "payload": "a"}).encode()
    client = inside(max_body_bytes=len(body))

    async def chunks(content: bytes) -> Any:
        for start in range(0, len(content), 7):
            yield content[start : start + 7]

    assert [client.post(path, body).status_code, client.post(path, chunks(body)).status_code] == [200, 200]
    assert [client.post(path, body + b" ").status_code, client.post(path, chunks(body + b" ")).status_code] == [
        413,
        413,
    ]


@settings(max_examples=400)
@given(body=st.binary(max_size=200))
def test_any_bytes_are_answered_without_a_fault(core: Core, body: bytes) -> None:
    """Whatever is sent, no route fails: it is an answer or the caller's mistake."""
    for answer in core.routes.values():
        assert answer(body).status in (200, 400, 413, 422)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None), max_size=30),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.sampled_from([*ROUTES.values(), "x"]), inner),
    max_leaves=12,
)


@settings(max_examples=400)
@given(value=_JSON, ascii_only=st.booleans())
def test_any_json_is_answered_without_a_fault(core: Core, value: Any, *, ascii_only: bool) -> None:
    """Whatever shape, number or surrogate JSON holds, no route fails, and every answer is JSON itself."""
    body = json.dumps(value, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")
    for answer in core.routes.values():
        reply = answer(body)
        assert reply.status in (200, 400, 413, 422)
        json.loads(reply.body)


@settings(max_examples=100)
@given(texts=st.lists(st.text(max_size=20), max_size=4))
def test_a_batch_equals_its_singles(core: Core, texts: list[str]) -> None:
    """Each text has the same label in a batch as alone, and scores that differ by rounding at most."""
    batch = json.loads(core.routes["/predict/batch"](json.dumps({"texts": texts}).encode()).body)["predictions"]
    singles = [json.loads(core.routes["/predict"](json.dumps({"text": text}).encode()).body) for text in texts]
    assert [one["label"] for one in batch] == [one["label"] for one in singles]
    assert all(
        one["scores"] == pytest.approx(other["scores"], abs=1.1e-6) for one, other in zip(batch, singles, strict=True)
    )


DAMAGES: dict[str, tuple[Callable[[Any], object], str]] = {
    "vocabulary gone": (lambda p: (p.root / p.vocabulary).unlink(), "ArtifactMissing: {vocabulary}"),
    "vectorizer's manifest gone": (lambda p: (p.root / p.vectorizer).unlink(), "ArtifactMissing: {vectorizer}"),
    "weights gone": (lambda p: (p.root / p.weights).unlink(), "ArtifactMissing: {weights}"),
    "network's manifest gone": (lambda p: (p.root / p.network).unlink(), "ArtifactMissing: {network}"),
    "vocabulary cut": (lambda p: p.write(p.vocabulary, p.read(p.vocabulary)[:-2]), "ArtifactHash: {vocabulary}"),
    "a bit of the weights": (
        lambda p: p.write(p.weights, p.read(p.weights)[:-1] + bytes([p.read(p.weights)[-1] ^ 1])),
        "ArtifactHash: {weights}",
    ),
    "weights empty": (lambda p: p.write(p.weights, b""), "ArtifactHash: {weights}"),
    "manifest cut": (lambda p: p.write(p.network, p.read(p.network)[:-9]), "ArtifactMalformed: {network}"),
    "manifest empty": (lambda p: p.write(p.vectorizer, b""), "ArtifactMalformed: {vectorizer}"),
    "manifest a list": (lambda p: p.write(p.network, b"[]"), "ArtifactMalformed: {network}"),
    "manifest no UTF-8": (lambda p: p.write(p.network, b"\xff\xfe"), "ArtifactMalformed: {network}"),
    "manifest deep": (lambda p: p.write(p.network, b"[" * DEEP), "ArtifactMalformed: {network}"),
    "format unknown": (lambda p: p.edit(p.network, format=2), "ArtifactVersion: {network}"),
    "token rule unknown": (lambda p: p.edit(p.vectorizer, token_rule=99), "ArtifactVersion: {vectorizer}"),
    "vectorizer of another training": (lambda p: p.edit(p.vectorizer, more=1), "ArtifactPair: {vectorizer}"),
    "labels in another order": (
        lambda p: p.edit(p.network, labels=["positive", "neutral", "negative"]),
        "ArtifactLabels: {network}",
    ),
    "temperature a word": (lambda p: p.edit(p.network, temperature="hot"), "ArtifactMalformed: {network}"),
    "temperature beyond floats": (lambda p: p.edit(p.network, temperature=10**400), "Artifact"),
    "temperature no number": (lambda p: p.edit(p.network, temperature=float("nan")), "Artifact"),
    "golden answer another": (
        lambda p: p.edit(
            p.network,
            goldens=[{"text": "a", "scores": {"negative": 0.0, "neutral": 0.0, "positive": 1.0}}],
        ),
        "ArtifactGolden: {network}",
    ),
    "golden without text": (lambda p: p.edit(p.network, goldens=[{}]), "ArtifactMalformed: {network}"),
    "golden a word": (lambda p: p.edit(p.network, goldens=["a"]), "ArtifactMalformed: {network}"),
    "golden text a number": (
        lambda p: p.edit(p.network, goldens=[{"text": 1, "scores": {}}]), "ArtifactMalformed: {network}",
    ),
    "no version": (lambda p: p.drop(p.network, "version"), "ArtifactMalformed: {network}"),
    "no goldens": (lambda p: p.drop(p.network, "goldens"), "ArtifactMalformed: {network}"),
    "weights no safetensors, hashes right": (
        lambda p: (p.write(p.weights, b"PK\x03\x04" + bytes(99)), p.seal()),
        "ArtifactMalformed: {weights}",
    ),
    "a term missing, hashes right": (
        lambda p: (p.write(p.vocabulary, p.read(p.vocabulary).partition(b"\n")[2]), p.seal()),
        "ArtifactMalformed: {vocabulary}",
    ),
    "a term missing, hashes and count right": (
        lambda p: (
            p.write(p.vocabulary, p.read(p.vocabulary).partition(b"\n")[2]),
            p.edit(p.vectorizer, terms=p.read(p.vocabulary).count(b"\n")),
            p.seal(),
        ),
        "ArtifactShape: {weights}",
    ),
}  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_artifact_is_refused_by_name_and_the_process_lives(inside: Make, pair: Any, damage: str) -> None:
    """/readyz and /predict say which file is wrong and how, with Retry-After; /livez and the pages go on."""
    break_it, expected = DAMAGES[damage]
    break_it(pair)
    client = inside(artifacts=str(pair.root))
    named = expected.format(**{n: getattr(pair, n) for n in ("vocabulary", "vectorizer", "weights", "network")})
    for answer in (client.get("/readyz"), client.post("/predict", body_of(TEXT)), client.get("/model")):
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "60")
        assert answer.json()["detail"].startswith(named)
        assert str(pair.root) not in answer.text
    assert [client.get(path).status_code for path in ("/livez", "/", "/docs", "/metrics")] == [200] * 4


def test_a_damaged_artifact_does_not_hide_the_callers_mistake(inside: Make) -> None:
    """A bad request is the caller's mistake also when the model is gone: sending it again would not help."""
    client = inside(task="none")
    found = [client.post("/predict", body).status_code for body in (b"{", b"{}", body_of(TEXT))]
    assert found == [400, 422, 503]


def test_a_model_that_stops_answering_right_is_no_longer_ready(pair: Any) -> None:
    """/readyz asks the goldens each time, and names the file that holds them."""
    core = open_core(Settings(artifacts=str(pair.root)))
    assert core.ready() is None
    assert core.model is not None
    core.model.temperature *= 7
    reply = core.ready()
    assert reply is not None
    assert json.loads(reply.body)["detail"].startswith(f"ArtifactGolden: {pair.network}: expected golden 0")
