"""What a person sees when the service is slow, busy or gone; nothing that was answered is lost."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.app.page.screens import FALL, NOT_LOADED, RISE, Screen
from tests.app.serving import free_port

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Route

    from tests.app.serving import Running

LINES = [f"{RISE} {number}" for number in range(600)]


def test_down_and_back_while_typing(visit: Callable[..., Screen], serve: Callable[..., Running]) -> None:
    """A service that is gone is told with a button, which asks again once it is back."""
    port = str(free_port())
    server = serve(PORT=port)
    screen = visit(server.url)
    screen.expected = NOT_LOADED
    server.stop()
    screen.type(RISE)
    expect(screen.at("problem")).to_contain_text("The service cannot be reached.")
    expect(screen.at("found")).to_be_hidden()
    serve(PORT=port)
    screen.at("problem").get_by_role("button", name="Try again").click()
    expect(screen.label).to_be_visible()
    expect(screen.at("problem")).to_be_empty()


def test_down_and_back_in_the_middle_of_a_file(visit: Callable[..., Screen], serve: Callable[..., Running]) -> None:
    """What has been answered stays, is told and can be downloaded; the rest is asked for when the service is back."""
    port = str(free_port())
    server = serve(PORT=port)
    screen = visit(server.url)
    screen.expected = NOT_LOADED
    sent: list[list[str]] = []

    def second_stops(route: Route) -> None:
        sent.append(route.request.post_data_json["texts"])
        if len(sent) == 2:
            server.stop()
        route.continue_()

    screen.answer_with("predict/batch", second_stops)
    screen.drop("a.txt", "\n".join(LINES))
    expect(screen.at("bulk-problem")).to_contain_text("cannot be reached. What has been answered is kept.")
    expect(screen.at("done")).to_have_text("250 of 600 answered")
    assert screen.download().count("not asked yet") == 350
    serve(PORT=port)
    screen.at("go").click()
    expect(screen.at("done")).to_have_text("600 of 600 answered")
    expect(screen.at("bulk-problem")).to_be_empty()
    assert sent == [LINES[:250], LINES[250:500], LINES[250:500], LINES[500:]]


def test_a_file_can_be_stopped(screen: Screen) -> None:
    """Cancel ends the request that is under way, keeps the answers and offers to go on."""
    sent: list[Route] = []

    def first_alone(route: Route) -> None:
        sent.append(route)
        if len(sent) == 1:
            route.continue_()

    screen.answer_with("predict/batch", first_alone)
    screen.drop("a.txt", "\n".join(LINES))
    expect(screen.at("done")).to_have_text("250 of 600 answered")
    screen.at("stop").click()
    expect(screen.at("go")).to_be_visible()
    expect(screen.at("stop")).to_be_hidden()
    expect(screen.at("bulk-problem")).to_be_empty()
    screen.page.unroute("**/predict/batch")
    screen.at("go").click()
    expect(screen.at("done")).to_have_text("600 of 600 answered")


@pytest.mark.parametrize("status", [429, 503])
def test_a_busy_service_is_asked_once_more(screen: Screen, status: int) -> None:
    """One refusal is waited out, as long as the service asks for; what a gateway sends may be no JSON."""
    screen.expected = NOT_LOADED
    tries: list[str] = []

    def first_refuses(route: Route) -> None:
        tries.append(route.request.url)
        if len(tries) == 1:
            route.fulfill(status=status, headers={"Retry-After": "1"}, body="<html>Too many</html>")
        else:
            route.continue_()

    screen.answer_with("predict", first_refuses)
    screen.type(RISE)
    expect(screen.label).to_have_text("positive")
    assert len(tries) == 2


def test_a_service_that_stays_busy_is_told(screen: Screen) -> None:
    """A second refusal, or a pause too long to wait for, is said in words; no third try follows by itself."""
    screen.expected = NOT_LOADED
    tries: list[str] = []

    def refuse(route: Route) -> None:
        tries.append(route.request.url)
        route.fulfill(status=429, headers={"Retry-After": "60" if len(tries) == 3 else "1"}, body="{}")

    screen.answer_with("predict", refuse)
    screen.type(RISE)
    expect(screen.at("problem")).to_contain_text("The service is busy. It asks to wait 1 seconds.")
    assert len(tries) == 2
    screen.at("problem").get_by_role("button").click()
    expect(screen.at("problem")).to_contain_text("It asks to wait 60 seconds.")
    assert len(tries) == 3


def test_a_busy_service_in_the_middle_of_a_file(screen: Screen) -> None:
    """A batch that is refused is tried once more, and told; then the file goes on."""
    screen.expected = NOT_LOADED
    tries: list[int] = []

    def second_refused(route: Route) -> None:
        tries.append(len(route.request.post_data_json["texts"]))
        if len(tries) == 2:
            route.fulfill(status=429, headers={"Retry-After": "2"}, body=json.dumps({"message": "Too Many Requests"}))
        else:
            route.continue_()

    screen.answer_with("predict/batch", second_refused)
    screen.drop("a.txt", "\n".join(LINES))
    expect(screen.at("bulk-problem")).to_have_text("The service is busy; trying again in 2 s.")
    expect(screen.at("done")).to_have_text("600 of 600 answered")
    expect(screen.at("bulk-problem")).to_be_empty()
    assert tries == [250, 250, 250, 100]


def test_a_gateways_lower_limit_halves_the_batch(screen: Screen) -> None:
    """Where 413 comes, the batch is sent in halves; a text that is too large by itself is told in its line."""
    screen.expected = NOT_LOADED

    def small(route: Route) -> None:
        if len(route.request.post_data_json["texts"]) > 100 or "huge" in (route.request.post_data or ""):
            route.fulfill(status=413, body="Request Entity Too Large")
        else:
            route.continue_()

    screen.answer_with("predict/batch", small)
    rows = screen.finish("a.txt", "\n".join(["huge", *LINES[:299]]))
    assert rows[0][2] == "Not read: The service answered with status 413."
    expect(screen.at("done")).to_have_text("299 of 299 answered, 1 not read")


def test_a_slow_answer_dims_the_old_one(screen: Screen) -> None:
    """While an answer is under way the last one stays, marked as not this text's, and the page can be used."""
    screen.ask(RISE)
    held: list[Route] = []
    screen.answer_with("predict", held.append)
    with screen.page.expect_request("**/predict"):
        screen.type(FALL)
    expect(screen.page.locator("#answer.waiting")).to_be_visible()
    expect(screen.label).to_have_text("positive")
    held[0].continue_()
    expect(screen.label).to_have_text("negative")
    expect(screen.page.locator("#answer.waiting")).to_have_count(0)


@pytest.mark.parametrize(
    ("status", "body", "told"),
    [
        (502, "<html>Bad gateway</html>", "The service answered with status 502."),
        (200, "<html>Sign in</html>", "The service answered with status 200."),
        (500, '{"title":"The service failed","detail":"It is logged."}', "The service failed. It is logged."),
    ],
)  # fmt: skip
def test_what_is_no_answer_is_told(screen: Screen, status: int, body: str, told: str) -> None:
    """A gateway's page or a problem document becomes a sentence."""
    screen.expected = NOT_LOADED
    screen.answer_with("predict", lambda route: route.fulfill(status=status, body=body))
    screen.type(RISE)
    expect(screen.at("problem").locator("p")).to_have_text(told)


def test_a_damaged_model_is_told(visit: Callable[..., Screen], serve: Callable[..., Running]) -> None:
    """A service whose model cannot be used says so on its page."""
    screen = visit(serve(UNDERTONE_TASK="none").url, opened=False)
    screen.expected = NOT_LOADED
    screen.page.goto(screen.address)
    expect(screen.at("model")).to_contain_text("The model cannot be used.")
    screen.type(RISE)
    expect(screen.at("problem")).to_contain_text("The model cannot be used.")
