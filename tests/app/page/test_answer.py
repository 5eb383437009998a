"""What an answer says: its words marked, its reasons, and how far to trust it."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from tests.app.page.screens import FALL, RISE, Screen
from textmodel.publish import publish

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.app.serving import Running
    from textmodel.artifact import Artifact

COMPOUND = "Net profit was EUR 13.1 mn, compared to EUR 8.7 mn in 2009."
HOSTILE = [
    f"<script>alert(1)</script> {FALL}",
    f"<img src=x onerror=alert(1)> & {RISE}",
    f"😀👩‍👩‍👧 𐍈𐌰𐌹 {FALL} 😀",
    f"שלום עולם {FALL} مرحبا",
    f"\u202e{RISE}\u2066 a\u0301 \ufeff",
    f"\"{RISE}\"\n\n\t'{FALL}' \\n \u2028 \x7f",
]


def cut(text: str, answer: dict[str, Any]) -> list[str]:
    """A text cut where a reason's span begins or ends, as Python counts characters; blanks around are kept."""
    edges = {edge for reason in answer["explanation"]["reasons"] for span in reason["spans"] for edge in span}
    places = sorted(edges | {0, len(text)})
    return [text[start:end] for start, end in pairwise(places) if start < end]


def shown(screen: Screen) -> list[str]:
    """The pieces of the text on the screen; touching pieces that no reason covers are one."""
    return screen.at("marked").evaluate("element => [...element.childNodes].map(node => node.textContent)")


@pytest.mark.parametrize("text", [COMPOUND, RISE, FALL, *HOSTILE])
def test_words_are_marked_where_the_service_says(screen: Screen, text: str) -> None:
    """The text is shown whole and as text, cut at the spans of the reasons, which count code points."""
    answer = screen.ask(text)
    typed = screen.at("text").input_value()
    assert "".join(shown(screen)) == typed
    assert shown(screen) == cut(typed, answer)
    assert screen.page.locator("#marked :not(mark, span), #answer script, #answer img").count() == 0


def test_the_strongest_words_bear_the_strongest_mark(screen: Screen) -> None:
    """A word for the label is underlined by a line, one against it by dashes, in the label's colours."""
    answer = screen.ask("Operating profit rose, but sales fell and jobs go.")
    best = max(answer["explanation"]["reasons"], key=lambda reason: reason["weight"])
    worst = min(answer["explanation"]["reasons"], key=lambda reason: reason["weight"])
    line = "element => getComputedStyle(element).textDecorationStyle"
    assert worst["weight"] < 0 < best["weight"]
    styles = {mark.evaluate(line) for mark in screen.page.locator("#marked mark.for").all()}
    assert styles == {"solid"}
    styles = {mark.evaluate(line) for mark in screen.page.locator("#marked mark.against").all()}
    assert styles == {"dashed"}
    colours = screen.page.evaluate(
        """() => ["for", "against"].map(
             side => getComputedStyle(document.querySelector(`#marked .${side}`)).textDecorationColor)"""
    )
    assert len(set(colours)) == 2


def test_reasons_are_listed_with_weight_and_rule(screen: Screen) -> None:
    """Each reason of the service has its words, its weight and its rule; the weaker ones are folded away."""
    reasons = screen.ask(COMPOUND)["explanation"]["reasons"]
    rows = screen.page.locator("#reasons li, #reasons-rest li").all()
    found = [
        (
            row.locator("button").text_content(),
            row.locator(".figure").text_content(),
            row.locator(".soft").all_text_contents(),
        )
        for row in rows
    ]
    expected = [
        (one["text"], f"{one['weight']:+.2f}".replace("-", "−"), [one["because"]] if one["because"] else [])  # noqa: RUF001
        for one in reasons
    ]
    assert found == expected
    assert any(because for _, _, because in found)
    assert screen.page.locator("#reasons li").count() == 6
    expect(screen.at("reasons-rest").locator("summary")).to_have_text(f"{len(reasons) - 6} weaker reasons")


def test_all_words_of_a_reason_light_up(screen: Screen) -> None:
    """Whoever points at a reason, or comes to it with the keyboard, sees every one of its words."""
    reason = next(one for one in screen.ask(COMPOUND)["explanation"]["reasons"] if len(one["spans"]) > 2)
    button = screen.page.get_by_role("button", name=reason["text"], exact=True)
    button.focus()
    lit = screen.page.locator("#marked .lit")
    expected = [COMPOUND[start:end] for start, end in reason["spans"]]
    assert "".join(lit.all_text_contents()) == "".join(expected)
    screen.at("text").focus()
    expect(lit).to_have_count(0)


