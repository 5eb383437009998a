"""What a person sees who types a text."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from playwright.sync_api import expect

from tests.app.page.screens import FALL, RISE, Screen
from tests.app.serving import Running

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Route

LONG = f"{RISE} {FALL} The meeting is on 4 April."


def test_an_answer_comes_as_one_types(screen: Screen) -> None:
    """Keys alone bring the label, its score and a bar for every class, as the service has them."""
    with screen.page.expect_response("**/predict") as response:
        screen.at("text").press_sequentially(RISE)
    answer = response.value.json()
    expect(screen.label).to_have_text(answer["label"])
    expect(screen.at("label")).to_contain_text(f"{100 * answer['score']:.1f} %")
    assert screen.scores() == {label: f"{100 * share:.1f} %" for label, share in answer["scores"].items()}


def test_keys_in_one_go_are_one_request(screen: Screen) -> None:
    """What is typed without a pause is asked once, with its last text."""
    sent: list[Any] = []
    screen.page.on("request", lambda request: sent.append(request.post_data_json) if request.method == "POST" else None)
    screen.page.evaluate(
        """text => {
          const field = document.getElementById("text");
          for (let end = 1; end <= text.length; end += 1) {
            field.value = text.slice(0, end);
            field.dispatchEvent(new Event("input", { bubbles: true }));
          }
        }""",
        RISE,
    )
    expect(screen.label).to_be_visible()
    assert sent == [{"text": RISE, "explain": True}]


def test_the_newest_answer_wins(visit: Callable[..., Screen], trained: Running) -> None:
    """An older text's answer that comes after the newer one's is dropped, even where nothing aborts its request."""
    screen = visit(trained.url, opened=False)
    screen.page.add_init_script("AbortController.prototype.abort = () => {}")
    screen.open()
    held: list[Route] = []

    def hold(route: Route) -> None:
        if json.loads(route.request.post_data or "")["text"] == RISE:
            held.append(route)
        else:
            route.continue_()

    screen.answer_with("predict", hold)
    with screen.page.expect_request("**/predict"):
        screen.type(RISE)
    newer = screen.ask(FALL)
    expect(screen.label).to_have_text(newer["label"])
    with screen.page.expect_response("**/predict"):
        held[0].continue_()
    screen.page.evaluate("() => new Promise(done => setTimeout(done))")  # what came has been looked at
    assert newer["label"] != "positive"
    expect(screen.label).to_have_text(newer["label"])
    assert "Net sales" in screen.at("marked").inner_text()


def test_an_older_request_is_given_up(screen: Screen) -> None:
    """A new text ends the request for the one before, so that the service need not answer both."""
    ended: list[str] = []
    screen.page.on("requestfailed", lambda request: ended.append(request.post_data_json["text"]))
    screen.answer_with("predict", lambda route: route.continue_() if FALL in (route.request.post_data or "") else None)
    with screen.page.expect_request("**/predict"):
        screen.type(RISE)
    screen.ask(FALL)
    assert ended == [RISE]


def test_a_long_text_is_answered_by_sentence(screen: Screen) -> None:
    """More than one sentence brings each one's words, label and score, at the places that the service gives."""
    answer = screen.ask(LONG)
    expected = [
        (LONG[one["start"] : one["end"]], f"{one['label']} {100 * one['score']:.1f} %") for one in answer["sentences"]
    ]
    found = [
        [child.inner_text() for child in part.locator("> *").all()]
        for part in screen.page.locator("#sentences li").all()
    ]
    assert len(expected) == 3
    assert [(words, told.partition(" doubtful")[0].strip()) for words, told in found] == expected


def test_one_sentence_has_no_list(screen: Screen) -> None:
    """A decimal point is no end of a sentence, and one sentence is told once."""
    assert "sentences" not in screen.ask(RISE)
    expect(screen.at("parts")).to_be_hidden()


def test_no_text_no_answer(screen: Screen) -> None:
    """An emptied field takes the answer away, and asks for nothing."""
    screen.ask(RISE)
    screen.at("clear").click()
    expect(screen.at("found")).to_be_hidden()
    expect(screen.at("hint")).to_be_visible()
    expect(screen.at("clear")).to_be_hidden()


def test_examples_are_of_the_models_own_domain(screen: Screen) -> None:
    """A click puts an example into the field and shows its answer."""
    examples = screen.at("examples").get_by_role("button")
    for example in examples.all():
        with screen.page.expect_response("**/predict") as response:
            example.click()
        expect(screen.label).to_have_text(response.value.json()["label"])
        assert screen.at("text").input_value() == example.inner_text()
    assert examples.count() >= 3


def test_a_text_over_the_limit_is_not_sent(visit: Callable[..., Screen], serve: Callable[..., Running]) -> None:
    """The limit that /model tells is told with the count, in characters as the service counts them."""
    screen = visit(serve(UNDERTONE_MAX_TEXT_CHARS="12").url)
    sent: list[str] = []
    screen.page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    screen.type("😀" * 13)
    expect(screen.at("problem")).to_contain_text("too long: 13 characters. The service takes 12.")
    assert sent == []
    screen.ask("😀" * 12)
    expect(screen.at("problem")).to_be_empty()


def test_a_reader_of_screens_hears_the_last_answer_alone(screen: Screen) -> None:
    """The polite region is told label, score and verdict once typing has come to rest, not at every key."""
    screen.page.evaluate(
        """() => {
          const region = document.getElementById("status");
          window.heard = [];
          new MutationObserver(() => heard.push(region.textContent)).observe(region, { childList: true });
        }"""
    )
    screen.ask(FALL)
    answer = screen.ask(RISE)
    expect(screen.at("status")).to_have_text(f"positive, {100 * answer['score']:.1f} %. Reliable.")
    assert screen.page.evaluate("() => heard.length") == 1
    assert screen.page.locator("#answer [aria-live]").count() == 0
