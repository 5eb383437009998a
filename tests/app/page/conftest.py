"""A real browser for the page: started once, looked after in every test for what it complains about.

Left out: what is done on the page (`screens`).
"""

from __future__ import annotations

import shutil
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect, sync_playwright

from tests.app.page.screens import Screen
from tests.app.serving import HOUSE, Running, clean_environment, free_port, python

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser

HERE = Path(__file__).parent
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
expect.set_options(timeout=30_000)
_opened = ExitStack()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(nextitem: pytest.Item | None) -> Iterator[None]:
    """Close the browser after the last test of this folder: its event loop runs on, which later tests cannot have."""
    yield
    if nextitem is None or HERE not in nextitem.path.parents:
        _opened.close()


@pytest.fixture(scope="session")
def browser() -> Browser:
    """The one headless browser of these tests."""
    program = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if program is None:
        pytest.skip(f"the page's tests need one of {', '.join(BROWSERS)}")
    playwright = _opened.enter_context(sync_playwright())
    return _opened.enter_context(playwright.chromium.launch(executable_path=program, args=["--no-sandbox"]))


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
