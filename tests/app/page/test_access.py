"""Everybody can use the page: axe, the keyboard, less motion, widths and schemes; and it stays small and closed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.app.page.screens import FALL, NOT_LOADED, RISE, Screen
from tests.app.serving import HOUSE

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.app.serving import Running

PAGE = HOUSE / "app" / "page"
WIDTHS = {"phone": (360, 740), "desktop": (1280, 800)}
LONG = f"{RISE} Net loss narrowed, though. {FALL}"
LINES = "\n".join([RISE, FALL, "Sales fell.", ""] * 30) + '\n"broken'
MOST_BYTES = 60_000


@pytest.fixture(params=["light", "dark"])
def scheme(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=WIDTHS)
def width(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def sized(visit: Callable[..., Screen], trained: Running, scheme: str, width: str) -> Screen:
    """The page in one scheme and at one width."""
    wide, high = WIDTHS[width]
    return visit(trained.url, color_scheme=scheme, viewport={"width": wide, "height": high}, reduced_motion="reduce")


def filled(screen: Screen) -> Screen:
    """With an answer, its reasons, its sentences and a file's table, all folds open."""
    screen.ask(LONG)
    screen.finish("lines.csv", "text\n" + LINES)
    for summary in screen.page.locator("summary:visible").all():
        summary.click()
    return screen


def grave(screen: Screen) -> list[tuple[str, Any]]:
    """What axe finds serious or critical, with the places."""
    found = Axe().run(screen.page).response["violations"]
    return [
        (one["id"], [node["html"] for node in one["nodes"]])
        for one in found
        if one["impact"] in ("serious", "critical")
    ]


def test_axe_finds_nothing_serious(sized: Screen) -> None:
    """Neither on the empty page nor with all that it can show."""
    assert grave(sized) == []
    assert grave(filled(sized)) == []


def test_axe_finds_nothing_serious_in_trouble(sized: Screen) -> None:
    """Nor with problems told and a file stopped."""
    sized.expected = NOT_LOADED
    sized.page.route("**/predict*", lambda route: route.abort())
    sized.page.route("**/predict/batch", lambda route: route.abort())
    sized.type(RISE)
    sized.drop("a.txt", LINES)
    expect(sized.at("go")).to_be_visible()
    expect(sized.at("problem")).to_contain_text("cannot be reached")
    assert grave(sized) == []


def test_nothing_is_wider_than_the_screen(sized: Screen, scheme: str, width: str) -> None:
    """No width needs scrolling sideways, also with words without blanks; screenshots are kept to be looked at."""
    keep(sized, f"{scheme}-{width}-empty")
    keep(filled(sized), f"{scheme}-{width}")
    sized.ask("Geschwindigkeitsüberschreitung" * 10 + f" {RISE}")
    assert sized.page.evaluate("() => document.documentElement.scrollWidth - innerWidth") <= 0


def keep(screen: Screen, name: str) -> None:
    """A picture of the whole page, in build/screenshots."""
    screen.page.screenshot(path=HOUSE / "build" / "screenshots" / f"{name}.png", full_page=True)


def test_the_keyboard_alone_is_enough(visit: Callable[..., Screen], trained: Running) -> None:
    """From the address bar by Tab and keys: type, read the reasons, choose a file, filter, download, copy."""
    screen = visit(trained.url)
    screen.page.on("filechooser", lambda _: None)  # from now on choosers come to the test, not only from the key on
    reached: list[str] = []

    def tab_to(element_id: str) -> None:
        for _ in range(200):
            screen.page.keyboard.press("Tab")
            reached.append(screen.page.evaluate("() => document.activeElement.id"))
            if reached[-1] == element_id:
                return
        pytest.fail(f"no Tab leads to {element_id}")

    tab_to("text")
    with screen.page.expect_response("**/predict"):
        screen.page.keyboard.type(RISE)
    expect(screen.label).to_have_text("positive")
    tab_to("file")
    outline = screen.page.locator("#file + label").evaluate("element => getComputedStyle(element).outlineStyle")
    assert outline == "solid"
    with screen.page.expect_file_chooser() as chooser:
        screen.page.keyboard.press("Enter")
    chooser.value.set_files({"name": "a.txt", "mimeType": "", "buffer": LINES.encode()})
    expect(screen.at("bulk-name")).to_be_focused()
    expect(screen.at("done")).to_contain_text("answered")
    tab_to("filter")
    screen.page.keyboard.type("neg")
    expect(screen.at("filter")).to_have_value("= negative")
    tab_to("save")
    with screen.page.expect_download():
        screen.page.keyboard.press("Enter")
    tab_to("on")
    screen.page.keyboard.press("Tab")
    assert screen.page.evaluate("() => document.activeElement.closest('#program') !== null")


