"""A real browser for the page: started once, looked after in every test for what it complains about.

Left out: what is done on the page (`screens`).
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect, sync_playwright

from tests.app.page.screens import Screen
from tests.app.serving import HOUSE, Running, clean_environment, free_port, python

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
expect.set_options(timeout=30_000)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A headless browser for a file's tests; no longer, as its event loop runs on, which others cannot have."""
    program = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if program is None:
        pytest.skip(f"the page's tests need one of {', '.join(BROWSERS)}")
    with (
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=program, args=["--no-sandbox"]) as opened,
    ):
        yield opened


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One server with the artifact of this repository, whose reasons speak."""
    port = free_port()
    environment = clean_environment(UNDERTONE_ARTIFACTS=str(HOUSE), PORT=str(port))
    server = Running(tmp_path_factory.mktemp("trained"), python("-m", "app"), environment, port)
    server.wait_until_alive()
    yield server
    server.stop()


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[..., Screen]]:
    """A function: an address and a context's options to the page there. Afterwards nobody may have complained."""
    screens: list[Screen] = []

    def begin(address: str, *, opened: bool = True, **options: Any) -> Screen:
        screen = Screen(browser.new_context(**options), address)
        screens.append(screen)
        return screen.open() if opened else screen

    yield begin
    for screen in screens:
        screen.context.close()
    assert [fault for screen in screens for fault in screen.faults] == []


@pytest.fixture
def screen(visit: Callable[..., Screen], trained: Running) -> Screen:
    """The page of the repository's own model."""
    return visit(trained.url)
