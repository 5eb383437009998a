"""The behaviour suite: its cases are sound, its tables are read as said, its verdicts add up."""

from __future__ import annotations

import doctest
import re
import tomllib
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from model_training import behaviour
from model_training.behaviour import suite
from model_training.behaviour.__main__ import main, show
from model_training.behaviour.expectations import Higher, Labelled, NotLabelled, Same, Silent, Warned
from model_training.behaviour.suite import Case, Group, Suite
from model_training.errors import DataError, RequestError
from model_training.tasks import TASKS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

ROOT = Path(__file__).parents[2]
CODES = {"too-short", "unknown-words", "not-english"}
SENTIMENT = suite.load()


class Said(NamedTuple):
    """An answer of the stand-in."""

    label: str
    scores: dict[str, float]
    warnings: tuple[str, ...] = ()


class Rule:
    """A model by rule: "rose" is positive, "fell" is negative, all else neutral; short texts are warned about."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def classify_many(self, texts: Sequence[str]) -> list[Said]:
        self.asked += texts
        return [self._answer(text) for text in texts]

    def _answer(self, text: str) -> Said:
        label = "positive" if "rose" in text else "negative" if "fell" in text else "neutral"
        scores = {name: 0.8 if name == label else 0.1 for name in ("negative", "neutral", "positive")}
        return Said(label, scores, () if len(text.split()) > 2 else ("too-short",))


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """A function: the text of tables, of groups and of fillers to the folder that holds them."""

    def make(tables: str, groups: str = "[direction]\nfloor = 0.5\n", fillers: str = "") -> Path:
        for name, text in (("some.toml", tables), ("groups.toml", groups), ("fillers.toml", fillers)):
            (tmp_path / name).write_text(text, encoding="utf-8")
        return tmp_path

    return make


def _texts(cases: Sequence[Case]) -> list[str]:
    return [text for case in cases for text in (case.text, case.partner) if text is not None]


def _normal(text: str) -> str:
    """Letters and numbers alone, in lower case."""
    return " ".join(re.findall(r"[^\W_]+", text.lower()))


# The cases of sentiment.


def test_there_are_enough_cases_and_none_twice():
    """At least 400, each asked for once."""
    assert len(SENTIMENT.cases) >= 400
    assert [case for case, count in Counter(SENTIMENT.cases).items() if count > 1] == []


@pytest.mark.parametrize("group", [group.name for group in SENTIMENT.groups])
def test_a_group_is_large_enough_for_a_rate(group: str):
    """At least 15 cases, and words that say what they ask."""
    assert sum(case.group == group for case in SENTIMENT.cases) >= 15
    assert next(each.about for each in SENTIMENT.groups if each.name == group)


def test_the_same_cases_come_every_time():
    """Nothing is drawn by chance."""
    assert suite.load() == SENTIMENT


def test_a_partner_differs():
    """Where two texts are compared, they are two."""
    assert [case for case in SENTIMENT.cases if case.text == case.partner] == []
    assert all((case.partner is not None) is isinstance(case.expectation, Higher | Same) for case in SENTIMENT.cases)


def test_no_case_contradicts_another():
    """A text is not expected to have two labels, nor one that another case forbids."""
    labels: dict[str, set[str]] = {}
    for case in SENTIMENT.cases:
        if isinstance(case.expectation, Labelled):
            labels.setdefault(case.text, set()).add(case.expectation.label)
    forbidden = [c for c in SENTIMENT.cases if isinstance(c.expectation, NotLabelled)]
    assert [text for text, found in labels.items() if len(found) > 1] == []
    assert [case for case in forbidden if case.expectation.label in labels.get(case.text, ())] == []


def test_every_case_can_be_met():
    """Labels are the task's, warnings are known ones, bounds are the two that docs/behaviour.md states."""
    named = {case.expectation.label for case in SENTIMENT.cases if hasattr(case.expectation, "label")}
    codes = {code for case in SENTIMENT.cases for code in getattr(case.expectation, "codes", ())}
    bounds = {case.expectation.bound for case in SENTIMENT.cases if isinstance(case.expectation, Same)}
    assert named == set(TASKS["sentiment"].labels)
    assert codes == CODES
    assert bounds == {0.1, 0.15}


def test_every_slot_is_filled():
    """No name of a slot is left in a text, not even from the value of another slot."""
    assert [text for text in _texts(SENTIMENT.cases) if re.search(r"\{\w+\}", text)] == []