@pytest.mark.parametrize(
    ("text", "verdict", "words"),
    [
        (RISE, "Reliable", "at least 90 % of answers were right"),
        ("Sales fell.", "Doubtful", "It has fewer words"),
        ("Der Umsatz stieg um fünf Prozent auf zehn Millionen", "Doubtful", "It is probably not in English"),
        ("Xyzzy plugh frotz gnusto rezrov", "Doubtful", "The model knows under half of its words"),
    ],
)
def test_trust_is_told_in_words(screen: Screen, text: str, verdict: str, words: str) -> None:
    """What the answer holds as codes is said in a sentence, with the share of words that the model does not know."""
    answer = screen.ask(text)
    expect(screen.at("trust").locator("strong")).to_have_text(verdict)
    expect(screen.at("trust")).to_contain_text(words)
    expect(screen.at("trust")).to_contain_text(f"Unknown words: {100 * (1 - answer['known']):.0f} %.")
    assert answer["reliable"] == (verdict == "Reliable")


def test_a_low_score_is_told_with_what_it_lacks(screen: Screen) -> None:
    """Without a warning, a doubtful answer says from which score on answers were right, and how many reach it."""
    told = screen.page.evaluate("async () => (await fetch('model')).json()")["target"]
    answer = screen.ask(
        "Finnish Elcoteq wins a contract. Its sales fell to EUR 5.1 mn, though. Deliveries begin in May."
    )
    assert (answer["reliable"], answer["warnings"]) == (False, [])
    expect(screen.at("trust")).to_contain_text(f"only at scores from {100 * told['threshold']:.0f} % on")
    expect(screen.at("trust")).to_contain_text(f"which {100 * answer['coverage']:.0f} % of texts reach")


@pytest.fixture
def other(
    tmp_path: Path,
    terms: tuple[str, ...],
    make_artifact: Callable[..., Artifact],
    random_layers: Callable[..., Any],
    serve: Callable[..., Running],
) -> Callable[..., Running]:
    """A function: a number of labels to a server of another task, whose model was measured by nobody."""

    def begin(count: int) -> Running:
        labels = tuple(f"class <b>{number}</b> \u05d0" for number in range(count))
        layers = random_layers(1, len(terms), (8, count))
        mine = make_artifact(task="reviews", labels=labels, layers=layers, reliability=[], language="", about={})
        publish(str(tmp_path), mine, ("Net profit rose",), {"MODEL_CARD.md": b"# Reviews\n"})
        return serve(UNDERTONE_ARTIFACTS=str(tmp_path), UNDERTONE_TASK="reviews")

    return begin


@pytest.mark.parametrize("count", [2, 5, 200])
def test_another_task_has_its_own_labels(
    visit: Callable[..., Screen], other: Callable[..., Running], count: int
) -> None:
    """Few labels stand in the model's order, many by their scores with the rest folded; names are text."""
    screen = visit(other(count).url)
    answer = screen.ask("Net profit rose in Helsinki")
    scores = list(answer["scores"].items())
    expected = scores if count <= 5 else sorted(scores, key=lambda pair: -pair[1])
    assert list(screen.scores().items()) == [(label, f"{100 * share:.1f} %") for label, share in expected]
    assert screen.page.locator("#scores li").count() == min(count, 6)
    expect(screen.label).to_have_text(answer["label"])
    assert screen.page.locator("main b").count() == 0


def test_another_task_says_what_was_not_measured(visit: Callable[..., Screen], other: Callable[..., Running]) -> None:
    """No example, no figure and no promise that the model does not have."""
    screen = visit(other(2).url)
    expect(screen.at("samples")).to_be_hidden()
    screen.ask("Net profit rose in Helsinki")
    expect(screen.at("trust").locator("strong")).to_have_text("Not measured")
    facts = screen.at("model").inner_text()
    assert facts.count("not measured") == 3
    assert screen.page.get_by_role("region", name="AWS CLI: as Amazon Comprehend").count() == 0


def test_the_panel_tells_the_models_figures(screen: Screen) -> None:
    """Name, licence, accuracy, macro-F1 and limits are those of /model."""
    told = screen.page.evaluate("async () => (await fetch('model')).json()")
    facts = dict(
        zip(screen.page.locator("dt").all_inner_texts(), screen.page.locator("dd").all_inner_texts(), strict=True)
    )
    ours = told["metrics"]["ours"]
    assert (facts["Name"], facts["Licence"], facts["Language"]) == (told["name"], told["licence"], "English")
    assert facts["Right answers"].startswith(f"{100 * ours['accuracy']['mean']:.1f} ± ")
    assert facts["Macro-F1"].startswith(f"{ours['macro_f1']['mean']:.3f} ± ")
    assert facts["Labels"] == ", ".join(told["labels"])
    assert f"{told['limits']['max_batch_texts']:,} texts" in facts["Takes"]
