"""A page in a browser without a network: what it shows, what it complains of, what it asks for."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any


class Watched:
    def __init__(self, context: Any, file: Path) -> None:
        self.context = context
        self.file = file
        self.complaints: list[str] = []
        self.asked_for: list[str] = []
        self.page = context.new_page()
        self.page.set_default_timeout(120_000)
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.route("**", self._let)

    def _heard(self, message: Any) -> None:
        if message.type == "error":
            self.complaints.append(message.text)

    def _let(self, route: Any) -> None:
        if route.request.url.partition("#")[0] == self.file.as_uri():
            route.continue_()
            return
        self.asked_for.append(route.request.url)
        route.abort()

    def open(self, part: str = "") -> None:
        self.page.goto(self.file.as_uri() + part)
        self.page.wait_for_selector("html[data-drawn]", state="attached")

    def choose(self, name: str, value: str) -> None:
        """Set one filter, and wait until everything is redrawn."""
        before = int(self.page.get_attribute("html", "data-drawn"))
        if name == "days":
            self.page.check(f"#days input[value='{value}']", force=True)
        else:
            self.page.select_option(f"#{name}", value)
        self.page.wait_for_selector(f"html[data-drawn='{before + 1}']", state="attached")

    def money(self, tile: str) -> tuple[Decimal, str]:
        """The exact money of a tile, and its currency."""
        words = self.page.get_attribute(f"[data-tile='{tile}'] .money", "title")
        amount, _, currency = words.replace(",", "").partition(" ")
        return Decimal(amount), currency

    def reasons(self) -> list[str]:
        return self.page.locator("#lost .reason").all_inner_texts()

    def words(self, selector: str) -> str:
        return str(self.page.inner_text(selector))