def test_rows_of_amounts_belong_together():
    """{high} is {low} and {step}, in one unit."""
    fillers = tomllib.loads((suite.FOLDER / "sentiment/fillers.toml").read_text(encoding="utf-8"))
    number = re.compile(r"[\d.]+")
    for high, low, step in zip(fillers["high"], fillers["low"], fillers["step"], strict=True):
        assert number.sub("", high) == number.sub("", low) == number.sub("", step)
        a, b, c = (float(number.findall(amount)[0]) for amount in (high, low, step))
        assert a == pytest.approx(b + c)


@pytest.mark.data
def test_no_sentence_is_of_the_data_set(sentences: list[str]):
    """No text is a published sentence, and none of four words or more is part of one, but for case and signs."""
    published = [_normal(sentence) for sentence in sentences]
    whole, running = set(published), " | ".join(published)
    texts = {_normal(text) for text in _texts(SENTIMENT.cases)} - {""}
    assert texts & whole == set()
    assert [text for text in texts if text.count(" ") >= 3 and text in running] == []


def test_the_page_lists_every_group():
    """docs/behaviour.md has a row a group, in the order and the words of groups.toml."""
    rows = re.findall(r"^\| `([a-z-]+)` \| (.*) \|$", (ROOT / "docs/behaviour.md").read_text(), re.MULTILINE)
    assert rows == [(group.name, group.about) for group in SENTIMENT.groups]


# How tables are read.


def test_slots_are_multiplied_and_fillers_take_turns(write: Callable[..., Path]):
    """Every value of a table's slots with every text; a filler's next value with each case."""
    folder = write(
        '[[table]]\ngroup = "direction"\nlabels = ["positive", "negative"]\ntexts = ["{what} of {who} {verb}."]\n'
        'slots.what = ["profit", "margin"]\nslots.verb = [["rose", "fell"], ["grew", "shrank"]]\n',
        fillers='who = ["A", "B", "C"]',
    )
    assert [(case.text, case.expectation.label) for case in suite.read(folder).cases] == [
        ("Profit of A rose.", "positive"),
        ("Profit of A fell.", "negative"),
        ("Profit of B grew.", "positive"),
        ("Profit of B shrank.", "negative"),
        ("Margin of C rose.", "positive"),
        ("Margin of C fell.", "negative"),
        ("Margin of A grew.", "positive"),
        ("Margin of A shrank.", "negative"),
    ]


def test_a_slot_may_hold_a_filler(write: Callable[..., Path]):
    """The value of a table's own slot is filled too, and only a text that begins with a slot gets a capital."""
    tables = (
        '[[table]]\ngroup = "direction"\nlabel = "neutral"\ntexts = ["{what}", "so {what}"]\nslots.what = ["at {who}"]'
    )
    assert [case.text for case in suite.read(write(tables, fillers='who = ["A", "B"]')).cases] == ["At A", "so at B"]


TABLE = '[[table]]\ngroup = "direction"\n'


@pytest.mark.parametrize(
    ("tables", "message"),
    [
        ("[[table]", "some.toml: expected TOML, found "),
        ('[[table]]\ngroup = "moon"\n', "some.toml, table 1: expected a group of groups.toml, found 'moon'"),
        (TABLE + 'texts = ["a"]', "expected one of labels, label, not, higher, same, warns, silent, found none"),
        (TABLE + 'label = "x"\nnot = "y"\ntexts = ["a"]', "silent, found label, not"),
        (TABLE + 'label = "x"\n[[table]]\n', "texts, and slots of its own or of fillers.toml, found no 'texts'"),
        (TABLE + 'label = "x"\ntexts = ["{moon}"]', "fillers.toml, found no 'moon'"),
        (TABLE + 'label = "x"\ntexts = ["a"]\nslot.b = ["c"]', "expected only keys that have a meaning, found slot"),
        (TABLE + 'label = "x"\ntexts = [["a", "b"]]', "expected single texts for 'label', found 'a'"),
        (TABLE + 'same = 0.1\ntexts = ["a"]', "expected pairs for 'same', found 'a'"),
        (TABLE + 'same = 0.1\ntexts = [["a", "a"]]', "expected pairs for 'same', found 'a'"),
        (TABLE + 'same = 0.1\ntexts = [["a", "b", "c"]]', "expected texts, values and labels alone or in pairs"),
        (TABLE + 'labels = ["x"]\ntexts = [["a", "b"]]', "expected texts, values and labels alone or in pairs"),
        (TABLE + 'label = "x"\ntexts = ["a {"]', "expected texts, values and labels alone or in pairs"),
        ("", "expected tables of cases, found none"),
    ],
)  # fmt: skip
def test_a_wrong_table_is_named(write: Callable[..., Path], tables: str, message: str):
    """File, table, what was expected and what was found."""
    with pytest.raises(DataError) as caught:
        suite.read(write(tables))
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("groups", "message"),
    [
        ("[direction]\nfloor = 0.5\n[moon]\nfloor = 0.5", "expected cases for every group, found none for moon"),
        ("[direction]\nfloor = 50", "groups.toml, direction: expected a floor from 0.0 to 1.0, found 50"),
        ("[direction]\n", "groups.toml, direction: expected a floor from 0.0 to 1.0, found None"),
    ],
)
def test_a_wrong_group_is_named(write: Callable[..., Path], groups: str, message: str):
    """A group without cases or without a floor would be a check that cannot fail."""
    with pytest.raises(DataError) as caught:
        suite.read(write(TABLE + 'label = "x"\ntexts = ["a"]', groups))
    assert message in str(caught.value)