@pytest.mark.parametrize(("motion", "moves"), [("reduce", False), ("no-preference", True)])
def test_who_asks_for_less_motion_gets_none(
    visit: Callable[..., Screen], trained: Running, motion: str, *, moves: bool
) -> None:
    """Nothing moves for them, and bars do for others."""
    screen = visit(trained.url, reduced_motion=motion)
    screen.ask(RISE)
    screen.ask(FALL)
    durations = screen.page.evaluate(
        """() => [...document.querySelectorAll("*")].map(
             element => parseFloat(getComputedStyle(element).transitionDuration))"""
    )
    assert any(durations) == moves
    running = screen.page.evaluate("() => document.getAnimations().length")
    assert moves or running == 0


def test_colours_are_never_all_that_is_told(visit: Callable[..., Screen], trained: Running) -> None:
    """With colours forced to two, labels, figures, marks and doubt can still be told apart."""
    screen = visit(trained.url, forced_colors="active")
    screen.ask("Operating profit rose, but sales fell and jobs go.")
    expect(screen.at("legend")).to_contain_text("for ")
    kinds = screen.page.locator("#marked mark").evaluate_all(
        "marks => marks.map(mark => getComputedStyle(mark).textDecorationStyle)"
    )
    assert {"solid", "dashed"} == set(kinds)
    assert all(figure.endswith(" %") for figure in screen.scores().values())


def test_right_to_left_texts_read_from_the_right(screen: Screen) -> None:
    """Field, marked text and reasons take their direction from the text."""
    screen.ask("مرحبا profit rose بكم")
    for element in ("text", "marked"):
        assert screen.at(element).evaluate("element => getComputedStyle(element).direction") == "rtl"


def test_the_page_is_small_and_needs_nobody_else(visit: Callable[..., Screen], trained: Running) -> None:
    """All that the page loads is its own, and everything in its folder is loaded; together under 60 KB."""
    screen = visit(trained.url, opened=False)
    loaded: dict[str, int] = {}
    screen.page.on("response", lambda answer: loaded.update({answer.url: len(answer.body())}))
    screen.open()
    expect(screen.at("model")).to_contain_text("sentiment-")
    assert [url for url in loaded if not url.startswith(trained.url)] == []
    names = {url.removeprefix(f"{trained.url}/page/") for url in loaded if "/page/" in url}
    assert names == {file.name for file in PAGE.iterdir() if file.name != "index.html"}
    weight = sum(size for url, size in loaded.items() if not url.endswith("/model"))
    assert weight < MOST_BYTES


def test_no_module_can_make_markup_or_code(trained: Running) -> None:
    """The policy allows the page's own files alone, and no script a string as markup; no module tries."""
    policy = trained.get("/").headers["content-security-policy"]
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules["default-src"] == "'none'"
    assert set(rules.values()) == {"'none'", "'self'", "'script'"}
    assert (rules["require-trusted-types-for"], rules["trusted-types"]) == ("'script'", "'none'")
    for module in PAGE.glob("*.js"):
        assert not re.search(
            r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function|srcdoc", module.read_text()
        )


def test_a_module_is_one_idea() -> None:
    """Each begins with what it does and what it leaves out, and is no longer than 150 lines of 120 characters."""
    for module in PAGE.glob("*.js"):
        lines = module.read_text().splitlines()
        assert lines[0].startswith("// ")
        assert lines[1].startswith("// Left out: ")
        assert len(lines) <= 150
        assert max(len(line.expandtabs(2)) for line in lines) <= 120
