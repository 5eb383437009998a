"""The page as a test sees it: what a person does there, and what they are shown.

Left out: what is asserted, and where the browser comes from (`conftest`).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import BrowserContext, ConsoleMessage, Locator, Route

NOT_LOADED = r"Failed to load resource"
"""What a browser itself writes about each request that fails."""
RISE = "Operating profit rose to EUR 13.1 mn from EUR 8.7 mn."
FALL = "Net sales fell to EUR 5.1 mn and 400 jobs go."


class Screen:
    """One page in a context of its own; `faults` are errors of its console, but for those that `expected` matches."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        self.context = context
        self.address = address
        self.page = context.new_page()
        self.expected = r"(?!)"
        self.faults: list[str] = []
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not re.search(self.expected, message.text):
            self.faults.append(message.text)

    def open(self) -> Self:
        """The page, once it has met its model."""
        self.page.goto(self.address)
        self.at("model").get_by_text("All its figures").wait_for()
        return self

    def at(self, element_id: str) -> Locator:
        return self.page.locator(f"#{element_id}")

    def type(self, text: str) -> None:
        self.at("text").fill(text)

    def ask(self, text: str) -> dict[str, Any]:
        """Type a text; the service's own answer, once it is shown."""
        with self.page.expect_response("**/predict") as response:
            self.type(text)
        answer: dict[str, Any] = response.value.json()
        self.page.locator("#answer:not(.waiting)").wait_for()
        return answer

    @property
    def label(self) -> Locator:
        return self.at("label").locator(".badge")

    def scores(self) -> dict[str, str]:
        """Every label on the screen with its figure, in order, also the folded ones."""
        rows = self.page.locator("#scores li, #scores-rest li").all()
        return {row.locator("bdi").text_content() or "": row.locator(".figure").text_content() or "" for row in rows}

    def marked(self) -> list[str]:
        """The marked pieces of the text."""
        return self.page.locator("#marked mark").all_text_contents()

    def drop(self, name: str, content: bytes | str) -> None:
        """Choose a file of this name and content."""
        data = content.encode() if isinstance(content, str) else content
        self.at("file").set_input_files({"name": name, "mimeType": "", "buffer": data})

    def finish(self, name: str, content: bytes | str) -> list[tuple[str, str, str]]:
        """Choose a file and wait until all is answered; the rows of the table's first page."""
        self.drop(name, content)
        self.page.locator("#status", has_text=re.compile(r"^done: ")).wait_for(state="attached")
        return self.rows()

    def rows(self) -> list[tuple[str, str, str]]:
        """Line, text and answer of each row of the table that is shown."""
        return [tuple(cell.strip() for cell in row) for row in self.page.locator("#rows").evaluate(
            "body => [...body.rows].map(row => [...row.cells].map(cell => cell.textContent))"
        )]  # fmt: skip

    def download(self) -> str:
        """The file to download, as text with its byte order mark."""
        with self.page.expect_download() as begun:
            self.at("save").click()
        return begun.value.path().read_bytes().decode()

    def command(self, name: str) -> str:
        """The text of one command."""
        return self.page.get_by_role("region", name=name, exact=True).inner_text()

    def answer_with(self, path: str, handler: Callable[[Route], object]) -> None:
        self.page.route(f"**/{path}", lambda route: handler(route))  # noqa: PLW0108  # playwright marks its handlers, which a list's method cannot be
