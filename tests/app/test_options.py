"""What a request may ask for besides a label: a target, the sentences, the reasons; by every way it can be sent."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import direct
from app.log import Log
from app.predict import Core, open_core
from app.settings import Settings
from tests.app.doors.parts import QUEUE, Function, sample
from textmodel import Model, load
from textmodel.explain import Explanation, Reason

if TYPE_CHECKING:
    from pathlib import Path

TEXT = "Operating profit rose to EUR 13.1 mn in the quarter. 😀 Net sales fell, said Nokia Corp. in Helsinki!"
PLACES = [(0, 52), (53, 100)]
FIELDS = ["label", "score", "scores", "model", "reliable", "target", "coverage", "known", "warnings"]


class Explaining(Model):
    """A model whose reasons are known beforehand, and which says whether it was asked for any."""

    asked = 0

    def explain(self, text: str) -> Explanation:
        self.asked += 1
        reasons = [Reason(text[:9], [(0, 9)], 0.5, ""), Reason("up:profit", [(10, 16), (17, 21)], -0.25, "profit rose")]
        return Explanation("positive", "neutral", 0.125, reasons if text else [], 0.0)


@pytest.fixture
def core(shipped: Path) -> Core:
    return Core(Explaining(load(root=str(shipped)).artifact), Settings(artifacts=str(shipped)), Log([].append))


def ask(core: Core, path: str = "/predict", **body: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(core.routes[path](json.dumps(body).encode()).body)
    return found


def test_nothing_is_told_that_was_not_asked_for(core: Core) -> None:
    """Without options, and with those that say no, an answer has its nine fields and no empty ones."""
    for more in ({}, {"explain": False, "sentences": False}):
        assert list(ask(core, text=TEXT, **more)) == FIELDS
        assert [list(one) for one in ask(core, "/predict/batch", texts=[TEXT], **more)["predictions"]] == [FIELDS]
    assert core.model is not None
    assert core.model.asked == 0  # type: ignore[attr-defined]


@pytest.mark.parametrize(("target", "coverage"), [(0.7, 0.9), (0.9, 0.3), (0.97, 0.1), (0.98, 0.0)])
def test_a_target_is_what_the_answer_is_measured_by(core: Core, target: float, coverage: float) -> None:
    """The answer repeats the target and tells its coverage; one out of reach says so and is never reliable."""
    single = ask(core, text=TEXT, target=target)
    assert (single["target"], single["coverage"]) == (target, coverage)
    assert ("target-not-met" in single["warnings"]) == (coverage == 0)
    assert not (single["reliable"] and coverage == 0)
    batch = ask(core, "/predict/batch", texts=[TEXT, 1, TEXT], target=target)
    assert batch["predictions"] == [single, None, single]


def test_the_settings_target_holds_where_none_is_asked_for(shipped: Path) -> None:
    """UNDERTONE_TARGET_ACCURACY is the target of every request without one of its own."""
    core = open_core(Settings(artifacts=str(shipped), target_accuracy=0.7))
    assert [ask(core, text=TEXT)["target"], ask(core, text=TEXT, target=0.95)["target"]] == [0.7, 0.95]
    assert ask(core, "/predict/batch", texts=[TEXT])["predictions"][0]["target"] == 0.7


BAD_TARGETS = ["0", "1", "1.5", "-0.5", '"high"', '"0.9"', '"NaN"', "null", "true", "[0.9]", "1e999", "0.0", "1e-999"]


@pytest.mark.parametrize("value", BAD_TARGETS)
@pytest.mark.parametrize(
    ("path", "rest"),
    [("/predict", '"text":"a"'), ("/predict/batch", '"texts":["a"]'), ("/predict/batch", '"texts":[1]')],
)
def test_a_target_that_is_none_is_a_422_at_its_place(core: Core, path: str, rest: str, value: str) -> None:
    """Whatever is no number between 0 and 1 is told at $.target, also beside items that are no texts."""
    reply = core.routes[path](f'{{{rest},"target":{value}}}'.encode())
    found = json.loads(reply.body)
    assert (reply.status, found["type"], found["path"]) == (422, "urn:undertone:problem:invalid-shape", "$.target")


@pytest.mark.parametrize("option", ["explain", "sentences"])
@pytest.mark.parametrize("value", [1, 0, "yes", None, [], {}])
def test_a_switch_that_is_none_is_a_422_at_its_place(core: Core, option: str, value: object) -> None:
    """A switch is true or false and nothing else."""
    for path, body in (("/predict", {"text": "a"}), ("/predict/batch", {"texts": ["a"]})):
        found = ask(core, path, **body, **{option: value})
        assert (found["status"], found["path"]) == (422, f"$.{option}")


def test_the_original_contract_knows_no_options(core: Core) -> None:
    """/process_text passes over whatever else is sent, as it always did."""
    expected = ask(core, "/process_text", payload=TEXT)
    assert ask(core, "/process_text", payload=TEXT, target="high", explain=1, sentences=True) == expected
    assert sorted(expected) == ["Categories", "Raw Text"]


def test_sentences_stand_in_the_text_as_sent(core: Core) -> None:
    """Offsets count characters, whatever they take in bytes; each sentence is answered as by itself."""
    found = ask(core, text=TEXT, sentences=True)
    assert list(found) == [*FIELDS, "sentences"]
    assert [(one["start"], one["end"]) for one in found["sentences"]] == PLACES
    for one in found["sentences"]:
        alone = ask(core, text=TEXT[one.pop("start") : one.pop("end")])
        assert one == {name: alone[name] for name in ("label", "score", "scores", "reliable", "known", "warnings")}
    assert found["scores"] == {
        label: pytest.approx(sum(one["scores"][label] for one in found["sentences"]) / 2, abs=6e-7)
        for label in found["scores"]
    }


@pytest.mark.parametrize("text", ["", " \n ", "...", "😀"])
def test_a_text_without_sentences_is_answered_as_usual(core: Core, text: str) -> None:
    """Where there is no sentence the list is empty, and the answer the usual one."""
    assert ask(core, text=text, sentences=True) == {**ask(core, text=text), "sentences": []}


def test_ten_thousand_sentences(shipped: Path) -> None:
    """As many sentences as a body of usual size can hold are all answered."""
    core = open_core(Settings(artifacts=str(shipped), max_text_chars=200_000))
    found = ask(core, text="Sales fell. Profit rose! " * 5_000, sentences=True)
    assert len(found["sentences"]) == 10_000
    assert found["sentences"][-1]["end"] == 124_999


@pytest.mark.parametrize("text", [TEXT, ""])
def test_an_explanation_comes_as_the_model_gives_it(core: Core, text: str) -> None:
    """The reasons are objects with their names, beside the usual answer; of an empty text there are none."""
    reasons = [
        {"text": "Operating", "spans": [[0, 9]], "weight": 0.5, "because": ""},
        {"text": "up:profit", "spans": [[10, 16], [17, 21]], "weight": -0.25, "because": "profit rose"},
    ]
    expected = {"label": "positive", "against": "neutral", "base": 0.125, "reasons": reasons if text else [], "rest": 0}
    assert ask(core, text=text, explain=True) == {**ask(core, text=text), "explanation": expected}


def test_options_hold_for_every_text_of_a_batch(core: Core) -> None:
    """In a batch each text is answered with all that is asked for, and a bad item still spoils no other."""
    options = {"target": 0.75, "explain": True, "sentences": True}
    texts = [TEXT, "Sales fell.", ""]
    found = ask(core, "/predict/batch", texts=[*texts, None], **options)
    assert found["predictions"] == [*(ask(core, text=text, **options) for text in texts), None]
    assert [error["index"] for error in found["errors"]] == [3]
    assert list(found["predictions"][0]) == [*FIELDS, "sentences", "explanation"]


@pytest.mark.parametrize("options", [{}, {"target": 0.75}, {"explain": True}, {"sentences": True}, {"target": 2}])
def test_a_direct_invocation_takes_the_same_options(core: Core, options: dict[str, Any]) -> None:
    """An event with options is answered as the same body over HTTP."""
    assert direct.answer(core, {"text": TEXT, **options}) == ask(core, text=TEXT, **options)
    assert direct.answer(core, {"texts": [TEXT], **options}) == ask(core, "/predict/batch", texts=[TEXT], **options)
    assert direct.answer(core, {"payload": TEXT, **options}) == ask(core, "/process_text", payload=TEXT)


@pytest.mark.parametrize(("option", "value", "status"), [
    ("target", float("nan"), 422), ("target", object(), 400), ("explain", "\ud800", 400), ("sentences", {1, 2}, 422),
    ("target", 10**400, None),
])  # fmt: skip
def test_an_option_that_json_cannot_carry_is_told_at_its_place(
    core: Core, option: str, value: object, status: int | None
) -> None:
    """A direct event may hold what no body can: it is the caller's mistake, at the option."""
    found = direct.answer(core, {"text": TEXT, option: value})
    assert found["status"] in ((status,) if status else (400, 422))
    assert found["path"] == f"$.{option}"