def test_a_task_without_a_suite_is_refused():
    """Its name, and the tasks that have one."""
    assert suite.tasks() == ["sentiment"]
    with pytest.raises(RequestError, match="--task: expected a task with a behaviour suite: sentiment, found 'mood'"):
        suite.load("mood")


def test_examples():
    """The examples in the docstrings are true."""
    results = doctest.testmod(suite)
    assert (results.attempted > 0, results.failed) == (True, 0)


# What an expectation asks.

GOOD = Said("positive", {"negative": 0.1, "neutral": 0.2, "positive": 0.7})
NEAR = Said("positive", {"negative": 0.1, "neutral": 0.3, "positive": 0.6})
TURNED = Said("neutral", {"negative": 0.1, "neutral": 0.46, "positive": 0.44})
DOUBTED = Said("positive", GOOD.scores, ("too-short", "not-english"))


@pytest.mark.parametrize(
    ("expectation", "answer", "partner", "holds"),
    [
        (Labelled("positive"), GOOD, GOOD, True),
        (Labelled("neutral"), GOOD, GOOD, False),
        (NotLabelled("neutral"), GOOD, GOOD, True),
        (NotLabelled("positive"), GOOD, GOOD, False),
        (Higher("positive"), GOOD, NEAR, True),
        (Higher("positive"), NEAR, GOOD, False),
        (Higher("positive"), GOOD, GOOD, False),
        (Same(0.15), GOOD, NEAR, True),
        (Same(0.05), GOOD, NEAR, False),
        (Same(0.2), NEAR, TURNED, False),
        (Warned(("not-english", "unknown-words")), DOUBTED, DOUBTED, True),
        (Warned(("unknown-words",)), DOUBTED, DOUBTED, False),
        (Warned(("unknown-words",)), GOOD, GOOD, False),
        (Silent(("unknown-words",)), DOUBTED, DOUBTED, True),
        (Silent(("too-short",)), DOUBTED, DOUBTED, False),
    ],
)
def test_an_expectation_holds_or_not(expectation: Any, answer: Said, partner: Said, holds: bool):
    """A label, a direction, a bound that a turned label breaks too, one of the warnings, none of them."""
    assert expectation.holds(answer, partner) is holds


# Reports.


def made(passing: int, failing: int, floor: float) -> Suite:
    """A suite of one group that the rule passes to a known share."""
    cases = [Case("turns", f"It rose {number} times", Labelled("positive")) for number in range(passing)]
    cases += [Case("turns", f"It grew {number} times", Labelled("positive")) for number in range(failing)]
    return Suite((Group("turns", "up is good", floor),), tuple(cases))


@pytest.mark.parametrize(
    ("passing", "failing", "floor", "holds"),
    [(11, 9, 0.55, True), (10, 10, 0.55, False), (7, 3, 0.7, True), (19, 1, 1.0, False), (20, 0, 1.0, True)],
)
def test_a_floor_is_held_at_its_very_rate(passing: int, failing: int, floor: float, holds: bool):
    """The share of passed cases, exactly the floor included."""
    report = behaviour.run(Rule(), made(passing, failing, floor))
    assert (report.passed, report.cases) == (passing, passing + failing)
    assert report.rates() == {"turns": passing / (passing + failing)}
    assert len(report.groups[0].failures) == failing
    assert (report.below == []) is holds


def test_rates_have_four_digits():
    """As a manifest shows them."""
    assert behaviour.run(Rule(), made(2, 1, 0.0)).rates() == {"turns": 0.6667}


