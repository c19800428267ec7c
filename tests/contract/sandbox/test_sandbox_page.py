"""The page that shows what Meta saw."""

from __future__ import annotations

import hashlib
import re
import time
from html.parser import HTMLParser
from typing import Any

import httpx

from connector.sandbox.server import RunningSandbox

HASH = hashlib.sha256(b"a").hexdigest()


def purchase(**changes: Any) -> dict[str, Any]:
    return {
        "event_name": "Purchase",
        "event_time": int(time.time()) - 60,
        "event_id": "order-1",
        "action_source": "website",
        "user_data": {"em": [HASH], "client_ip_address": "192.0.2.77"},
        "custom_data": {"value": "10.25", "currency": "EUR", "order_id": "order-1"},
    } | changes


def send(sandbox: RunningSandbox, *events: dict[str, Any], path: str = "/v26.0/123/events") -> None:
    httpx.post(sandbox.base_url + path, json={"data": events}, headers={"Authorization": "Bearer very-secret"})


def page(sandbox: RunningSandbox) -> httpx.Response:
    return httpx.get(sandbox.base_url + "/")


class Texts(HTMLParser):
    """The words of a page by the heading above them, and whether every tag is closed."""

    VOID = frozenset({"meta", "br"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.sections: dict[str, list[str]] = {}
        self.open: list[str] = []
        self._heading = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if data.strip() and self.open[-1:] != ["style"]:
            if self.open[-1] in ("h1", "h2"):
                self._heading = data
                return
            self.sections.setdefault(self._heading, []).append(data.strip())


def test_the_page_tells_requests_events_duplicates_quality_and_refusals(sandbox: RunningSandbox) -> None:
    at = int(time.time()) - 3600
    sandbox.send_pixel([{"dataset": "123", "event_name": "Purchase", "event_id": "order-1", "event_time": at}])
    send(sandbox, purchase(), purchase(event_id="order-2"))
    send(sandbox, purchase(event_name=""))
    told = Texts(page(sandbox).text)
    assert told.open == []
    words = told.sections
    figures = words["A local Meta"]
    assert figures[figures.index("Requests") + 1] == "2"
    assert words["Events"][6:] == ["Purchase", "2", "2", "100.0%", "20.50 EUR", "10.25 EUR"]
    assert words["Copies that do not count"][-2:] == ["the other channel's copy counts", "1"]
    quality = next(value for name, value in words.items() if name.startswith("Match quality"))
    assert quality[4:] == ["123", "Purchase", "3.2", "email 100.0%", "ip_address 100.0%"]
    assert words["Refused"][3:] == ["E13", "100 / 2804019", "1"]
    assert words["Taken with a warning"][2:] == ["E19", "2"]
    latest = words["Latest requests"][6:]
    assert [latest[0], *latest[2:]] == [
        *("2", "POST /v26.0/123/events", "1", "400", "E13"),
        *("1", latest[7], "POST /v26.0/123/events", "2", "200"),
    ]


def test_the_page_shows_what_came_since(sandbox: RunningSandbox) -> None:
    assert "None." in page(sandbox).text
    send(sandbox, purchase())
    assert "10.25 EUR" in page(sandbox).text
    sandbox.reset()
    assert "10.25 EUR" not in page(sandbox).text


def test_nothing_on_the_page_tells_who_somebody_is(sandbox: RunningSandbox) -> None:
    send(sandbox, purchase())
    text = page(sandbox).text
    assert not [secret for secret in ("very-secret", HASH, "192.0.2.77", "order-1") if secret in text]


def test_the_page_is_safe_from_what_was_sent(sandbox: RunningSandbox) -> None:
    send(sandbox, purchase(event_name="<script>alert(1)</script>", custom_data={"currency": "USD"}))
    send(sandbox, path="/v26.0/<b>")
    answer = page(sandbox)
    assert "<script" not in answer.text
    assert "&lt;script&gt;" in answer.text
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")


def test_the_page_needs_nothing_from_outside_renews_itself_and_is_light_and_dark(sandbox: RunningSandbox) -> None:
    text = page(sandbox).text
    assert not re.search(r"(src|href)=\"(?!/__sandbox/)", text)
    assert "url(" not in text
    assert '<meta http-equiv="refresh" content="5">' in text
    assert "prefers-color-scheme: dark" in text