def test_a_message_takes_the_same_options(shipped: Path) -> None:
    """A message of a queue may ask for a target and for sentences; its result holds them beside its id."""
    function = Function(shipped, results_queue_url=QUEUE)
    event = sample("sqs")
    event["Records"] = event["Records"][:1]
    event["Records"][0]["body"] = json.dumps({"id": 7, "text": TEXT, "target": 0.75, "sentences": True})
    function(event)
    core = open_core(Settings(artifacts=str(shipped)))
    assert function.aws.sqs.results == [{"id": 7, **ask(core, text=TEXT, target=0.75, sentences=True)}]


@given(st.text(st.characters(exclude_categories=["Cs"])), st.booleans(), st.floats(0.01, 0.99))
def test_any_text_with_any_options_has_an_answer(shipped: Path, text: str, sentences: bool, target: float) -> None:
    """Whatever text, whatever options: an answer, and the same label with and without a target."""
    core = _CORES.setdefault(str(shipped), open_core(Settings(artifacts=str(shipped))))
    found = ask(core, text=text, sentences=sentences, target=target)
    assert found["target"] == target
    assert found["label"] == ask(core, text=text, sentences=sentences)["label"]


_CORES: dict[str, Core] = {}


@pytest.mark.parametrize("option", ["explain", "sentences"])
def test_a_batch_with_options_may_be_as_long_as_one_text(shipped: Path, option: str) -> None:
    """Reasons and sentences of a whole body would hold up every other request; without them it is taken."""
    core = open_core(Settings(artifacts=str(shipped), max_text_chars=20))
    taken, refused = {"texts": ["a" * 20, "a" * 21], option: True}, {"texts": ["a" * 11, "a" * 10], option: True}
    assert [error["index"] for error in ask(core, "/predict/batch", **taken)["errors"]] == [1]
    found = core.predict_batch(json.dumps(refused).encode())
    assert (found.status, json.loads(found.body)["detail"]) == (
        413,
        "With sentences or explain, at most 20 characters, found 21.",
    )
    assert core.predict_batch(json.dumps({"texts": refused["texts"]}).encode()).status == 200


def test_the_wire_has_the_models_own_explanation(shipped: Path) -> None:
    """What a model tells of its reasons is what a request is answered, field by field."""
    core = open_core(Settings(artifacts=str(shipped)))
    found = ask(core, "/predict", text=TEXT, explain=True)["explanation"]
    told = load(root=str(shipped)).explain(TEXT)
    assert found == json.loads(json.dumps({**told._asdict(), "reasons": [reason._asdict() for reason in told.reasons]}))
    assert found["reasons"]