def test_each_text_is_asked_once():
    """However many cases look at it, and partners are asked too."""
    model, group = Rule(), Group("g", "", 0.0)
    cases = (Case("g", "a", Same(0.1), "b"), Case("g", "b", Same(0.1), "c"), Case("g", "a", Labelled("neutral")))
    assert behaviour.run(model, Suite((group,), cases)).passed == 3
    assert model.asked == ["a", "b", "c"]


def test_check_names_the_groups_below():
    """Only those, each with its rate and its floor; a model that holds them all gets its report."""
    high, low = made(3, 1, 0.8), made(3, 1, 0.7)
    other = Suite((Group("calm", "", 1.0),), (Case("calm", "The board met", Labelled("neutral")),))
    with pytest.raises(behaviour.BehaviourError) as caught:
        behaviour.check(Rule(), Suite((*high.groups, *other.groups), (*high.cases, *other.cases)))
    assert caught.value.groups == ("turns",)
    assert str(caught.value) == "behaviour: expected at least turns 80% of the cases to pass, found turns 75%"
    assert behaviour.check(Rule(), low).rates() == {"turns": 0.75}


def test_a_model_that_always_answers_alike_is_below():
    """The suite of sentiment tells a model from a constant: no floor can be held by saying nothing."""

    class Constant(Rule):
        def _answer(self, text: str) -> Said:  # noqa: ARG002
            return Said("neutral", {"negative": 0.1, "neutral": 0.8, "positive": 0.1})

    below = {result.group.name for result in behaviour.run(Constant()).below}
    assert {"direction", "amounts-compared", "losses", "added-news", "contracts", "trouble", "empty-and-junk"} <= below


# The command.


def test_the_table_and_its_exit_codes(capsys: pytest.CaptureFixture[str]):
    """Group, cases, passed, rate, floor, verdict; 1 and the group's name on stderr where one is below."""
    assert show(Rule(), made(3, 1, 0.75), with_failures=False) == 0
    assert capsys.readouterr().out == (
        "group              cases passed   rate  floor  verdict\n"
        "turns                  4      3  75.0%    75%  holds\n"
        "all                    4      3  75.0%\n"
    )
    assert show(Rule(), made(3, 1, 0.8), with_failures=False) == 1
    out, err = capsys.readouterr()
    assert "turns                  4      3  75.0%    80%  BELOW\n" in out
    assert err == "error: below the floor: turns\n"


def test_failures_are_shown_with_their_answers(capsys: pytest.CaptureFixture[str]):
    """By group: what was expected, then the text's answer and the partner's."""
    cases = (Case("turns", "Up it rose", Same(0.1), "Down it fell"), Case("turns", "Oh", Labelled("positive")))
    assert show(Rule(), Suite((Group("turns", "up is good", 0.0),), cases), with_failures=True) == 0
    assert capsys.readouterr().out.startswith(
        "turns: up is good\n"
        "  expected as its partner, scores within 0.1\n"
        "    positive (negative 0.10 neutral 0.10 positive 0.80)  'Up it rose'\n"
        "    negative (negative 0.80 neutral 0.10 positive 0.10)  'Down it fell'\n"
        "  expected positive\n"
        "    neutral (negative 0.10 neutral 0.80 positive 0.10; too-short)  'Oh'\n"
        "\n"
        "group  "
    )


def test_without_failures_the_table_stands_alone(capsys: pytest.CaptureFixture[str]):
    """Asked for failures where none are, the command prints no more than the table."""
    assert show(Rule(), made(3, 0, 1.0), with_failures=True) == 0
    assert capsys.readouterr().out.startswith("group  ")


def test_the_command_asks_the_artifact_that_is_named(shipped: Path, capsys: pytest.CaptureFixture[str]):
    """Random weights hold no floor of direction: a row for every group, and exit code 1."""
    assert main(["--artifacts", str(shipped)]) == 1
    out, err = capsys.readouterr()
    assert [line.split()[0] for line in out.splitlines()] == ["group", *(g.name for g in SENTIMENT.groups), "all"]
    assert err.startswith("error: below the floor: direction, ")


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["--task", "mood"], "error: --task: expected a task with a behaviour suite: sentiment, found 'mood'\n"),
        (["--artifacts", "/nowhere"], "error: "),
    ],
)
def test_what_cannot_be_asked_is_one_line_and_exit_code_2(
    capsys: pytest.CaptureFixture[str], arguments: list[str], line: str
):
    """No traceback, no table."""
    assert main(arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(line)
    assert err.count("\n") == 1
